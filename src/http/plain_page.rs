//! The plain page at `/`: sign in, see the open alerts live, take them and close them. Until the console replaces it.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::state::HttpState;
use crate::domain::outcome::Outcome;

/// The routes of this room: three files, carried in the binary.
pub fn routes() -> Router<HttpState> {
    let script = || async { file("text/javascript; charset=utf-8", include_str!("plain_page/alerts.js")) };
    let style = || async { file("text/css; charset=utf-8", include_str!("plain_page/alerts.css")) };
    Router::new().route("/", get(page)).route("/alerts.js", get(script)).route("/alerts.css", get(style))
}

/// The page, with the outcomes that the service has.
async fn page(State(state): State<HttpState>) -> Response {
    let option = |outcome: &Outcome| format!("<option value=\"{}\">{}</option>", outcome.id, escaped(&outcome.title));
    let options: Vec<String> = state.engine.outcomes().offered().map(option).collect();
    let html = include_str!("plain_page/index.html").replace("<!-- the outcomes -->", &options.join("\n          "));
    file("text/html; charset=utf-8", html)
}

/// A title as it may stand in a page.
fn escaped(title: &str) -> String {
    title.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn file(kind: &'static str, text: impl IntoResponse) -> Response {
    // Asked for again at every visit, so that an upgrade is seen at once: the three together have a few kilobytes.
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (headers, text).into_response()
}
