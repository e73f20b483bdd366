//! One line in the log and one count per request: route template, status, time taken, who. No personal data: neither the address called, which may hold
//! names, nor what was sent.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::gate::AskedBy;
use super::state::HttpState;

/// Writes it, when the answer begins.
pub async fn write(State(state): State<HttpState>, request: Request, next: Next) -> Response {
    let began = state.clock.monotonic();
    let method = request.method().as_str().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let (took, status) = (state.clock.monotonic().saturating_sub(began), response.status());
    let who = response.extensions().get::<AskedBy>().map_or("-", |AskedBy(id)| id);
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(target: "harken::http", method, route, status = status.as_u16(), took_ms, who);
    let labels = [("method", known_method(&method)), ("route", route), ("status", status.as_u16().to_string())];
    metrics::counter!("harken_http_requests_total", &labels).increment(1);
    metrics::histogram!("harken_http_request_seconds", &labels[..2]).record(took.as_secs_f64());
    response
}

/// Strangers may invent methods, but not time series.
fn known_method(method: &str) -> String {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.iter().find(|each| **each == method).map_or("other", |each| each).to_owned()
}
