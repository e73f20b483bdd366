//! The HTTP API, the live stream and the console: one file per resource. Errors become answers in `problem`, who may do what stands in
//! `permissions`, and `gate` lets nobody in without both.
//!
//! A resource is a file with its wire structs, its handlers and `routes()`, which [`router`] merges. A handler takes [`access::Access`]
//! (who asks, and the scope that its row of `permissions` gives them) and passes that scope on to every query.

pub mod access;
mod access_log;
mod alerts;
mod audit;
mod board;
mod case;
mod connection;
mod console;
mod contacts;
mod devices;
mod erasure;
mod escalation;
mod evidence;
mod excuses;
mod gate;
mod gateways;
mod grants;
mod headers;
mod health;
mod holds;
mod home_pages;
mod homes;
pub mod idempotency;
mod incidents;
mod json;
mod key_safe;
mod live;
mod me;
pub mod notes;
mod notices;
mod openapi;
mod organisations;
mod outcomes;
pub mod page;
mod peer;
mod people;
pub mod permissions;
mod plans;
pub mod problem;
mod quarantine;
mod register;
mod reports;
mod residents;
mod rotas;
mod rules;
mod schedules;
mod serve;
mod session;
mod shifts;
pub mod state;
mod strangers;
mod stream;
pub mod text;
mod throttle;
mod tokens;
mod users;
mod visits;
mod webhooks;
mod whole_alert;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;

pub use json::{Json, Path, Query};
pub use serve::serve;
pub use state::HttpState;

/// An answer that has not begun by then is given up. A stream has begun at once.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Everything that is served, with the description of the API.
pub fn router(state: HttpState) -> Router {
    let (router, document) = described();
    let gate = gate::Gate::new(state.clone(), &document);
    router
        .route_layer(middleware::from_fn_with_state(state.clone(), idempotency::once))
        .route_layer(middleware::from_fn_with_state(gate, gate::let_in))
        .merge(health::routes())
        .merge(openapi::routes(document))
        .merge(console::routes())
        .layer(DefaultBodyLimit::max(idempotency::BODY_MAX))
        .layer(middleware::from_fn(in_time))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(problem::from_panic))
        .layer(middleware::map_response(problem::replace_bare_errors))
        .layer(middleware::from_fn(headers::add))
        .layer(middleware::from_fn_with_state(state.clone(), access_log::write))
        .with_state(state)
}

/// The description of the API, as `/openapi.json` gives it.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    described().1
}

/// The operations and what describes them.
fn described() -> (Router<HttpState>, utoipa::openapi::OpenApi) {
    let api = OpenApiRouter::new()
        .merge(session::routes())
        .merge(me::routes())
        .merge(alerts::routes())
        .merge(case::routes())
        .merge(visits::routes())
        .merge(key_safe::routes())
        .merge(stream::routes())
        .merge(board::routes())
        .merge(users::routes())
        .merge(tokens::routes())
        .merge(people::routes())
        .merge(organisations::routes())
        .merge(homes::routes())
        .merge(home_pages::routes())
        .merge(residents::routes())
        .merge(contacts::routes())
        .merge(gateways::routes())
        .merge(devices::routes())
        .merge(excuses::routes())
        .merge(plans::routes())
        .merge(rules::routes())
        .merge(rotas::routes())
        .merge(shifts::routes())
        .merge(escalation::routes())
        .merge(outcomes::routes())
        .merge(incidents::routes())
        .merge(notices::routes())
        .merge(reports::routes())
        .merge(schedules::routes())
        .merge(erasure::routes())
        .merge(holds::routes())
        .merge(evidence::routes())
        .merge(webhooks::routes())
        .merge(quarantine::routes())
        .merge(audit::routes())
        .merge(strangers::routes());
    let (router, document) = OpenApiRouter::with_openapi(openapi::base()).nest(gate::PREFIX, api).split_for_parts();
    (router, openapi::complete(document))
}

async fn in_time(request: Request, next: Next) -> Response {
    let late = || problem::Problem::unavailable("The service did not manage to answer within 30 s. Try again.");
    tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await.unwrap_or_else(|_| late().into_response())
}
