//! The plain page at `/`: sign in, see the open alerts live, take them and close them. Until the console replaces it.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::state::HttpState;

/// The routes of this room: three files, carried in the binary.
pub fn routes() -> Router<HttpState> {
    let page = || async { file("text/html; charset=utf-8", include_str!("plain_page/index.html")) };
    let script = || async { file("text/javascript; charset=utf-8", include_str!("plain_page/alerts.js")) };
    let style = || async { file("text/css; charset=utf-8", include_str!("plain_page/alerts.css")) };
    Router::new().route("/", get(page)).route("/alerts.js", get(script)).route("/alerts.css", get(style))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    // Asked for again at every visit, so that an upgrade is seen at once: the three together have a few kilobytes.
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (headers, text).into_response()
}
