//! The composition root: connect, migrate, bind, spawn; and stop in the opposite order.

mod canary;
mod guard;
mod outgoing;
pub mod pruning;
mod reporting;
mod sealer;
mod sources;
mod upkeep;
mod watchdog;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::dating::Dating;
use crate::engine::action::EngineHandle;
use crate::engine::{AUDITED_EVERY, Engine, OwnPathIsUp};
use crate::http::HttpState;
use crate::ingest::intake::Intake;
use crate::notify::deadman::Health;
use crate::secrets::KeySafe;
use crate::store::{Store, StoreError, StoreSettings};

use canary::{Canary, Receiver, Route};
use guard::DatabaseGuard;
use outgoing::{Outgoing, Parts};
use sealer::Sealer;
use sources::Sources;

/// Why the service could not start. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An address that cannot be bound, a file that cannot be read, a setting that makes no sense.
    #[error("{0}")]
    Setup(String),
}

/// The running service.
pub struct App {
    /// Where the API is, unless it is switched off.
    pub http: Option<SocketAddr>,
    /// Where gateways connect, unless it is switched off.
    pub mqtt: Option<SocketAddr>,
    /// The same with TLS.
    pub mqtts: Option<SocketAddr>,
    /// The database.
    pub store: Store,
    /// The way to the engine.
    pub engine: EngineHandle,
    /// Whether our own path to the gateways is open.
    pub own_path_is_up: OwnPathIsUp,
    sources: Task,
    http_task: Option<Task>,
    upkeep: Task,
    reporting: Task,
    outgoing: Outgoing,
    canary: Vec<Task>,
    sealer: Task,
    engine_task: Task,
    _guard: Option<DatabaseGuard>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("http", &self.http).field("mqtt", &self.mqtt).field("mqtts", &self.mqtts).finish_non_exhaustive()
    }
}

/// A long-lived task and the way to end it.
#[derive(Debug)]
struct Task {
    stop: CancellationToken,
    /// Ends what does not end by itself.
    abandon: CancellationToken,
    handle: JoinHandle<()>,
}

impl Task {
    fn spawn<F: Future<Output = ()> + Send + 'static>(run: impl FnOnce(CancellationToken) -> F) -> Self {
        let (stop, abandon) = (CancellationToken::new(), CancellationToken::new());
        let handle = tokio::spawn(until(run(stop.clone()), abandon.clone()));
        Self { stop, abandon, handle }
    }

    /// On a thread of its own: its every step would otherwise queue behind the tasks of thousands of connections.
    fn on_own_thread<F: Future<Output = ()> + Send + 'static>(run: impl FnOnce(CancellationToken) -> F) -> Self {
        let (stop, abandon) = (CancellationToken::new(), CancellationToken::new());
        let task = until(run(stop.clone()), abandon.clone());
        let runtime = tokio::runtime::Handle::current();
        let handle = tokio::task::spawn_blocking(move || runtime.block_on(task));
        Self { stop, abandon, handle }
    }

    async fn end(self, patience: Duration) {
        self.stop.cancel();
        if tokio::time::timeout(patience, self.handle).await.is_err() {
            tracing::warn!("a task did not stop in time");
            self.abandon.cancel();
        }
    }
}

async fn until(task: impl Future<Output = ()>, abandoned: CancellationToken) {
    tokio::select! {
        () = task => {}
        () = abandoned.cancelled() => {}
    }
}

impl App {
    /// Starts everything that `settings` switch on.
    ///
    /// # Errors
    /// When the database, an address or a file cannot be used.
    pub async fn start(settings: Settings, clock: Clock, metrics: Option<PrometheusHandle>) -> Result<Self, AppError> {
        // Once per process; a second start in the same process finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let guard = DatabaseGuard::take(&settings.database.url, &clock)?;
        let store = Store::open(&store_settings(&settings)).await?;
        let (intake, lanes) = Intake::new(settings.engine.lane_depth);
        let intake = intake.with_limits(Dating::of(&settings.engine));
        let sources = Sources::bind(&settings, &store, &intake, &clock)?;
        let (mqtt, mqtts) = sources.addresses();
        let own_path_is_up = sources.path();
        let (engine, handle) = Engine::new(store.clone(), clock.clone(), settings.clone(), lanes, own_path_is_up.clone()).await?;
        let http_socket = bind_http(&settings.http.listen)?;
        let http = http_socket.as_ref().and_then(|socket| socket.local_addr().ok());
        let (pulse, clean_at) = (engine.pulse(), engine.clean_at());
        let engine_task = Task::on_own_thread(|stop| engine.run(stop));
        let sources = Task::spawn(|stop| sources.run(stop));
        let shared = Arc::new(settings.clone());
        let key = KeySafe::from_file(Path::new(&settings.security.key_file)).map_err(|error| AppError::Setup(error.to_string()))?;
        let state = |stop| HttpState::new(store.clone(), handle.clone(), clock.clone(), shared.clone(), key.clone(), metrics.clone(), stop);
        let http_task = http_socket.map(|socket| Task::spawn(|stop| serve_http(socket, state(stop))));
        let (sealer, signs) = Sealer::new(store.clone(), clock.clone());
        // Whatever must be well for the dead man's ping to go out reports here.
        let mut health = Health::default();
        health.watch("trail", signs.well);
        health.watch_looks("auditor", clean_at, AUDITED_EVERY * 3);
        let plain_http = http.filter(|_| settings.http.tls_certificate.is_empty());
        let route = Route {
            store: store.clone(),
            clock: clock.clone(),
            engine: handle.clone(),
            key: key.clone(),
            mqtt: (mqtt, mqtts),
            http: plain_http,
        };
        let mut canary = Vec::new();
        let mut canary_receiver = None;
        if let Some((bird, well_at)) = Canary::new(&settings, route)? {
            health.watch_looks("canary", well_at, TimeDelta::seconds(settings.canary.every_s * 3));
            let receiver = Receiver::bind(store.clone(), key.clone())?;
            canary_receiver = Some(receiver.url()?);
            canary.push(Task::spawn(|stop| bird.run(stop)));
            canary.push(Task::spawn(|stop| receiver.run(stop)));
        }
        let parts = Parts {
            settings: &settings,
            store: &store,
            clock: &clock,
            key: &key,
            engine: &handle,
            health,
            head: signs.head,
            canary: canary_receiver,
        };
        let outgoing = Outgoing::start(parts)?;
        let sealer = Task::spawn(|stop| sealer.run(stop));
        let reporting = reporting::start(&store, &clock, &shared, &handle);
        let upkeep = Task::spawn(|stop| upkeep::run(store.clone(), clock.clone(), settings.retention.clone(), metrics, pulse, stop));
        Ok(Self {
            http,
            mqtt,
            mqtts,
            store,
            engine: handle,
            own_path_is_up,
            sources,
            http_task,
            upkeep,
            reporting,
            outgoing,
            canary,
            sealer,
            engine_task,
            _guard: guard,
        })
    }

    /// Stops in order: take in nothing more, store and acknowledge what was taken in, then the rest.
    pub async fn stop(self) {
        let mut canary = self.canary.into_iter();
        if let Some(bird) = canary.next() {
            bird.end(Duration::from_secs(1)).await;
        }
        self.sources.end(Duration::from_secs(15)).await;
        if let Some(http) = self.http_task {
            http.end(Duration::from_secs(10)).await;
        }
        self.upkeep.end(Duration::from_secs(10)).await;
        self.reporting.end(Duration::from_secs(2)).await;
        self.outgoing.end().await;
        for receiver in canary {
            receiver.end(Duration::from_secs(1)).await;
        }
        self.engine_task.end(Duration::from_secs(15)).await;
        self.sealer.end(Duration::from_secs(10)).await;
        self.store.close().await;
    }
}

/// How the settings say to reach the database.
#[must_use]
pub fn store_settings(settings: &Settings) -> StoreSettings {
    let max_pages = (settings.database.max_pages > 0).then_some(settings.database.max_pages);
    StoreSettings { url: settings.database.url.clone(), connections: settings.database.connections, max_pages }
}

/// The address that a setting names; `None` when it is empty.
fn address(setting: &str, name: &str) -> Result<Option<SocketAddr>, AppError> {
    if setting.is_empty() {
        return Ok(None);
    }
    setting.parse().map(Some).map_err(|_| AppError::Setup(format!("{name}: `{setting}` is not an address like 127.0.0.1:8080")))
}

fn bind_http(setting: &str) -> Result<Option<std::net::TcpListener>, AppError> {
    let Some(address) = address(setting, "http.listen")? else { return Ok(None) };
    let bound = std::net::TcpListener::bind(address);
    bound.map(Some).map_err(|error| AppError::Setup(format!("http.listen: cannot bind {address}: {error}; is another server running?")))
}

async fn serve_http(socket: std::net::TcpListener, state: HttpState) {
    if let Err(error) = crate::http::serve(socket, state).await {
        tracing::error!(%error, "the HTTP server ended");
    }
}
