//! A thousand homes and four hours in which nobody could reach us: no home is raised for what was our fault, each for what did happen there, and one alert
//! tells of the platform.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use harken::clock::Clock;
use harken::config::Settings;
use harken::engine::Engine;
use harken::ingest::delivery::{Delivery, Receipt, Settled, Topic};
use harken::ingest::intake::Intake;
use harken::store::{Store, StoreSettings};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::support::house::time;
use super::support::{scratch, sql, wait};

const HOMES: usize = 1_000;

/// The engine with its lanes, and a path to the homes that can be cut.
struct Centre {
    url: String,
    store: Store,
    clock: Clock,
    intake: Intake,
    path: Arc<AtomicBool>,
    receipts: (mpsc::UnboundedSender<Settled>, mpsc::UnboundedReceiver<Settled>),
    stop: CancellationToken,
}

impl Centre {
    async fn open(now: DateTime<Utc>) -> Self {
        let url = format!("sqlite://{}", scratch::dir("thousand-").join("harken.db").display());
        let store = Store::open(&StoreSettings { url: url.clone(), connections: 4, max_pages: None }).await.expect("a database");
        let (made, series) =
            (now.timestamp_micros(), "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < 999)");
        let text = format!(
            "INSERT INTO organisations (id, name, zone, created_us) VALUES ('north', 'North', 'Europe/London', {made});
             INSERT INTO homes (id, organisation, name, address, locality, zone, access_notes, created_us)
               {series} SELECT 'home-' || n, 'north', 'Home ' || n, '', '', 'Europe/London', '', {made} FROM series;
             INSERT INTO home_versions (home, version) SELECT id, 1 FROM homes;
             INSERT INTO gateways (id, home, registered, secret_sha256, revoked_certificates, model, created_us)
               {series} SELECT 'gw-' || n, 'home-' || n, 1, '', '[]', '', {made} FROM series;"
        );
        sql::run(&url, &text).await;
        let (clock, path, stop) = (Clock::manual(now), Arc::new(AtomicBool::new(true)), CancellationToken::new());
        let (intake, lanes) = Intake::new(HOMES * 8);
        let up = path.clone();
        let (engine, _) =
            Engine::new(store.clone(), clock.clone(), Settings::default(), lanes, Arc::new(move || up.load(Ordering::Relaxed)))
                .await
                .expect("an engine");
        tokio::spawn(engine.run(stop.clone()));
        Self { url, store, clock, intake, path, receipts: mpsc::unbounded_channel(), stop }
    }

    /// Everything arrives now, and is stored.
    async fn hear(&mut self, said: Vec<(usize, Value)>) {
        let count = said.len();
        for (home, payload) in said {
            let delivery = Delivery {
                gateway: format!("gw-{home}").into(),
                topic: Topic::Events,
                payload: payload.to_string().into(),
                oversized: None,
                decoded: None,
                retained: false,
                received_at: self.clock.now(),
                receipt: Receipt::new(self.receipts.0.clone(), 0),
            };
            self.intake.submit(delivery).await;
        }
        for _ in 0..count {
            let settled = tokio::time::timeout(wait::PATIENCE, self.receipts.1.recv()).await.expect("in time").expect("a receipt");
            assert!(settled.acks.is_some());
        }
    }

    /// Time passes, in steps that are no outage.
    async fn pass(&self, by: TimeDelta) {
        let until = self.clock.now() + by;
        while self.clock.now() < until {
            self.clock.set(until.min(self.clock.now() + TimeDelta::seconds(14)));
            let now = self.clock.now();
            wait::until("the engine kept up", wait::PATIENCE, || async {
                let up = self.store.last_up("platform").await.expect("the database answers");
                let due = self.store.next_due().await.expect("the database answers");
                (up.is_some_and(|(_, marked)| now - marked < TimeDelta::seconds(5)) && due.is_none_or(|due| due > now)).then_some(())
            })
            .await;
        }
    }

    /// All alerts: home, rule, and how many there are.
    async fn alerts(&self) -> BTreeSet<(String, String)> {
        let found = sql::pairs(&self.url, "SELECT home, rule, COUNT(*) FROM alerts GROUP BY home, rule").await;
        assert!(found.values().all(|count| *count == 1), "{found:?}");
        found.into_keys().collect()
    }
}

/// What became of a home in the night, by its number.
fn kept_back(home: usize, event: impl Fn(&str, &str, &str, Value) -> Value) -> Vec<Value> {
    let plain = |at: &str, kind: &str, device: &str| event(at, kind, device, json!({}));
    let celsius = |at: &str, value: f64| event(at, "temperature", "room", json!({ "value": value, "unit": "Cel" }));
    match home % 7 {
        1 => vec![plain("01:00", "bed_left", "bed"), plain("01:10", "bed_entered", "bed")],
        2 => vec![plain("01:00", "bed_left", "bed"), plain("02:30", "motion", "hall")],
        3 => vec![plain("00:35", "bed_entered", "bed")],
        5 => vec![celsius("01:50", 17.5), celsius("02:00", 15.0), celsius("02:10", 14.0), celsius("03:00", 18.0)],
        6 => vec![plain("02:30", "pendant", "neck")],
        _ => vec![plain("03:00", "motion", "hall")],
    }
}

/// Gateways of these homes never come back.
fn is_dead(home: usize) -> bool {
    home.is_multiple_of(70)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_hours_without_a_way_to_us_are_nobodys_silence() {
    let mut centre = Centre::open(time("2026-11-24T00:00:00Z")).await;
    let event = |home: usize, at: &str, kind: &str, device: &str, more: Value| {
        let mut event =
            json!({ "id": format!("{home}-{at}-{kind}"), "kind": kind, "device": device, "at": format!("2026-11-24T{at}:00Z") });
        event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        event
    };
    centre.hear((0..HOMES).map(|home| (home, event(home, "00:00", "motion", "hall", json!({})))).collect()).await;
    centre.pass(TimeDelta::minutes(15)).await;
    let up = |home: &usize| [3, 4].contains(&(home % 7));
    centre.hear((0..HOMES).filter(up).map(|home| (home, event(home, "00:15", "bed_left", "bed", json!({})))).collect()).await;

    // Nobody reaches us. The engine runs on, and its clocks fall due.
    centre.path.store(false, Ordering::Relaxed);
    for _ in 0..24 {
        centre.clock.advance(TimeDelta::minutes(10));
        wait::until("the engine looked", wait::PATIENCE, || async {
            let due = centre.store.next_due().await.expect("the database answers");
            due.is_none_or(|due| due > centre.clock.now()).then_some(())
        })
        .await;
    }
    let key = |home: usize| format!("home-{home}");
    let platform = ("organisation/unclaimed".to_owned(), "own_outage".to_owned());
    assert_eq!(centre.alerts().await, BTreeSet::from([platform.clone()]), "while it lasts, the platform's alert alone");

    // Everything back, in an order of its own, with what was kept.
    centre.path.store(true, Ordering::Relaxed);
    centre.pass(TimeDelta::seconds(10)).await;
    for part in 0..4 {
        let back = (0..HOMES).map(|place| place * 377 % HOMES).skip(part * HOMES / 4).take(HOMES / 4).filter(|home| !is_dead(*home));
        let said = back.map(|home| {
            let mut kept = kept_back(home, |at, kind, device, more| event(home, at, kind, device, more));
            if home % 2 == 0 {
                kept.reverse();
            }
            kept.push(json!({ "kind": "heartbeat" }));
            (home, Value::Array(kept))
        });
        centre.hear(said.collect()).await;
        centre.pass(TimeDelta::seconds(28)).await;
    }
    centre.pass(TimeDelta::minutes(6)).await;
    let mut justified: BTreeSet<(String, String)> = (0..HOMES)
        .filter_map(|home| {
            let rule = match home % 7 {
                2 | 4 => "bed_not_returned",
                5 => "temperature_low",
                6 => "pendant",
                _ => return None,
            };
            Some((key(home), rule.to_owned()))
        })
        .collect();
    justified.insert(platform);
    let found = centre.alerts().await;
    let wrong: Vec<_> = found.symmetric_difference(&justified).take(10).collect();
    assert!(wrong.is_empty(), "{} alerts, {} justified; for example {wrong:?}", found.len(), justified.len());

    // A gateway that did not come back is told at its own time.
    centre.hear((0..HOMES).filter(|home| !is_dead(*home)).map(|home| (home, json!({ "kind": "heartbeat" }))).collect()).await;
    centre.pass(TimeDelta::minutes(30)).await;
    justified.extend((0..HOMES).filter(|home| is_dead(*home)).map(|home| (key(home), "gateway_silent".to_owned())));
    let found = centre.alerts().await;
    let wrong: Vec<_> = found.symmetric_difference(&justified).take(10).collect();
    assert!(wrong.is_empty(), "{} alerts, {} justified; for example {wrong:?}", found.len(), justified.len());
    centre.stop.cancel();
}
