//! A service under test, and ways to fill it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use harken::clock::{Clock, new_id};
use harken::config::Settings;
use harken::domain::access::{Grant, Role, Scope};
use harken::domain::alert::{Alert, Holder, Queue, RuleRef, State};
use harken::domain::incident::{Area, AreaKind, Cause, Incident};
use harken::domain::outcome::Outcomes;
use harken::domain::register::{NewContact, NewGateway, NewHome, NewOrganisation, NewResident};
use harken::domain::secret;
use harken::engine::action::{Action, EngineHandle, Refusal, Request};
use harken::http::HttpState;
use harken::reports::scheduled::Runner;
use harken::response::visit::VisitTimes;
use harken::secrets::KeySafe;
use harken::store::{Actor, Store, StoreSettings};
use sqlx::{Connection, Executor};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::support::api::{Api, provider};
use crate::support::{scratch, wait};

/// What the engine was asked, by whose id.
pub type Asked = (String, Action);

/// A running service.
pub struct Service {
    pub address: SocketAddr,
    pub store: Store,
    pub clock: Clock,
    pub stopping: CancellationToken,
    /// The engine's end: dropped when the test takes it out.
    pub engine: Arc<Mutex<Engine>>,
    pub feed: watch::Sender<i64>,
    /// The SQLite file or PostgreSQL URL.
    pub database: String,
    pub server: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    engine_task: tokio::task::JoinHandle<()>,
}

/// The script of the engine: what it will answer, and what it was asked.
#[derive(Default)]
pub struct Engine {
    pub answers: VecDeque<Result<Vec<Alert>, Refusal>>,
    pub asked: Vec<Asked>,
}

/// An organisation with one of everything.
pub struct Organisation {
    pub id: String,
    pub home: String,
    pub resident: String,
    pub contact: String,
    pub gateway: String,
    pub alert: Alert,
}

/// When every test begins.
pub fn start_of_test() -> DateTime<Utc> {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

impl Service {
    /// On SQLite, with the default settings.
    pub async fn start() -> Self {
        Self::with(Settings::default(), None).await
    }

    /// With these settings, on this database (an SQLite file of its own without one).
    pub async fn with(mut settings: Settings, database: Option<String>) -> Self {
        provider();
        let file = scratch::dir("http-").join("harken.db");
        settings.database.url = database.unwrap_or_else(|| format!("sqlite://{}", file.display()));
        let database = settings.database.url.clone();
        let store = Store::open(&StoreSettings { url: settings.database.url.clone(), connections: 8, max_pages: None }).await.unwrap();
        let (clock, stopping) = (Clock::manual(start_of_test()), CancellationToken::new());
        let (requests, mut inbox) = mpsc::channel::<Request>(16);
        let (feed, announced) = watch::channel(0);
        let engine = Arc::new(Mutex::new(Engine::default()));
        let script = engine.clone();
        let engine_task = tokio::spawn(async move {
            while let Some(request) = inbox.recv().await {
                let mut script = script.lock().unwrap();
                script.asked.push((request.by.id.clone(), request.action));
                let answer = script.answers.pop_front().unwrap_or(Err(Refusal::NotFound("this alert")));
                let _ = request.answer.send(answer);
            }
        });
        let handle = EngineHandle::new(requests, announced);
        let state =
            HttpState::new(store.clone(), handle, clock.clone(), Arc::new(settings), KeySafe::from_key(&[7; 32]), None, stopping.clone());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Some(tokio::spawn(harken::http::serve(listener, state)));
        Self { address, store, clock, stopping, engine, feed, database, server, engine_task }
    }

    /// A client without a token.
    pub fn api(&self) -> Api {
        Api::new(self.address)
    }

    /// A client with a fresh token of `role` in `organisation` (`None`: in all).
    pub async fn api_as(&self, role: Role, organisation: Option<&str>) -> Api {
        self.api().with_token(&self.token(role, organisation).await)
    }

    /// A client that may do everything.
    pub async fn admin(&self) -> Api {
        self.api_as(Role::Administrator, None).await
    }

    /// A fresh token's secret.
    pub async fn token(&self, role: Role, organisation: Option<&str>) -> String {
        let (id, token) = (new_id(&self.clock), secret::new_token());
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_token(&id, role.as_str(), &secret::sha256_hex(token.as_bytes()), self.clock.now()).await.unwrap();
        tx.set_grants(&id, &[Grant { role, organisation: organisation.map(str::to_owned) }]).await.unwrap();
        tx.commit().await.unwrap();
        token
    }

    /// A person with the password `correct horse`; their id.
    pub async fn person(&self, login: &str, role: Role, organisation: Option<&str>) -> String {
        let id = new_id(&self.clock);
        let hash = secret::hash_password("correct horse").unwrap();
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_user(&id, login, &format!("Person {login}"), &hash, self.clock.now()).await.unwrap();
        tx.set_grants(&id, &[Grant { role, organisation: organisation.map(str::to_owned) }]).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// An organisation with a home, a resident, a contact, a gateway and an open alert.
    pub async fn organisation(&self, id: &str) -> Organisation {
        let (by, now, all) = (Actor { id: "tester".to_owned() }, self.clock.now(), Scope::All);
        let new = NewOrganisation { id: Some(id.to_owned()), name: format!("The {id}"), zone: None };
        self.store.create_organisation(&by, now, &new).await.unwrap();
        let new =
            NewHome { organisation: id.to_owned(), name: format!("{id} home"), address: "1 High Street".to_owned(), ..NewHome::default() };
        let home = self.store.create_home(&by, now, &all, &KeySafe::from_key(&[7; 32]), &new).await.unwrap().id;
        let new = serde_json::json!({ "home": home, "name": format!("Resident of {id}") });
        let new: NewResident = serde_json::from_value(new).unwrap();
        let resident = self.store.create_resident(&by, now, &all, &new).await.unwrap().id;
        let new = serde_json::json!({ "home": home, "name": format!("Contact of {id}"), "telephone": "+441632960001" });
        let new: NewContact = serde_json::from_value(new).unwrap();
        let contact = self.store.create_contact(&by, now, &all, &new).await.unwrap().id;
        let new: NewGateway = serde_json::from_value(serde_json::json!({ "id": format!("gw-{id}"), "home": home })).unwrap();
        self.store.create_gateway(&by, now, &all, &new).await.unwrap();
        let alert = self.alert(id, Some(&home), "pendant");
        self.save(&alert).await;
        Organisation { id: id.to_owned(), home, resident, contact, gateway: format!("gw-{id}"), alert }
    }

    /// A visit that is offered to nobody the test knows; its id.
    pub async fn visit(&self, organisation: &str) -> String {
        let (id, now) = (new_id(&self.clock), self.clock.now());
        let nobody = Holder { id: "nobody".to_owned(), name: "Nobody".to_owned() };
        let times = VisitTimes {
            answer: TimeDelta::minutes(3),
            set_out: TimeDelta::minutes(10),
            attend: TimeDelta::minutes(45),
            attend_limit: TimeDelta::minutes(60),
            lone_worker: TimeDelta::minutes(60),
        };
        let place = (organisation.to_owned(), "home".to_owned(), "alert".to_owned());
        let mut tx = self.store.begin().await.unwrap();
        tx.save_visit(&harken::response::visit::offer(id.clone(), place, nobody, None, now, &times)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// An incident of no homes; its id.
    pub async fn incident(&self, organisation: &str) -> String {
        let (id, now) = (new_id(&self.clock), self.clock.now());
        let incident = Incident {
            id: id.clone(),
            organisation: organisation.to_owned(),
            cause: Cause::Silence,
            area: Area { kind: AreaKind::Locality, name: format!("Somewhere {organisation}ern") },
            alert: "alert".to_owned(),
            opened_at: now,
            last_joined_at: now,
            closed_at: None,
            homes: 0,
            waiting: 0,
        };
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_incident(&incident).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Makes the scheduled reports that are due, as the service does in the background.
    pub async fn make_reports(&self) {
        let tell: harken::reports::scheduled::Tell = Arc::new(|_| async { true }.boxed());
        let settings = Arc::new(Settings::default());
        let runner = Runner::new(self.store.clone(), self.clock.clone(), settings, Outcomes::default(), tell);
        while runner.round().await.unwrap() {}
    }

    /// An open alert, not yet saved.
    pub fn alert(&self, organisation: &str, home: Option<&str>, rule: &str) -> Alert {
        let now = self.clock.now();
        Alert {
            id: new_id(&self.clock),
            organisation: organisation.to_owned(),
            home: home.map(str::to_owned),
            resident: None,
            device: None,
            gateway: Some(format!("gw-{organisation}")),
            subject: format!("home-{}", new_id(&self.clock)),
            rule: RuleRef { id: rule.to_owned(), revision: 1, title: format!("The {rule} was pressed") },
            queue: Queue::Care,
            priority: 2,
            state: State::Raised,
            raised_at: now,
            occurred_at: now - TimeDelta::seconds(1),
            late_s: None,
            activations: 1,
            explanation: format!("Somebody in {organisation} needs help."),
            call_back: None,
            holder: None,
            lease_until: None,
            idle_until: None,
            held_until: None,
            previous_holder: None,
            on_top_since: None,
            answer_by: None,
            breach_at: None,
            escalation: harken::domain::escalation::Escalation::default(),
            level: 0,
            next_step_at: None,
            received_at: None,
            accepted_at: None,
            accepted_by: None,
            closed_at: None,
            outcome: None,
            breach_cause: None,
            previous: None,
            incident: None,
            fault: None,
            test: false,
            marks: Vec::new(),
            instructions: vec!["Speak to the person.".to_owned()],
            settings: std::collections::BTreeMap::default(),
            blind_rules: Vec::new(),
            version: 1,
        }
    }

    /// Commits an alert as it is now, with its entry in the feed, and announces it as the engine does. The feed's last position.
    pub async fn save(&self, alert: &Alert) -> i64 {
        self.save_quietly(std::slice::from_ref(alert)).await
    }

    /// Several in one transaction.
    pub async fn save_quietly(&self, alerts: &[Alert]) -> i64 {
        let mut tx = self.store.begin().await.unwrap();
        tx.save_alerts(alerts).await.unwrap();
        let position = tx.append_feed(alerts, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.feed.send_replace(position);
        position
    }

    /// Scripts the engine's next answer.
    pub fn engine_answers(&self, answer: Result<Vec<Alert>, Refusal>) {
        self.engine.lock().unwrap().answers.push_back(answer);
    }

    /// What the engine was asked last.
    pub fn asked(&self) -> Asked {
        self.engine.lock().unwrap().asked.last().cloned().expect("the engine was asked")
    }

    /// Ends the engine, as when the service stops.
    pub async fn end_engine(&self) {
        self.engine_task.abort();
        wait::until("the engine has gone", wait::PATIENCE, || async { self.engine_task.is_finished().then_some(()) }).await;
    }

    /// Does something to an SQLite database behind the service's back.
    pub async fn sql(&self, text: &'static str) {
        let mut connection = sqlx::SqliteConnection::connect(&self.database).await.unwrap();
        connection.execute(text).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Moves the clock on.
    pub fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}
