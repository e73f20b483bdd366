//! Events per second, sustained: 300-byte events of 1,000 gateways, acks on, against the raw insert rate of the same database in the same run.

use std::sync::Arc;
use std::time::Duration;

use harken::clock::Clock;
use harken::sim::link::Identity;
use harken::sim::load::{self, Outcome, Plan, Progress, Release};
use tokio_util::sync::CancellationToken;

use super::server::{Server, folder, sqlite};
use super::{fill, number, others};

const GATEWAYS: usize = 1_000;

/// Measures the four ways in.
pub async fn measure() {
    let rows = number("HARKEN_BENCH_ROWS", 10_000_000);
    let lasting = Duration::from_secs(number("HARKEN_BENCH_SECONDS", 20));
    println!("sustained rate, {GATEWAYS} gateways, 300-byte events, held for {} s each", lasting.as_secs());
    let dir = tempfile::tempdir_in(folder()).expect("a directory");
    let url = sqlite(&dir);
    let gateways = fill::homes(&url, GATEWAYS).await;
    fill::events(&url, rows).await;
    let raw = fill::raw_rate(&url, lasting / 2).await;
    println!("  SQLite alone: {raw:.0} rows/s");
    let server = Server::start_in(dir, &[]);
    report("SQLite, listener", raw, &run(server.mqtt, gateways.clone(), Release::Puback, lasting, "a").await);
    let dir = server.stop();
    let broker = others::Mosquitto::start();
    let through = format!("mqtt://127.0.0.1:{}", broker.port);
    let server = Server::start_in(dir, &[("HARKEN_MQTT_URL", &through)]);
    report("SQLite, Mosquitto", raw, &run(broker.port, gateways.clone(), Release::AckObject, lasting, "b").await);
    drop(server);
    drop(broker);
    let postgres = others::Postgres::start();
    let gateways = fill::homes(&postgres.url, GATEWAYS).await;
    fill::events(&postgres.url, rows).await;
    let raw = fill::raw_rate(&postgres.url, lasting / 2).await;
    println!("  PostgreSQL alone: {raw:.0} rows/s");
    let server = Server::start(&[("HARKEN_DATABASE_URL", &postgres.url)]);
    report("PostgreSQL, listener", raw, &run(server.mqtt, gateways.clone(), Release::Puback, lasting, "c").await);
    drop(server);
    let broker = others::Mosquitto::start();
    let through = format!("mqtt://127.0.0.1:{}", broker.port);
    let _server = Server::start(&[("HARKEN_DATABASE_URL", &postgres.url), ("HARKEN_MQTT_URL", &through)]);
    report("PostgreSQL, Mosquitto", raw, &run(broker.port, gateways, Release::AckObject, lasting, "d").await);
    println!();
}

async fn run(port: u16, gateways: Vec<Identity>, release: Release, lasting: Duration, run: &str) -> Outcome {
    let mut plan = Plan::new("127.0.0.1", port, gateways, format!("{run}-{}", Clock::system().now().timestamp()));
    (plan.release, plan.lasting, plan.window) = (release, Some(lasting), 10);
    load::run(plan, &Clock::system(), None, Arc::new(Progress::default()), CancellationToken::new()).await
}

fn report(what: &str, raw: f64, outcome: &Outcome) {
    let rate = outcome.stored_per_second();
    println!(
        "  {what}: {rate:.0} events/s, {:.2} of the database alone; to the ack object: median {:?}, 99th percentile {:?}; unanswered {}, rejected {}{}",
        rate / raw,
        outcome.to_answer.quantile(0.5),
        outcome.to_answer.quantile(0.99),
        outcome.unanswered,
        outcome.rejected,
        outcome.trouble.as_deref().map(|trouble| format!("; {trouble}")).unwrap_or_default()
    );
}
