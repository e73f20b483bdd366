//! The real thing: store, engine and register, on a clock of the play's own.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use harken::clock::Clock;
use harken::config::Settings;
use harken::domain::access::{Grant, Principal, Role, Scope};
use harken::domain::alert::Alert;
use harken::domain::register::{GatewayPatch, NewGateway, NewHome, NewOrganisation, NewPolicy, NewWebhook};
use harken::domain::rota::NewRota;
use harken::engine::Engine;
use harken::engine::action::{Action, EngineHandle, Refusal};
use harken::ingest::delivery::{Delivery, Receipt, Topic};
use harken::ingest::intake::Intake;
use harken::secrets::KeySafe;
use harken::store::webhooks::Terms;
use harken::store::{Actor, Store, StoreSettings};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::model::{FIRST_S, REPEAT_S, SECOND_S};
use crate::support::{scratch, wait};

/// How many homes.
pub const HOMES: usize = 5;
pub const ORGANISATION: &str = "north";

/// The engine that runs now.
struct Running {
    handle: EngineHandle,
    intake: Intake,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

pub struct World {
    pub store: Store,
    pub clock: Clock,
    pub url: String,
    pub settings: Settings,
    running: Option<Running>,
    events: usize,
}

impl World {
    pub async fn new(begin: DateTime<Utc>) -> Self {
        let url = format!("sqlite://{}", scratch::dir("simulation-").join("harken.db").display());
        let store = Store::open(&StoreSettings { url: url.clone(), connections: 4, max_pages: None }).await.expect("a database");
        let mut world = Self { store, clock: Clock::manual(begin), url, settings: Settings::default(), running: None, events: 0 };
        world.register().await;
        world.start().await;
        world
    }

    async fn register(&self) {
        let (store, cli, all, now) = (&self.store, Actor::cli(), Scope::All, self.clock.now());
        let new = NewOrganisation { id: Some(ORGANISATION.to_owned()), name: "North".to_owned(), zone: None };
        store.create_organisation(&cli, now, &new).await.expect("an organisation");
        for n in 0..HOMES {
            let new = NewHome { organisation: ORGANISATION.to_owned(), name: format!("Home {n}"), ..NewHome::default() };
            let home = store.create_home(&cli, now, &all, &KeySafe::from_key(&[1; 32]), &new).await.expect("a home").id;
            let new = NewGateway { id: format!("gw-{n}"), home, ..NewGateway::default() };
            store.create_gateway(&cli, now, &all, &new).await.expect("a gateway");
            // Its silence is not what is played here.
            let quiet = GatewayPatch { archived: Some(true), ..GatewayPatch::default() };
            store.change_gateway(&cli, now, &all, &format!("gw-{n}"), &quiet).await.expect("archived");
        }
        let mut tx = store.begin().await.expect("a transaction");
        for (id, role) in [("ann", Role::Operator), ("bob", Role::Operator), ("meg", Role::Manager), ("rae", Role::Responder)] {
            tx.insert_user(id, id, id, "no password", now).await.expect("a user");
            tx.set_grants(id, &[Grant { role, organisation: Some(ORGANISATION.to_owned()) }]).await.expect("a grant");
        }
        tx.commit().await.expect("committed");
        let week = json!([{ "from": "08:00", "to": "20:00" }]);
        let layer = json!({ "name": "days", "persons": ["rae"], "hand_over": { "every": "days", "at": "08:00" }, "windows": week, "starts_at": "2026-01-01T00:00:00Z" });
        let rota: NewRota =
            serde_json::from_value(json!({ "organisation": ORGANISATION, "name": "Days", "zone": "Europe/London", "layers": [layer] }))
                .expect("a rota");
        let rota = store.create_rota(&cli, now, &all, &rota).await.expect("a rota").id;
        let steps = json!([
            { "after_s": FIRST_S, "targets": [{ "role": "operator" }] },
            { "after_s": SECOND_S, "targets": [{ "rota": rota }] },
        ]);
        let policy: NewPolicy = serde_json::from_value(
            json!({ "organisation": ORGANISATION, "name": "ours", "queue": "care", "steps": steps, "repeat_s": REPEAT_S }),
        )
        .expect("a policy");
        store.create_policy(&cli, now, &all, &policy).await.expect("a policy");
        let webhook = NewWebhook {
            organisation: ORGANISATION.to_owned(),
            name: "w".to_owned(),
            url: "http://127.0.0.1:9/".to_owned(),
            events: vec!["alert.raised".to_owned(), "alert.closed".to_owned()],
        };
        let key = KeySafe::from_key(&[1; 32]);
        store.create_webhook(&cli, now, &all, Terms { key: &key, private: true }, &webhook).await.expect("a webhook");
    }

    pub async fn start(&mut self) {
        let (intake, lanes) = Intake::new(100);
        let path = Arc::new(|| true);
        let made = Engine::new(self.store.clone(), self.clock.clone(), self.settings.clone(), lanes, path).await;
        let (engine, handle) = made.expect("an engine");
        let stop = CancellationToken::new();
        let task = tokio::spawn(engine.run(stop.clone()));
        self.running = Some(Running { handle, intake, stop, task });
    }

    /// The service ends: in order, or, like a process that is killed, at once.
    pub async fn end(&mut self, in_order: bool) {
        let running = self.running.take().expect("it runs");
        if in_order {
            running.stop.cancel();
        } else {
            running.task.abort();
        }
        let _ = running.task.await;
    }

    pub fn engine(&self) -> &EngineHandle {
        &self.running.as_ref().expect("it runs").handle
    }

    pub async fn act(&self, who: &str, role: Role, action: Action) -> Result<Vec<Alert>, Refusal> {
        let grants = vec![Grant { role, organisation: Some(ORGANISATION.to_owned()) }];
        let by = Principal { id: who.to_owned(), name: who.to_owned(), is_user: true, grants };
        self.engine().act(by, action).await
    }

    /// Waits until nothing is due any more.
    pub async fn settle(&self) {
        loop {
            // Served between the clocks: when it is answered, the engine has turned.
            let nothing = Action::Deal { alert: "nothing".to_owned(), deed: harken::engine::action::Deed::Accept };
            assert!(self.act("ann", Role::Operator, nothing).await.is_err());
            if self.store.next_due().await.expect("the database").is_none_or(|due| due > self.clock.now()) {
                return;
            }
        }
    }

    /// A new press, as bytes.
    pub fn new_press(&mut self, home: usize) -> (usize, String) {
        self.events += 1;
        (home, json!({ "id": format!("e{}", self.events), "kind": "pendant", "device": "p", "at": self.clock.now() }).to_string())
    }

    /// Hands it over; the way to hear what became of it.
    pub async fn submit(&self, (home, payload): &(usize, String)) -> mpsc::UnboundedReceiver<harken::ingest::delivery::Settled> {
        let (to, heard) = mpsc::unbounded_channel();
        let delivery = Delivery {
            gateway: format!("gw-{home}").into(),
            topic: Topic::Alarms,
            payload: Bytes::from(payload.clone()),
            oversized: None,
            decoded: None,
            retained: false,
            received_at: self.clock.now(),
            receipt: Receipt::new(to, 1),
        };
        self.running.as_ref().expect("it runs").intake.submit(delivery).await;
        heard
    }

    /// Its answer: the alert, and whether it is a repetition.
    pub async fn answered(mut heard: mpsc::UnboundedReceiver<harken::ingest::delivery::Settled>) -> (String, bool) {
        let settled = tokio::time::timeout(wait::PATIENCE, heard.recv()).await.expect("in time").expect("settled");
        let ack: Value = serde_json::from_slice(&settled.acks.expect("stored")).expect("JSON");
        (ack["alerts"][0].as_str().expect("an alert").to_owned(), ack["status"] == "duplicate")
    }
}
