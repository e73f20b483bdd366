//! Homes: where the equipment is, and how to get in. The code of a key safe goes in here and never comes out.

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
use crate::domain::register::{Home, HomePatch, HomeSummary, NewHome};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive))
}

/// Homes
///
/// Without the access notes: reading a home whole is recorded.
#[utoipa::path(
    get, path = "/homes", tag = "registers", operation_id = "list_homes", params(RegisterQuery, PageQuery),
    responses((status = 200, body = Page<HomeSummary>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<RegisterQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<HomeSummary>>, Problem> {
    let after = page.after::<String>()?;
    let found = state.store.homes(&query.rows(&access, &page, after.as_deref())?).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?.map(HomeSummary::from)))
}

/// One home
///
/// Reading it is recorded in the trail.
#[utoipa::path(
    get, path = "/homes/{id}", tag = "registers", operation_id = "get_home", params(("id" = String, Path)),
    responses((status = 200, body = Home))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Home>, Problem> {
    let home = state.store.home(&access.scope, &id).await?;
    state.notes.read(&access, state.clock.now(), &home.organisation, "home", &home.id);
    Ok(Json(home))
}

/// Enter a home
#[utoipa::path(
    post, path = "/homes", tag = "registers", operation_id = "add_home", request_body = NewHome,
    responses((status = 201, body = Home), (status = 404, description = "The organisation you name is not there, or you may not see it."))
)]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewHome>) -> Result<(StatusCode, Json<Home>), Problem> {
    let made = state.store.create_home(&actor(&access), state.clock.now(), &access.scope, &state.key_safe, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change a home
#[utoipa::path(
    patch, path = "/homes/{id}", tag = "registers", operation_id = "change_home", params(("id" = String, Path)),
    request_body = HomePatch, responses((status = 200, body = Home))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<HomePatch>,
) -> Result<Json<Home>, Problem> {
    Ok(Json(state.store.change_home(&actor(&access), state.clock.now(), &access.scope, &state.key_safe, &id, &patch).await?))
}

/// Archive a home
///
/// Alarms from an archived home still raise.
#[utoipa::path(
    delete, path = "/homes/{id}", tag = "registers", operation_id = "archive_home", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = HomePatch { archived: Some(true), ..HomePatch::default() };
    state.store.change_home(&actor(&access), state.clock.now(), &access.scope, &state.key_safe, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}
