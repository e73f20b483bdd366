//! Residents: the people at home.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::{RegisterQuery, actor};
use super::state::HttpState;
use crate::domain::register::{NewResident, Resident, ResidentPatch, ResidentSummary};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive))
}

/// Residents
///
/// Names only: reading a record whole is recorded.
#[utoipa::path(
    get, path = "/residents", tag = "registers", operation_id = "list_residents", params(RegisterQuery, PageQuery),
    responses((status = 200, body = Page<ResidentSummary>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<RegisterQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ResidentSummary>>, Problem> {
    let after = page.after::<String>()?;
    let found = state.store.residents(&query.rows(&access, &page, after.as_deref())?).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?.map(ResidentSummary::from)))
}

/// One resident
///
/// Reading it is recorded in the trail.
#[utoipa::path(
    get, path = "/residents/{id}", tag = "registers", operation_id = "get_resident", params(("id" = String, Path)),
    responses((status = 200, body = Resident))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Resident>, Problem> {
    let resident = state.store.resident(&access.scope, &id).await?;
    let home = state.store.home(&access.scope, &resident.home).await?;
    state.notes.read(&access, state.clock.now(), &home.organisation, "resident", &resident.id);
    Ok(Json(resident))
}

/// Enter a resident
#[utoipa::path(
    post, path = "/residents", tag = "registers", operation_id = "add_resident", request_body = NewResident,
    responses((status = 201, body = Resident), (status = 404, description = "The home you name is not there, or you may not see it."))
)]
async fn add(
    access: Access,
    State(state): State<HttpState>,
    Json(new): Json<NewResident>,
) -> Result<(StatusCode, Json<Resident>), Problem> {
    let made = state.store.create_resident(&actor(&access), state.clock.now(), &access.scope, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change a resident
///
/// With another home they move; devices that stay behind are no longer theirs.
#[utoipa::path(
    patch, path = "/residents/{id}", tag = "registers", operation_id = "change_resident", params(("id" = String, Path)),
    request_body = ResidentPatch, responses((status = 200, body = Resident))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<ResidentPatch>,
) -> Result<Json<Resident>, Problem> {
    Ok(Json(state.store.change_resident(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?))
}

/// Archive a resident
#[utoipa::path(
    delete, path = "/residents/{id}", tag = "registers", operation_id = "archive_resident", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = ResidentPatch { archived: Some(true), ..ResidentPatch::default() };
    state.store.change_resident(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}
