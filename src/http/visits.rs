//! Visits: the control room asks for them, responders move them on.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Id, Prose, Text};
use crate::domain::access::{Role, Scope};
use crate::domain::visit::Visit;
use crate::engine::action::{Action, SendTo, VisitStep};
use crate::store::visit_brief::Brief;
use crate::store::visits::VisitQuery;

/// Where somebody with one of these roles reads all visits; a responder reads their own.
const READERS: [Role; 4] = [Role::Administrator, Role::Manager, Role::Operator, Role::Viewer];

/// Whom to send: exactly one of these.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Dispatch {
    /// A responder, by id.
    responder: Option<Id>,
    /// Those on call by this rota, one after the other until somebody accepts.
    rota: Option<Id>,
}

/// Why not.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// In words.
    reason: Text<1, 1000>,
}

/// How it went.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Completion {
    /// What was found and done.
    note: Option<Prose>,
}

/// Which visits.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct VisitFilter {
    /// Those that are over too.
    #[serde(default)]
    #[param(default = false)]
    all: bool,
    /// On account of this alert.
    #[param(inline)]
    alert: Option<Id>,
}

/// A visit, and what whoever goes there has to know.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct VisitWhole {
    #[serde(flatten)]
    visit: Visit,
    /// While it is open.
    brief: Option<Brief>,
    /// IANA zone of the home's local time.
    zone: Option<String>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(dispatch))
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(en_route))
        .routes(routes!(arrived))
        .routes(routes!(complete))
        .routes(routes!(cancel))
}

/// Where somebody reads all visits.
pub(super) fn reading(access: &Access) -> Scope {
    access.principal.scope(&READERS)
}

/// Send somebody
///
/// To one responder, or to those on call by a rota, one after the other. Only the alert's holder can.
#[utoipa::path(
    post, path = "/alerts/{id}/dispatch", tag = "visits", params(("id" = String, Path)), request_body = Dispatch,
    responses((status = 201, body = Visit))
)]
async fn dispatch(
    access: Access,
    State(state): State<HttpState>,
    Path(alert): Path<String>,
    Json(new): Json<Dispatch>,
) -> Result<(StatusCode, Json<Visit>), Problem> {
    let to = match (new.responder, new.rota) {
        (Some(responder), None) => SendTo::Responder(responder.into_inner()),
        (None, Some(rota)) => SendTo::Rota(rota.into_inner()),
        _ => return Err(Problem::invalid("Give either `responder` or `rota`.")),
    };
    let (id, scope, me) = (crate::clock::new_id(&state.clock), reading(&access), access.principal.id.clone());
    state.engine.act(access.principal, Action::Dispatch { visit: id.clone(), alert, to }).await?;
    Ok((StatusCode::CREATED, Json(state.store.visit(&scope, &me, &id).await?)))
}

/// Visits
///
/// A responder sees their own.
#[utoipa::path(get, path = "/visits", tag = "visits", operation_id = "list_visits", params(VisitFilter, PageQuery), responses((status = 200, body = Page<Visit>)))]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(filter): Query<VisitFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Visit>>, Problem> {
    let (after, scope) = (page.after::<String>()?, reading(&access));
    let query = VisitQuery {
        scope: &scope,
        me: &access.principal.id,
        open: !filter.all,
        alert: filter.alert.as_deref(),
        after: after.as_deref(),
        limit: page.rows()?,
    };
    let found = state.store.visits(&query).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// One visit, with its brief
///
/// While it is open: what happened, who lives there, what to know of them, how to get in. That it was read is in the trail.
#[utoipa::path(get, path = "/visits/{id}", tag = "visits", operation_id = "get_visit", params(("id" = String, Path)), responses((status = 200, body = VisitWhole)))]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<VisitWhole>, Problem> {
    let visit = state.store.visit(&reading(&access), &access.principal.id, &id).await?;
    let brief = if visit.state.is_open() { state.store.visit_brief(&visit).await? } else { None };
    let zone = state.store.visit_zone(&visit).await?;
    state.notes.read(&access, state.clock.now(), &visit.organisation, "visit", &visit.id);
    Ok(Json(VisitWhole { visit, brief, zone }))
}

/// I will go
#[utoipa::path(post, path = "/visits/{id}/accept", tag = "visits", operation_id = "accept_visit", params(("id" = String, Path)), responses((status = 200, body = Visit)))]
async fn accept(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Visit>, Problem> {
    step(&state, access, id, VisitStep::Accept).await
}

/// I will not go
///
/// The next one on call is asked, where a rota was.
#[utoipa::path(
    post, path = "/visits/{id}/decline", tag = "visits", operation_id = "decline_visit", params(("id" = String, Path)), request_body = Reason,
    responses((status = 200, body = Visit))
)]
async fn decline(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<Reason>,
) -> Result<Json<Visit>, Problem> {
    step(&state, access, id, VisitStep::Decline { reason: new.reason.into_inner() }).await
}

/// I am on my way
#[utoipa::path(post, path = "/visits/{id}/en-route", tag = "visits", params(("id" = String, Path)), responses((status = 200, body = Visit)))]
async fn en_route(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Visit>, Problem> {
    step(&state, access, id, VisitStep::EnRoute).await
}

/// I am there
#[utoipa::path(post, path = "/visits/{id}/arrived", tag = "visits", params(("id" = String, Path)), responses((status = 200, body = Visit)))]
async fn arrived(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Visit>, Problem> {
    step(&state, access, id, VisitStep::Arrived).await
}

/// I have left, and all is done
#[utoipa::path(
    post, path = "/visits/{id}/complete", tag = "visits", params(("id" = String, Path)), request_body = Completion,
    responses((status = 200, body = Visit))
)]
async fn complete(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<Completion>,
) -> Result<Json<Visit>, Problem> {
    step(&state, access, id, VisitStep::Complete { note: new.note.map(Text::into_inner) }).await
}

/// Call it off
///
/// By the control room.
#[utoipa::path(
    post, path = "/visits/{id}/cancel", tag = "visits", params(("id" = String, Path)), request_body = Reason,
    responses((status = 200, body = Visit))
)]
async fn cancel(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<Reason>,
) -> Result<Json<Visit>, Problem> {
    step(&state, access, id, VisitStep::Cancel { reason: new.reason.into_inner() }).await
}

async fn step(state: &HttpState, access: Access, id: String, step: VisitStep) -> Result<Json<Visit>, Problem> {
    let (mut scope, me) = (reading(&access), access.principal.id.clone());
    // Whoever has just declined it sees once more what became of it.
    let before = state.store.visit(&scope, &me, &id).await?;
    if scope != Scope::All {
        scope = Scope::Only(vec![before.organisation.clone()]);
    }
    state.engine.act(access.principal, Action::Visit { visit: id.clone(), step }).await?;
    Ok(Json(state.store.visit(&scope, &me, &id).await?))
}
