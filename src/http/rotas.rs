//! Rotas: who is on call when; their overrides, swaps and versions. Shifts stand in `shifts`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::actor;
use super::state::HttpState;
use super::text::Id;
use crate::domain::rota::{NewOverride, NewRota, Rota, RotaPatch, Swap};
use crate::response::rota;
use crate::store::ListQuery;

/// Which rotas.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RotaQuery {
    /// Of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
    /// Archived ones too.
    #[serde(default)]
    #[param(default = false)]
    archived: bool,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(one, change, archive))
        .routes(routes!(versions))
        .routes(routes!(add_override))
        .routes(routes!(withdraw_override))
        .routes(routes!(swap))
}

/// Rotas
#[utoipa::path(
    get, path = "/rotas", tag = "rotas", operation_id = "list_rotas", params(RotaQuery, PageQuery),
    responses((status = 200, body = Page<Rota>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<RotaQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Rota>>, Problem> {
    let after = page.after::<String>()?;
    let asked = ListQuery {
        scope: &access.scope,
        organisation: query.organisation.as_deref(),
        home: None,
        archived: query.archived,
        after: after.as_deref(),
        limit: page.rows()?,
    };
    let found = state.store.rotas(&asked).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// One rota
#[utoipa::path(
    get, path = "/rotas/{id}", tag = "rotas", operation_id = "get_rota", params(("id" = String, Path)),
    responses((status = 200, body = Rota))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Rota>, Problem> {
    Ok(Json(state.store.rota(&access.scope, &id).await?))
}

/// Enter a rota
///
/// Its people are users of the organisation. Hours of the next 14 days with nobody on call who can be reached raise a technical alert.
#[utoipa::path(
    post, path = "/rotas", tag = "rotas", operation_id = "add_rota", request_body = NewRota,
    responses((status = 201, body = Rota), (status = 404, description = "The organisation you name is not there, or you may not see it."))
)]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewRota>) -> Result<(StatusCode, Json<Rota>), Problem> {
    let made = state.store.create_rota(&actor(&access), state.clock.now(), &access.scope, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change a rota
///
/// Every version is kept. `layers` replaces them all; overrides stay.
#[utoipa::path(
    patch, path = "/rotas/{id}", tag = "rotas", operation_id = "change_rota", params(("id" = String, Path)),
    request_body = RotaPatch, responses((status = 200, body = Rota))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<RotaPatch>,
) -> Result<Json<Rota>, Problem> {
    Ok(Json(state.store.change_rota(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?))
}

/// Archive a rota
///
/// Nobody is on call by it any more: a step of an escalation that names it reaches nobody, and the next is taken at once.
#[utoipa::path(
    delete, path = "/rotas/{id}", tag = "rotas", operation_id = "archive_rota", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = RotaPatch { archived: Some(true), ..RotaPatch::default() };
    state.store.change_rota(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The versions of a rota, newest first
///
/// As it was then, without its overrides: those count as changes, and the trail tells them one by one.
#[utoipa::path(
    get, path = "/rotas/{id}/versions", tag = "rotas", operation_id = "list_rota_versions", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Rota>))
)]
async fn versions(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Rota>>, Problem> {
    let found = state.store.rota_versions(&access.scope, &id, page.after::<i64>()?, page.rows()?).await?;
    Ok(Json(page.page(found, |each| each.version)?))
}

/// Put somebody else on call for a time, or nobody
#[utoipa::path(
    post, path = "/rotas/{id}/overrides", tag = "rotas", operation_id = "add_override", params(("id" = String, Path)),
    request_body = NewOverride, responses((status = 201, body = Rota))
)]
async fn add_override(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<NewOverride>,
) -> Result<(StatusCode, Json<Rota>), Problem> {
    let changed = state.store.add_overrides(&actor(&access), state.clock.now(), &access.scope, &id, &[new]).await?;
    Ok((StatusCode::CREATED, Json(changed)))
}

/// Withdraw an override
///
/// One that has begun ends now: what has been stays as it was.
#[utoipa::path(
    delete, path = "/rotas/{id}/overrides/{n}", tag = "rotas", operation_id = "withdraw_override",
    params(("id" = String, Path), ("n" = i64, Path)), responses((status = 204, description = "Withdrawn."))
)]
async fn withdraw_override(
    access: Access,
    State(state): State<HttpState>,
    Path((id, n)): Path<(String, i64)>,
) -> Result<StatusCode, Problem> {
    state.store.withdraw_override(&actor(&access), state.clock.now(), &access.scope, &id, n).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let two people take each other's shifts
///
/// It becomes two overrides, each of which can be withdrawn.
#[utoipa::path(
    post, path = "/rotas/{id}/swaps", tag = "rotas", operation_id = "swap_shifts", params(("id" = String, Path)),
    request_body = Swap, responses((status = 201, body = Rota))
)]
async fn swap(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(swap): Json<Swap>,
) -> Result<(StatusCode, Json<Rota>), Problem> {
    let has_shift = |rota: &Rota, person: &str, from, until| rota::shifts(rota, from, until).iter().any(|shift| shift.person == person);
    let changed = state.store.swap_shifts(&actor(&access), state.clock.now(), &access.scope, &id, &swap, has_shift).await?;
    Ok((StatusCode::CREATED, Json(changed)))
}
