//! Escalation policies: who is told of an alert that nobody takes.

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
use crate::domain::register::{NewPolicy, Policy, PolicyPatch};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive))
}

/// Escalation policies
///
/// Your organisations' own, and those for all.
#[utoipa::path(
    get, path = "/escalation-policies", tag = "escalation", operation_id = "list_policies", params(RegisterQuery, PageQuery),
    responses((status = 200, body = Page<Policy>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<RegisterQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Policy>>, Problem> {
    let after = page.after::<String>()?;
    let found = state.store.policies(&query.rows(&access, &page, after.as_deref())?).await?;
    Ok(Json(page.page(found, |each| each.policy.id.clone())?))
}

/// One escalation policy
#[utoipa::path(
    get, path = "/escalation-policies/{id}", tag = "escalation", operation_id = "get_policy", params(("id" = String, Path)),
    responses((status = 200, body = Policy))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Policy>, Problem> {
    Ok(Json(state.store.policy(&access.scope, &id).await?))
}

/// Enter an escalation policy
///
/// For an organisation, or, by whoever is there for all, for all.
#[utoipa::path(
    post, path = "/escalation-policies", tag = "escalation", operation_id = "add_policy", request_body = NewPolicy,
    responses((status = 201, body = Policy), (status = 404, description = "The organisation you name is not there, or you may not see it."))
)]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewPolicy>) -> Result<(StatusCode, Json<Policy>), Problem> {
    let made = state.store.create_policy(&actor(&access), state.clock.now(), &access.scope, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change an escalation policy
///
/// Alerts that are open keep the one they were raised with.
#[utoipa::path(
    patch, path = "/escalation-policies/{id}", tag = "escalation", operation_id = "change_policy", params(("id" = String, Path)),
    request_body = PolicyPatch, responses((status = 200, body = Policy))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<PolicyPatch>,
) -> Result<Json<Policy>, Problem> {
    Ok(Json(state.store.change_policy(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?))
}

/// Archive an escalation policy
#[utoipa::path(
    delete, path = "/escalation-policies/{id}", tag = "escalation", operation_id = "archive_policy", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = PolicyPatch { archived: Some(true), ..PolicyPatch::default() };
    state.store.change_policy(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}
