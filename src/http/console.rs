//! The console: the files that `make web` built, carried in the binary. A binary that was built without them says how to get them.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::CompressionLayer;

use super::problem::Problem;
use super::state::HttpState;

/// What was built, if it was.
#[derive(RustEmbed)]
#[folder = "web/dist/"]
#[allow_missing = true]
struct Built;

/// Stands in the page where each answer puts a number used once, by which the page's own styles are told from anybody else's.
const NONCE: &str = "__CSP_NONCE__";

/// The first words of the console's addresses. Each is answered with the page, which finds its own way from there.
const PAGES: &[&str] = &[
    "audit",
    "cases",
    "escalation",
    "handover",
    "homes",
    "incidents",
    "organisations",
    "quarantine",
    "queue",
    "reports",
    "rotas",
    "rules",
    "strangers",
    "tokens",
    "users",
    "visits",
    "wall",
    "webhooks",
];

/// The routes of this room.
pub fn routes() -> Router<HttpState> {
    let mut router = Router::new().route("/", get(page)).route("/assets/{*file}", get(asset)).route("/favicon.svg", get(icon));
    for first in PAGES {
        router = router.route(&format!("/{first}"), get(page)).route(&format!("/{first}/{{*rest}}"), get(page));
    }
    router.layer(CompressionLayer::new())
}

async fn page() -> Response {
    let Some(built) = Built::get("index.html") else { return without_console() };
    let nonce = BASE64_STANDARD.encode(rand::random::<[u8; 16]>());
    let html = String::from_utf8_lossy(&built.data).replace(NONCE, &nonce);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; media-src 'self'; \
         connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    // Asked for again at every visit, so that an upgrade is seen at once; what it names has its content in its name.
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], html).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

async fn asset(Path(file): Path<String>) -> Response {
    match Built::get(&format!("assets/{file}")) {
        Some(built) => carried(built, "public, max-age=31536000, immutable"),
        None => Problem::not_found("This file").into_response(),
    }
}

async fn icon() -> Response {
    match Built::get("favicon.svg") {
        Some(built) => carried(built, "no-cache"),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

fn carried(file: EmbeddedFile, keep: &'static str) -> Response {
    let kind = file.metadata.mimetype().to_owned();
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep.to_owned())], file.data).into_response()
}

fn without_console() -> Response {
    let text = "<!doctype html><html lang=\"en-GB\"><meta charset=\"utf-8\"><title>Harken</title><h1>Harken is running</h1>\
        <p>This binary was built without the console. Run <code>make web</code>, which needs Node, and build again; <code>make run</code> does both.</p>\
        <p>The API is described at <a href=\"/docs/\">/docs</a>.</p></html>";
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
