//! Organisations: who answers for homes.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::actor;
use super::state::HttpState;
use crate::domain::register::{NewOrganisation, Organisation, OrganisationPatch};
use crate::store::ListQuery;

/// Which organisations.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OrganisationQuery {
    /// Archived ones too.
    #[serde(default)]
    #[param(default = false)]
    archived: bool,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive))
}

/// Organisations
#[utoipa::path(
    get, path = "/organisations", tag = "registers", operation_id = "list_organisations", params(OrganisationQuery, PageQuery),
    responses((status = 200, body = Page<Organisation>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<OrganisationQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Organisation>>, Problem> {
    let after = page.after::<String>()?;
    let asked = ListQuery {
        scope: &access.scope,
        organisation: None,
        home: None,
        archived: query.archived,
        after: after.as_deref(),
        limit: page.rows()?,
    };
    let found = state.store.organisations(&asked).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// One organisation
#[utoipa::path(
    get, path = "/organisations/{id}", tag = "registers", operation_id = "get_organisation", params(("id" = String, Path)),
    responses((status = 200, body = Organisation))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Organisation>, Problem> {
    Ok(Json(state.store.organisation(&access.scope, &id).await?))
}

/// Enter an organisation
#[utoipa::path(
    post, path = "/organisations", tag = "registers", operation_id = "add_organisation", request_body = NewOrganisation,
    responses((status = 201, body = Organisation))
)]
async fn add(
    access: Access,
    State(state): State<HttpState>,
    Json(new): Json<NewOrganisation>,
) -> Result<(StatusCode, Json<Organisation>), Problem> {
    let made = state.store.create_organisation(&actor(&access), state.clock.now(), &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change an organisation
#[utoipa::path(
    patch, path = "/organisations/{id}", tag = "registers", operation_id = "change_organisation", params(("id" = String, Path)),
    request_body = OrganisationPatch, responses((status = 200, body = Organisation))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<OrganisationPatch>,
) -> Result<Json<Organisation>, Problem> {
    Ok(Json(state.store.change_organisation(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?))
}

/// Archive an organisation
///
/// No more homes are entered. Its homes stay as they are, and their alarms raise.
#[utoipa::path(
    delete, path = "/organisations/{id}", tag = "registers", operation_id = "archive_organisation", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = OrganisationPatch { archived: Some(true), ..OrganisationPatch::default() };
    state.store.change_organisation(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}
