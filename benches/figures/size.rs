//! 100,000 homes: memory and start; 10,000 gateways that all come back at once.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use harken::clock::Clock;
use harken::sim::load::{self, Plan, Progress, Release};
use tokio_util::sync::CancellationToken;

use super::fill;
use super::server::{Server, folder, sqlite};

/// Memory and start with 100,000 homes and as many clocks.
pub async fn measure() {
    let dir = tempfile::tempdir_in(folder()).expect("a directory");
    let url = sqlite(&dir);
    fill::homes(&url, 100_000).await;
    let due = Clock::system().now().timestamp_micros() + 3_600_000_000;
    fill::run(
        &url,
        &format!(
            "INSERT INTO clocks (home, rule, subject, due_us) SELECT home, 'gateway_silent', 'device:' || id || '/', {due} FROM gateways"
        ),
    )
    .await;
    let server = Server::start_in(dir, &[]);
    println!("100,000 homes, 100,000 clocks: ready in {:?}, {} MiB at the start", server.ready_in, server.memory_mib());
    let gateways =
        (0..100_000).map(|n| harken::sim::link::Identity { id: format!("bench-{n}").into(), secret: Some("0123456789abcdef".to_owned()) });
    // One event of each of 5,000 homes at a time, so that the cache of homes turns over.
    let mut all: Vec<_> = gateways.collect();
    while !all.is_empty() {
        let some: Vec<_> = all.split_off(all.len().saturating_sub(5_000));
        let mut plan = Plan::new("127.0.0.1", server.mqtt, some, format!("s{}", all.len()));
        (plan.events, plan.release) = (Some(5_000), Release::Puback);
        load::run(plan, &Clock::system(), None, Arc::new(Progress::default()), CancellationToken::new()).await;
    }
    println!("  {} MiB after an event of each home\n", server.memory_mib());
}

/// How long until 10,000 gateways are back after a restart.
pub async fn reconnect() {
    const GATEWAYS: usize = 10_000;
    let dir = tempfile::tempdir_in(folder()).expect("a directory");
    let url = sqlite(&dir);
    let gateways = fill::homes(&url, GATEWAYS).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
    let listen = format!("127.0.0.1:{port}");
    let server = Server::start_in(dir, &[("HARKEN_MQTT_LISTEN", &listen)]);
    let mut plan = Plan::new("127.0.0.1", port, gateways, "r");
    (plan.rate, plan.reconnect) = (Some(500.0), (Duration::from_millis(200), Duration::from_secs(5)));
    let (progress, stop) = (Arc::new(Progress::default()), CancellationToken::new());
    let (shown, until) = (progress.clone(), stop.clone());
    let load = tokio::spawn(async move { load::run(plan, &Clock::system(), None, shown, until).await });
    all_connected(&progress, GATEWAYS).await;
    let dir = tokio::task::spawn_blocking(move || server.stop()).await.expect("stopped");
    while progress.connected.load(Ordering::Relaxed) > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let server = tokio::task::spawn_blocking(move || Server::start_in(dir, &[("HARKEN_MQTT_LISTEN", &listen)])).await.expect("started");
    let begun = Instant::now();
    all_connected(&progress, GATEWAYS).await;
    println!("{GATEWAYS} gateways after a restart: all back within {:.1} s\n", begun.elapsed().as_secs_f64());
    stop.cancel();
    let _ = load.await;
    drop(server);
}

async fn all_connected(progress: &Progress, count: usize) {
    while progress.connected.load(Ordering::Relaxed) < count {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
