//! How long an organisation's things are kept, and erasing a person or a home before that.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path};
use super::problem::Problem;
use super::register::actor;
use super::state::HttpState;
use crate::domain::hold::DeedReason;
use crate::domain::retention::{OrganisationRetention, RetentionChange};
use crate::store::erasure::ErasedCounts;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(periods, set_periods)).routes(routes!(resident)).routes(routes!(home))
}

/// How long an organisation's things are kept
///
/// By class, with the bounds within which the days can be set.
#[utoipa::path(
    get, path = "/organisations/{id}/retention", tag = "registers", operation_id = "get_retention", params(("id" = String, Path)),
    responses((status = 200, body = OrganisationRetention))
)]
async fn periods(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<OrganisationRetention>, Problem> {
    Ok(Json(state.store.retention_of(&access.scope, &id, &state.settings.retention).await?))
}

/// Set how long an organisation's things are kept
///
/// With a reason, which stands in the trail. What is over goes within the hour, in small batches; what reports count stays.
#[utoipa::path(
    put, path = "/organisations/{id}/retention", tag = "registers", operation_id = "set_retention", params(("id" = String, Path)),
    request_body = RetentionChange, responses((status = 200, body = OrganisationRetention))
)]
async fn set_periods(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(change): Json<RetentionChange>,
) -> Result<Json<OrganisationRetention>, Problem> {
    state.store.set_retention(&actor(&access), state.clock.now(), &access.scope, &id, &change).await?;
    Ok(Json(state.store.retention_of(&access.scope, &id, &state.settings.retention).await?))
}

/// Erase a resident
///
/// Names, words and readings go for good, from the register, their alerts, messages and the trail. What reports count stays as it is, and the trail says what was
/// erased. They must be archived, without an open alert, and no legal hold may keep them.
#[utoipa::path(
    post, path = "/residents/{id}/erase", tag = "registers", operation_id = "erase_resident", params(("id" = String, Path)),
    request_body = DeedReason,
    responses((status = 200, body = ErasedCounts), (status = 409, description = "They are not archived, an alert is open, a legal hold keeps them (it is named), or it was done."))
)]
async fn resident(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(why): Json<DeedReason>,
) -> Result<Json<ErasedCounts>, Problem> {
    state.store.resident(&access.scope, &id).await?;
    why.check().map_err(|invalid| Problem::invalid(invalid.0))?;
    Ok(Json(state.store.erase_resident(&actor(&access), state.clock.now(), &access.scope, &id, &why.reason).await?))
}

/// Erase a home
///
/// As with a resident, for everybody who lived there, with contacts, address and access. The home, its residents and gateways must be archived.
#[utoipa::path(
    post, path = "/homes/{id}/erase", tag = "registers", operation_id = "erase_home", params(("id" = String, Path)), request_body = DeedReason,
    responses((status = 200, body = ErasedCounts), (status = 409, description = "Something of it is not archived, an alert is open, a legal hold keeps it (it is named), or it was done."))
)]
async fn home(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(why): Json<DeedReason>,
) -> Result<Json<ErasedCounts>, Problem> {
    state.store.home(&access.scope, &id).await?;
    why.check().map_err(|invalid| Problem::invalid(invalid.0))?;
    Ok(Json(state.store.erase_home(&actor(&access), state.clock.now(), &access.scope, &id, &why.reason).await?))
}
