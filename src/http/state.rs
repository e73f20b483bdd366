//! What every handler is given.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::live::Live;
use super::notes::Notes;
use super::throttle::Throttle;
use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::action::EngineHandle;
use crate::secrets::KeySafe;
use crate::store::Store;

/// Passwords that are checked at the same time, at most: each takes 19 MiB and a core for some 20 ms.
const PASSWORD_CHECKS: usize = 4;

/// What every handler is given. Cheap to clone.
#[derive(Clone)]
pub struct HttpState {
    /// The database: registers are written here, everything about alerts only read.
    pub store: Store,
    /// The way to the engine: whatever changes an alert goes there.
    pub engine: EngineHandle,
    /// The time.
    pub clock: Clock,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// The key under which codes of key safes are encrypted.
    pub key_safe: KeySafe,
    /// What `/metrics` shows; without it the route answers 404.
    pub metrics: Option<PrometheusHandle>,
    /// Cancelled when the service stops: long answers end then.
    pub stopping: CancellationToken,
    /// What is noted in passing: who read what, when a token was last used.
    pub notes: Notes,
    /// The newest part of the change feed, shared by all who listen.
    pub(super) live: Live,
    /// Failed sign-ins.
    pub(super) throttle: Arc<Throttle>,
    /// The permit to run a backtest: one at a time.
    pub(super) backtests: Arc<Semaphore>,
    /// Permits to check a password.
    pub(super) password_checks: Arc<Semaphore>,
    /// Work that goes on although its client has gone.
    pub(super) unfinished: TaskTracker,
}

impl HttpState {
    /// The state of a service that has served nobody yet.
    #[must_use]
    pub fn new(
        store: Store,
        engine: EngineHandle,
        clock: Clock,
        settings: Arc<Settings>,
        key_safe: KeySafe,
        metrics: Option<PrometheusHandle>,
        stopping: CancellationToken,
    ) -> Self {
        Self {
            throttle: Arc::new(Throttle::new(settings.security.login_attempts_per_minute)),
            backtests: Arc::new(Semaphore::new(1)),
            password_checks: Arc::new(Semaphore::new(PASSWORD_CHECKS)),
            notes: Notes::new(),
            live: Live::new(),
            unfinished: TaskTracker::new(),
            store,
            engine,
            clock,
            settings,
            key_safe,
            metrics,
            stopping,
        }
    }

    /// What runs beside the requests: the live feed, until `stopping`, and the notes, until `served` says that the last request has
    /// been answered. [`super::serve()`] runs it; whoever uses the router alone does.
    pub async fn background(&self, served: &CancellationToken) {
        tokio::join!(self.live.follow(&self.store, &self.engine, &self.stopping), self.notes.write(&self.store, served));
    }

    /// Whether the session cookie is marked Secure.
    pub(super) fn secure_cookies(&self) -> bool {
        self.settings.http.secure_cookies || !self.settings.http.tls_certificate.is_empty()
    }
}
