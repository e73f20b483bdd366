//! For whoever runs the service: `/healthz` (the process is alive), `/readyz` (it can do its work), `/metrics` (Prometheus). Without sign-in and without
//! personal data.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::json::Json;
use super::problem::Problem;
use super::state::HttpState;

/// A database that has not answered in this time counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// The routes of this room.
pub fn routes() -> Router<HttpState> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).route("/metrics", get(metrics))
}

async fn alive() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "status": "alive" }))
}

async fn ready(State(state): State<HttpState>) -> Result<Json<serde_json::Value>, Problem> {
    if state.stopping.is_cancelled() || !state.engine.is_alive() {
        return Err(Problem::unavailable("The engine is not running: the service is stopping."));
    }
    match tokio::time::timeout(PATIENCE, state.store.ping()).await {
        Ok(Ok(())) => Ok(Json(serde_json::json!({ "status": "ready" }))),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Problem::unavailable("The database has not answered for 2 s.")),
    }
}

async fn metrics(State(state): State<HttpState>) -> Response {
    match &state.metrics {
        Some(metrics) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
