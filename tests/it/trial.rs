//! The player of a trial agrees with the engine: the same random evening through MQTT and HTTP with a manual clock, and through the player.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use harken::domain::access::Scope;
use harken::rules::{Interval, Limits, RuleSet, default_rules};
use harken::store::event_queries::EventQuery;
use harken::trial::{Circumstances, Player};
use serde_json::{Value, json};

use super::support::house::{Gateway, House, NOON, time};

/// A small generator: the same evening for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// What is compared of an alert: rule, subject, time → queue, priority, activations, evidence, words, labels.
type Told = BTreeMap<(String, String, DateTime<Utc>), (String, u64, i64, Vec<String>, String, Vec<String>)>;

/// Without what depends on the second at which somebody looked.
fn words(explanation: &str) -> String {
    explanation.split("; reported").next().unwrap_or_default().to_owned()
}

fn event(dice: &mut Dice, number: u64, at: DateTime<Utc>) -> Value {
    let mut event = json!({ "id": format!("e{number}"), "at": at.to_rfc3339() });
    let (kind, device) = match dice.below(10) {
        0 => ("pendant", "pendant-1"),
        1 | 2 => ("bed_left", if dice.below(2) == 0 { "bed-1" } else { "bed-2" }),
        3 => ("bed_entered", if dice.below(2) == 0 { "bed-1" } else { "bed-2" }),
        4 | 5 => ("temperature", if dice.below(2) == 0 { "kitchen" } else { "bedroom" }),
        6 => ("battery_low", "pendant-1"),
        7 => ("battery_ok", "pendant-1"),
        _ => ("motion", "hall"),
    };
    event["kind"] = json!(kind);
    event["device"] = json!(device);
    if kind == "temperature" {
        event["value"] = json!(f64::from(u32::try_from(dice.below(20)).expect("small")) + 10.0);
        event["unit"] = json!("Cel");
    }
    event
}

const STEP: TimeDelta = TimeDelta::seconds(10);

/// Five hours at a home: events, a silent stretch of the gateway, a buffer emptied late, an outage of our own.
async fn evening(house: &mut House, gateway: &mut Gateway, dice: &mut Dice) {
    let (mut number, mut buffer) = (0, Vec::new());
    for step in 0..900_u64 {
        let (silent, offline) = ((300..420).contains(&step), (500..560).contains(&step));
        if step == 700 {
            house.restart_after(TimeDelta::minutes(20)).await;
            let secret = house.api.post("/api/v1/gateways/gw-1/secret", &json!({})).await.expect(200)["secret"]
                .as_str()
                .expect("a secret")
                .to_owned();
            *gateway = Gateway::connect(house.mqtt(), "gw-1", &secret).await;
        }
        if dice.below(12) == 0 && !silent {
            number += 1;
            let event = event(dice, number, house.clock.now());
            if offline {
                buffer.push(event);
            } else {
                gateway.say(event).await;
            }
        }
        if step == 560 {
            gateway.say_raw(Value::Array(std::mem::take(&mut buffer)).to_string()).await;
        }
        house.pass(STEP).await;
    }
}

async fn told_by_the_house(house: &House) -> Told {
    let mut told = Told::new();
    let (open, ended) = (house.alerts("limit=500").await, house.alerts("limit=500&state=closed").await);
    // What the platform tells of itself is of no home.
    for alert in open.into_iter().chain(ended).filter(|alert| !alert["home"].is_null()) {
        let whole = house.api.get(&format!("/api/v1/alerts/{}", alert["id"].as_str().expect("an id"))).await.expect(200);
        let mut evidence: Vec<String> =
            whole["evidence"].as_array().expect("evidence").iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect();
        evidence.sort();
        evidence.dedup();
        let text = |name: &str| alert[name].as_str().unwrap_or_default().to_owned();
        let key = (alert["rule"]["id"].as_str().expect("a rule").to_owned(), text("subject"), time(&text("occurred_at")));
        // What the response to an alert adds is not the rules' to say: nobody answers in a trial.
        let of_rules = |mark: &&str| !["escalation_unheard", "last_step_repeated"].contains(mark);
        let marks =
            alert["marks"].as_array().expect("marks").iter().filter_map(Value::as_str).filter(of_rules).map(str::to_owned).collect();
        let rest = (
            text("queue"),
            alert["priority"].as_u64().expect("1 to 5"),
            alert["activations"].as_i64().expect("a count"),
            evidence,
            words(&text("explanation")),
            marks,
        );
        assert!(told.insert(key, rest).is_none(), "two alerts on one matter");
    }
    told
}

async fn told_by_the_player(house: &House, home: &str) -> Told {
    let store = &house.app().store;
    let mut tx = store.begin().await.expect("a transaction");
    let loaded = tx.load_homes(&[home]).await.expect("the home").remove(0);
    drop(tx);
    let query = EventQuery { scope: &Scope::All, home, from: None, to: None, kind: None, device: None, after: None, limit: 10_000 };
    let mut events: Vec<_> = store.events_of(&query).await.expect("events").into_iter().map(|placed| Arc::new(placed.event)).collect();
    events.sort_by_key(|event| event.received_at);
    let up = store.up_intervals("platform", time(NOON)).await.expect("intervals");
    let down: Vec<Interval> = up.windows(2).map(|pair| Interval { from: pair[0].1, until: pair[1].0 }).collect();
    assert_eq!(down.len(), 1, "one outage of our own");
    let limits = Limits {
        outage_grace: TimeDelta::minutes(5),
        lateness: TimeDelta::hours(72),
        late_after: TimeDelta::seconds(60),
        away: TimeDelta::hours(24),
    };
    let rules = RuleSet::compile(1, &default_rules().expect("rules")).expect("rules that compile");
    let circumstances = Circumstances { limits, down: down.into(), up: HashMap::new(), heard: HashMap::new(), closed_after: None };
    let mut player = Player::new(loaded.home, Arc::new(rules), circumstances, time(NOON));
    for together in events.chunk_by(|one, two| one.received_at == two.received_at) {
        player.receive(together);
    }
    player.until(house.clock.now());
    let mut told = Told::new();
    for each in player.finish() {
        let mut evidence: Vec<String> = each.evidence.iter().map(|event| event.id.clone()).collect();
        evidence.sort();
        evidence.dedup();
        let alert = each.alert;
        let rest = (
            alert.queue.as_str().to_owned(),
            u64::from(alert.priority),
            alert.activations,
            evidence,
            words(&alert.explanation),
            alert.marks,
        );
        told.insert((alert.rule.id, alert.subject, alert.occurred_at), rest);
    }
    told
}

async fn the_same_evening(seed: u64) {
    let mut house = House::start().await;
    let home = house.home("Elm Row").await;
    let plan = json!({
        "overrides": {
            "gateway_silent.minutes": 15, "inactivity.hours": 1, "bed_not_returned.minutes": 5, "bed_not_returned.from": "12:00",
            "bed_not_returned.to": "20:00"
        },
        "reason": "an evening in short"
    });
    house.api.put(&format!("/api/v1/homes/{home}/plan"), &plan).await.expect(200);
    let mut gateway = house.gateway("gw-1", &home).await;
    evening(&mut house, &mut gateway, &mut Dice(seed)).await;
    house.settle().await;
    let (real, played) = (told_by_the_house(&house).await, told_by_the_player(&house, &home).await);
    let rules: Vec<&str> = real.keys().map(|(rule, ..)| rule.as_str()).collect();
    for rule in ["pendant", "bed_not_returned", "temperature_low", "gateway_silent", "battery_low"] {
        assert!(rules.contains(&rule), "the evening of seed {seed} has no {rule}: {rules:?}");
    }
    assert_eq!(real, played, "seed {seed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_random_evening_is_the_same_through_the_house_and_through_the_player() {
    the_same_evening(7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_is_another() {
    the_same_evening(2026).await;
}
