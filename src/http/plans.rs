//! Plans: the settings that an organisation, a home, a person or a device has of its own. They resolve device, then resident, then home, then
//! organisation, then the rule's default.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::actor;
use super::rules::rules_in_force;
use super::state::HttpState;
use crate::domain::register::{PlanChange, PlanScope, PlanVersion};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(of_home, set_of_home))
        .routes(routes!(versions_of_home))
        .routes(routes!(of_organisation, set_of_organisation))
        .routes(routes!(versions_of_organisation))
        .routes(routes!(of_resident, set_of_resident))
        .routes(routes!(versions_of_resident))
        .routes(routes!(of_device, set_of_device))
        .routes(routes!(versions_of_device))
}

async fn read(state: &HttpState, access: &Access, kind: PlanScope, id: &str) -> Result<Json<PlanVersion>, Problem> {
    Ok(Json(state.store.plan(&access.scope, kind, id).await?))
}

async fn write(state: &HttpState, access: &Access, kind: PlanScope, id: &str, change: &PlanChange) -> Result<Json<PlanVersion>, Problem> {
    let organisation = state.store.organisation_of_plan(&access.scope, kind, id).await?;
    change.check().map_err(|invalid| Problem::invalid(invalid.0))?;
    let rules = rules_in_force(state).await?;
    let accepts = |(name, value): (&String, _)| match kind {
        PlanScope::Resident => rules.accepts_of_resident(&organisation, name, value),
        _ => rules.accepts(&organisation, name, value),
    };
    let faults: Vec<String> = change.overrides.iter().filter_map(|each| accepts(each).err()).collect();
    if !faults.is_empty() {
        return Err(Problem::invalid(faults.join("; ")));
    }
    Ok(Json(state.store.change_plan(&actor(access), state.clock.now(), &access.scope, kind, id, change).await?))
}

async fn versions(
    state: &HttpState,
    access: &Access,
    kind: PlanScope,
    id: &str,
    page: &PageQuery,
) -> Result<Json<Page<PlanVersion>>, Problem> {
    let found = state.store.plan_versions(&access.scope, kind, id, page.after::<i64>()?, page.rows()?).await?;
    Ok(Json(page.page(found, |each| each.version)?))
}

/// The settings of a home
///
/// Its own only; version 0 stands for none.
#[utoipa::path(
    get, path = "/homes/{id}/plan", tag = "plans", operation_id = "get_home_plan", params(("id" = String, Path)),
    responses((status = 200, body = PlanVersion))
)]
async fn of_home(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<PlanVersion>, Problem> {
    read(&state, &access, PlanScope::Home, &id).await
}

/// Set the settings of a home
///
/// All of them: what is left out falls back to the wider scope. Every version is kept, with its reason.
#[utoipa::path(
    put, path = "/homes/{id}/plan", tag = "plans", operation_id = "set_home_plan", params(("id" = String, Path)),
    request_body = PlanChange, responses((status = 200, body = PlanVersion))
)]
async fn set_of_home(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(change): Json<PlanChange>,
) -> Result<Json<PlanVersion>, Problem> {
    write(&state, &access, PlanScope::Home, &id, &change).await
}

/// All versions of the settings of a home, newest first
#[utoipa::path(
    get, path = "/homes/{id}/plan/versions", tag = "plans", operation_id = "list_home_plan_versions",
    params(("id" = String, Path), PageQuery), responses((status = 200, body = Page<PlanVersion>))
)]
async fn versions_of_home(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PlanVersion>>, Problem> {
    versions(&state, &access, PlanScope::Home, &id, &page).await
}

/// The settings of an organisation
///
/// Its own only; version 0 stands for none.
#[utoipa::path(
    get, path = "/organisations/{id}/plan", tag = "plans", operation_id = "get_organisation_plan", params(("id" = String, Path)),
    responses((status = 200, body = PlanVersion))
)]
async fn of_organisation(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<PlanVersion>, Problem> {
    read(&state, &access, PlanScope::Organisation, &id).await
}

/// Set the settings of an organisation
///
/// All of them: what is left out falls back to the wider scope. Every version is kept, with its reason.
#[utoipa::path(
    put, path = "/organisations/{id}/plan", tag = "plans", operation_id = "set_organisation_plan", params(("id" = String, Path)),
    request_body = PlanChange, responses((status = 200, body = PlanVersion))
)]
async fn set_of_organisation(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(change): Json<PlanChange>,
) -> Result<Json<PlanVersion>, Problem> {
    write(&state, &access, PlanScope::Organisation, &id, &change).await
}

/// All versions of the settings of an organisation, newest first
#[utoipa::path(
    get, path = "/organisations/{id}/plan/versions", tag = "plans", operation_id = "list_organisation_plan_versions",
    params(("id" = String, Path), PageQuery), responses((status = 200, body = Page<PlanVersion>))
)]
async fn versions_of_organisation(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PlanVersion>>, Problem> {
    versions(&state, &access, PlanScope::Organisation, &id, &page).await
}

/// The settings of a person
///
/// Its own only; version 0 stands for none.
#[utoipa::path(
    get, path = "/residents/{id}/plan", tag = "plans", operation_id = "get_resident_plan", params(("id" = String, Path)),
    responses((status = 200, body = PlanVersion))
)]
async fn of_resident(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<PlanVersion>, Problem> {
    read(&state, &access, PlanScope::Resident, &id).await
}

/// Set the settings of a person
///
/// All of them: what is left out falls back to the wider scope. They hold for what rules keep of the person, and of devices that are the person's (or of
/// anybody's, where one person lives alone). A setting of a rule about the home as a whole is refused. Every version is kept, with its reason.
#[utoipa::path(
    put, path = "/residents/{id}/plan", tag = "plans", operation_id = "set_resident_plan", params(("id" = String, Path)),
    request_body = PlanChange, responses((status = 200, body = PlanVersion))
)]
async fn set_of_resident(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(change): Json<PlanChange>,
) -> Result<Json<PlanVersion>, Problem> {
    write(&state, &access, PlanScope::Resident, &id, &change).await
}

/// All versions of the settings of a person, newest first
#[utoipa::path(
    get, path = "/residents/{id}/plan/versions", tag = "plans", operation_id = "list_resident_plan_versions",
    params(("id" = String, Path), PageQuery), responses((status = 200, body = Page<PlanVersion>))
)]
async fn versions_of_resident(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PlanVersion>>, Problem> {
    versions(&state, &access, PlanScope::Resident, &id, &page).await
}

/// The settings of a device
///
/// Its own only; version 0 stands for none.
#[utoipa::path(
    get, path = "/devices/{id}/plan", tag = "plans", operation_id = "get_device_plan", params(("id" = String, Path)),
    responses((status = 200, body = PlanVersion))
)]
async fn of_device(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<PlanVersion>, Problem> {
    read(&state, &access, PlanScope::Device, &id).await
}

/// Set the settings of a device
///
/// All of them: what is left out falls back to the wider scope. Every version is kept, with its reason.
#[utoipa::path(
    put, path = "/devices/{id}/plan", tag = "plans", operation_id = "set_device_plan", params(("id" = String, Path)),
    request_body = PlanChange, responses((status = 200, body = PlanVersion))
)]
async fn set_of_device(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(change): Json<PlanChange>,
) -> Result<Json<PlanVersion>, Problem> {
    write(&state, &access, PlanScope::Device, &id, &change).await
}

/// All versions of the settings of a device, newest first
#[utoipa::path(
    get, path = "/devices/{id}/plan/versions", tag = "plans", operation_id = "list_device_plan_versions",
    params(("id" = String, Path), PageQuery), responses((status = 200, body = Page<PlanVersion>))
)]
async fn versions_of_device(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PlanVersion>>, Problem> {
    versions(&state, &access, PlanScope::Device, &id, &page).await
}
