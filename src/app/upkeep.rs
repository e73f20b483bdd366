//! What has to be done now and then: roll-ups, retention, and telling systemd that we are alive.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::TimeDelta;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Retention;
use crate::store::Store;

use super::{pruning, watchdog};

/// How often old rows are looked for.
const EVERY: TimeDelta = TimeDelta::hours(1);
/// How often SQLite's log is looked at.
const LOG_EVERY: Duration = Duration::from_millis(200);
/// How often the metrics' histories are folded.
const METRICS_EVERY: Duration = Duration::from_secs(5);

/// Runs until `stop`.
pub(super) async fn run(
    store: Store,
    clock: Clock,
    retention: Retention,
    metrics: Option<PrometheusHandle>,
    pulse: Arc<AtomicU64>,
    stop: CancellationToken,
) {
    let housekeeping = async {
        let mut due = clock.now() + TimeDelta::minutes(1);
        loop {
            clock.wait_until(due).await;
            due = clock.now() + EVERY;
            if let Err(error) = keep_house(&store, &clock, &retention).await {
                tracing::error!(%error, "roll-ups and retention did not finish; they go on in an hour");
            }
        }
    };
    let folding = async {
        loop {
            tokio::time::sleep(METRICS_EVERY).await;
            if let Some(metrics) = &metrics {
                metrics.run_upkeep();
            }
        }
    };
    let copying = async {
        loop {
            tokio::time::sleep(LOG_EVERY).await;
            if let Err(error) = store.copy_log_back().await {
                tracing::debug!(%error, "the log was not copied back; the writer will do it");
            }
        }
    };
    tokio::select! {
        () = housekeeping => {}
        () = copying => {}
        () = folding => {}
        () = watchdog::run(clock.clone(), pulse) => {}
        () = stop.cancelled() => {}
    }
}

async fn keep_house(store: &Store, clock: &Clock, retention: &Retention) -> crate::store::Result<()> {
    let now = clock.now();
    while store.roll_up(now).await? {
        tokio::task::yield_now().await;
    }
    // Before the feed is pruned, which tells what has changed.
    store.catch_up_facts().await?;
    let pruned = pruning::prune(store, clock, retention).await?;
    tracing::info!(pruned, "retention done");
    Ok(())
}
