//! Gateways: registering one makes its secret, which is shown once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::idempotency::HoldsSecret;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::{RegisterQuery, actor};
use super::state::HttpState;
use crate::domain::register::{Gateway, GatewayPatch, GatewayWithSecret, NewGateway};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive)).routes(routes!(rotate))
}

/// Gateways
#[utoipa::path(
    get, path = "/gateways", tag = "registers", operation_id = "list_gateways", params(RegisterQuery, PageQuery),
    responses((status = 200, body = Page<Gateway>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<RegisterQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Gateway>>, Problem> {
    let after = page.after::<String>()?;
    let found = state.store.gateways(&query.rows(&access, &page, after.as_deref())?).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// One gateway
#[utoipa::path(
    get, path = "/gateways/{id}", tag = "registers", operation_id = "get_gateway", params(("id" = String, Path)),
    responses((status = 200, body = Gateway))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Gateway>, Problem> {
    Ok(Json(state.store.gateway(&access.scope, &id).await?))
}

/// Register a gateway
///
/// The answer holds its secret, which is shown only here. A gateway that was heard (through a broker) before anybody registered it is adopted: its
/// events and alerts move to the home.
#[utoipa::path(
    post, path = "/gateways", tag = "registers", operation_id = "add_gateway", request_body = NewGateway,
    responses((status = 201, body = GatewayWithSecret), (status = 404, description = "The home you name is not there, or you may not see it."))
)]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewGateway>) -> Result<Response, Problem> {
    let made = state.store.create_gateway(&actor(&access), state.clock.now(), &access.scope, &new).await?;
    Ok(shown_once(StatusCode::CREATED, made))
}

/// Change a gateway
///
/// With another home it moves there with its devices; what it said before stays where it was said.
#[utoipa::path(
    patch, path = "/gateways/{id}", tag = "registers", operation_id = "change_gateway", params(("id" = String, Path)),
    request_body = GatewayPatch, responses((status = 200, body = Gateway))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<GatewayPatch>,
) -> Result<Json<Gateway>, Problem> {
    Ok(Json(state.store.change_gateway(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?))
}

/// Archive a gateway
///
/// Its alarms still raise, its silence no longer does.
#[utoipa::path(
    delete, path = "/gateways/{id}", tag = "registers", operation_id = "archive_gateway", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = GatewayPatch { archived: Some(true), ..GatewayPatch::default() };
    state.store.change_gateway(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a new secret for a gateway
///
/// The answer holds it, and it is shown only here. The old one is refused at the next connection.
#[utoipa::path(
    post, path = "/gateways/{id}/secret", tag = "registers", operation_id = "rotate_gateway_secret", params(("id" = String, Path)),
    responses((status = 200, body = GatewayWithSecret))
)]
async fn rotate(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let made = state.store.rotate_gateway_secret(&actor(&access), state.clock.now(), &access.scope, &id).await?;
    Ok(shown_once(StatusCode::OK, made))
}

fn shown_once(status: StatusCode, made: GatewayWithSecret) -> Response {
    let mut response = (status, Json(made)).into_response();
    response.extensions_mut().insert(HoldsSecret);
    response
}
