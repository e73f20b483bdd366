//! How long the slots of a lost replica stay without a holder: its process killed, and its line cut with nobody told, as when its host has vanished.

use std::time::{Duration, Instant};

use super::others;
use super::proxy::Proxy;
use super::server::Server;

/// Four for events, one for alarms, one for status.
const SLOTS: &str = "4";
const EVENTS: u32 = 4;
const ALL: u32 = 6;

/// Measures both.
pub async fn measure() {
    let (postgres, broker) = (others::Postgres::start(), others::Mosquitto::start());
    let direct = format!("mqtt://127.0.0.1:{}", broker.port);
    let (mut killed, mut vanished) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let lost = Server::start(&[("HARKEN_DATABASE_URL", &postgres.url), ("HARKEN_MQTT_URL", &direct), ("HARKEN_MQTT_SLOTS", SLOTS)]);
        let survivor = Server::start(&[("HARKEN_DATABASE_URL", &postgres.url), ("HARKEN_MQTT_URL", &direct), ("HARKEN_MQTT_SLOTS", SLOTS)]);
        share(&lost, &survivor).await;
        // Dropping it sends SIGKILL.
        drop(lost);
        killed.push(until(&survivor, ALL).await);
    }
    let port = |url: &str| url.rsplit(':').next().and_then(|rest| rest.split('/').next()?.parse::<u16>().ok()).expect("a port");
    for _ in 0..3 {
        let (to_broker, to_database) = (Proxy::to(broker.port).await, Proxy::to(port(&postgres.url)).await);
        let database = postgres.url.replace(&port(&postgres.url).to_string(), &to_database.port.to_string());
        let through = format!("mqtt://127.0.0.1:{}", to_broker.port);
        let lost = Server::start(&[("HARKEN_DATABASE_URL", &database), ("HARKEN_MQTT_URL", &through), ("HARKEN_MQTT_SLOTS", SLOTS)]);
        let survivor = Server::start(&[("HARKEN_DATABASE_URL", &postgres.url), ("HARKEN_MQTT_URL", &direct), ("HARKEN_MQTT_SLOTS", SLOTS)]);
        share(&lost, &survivor).await;
        to_broker.cut();
        to_database.cut();
        vanished.push(until(&survivor, ALL).await);
    }
    println!("all slots of a replica in other hands after its process was killed: {killed:.1?}; after its host vanished: {vanished:.1?}\n");
}

/// Waits until each has its share: half of the events' slots at least, and none is left to nobody.
async fn share(one: &Server, other: &Server) {
    wait_until(async || {
        let (mine, theirs) = (connected(one).await, connected(other).await);
        mine >= EVENTS / 2 && theirs >= EVENTS / 2 && mine + theirs == ALL
    })
    .await;
}

/// How long until it has so many slots.
async fn until(server: &Server, slots: u32) -> Duration {
    wait_until(async || connected(server).await == slots).await
}

async fn wait_until(holds: impl AsyncFn() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_mins(2), "the slots were not taken over");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

/// The slots that it says are connected.
async fn connected(server: &Server) -> u32 {
    let page = match reqwest::Client::new().get(format!("{}/metrics", server.http)).send().await {
        Ok(answer) => answer.text().await.unwrap_or_default(),
        Err(_) => String::new(),
    };
    page.lines().find_map(|line| line.strip_prefix("harken_broker_connected ")?.parse().ok()).unwrap_or(0)
}
