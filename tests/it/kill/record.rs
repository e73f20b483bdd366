//! What the publisher was told, and what the database says.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use harken::clock::Clock;
use harken::sim::answer::Status;
use harken::sim::link::Identity;
use harken::sim::load::{self, Notice, Observer, Outcome, Plan, Progress, Release};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::harken::Harken;
use crate::support::house::id_of;
use crate::support::{sql, wait};

/// How often to kill.
pub fn kills() -> usize {
    std::env::var("HARKEN_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(5)
}

/// A moment that no test chose: between 0.2 and 1.2 s.
pub fn some_moment() -> Duration {
    Duration::from_millis(200 + u64::from(rand::random::<u16>() % 1000))
}

#[derive(Default)]
struct Told {
    alarms: HashSet<(String, String)>,
    acknowledged: HashSet<(String, String)>,
    alerts: HashMap<(String, String), Vec<String>>,
}

/// A publisher under way, with its record.
pub struct Publisher {
    told: Arc<Mutex<Told>>,
    progress: Arc<Progress>,
    stop: CancellationToken,
    load: JoinHandle<Outcome>,
}

/// Gateways with homes of their own, registered through the API.
pub async fn gateways(harken: &Harken, count: usize, registered_for_listener: bool) -> Vec<Identity> {
    let api = harken.api_as("administrator", None).await;
    let organisation = id_of(&api.post("/api/v1/organisations", &json!({ "name": "Kill" })).await.expect(201));
    let mut identities = Vec::new();
    for n in 0..count {
        let home =
            id_of(&api.post("/api/v1/homes", &json!({ "organisation": organisation, "name": format!("Home {n}") })).await.expect(201));
        let made = api.post("/api/v1/gateways", &json!({ "id": format!("gw-{n}"), "home": home })).await.expect(201);
        let secret = registered_for_listener.then(|| made["secret"].as_str().expect("a secret").to_owned());
        identities.push(Identity { id: format!("gw-{n}").into(), secret });
    }
    identities
}

impl Publisher {
    /// Publishes to `port` until it is stopped, alarms among the rest.
    pub fn start(port: u16, gateways: Vec<Identity>, release: Release) -> Self {
        let told: Arc<Mutex<Told>> = Arc::default();
        let record = told.clone();
        let observer: Observer = Arc::new(move |gateway, id, notice| {
            let key = (gateway.to_owned(), id.to_owned());
            let mut told = record.lock().expect("the record");
            match notice {
                Notice::Sent(alarm) => drop(alarm.then(|| told.alarms.insert(key))),
                Notice::Acknowledged if release == Release::Puback => drop(told.acknowledged.insert(key)),
                Notice::Acknowledged => {}
                Notice::Answered(status, alerts) => {
                    assert_ne!(status, Status::Rejected, "{key:?} was rejected");
                    told.acknowledged.insert(key.clone());
                    told.alerts.insert(key, alerts.to_vec());
                }
            }
        });
        let mut plan = Plan::new("127.0.0.1", port, gateways, format!("k{}", rand::random::<u32>()));
        (plan.release, plan.rate, plan.alarms_per_second) = (release, Some(2_000.0), 40.0);
        plan.resend_after = Duration::from_secs(2);
        let (progress, stop) = (Arc::new(Progress::default()), CancellationToken::new());
        let (shown, until) = (progress.clone(), stop.clone());
        let load = tokio::spawn(async move { load::run(plan, &Clock::system(), Some(observer), shown, until).await });
        Self { told, progress, stop, load }
    }

    /// Waits until `more` events were acknowledged from now on.
    pub async fn acknowledged(&self, more: usize) {
        let count = || self.told.lock().expect("the record").acknowledged.len();
        let goal = count() + more;
        wait::until(&format!("{more} more acknowledgements"), Duration::from_mins(2), || async { (count() >= goal).then_some(()) }).await;
    }

    /// Stops, waits for the last answers, and holds the record against the database.
    pub async fn settle(self, url: &str) {
        self.stop.cancel();
        let outcome = self.load.await.expect("the load ends");
        assert_eq!((outcome.unanswered, outcome.rejected), (0, 0), "{:?} {:?}", outcome.trouble, self.progress);
        let told = std::mem::take(&mut *self.told.lock().expect("the record"));
        assert!(
            told.acknowledged.len() > 500 && !told.alarms.is_empty(),
            "too little was sent to mean anything: {}",
            told.acknowledged.len()
        );
        let stored: HashMap<(String, String), i64> = sql::pairs(url, "SELECT gateway, id, COUNT(*) FROM events GROUP BY gateway, id").await;
        let lost: Vec<_> = told.acknowledged.iter().filter(|key| !stored.contains_key(*key)).collect();
        assert!(lost.is_empty(), "{} acknowledged events are not stored, such as {:?}", lost.len(), lost.first());
        assert!(stored.values().all(|count| *count == 1), "an event is stored twice");
        let alerts = "SELECT gateway, event, COUNT(DISTINCT alert) FROM alert_evidence GROUP BY gateway, event";
        let evidence: HashMap<(String, String), i64> = sql::pairs(url, alerts).await;
        for alarm in told.alarms.iter().filter(|alarm| told.acknowledged.contains(*alarm)) {
            assert_eq!(evidence.get(alarm), Some(&1), "the acknowledged alarm {alarm:?} has not exactly one alert");
            assert!(told.alerts.get(alarm).is_none_or(|named| named.len() == 1), "the answer to {alarm:?} names its alert");
        }
        let twice = "SELECT COUNT(*) FROM (SELECT home FROM alerts WHERE state <> 'closed' GROUP BY home, queue, rule, subject HAVING COUNT(*) > 1) AS doubled";
        assert_eq!(sql::number(url, twice).await, 0, "two open alerts on one matter");
    }
}
