//! Tells systemd that we are alive, as long as the engine's loop turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Clock;

/// The engine turns at least every five seconds; after this long it is stuck.
const STUCK_AFTER: Duration = Duration::from_secs(30);

/// Runs for as long as the service; without a watchdog configured it waits for ever.
pub(super) async fn run(clock: Clock, pulse: Arc<AtomicU64>) {
    let Some(interval) = sd_notify::watchdog_enabled() else { return std::future::pending().await };
    loop {
        tokio::time::sleep(interval / 3).await;
        let last = Duration::from_millis(pulse.load(Ordering::Relaxed));
        if clock.monotonic().saturating_sub(last) < STUCK_AFTER {
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
        } else {
            tracing::error!("the engine does not turn; leaving it to the watchdog");
        }
    }
}
