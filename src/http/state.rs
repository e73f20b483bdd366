//! What every handler is given.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::action::EngineHandle;
use crate::store::Store;

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
    /// What `/metrics` shows; without it the route answers 404.
    pub metrics: Option<PrometheusHandle>,
    /// Cancelled when the service stops: long answers end then.
    pub stopping: CancellationToken,
}
