//! What happens to an alert until a person has dealt with it, from outside: MQTT in, HTTP out, on a clock whose hands the test turns.

mod auditor;
mod canary;
mod case;
mod escalation;
mod faults;
mod incidents;
mod key_safe;
mod notices;
mod outcomes;
mod policies;
mod scan;
mod told;
mod visits;

use chrono::TimeDelta;
use harken::config::Settings;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::house::{Gateway, House, alerts_in, id_of};
use crate::support::scratch;

/// A service with one home, its gateway, and operators Ann and Bob.
struct Room {
    house: House,
    organisation: String,
    home: String,
    gateway: Gateway,
    ann: Person,
    bob: Person,
}

/// Somebody at the console.
struct Person {
    api: Api,
    id: String,
}

impl Room {
    async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    async fn open_with(change: impl FnOnce(&mut Settings)) -> Self {
        let database = format!("sqlite://{}", scratch::dir("house-").join("harken.db").display());
        let house = House::on(&database, change).await;
        let organisation = house.organisation("North").await;
        let home = house.home_of(&organisation, "Elm Row").await;
        let gateway = house.gateway("gw-1", &home).await;
        let (ann, bob) = (person(&house, "Ann", "operator", &organisation).await, person(&house, "Bob", "operator", &organisation).await);
        Self { house, organisation, home, gateway, ann, bob }
    }

    /// An alarm event; the path of the alert that it raised or added to.
    async fn press(&mut self, id: &str, kind: &str) -> String {
        let ack = self.gateway.alarm(json!({ "id": id, "kind": kind, "device": "p" })).await;
        format!("/api/v1/alerts/{}", alerts_in(&ack)[0])
    }

    async fn alert(&self, path: &str) -> Value {
        self.house.api.get(path).await.expect(200)
    }

    async fn pass(&self, seconds: i64) {
        self.house.pass(TimeDelta::seconds(seconds)).await;
    }

    /// What has happened to the alert, a word for each line.
    async fn lines(&self, path: &str) -> Vec<String> {
        let alert = self.alert(path).await;
        alert["timeline"].as_array().expect("lines").iter().map(|line| line["what"].as_str().expect("a word").to_owned()).collect()
    }

    /// A policy of the organisation for care alerts.
    async fn policy(&self, steps: Value, repeat_s: i64) -> Value {
        let policy = json!({ "organisation": self.organisation, "name": "ours", "queue": "care", "steps": steps, "repeat_s": repeat_s });
        self.house.api.post("/api/v1/escalation-policies", &policy).await.expect(201)
    }
}

impl Person {
    /// "I am here."
    async fn present(&self) {
        self.api.put("/api/v1/me/presence", &json!({})).await.expect(200);
    }

    async fn does(&self, path: &str, deed: &str, body: Value) -> Value {
        self.api.post(&format!("{path}/{deed}"), &body).await.expect(200)
    }
}

async fn person(house: &House, name: &str, role: &str, organisation: &str) -> Person {
    let grants = json!([{ "role": role, "organisation": organisation }]);
    let made = house.api.post("/api/v1/tokens", &json!({ "name": name, "grants": grants })).await.expect(201);
    Person { api: house.api.with_token(made["secret"].as_str().expect("a secret")), id: id_of(&made) }
}
