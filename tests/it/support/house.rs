//! The whole service in the test's own process, on SQLite with the listener, with a clock whose hands the test turns; and gateways that speak MQTT to it.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use harken::app::App;
use harken::clock::Clock;
use harken::config::Settings;
use harken::domain::access::{Grant, Role};
use harken::domain::secret;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::api::{Api, Reply};
use super::{scratch, wait};

/// The service, and what a test needs of it.
pub struct House {
    app: Option<App>,
    settings: Settings,
    /// Its clock.
    pub clock: Clock,
    /// An administrator of all organisations, and a responder.
    pub api: Api,
    token: String,
}

/// Noon of a winter's day.
pub const NOON: &str = "2026-11-23T12:00:00Z";

/// The time that `text` says.
pub fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("an RFC 3339 time").with_timezone(&Utc)
}

impl House {
    /// Started at noon, with nobody in it.
    pub async fn start() -> Self {
        let database = format!("sqlite://{}", scratch::dir("house-").join("harken.db").display());
        Self::on(&database, |_| {}).await
    }

    /// The same on a database, with settings changed.
    pub async fn on(database: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        database.clone_into(&mut settings.database.url);
        "127.0.0.1:0".clone_into(&mut settings.http.listen);
        "127.0.0.1:0".clone_into(&mut settings.mqtt.listen);
        settings.security.key_file = scratch::dir("key-").join("harken.key").display().to_string();
        // Its alerts and messages would be counted by tests that count.
        settings.canary.every_s = 0;
        change(&mut settings);
        let clock = Clock::manual(time(NOON));
        let app = App::start(settings.clone(), clock.clone(), None).await.expect("the service starts");
        wait::until("the sources take in", wait::PATIENCE, || async { (app.own_path_is_up)().then_some(()) }).await;
        let token = secret::new_token();
        let mut tx = app.store.begin().await.expect("a transaction");
        let id = harken::clock::new_id(&clock);
        tx.insert_token(&id, "test", &secret::sha256_hex(token.as_bytes()), clock.now()).await.expect("a token");
        // A responder too, so that a walk through the whole API finds nothing closed.
        let grants = [Role::Administrator, Role::Responder].map(|role| Grant { role, organisation: None });
        tx.set_grants(&id, &grants).await.expect("grants");
        tx.commit().await.expect("committed");
        let api = Api::new(app.http.expect("an address")).with_token(&token);
        Self { app: Some(app), settings, clock, api, token }
    }

    /// Stops the service for good.
    pub async fn stop(mut self) {
        self.app.take().expect("it runs").stop().await;
    }

    /// The running service.
    pub fn app(&self) -> &App {
        self.app.as_ref().expect("it runs")
    }

    /// Stops the service in order and starts it again on the same database, with the clock as it stands.
    pub async fn restart(&mut self) {
        self.restart_after(TimeDelta::zero()).await;
    }

    /// The same, with time passing in between.
    pub async fn restart_after(&mut self, pause: TimeDelta) {
        self.app.take().expect("it runs").stop().await;
        self.clock.advance(pause);
        let app = App::start(self.settings.clone(), self.clock.clone(), None).await.expect("the service starts again");
        self.api = Api::new(app.http.expect("an address")).with_token(&self.token);
        self.app = Some(app);
    }

    /// The address of its database.
    pub fn database(&self) -> String {
        self.settings.database.url.clone()
    }

    /// Where gateways connect.
    pub fn mqtt(&self) -> SocketAddr {
        self.app().mqtt.expect("an address")
    }

    /// An organisation `name` with one home, and that home's id.
    pub async fn home(&self, name: &str) -> String {
        let organisation = self.organisation(name).await;
        self.home_of(&organisation, name).await
    }

    /// An organisation's id.
    pub async fn organisation(&self, name: &str) -> String {
        id_of(&self.api.post("/api/v1/organisations", &json!({ "name": name })).await.expect(201))
    }

    /// A home of an organisation.
    pub async fn home_of(&self, organisation: &str, name: &str) -> String {
        let home = json!({ "organisation": organisation, "name": name, "address": "1 Elm Row", "call_back": "tel:+441234567890" });
        id_of(&self.api.post("/api/v1/homes", &home).await.expect(201))
    }

    /// Registers a gateway in a home and connects as it.
    pub async fn gateway(&self, id: &str, home: &str) -> Gateway {
        let made = self.api.post("/api/v1/gateways", &json!({ "id": id, "home": home })).await.expect(201);
        Gateway::connect(self.mqtt(), id, made["secret"].as_str().expect("a secret")).await
    }

    /// The open alerts that `query` asks for.
    pub async fn alerts(&self, query: &str) -> Vec<Value> {
        self.api.get(&format!("/api/v1/alerts?{query}")).await.expect(200)["items"].as_array().expect("items").clone()
    }

    /// The open alerts of one rule.
    pub async fn alerts_of(&self, rule: &str) -> Vec<Value> {
        self.alerts("").await.into_iter().filter(|alert| alert["rule"]["id"] == rule).collect()
    }

    /// Waits until there are `count` open alerts of `rule`.
    pub async fn until_alerts(&self, rule: &str, count: usize) -> Vec<Value> {
        wait::until(&format!("{count} alerts of {rule}"), wait::PATIENCE, || async {
            let alerts = self.alerts_of(rule).await;
            (alerts.len() == count).then_some(alerts)
        })
        .await
    }

    /// Lets time pass, in steps that the service keeps up with: a jump would be an outage of its own, and rightly counted as one.
    pub async fn pass(&self, by: TimeDelta) {
        let until = self.clock.now() + by;
        while self.clock.now() < until {
            self.clock.set(until.min(self.clock.now() + TimeDelta::seconds(10)));
            let now = self.clock.now();
            wait::until("the service kept up with the clock", wait::PATIENCE, || async {
                let up = self.app().store.last_up("platform").await.expect("the database answers");
                up.is_some_and(|(_, marked)| now - marked < TimeDelta::seconds(5)).then_some(())
            })
            .await;
        }
        self.settle().await;
    }

    /// Sets the clock to a later time, as after a long sleep, and waits until the service has noticed.
    pub async fn jump(&self, to: &str) {
        self.clock.set(time(to) - TimeDelta::seconds(10));
        self.pass(TimeDelta::seconds(10)).await;
    }

    /// Waits until no clock is due any more.
    pub async fn settle(&self) {
        wait::until("all due clocks have fired", wait::PATIENCE, || async {
            let due = self.app().store.next_due().await.expect("the database answers");
            due.is_none_or(|due| due > self.clock.now()).then_some(())
        })
        .await;
    }

    /// One number by SQL.
    pub async fn count(&self, sql: &str) -> i64 {
        super::sql::number(&self.settings.database.url, sql).await
    }

    /// The stored events of a home, newest first.
    pub async fn events(&self, home: &str) -> Vec<Value> {
        self.api.get(&format!("/api/v1/homes/{home}/events?limit=200")).await.expect(200)["items"].as_array().expect("items").clone()
    }
}

/// The id in an answer.
pub fn id_of(answer: &Value) -> String {
    answer["id"].as_str().expect("an id").to_owned()
}

/// What the answer's `alerts` name.
pub fn alerts_in(ack: &Value) -> Vec<String> {
    ack["alerts"].as_array().expect("alerts").iter().map(|id| id.as_str().expect("an id").to_owned()).collect()
}

/// Fails unless the reply is a problem that says what to do.
pub fn problem(reply: Reply, status: u16) -> String {
    let body = reply.expect(status);
    let detail = body["detail"].as_str().or_else(|| body["title"].as_str()).expect("words").to_owned();
    assert!(detail.len() > 5, "{body}");
    detail
}

/// A gateway that speaks MQTT 5, publishes what the test says, and hears its answers.
pub struct Gateway {
    client: AsyncClient,
    acks: mpsc::UnboundedReceiver<Bytes>,
    id: String,
}

impl Gateway {
    /// Connects to the listener (or a broker) and subscribes to its answers.
    pub async fn connect(address: SocketAddr, id: &str, secret: &str) -> Self {
        let mut options = MqttOptions::new(id, address.ip().to_string(), address.port());
        options.set_credentials(id, secret).set_keep_alive(Duration::from_mins(1));
        let (client, mut events) = AsyncClient::new(options, 1000);
        let (heard, acks) = mpsc::unbounded_channel();
        let (up, mut subscribed) = mpsc::channel(1);
        tokio::spawn(async move {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::Publish(publish))) => drop(heard.send(publish.payload)),
                    Ok(Event::Incoming(Packet::SubAck(_))) => drop(up.send(()).await),
                    Ok(_) => {}
                    Err(_) => return,
                }
            }
        });
        client.subscribe(format!("telecare/v1/{id}/acks"), QoS::AtLeastOnce).await.expect("a subscription");
        tokio::time::timeout(wait::PATIENCE, subscribed.recv()).await.expect("connected in time").expect("connected");
        Self { client, acks, id: id.to_owned() }
    }

    /// Publishes to one of its topics.
    pub async fn publish(&self, leaf: &str, payload: impl Into<Bytes>, retain: bool) {
        let topic = format!("telecare/v1/{}/{leaf}", self.id);
        self.client.publish(topic, QoS::AtLeastOnce, retain, payload.into()).await.expect("published");
    }

    /// The next answer.
    pub async fn answer(&mut self) -> Value {
        let payload = tokio::time::timeout(wait::PATIENCE, self.acks.recv()).await.expect("an answer in time").expect("an answer");
        serde_json::from_slice(&payload).expect("JSON")
    }

    /// Publishes a payload as it is to `events` and waits for its answer.
    pub async fn say_raw(&mut self, payload: impl Into<Bytes>) -> Value {
        self.publish("events", payload, false).await;
        self.answer().await
    }

    /// Publishes an event and waits for its answer.
    pub async fn say(&mut self, event: Value) -> Value {
        self.say_raw(event.to_string()).await
    }

    /// The same on the topic for alarms.
    pub async fn alarm(&mut self, event: Value) -> Value {
        self.publish("alarms", event.to_string(), false).await;
        self.answer().await
    }
}
