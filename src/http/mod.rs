//! The HTTP API, the live stream and the plain page: one file per resource. Errors become answers in `problem`, who may do what stands in
//! `permissions`, and `gate` lets nobody in without both.
//!
//! A resource is a file with its wire structs, its handlers and `routes()`, which [`router`] merges. A handler takes [`access::Access`]
//! (who asks, and the scope that its row of `permissions` gives them) and passes that scope on to every query.

pub mod access;
mod gate;
mod health;
mod json;
mod live;
mod me;
pub mod notes;
mod openapi;
pub mod page;
pub mod permissions;
pub mod problem;
pub mod state;
pub mod text;
mod throttle;

use axum::Router;
use axum::middleware;
use utoipa_axum::router::OpenApiRouter;

pub use json::{Json, Path, Query};
pub use state::HttpState;

/// Everything that is served, with the description of the API.
#[must_use]
pub fn router(state: HttpState) -> Router {
    let api = OpenApiRouter::new().merge(me::routes());
    let (router, document) = OpenApiRouter::with_openapi(openapi::base()).nest("/api/v1", api).split_for_parts();
    let document = openapi::complete(document);
    let gate = gate::Gate::new(state.clone(), &document);
    router
        .route_layer(middleware::from_fn_with_state(gate, gate::let_in))
        .merge(health::routes())
        .merge(openapi::routes(document))
        .layer(middleware::map_response(problem::replace_bare_errors))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(problem::from_panic))
        .with_state(state)
}
