//! Incidents: many homes of an area lost at once, with the list of whom to look after.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Id, Prose, Text};
use crate::domain::incident::{CheckResult, Incident};
use crate::domain::outcome::HEARD_AGAIN;
use crate::engine::action::{Action, ClosedInBulk};
use crate::store::welfare::IncidentWhole;

/// Where an incident stands.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum IncidentState {
    Open,
    Closed,
    All,
}

/// Which incidents.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct IncidentQuery {
    /// Open ones unless told.
    #[param(inline)]
    state: Option<IncidentState>,
    /// Of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
}

/// Somebody looked after a home.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCheck {
    /// The home, from the incident's list.
    home: Id,
    /// How they found it.
    result: CheckResult,
    /// What else to know.
    note: Option<Prose>,
}

/// How settled alerts are closed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BulkClosing {
    /// A code of the list of outcomes; `heard_again` unless told.
    outcome: Option<Text<1, 100>>,
    /// Free words.
    note: Option<Prose>,
}

/// An incident after a bulk close.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AfterClosing {
    /// The alerts that were closed, the incident's own among them when no home is left.
    closed: Vec<String>,
    /// The incident. What is left on its list waits: neither heard again nor looked after, or in somebody else's hands.
    incident: IncidentWhole,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(check)).routes(routes!(close))
}

/// Incidents, newest first
#[utoipa::path(
    get, path = "/incidents", tag = "incidents", operation_id = "list_incidents", params(IncidentQuery, PageQuery),
    responses((status = 200, body = Page<Incident>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<IncidentQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Incident>>, Problem> {
    let open = match query.state.unwrap_or(IncidentState::Open) {
        IncidentState::Open => Some(true),
        IncidentState::Closed => Some(false),
        IncidentState::All => None,
    };
    let before = page.after::<String>()?;
    let found = state.store.incidents(&access.scope, query.organisation.as_deref(), open, before.as_deref(), page.rows()?).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// One incident with its list
///
/// The list is in the order in which to look after the homes: those that wait first; with an open care alert first; then by the people's
/// `vulnerability`; then by how long the home has been lost.
#[utoipa::path(
    get, path = "/incidents/{id}", tag = "incidents", operation_id = "get_incident", params(("id" = String, Path)),
    responses((status = 200, body = IncidentWhole))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<IncidentWhole>, Problem> {
    let whole = state.store.incident_whole(&access.scope, &id).await?;
    state.notes.read(&access, state.clock.now(), &whole.incident.organisation, "incident", &whole.incident.id);
    Ok(Json(whole))
}

/// A home was looked after
///
/// `needs_help` raises a care alert of priority 1 for the home. `no_answer` keeps it on the list.
#[utoipa::path(
    post, path = "/incidents/{id}/checks", tag = "incidents", operation_id = "check_home", params(("id" = String, Path)), request_body = NewCheck,
    responses((status = 200, body = IncidentWhole))
)]
async fn check(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<NewCheck>,
) -> Result<Json<IncidentWhole>, Problem> {
    let (home, note) = (new.home.into_inner(), new.note.map(Text::into_inner).filter(|note| !note.is_empty()));
    let action = Action::CheckHome { incident: id.clone(), home, result: new.result, note };
    state.engine.act(access.principal, action).await?;
    Ok(Json(state.store.incident_whole(&access.scope, &id).await?))
}

/// Close what is settled
///
/// Closes the grouped alerts of the homes that were heard again or looked after, and no others: never an alarm. When none is left, the incident ends.
#[utoipa::path(
    post, path = "/incidents/{id}/close", tag = "incidents", operation_id = "close_incident", params(("id" = String, Path)),
    request_body = BulkClosing, responses((status = 200, body = AfterClosing))
)]
async fn close(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<BulkClosing>,
) -> Result<Json<AfterClosing>, Problem> {
    let closing = ClosedInBulk {
        outcome: new.outcome.map_or_else(|| HEARD_AGAIN.to_owned(), Text::into_inner),
        note: new.note.map(Text::into_inner).filter(|note| !note.is_empty()),
    };
    let closed = state.engine.act(access.principal, Action::CloseIncident { incident: id.clone(), closing }).await?;
    let incident = state.store.incident_whole(&access.scope, &id).await?;
    Ok(Json(AfterClosing { closed: closed.into_iter().map(|alert| alert.id).collect(), incident }))
}
