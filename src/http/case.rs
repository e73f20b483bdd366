//! What an operator does in a case beside taking and closing it: calls, holds, priority, the next step, opening again, handing over.

use axum::extract::State;
use chrono::{DateTime, SubsecRound as _, Utc};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::alerts::deal;
use super::json::{Json, Path};
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Id, Prose, Text};

use crate::domain::alert::Alert;
use crate::engine::action::{Action, CallResult, Deed, Whom};

/// A contact attempt.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCall {
    /// The contact who was called, by id.
    contact: Option<Id>,
    /// Who else was called, in words.
    to: Option<Text<1, 200>>,
    /// How it ended.
    result: CallResult,
}

/// A hold.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHold {
    /// When it comes back, on top.
    until: DateTime<Utc>,
    /// Why it waits.
    reason: Text<1, 1000>,
}

/// A fault that somebody owns.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewFault {
    /// Whose task it is: a person or a firm.
    owner: Text<1, 200>,
    /// By when it must be over.
    due_at: DateTime<Utc>,
    /// How the person can call for help until then.
    interim: Text<1, 1000>,
}

/// Another priority.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPriority {
    /// 1 life … 5 information.
    #[schema(minimum = 1, maximum = 5)]
    priority: u8,
    /// Why.
    reason: Text<1, 1000>,
}

/// Why a closed alert is opened again.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Reopening {
    /// Why.
    reason: Text<1, 1000>,
}

/// A change of shift.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct HandOver {
    /// Who takes over: somebody who is present.
    to: Id,
    /// These alerts; without them all that you have.
    alerts: Option<Vec<Id>>,
    /// What to know.
    note: Option<Prose>,
}

/// What was handed over.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct HandedOver {
    /// The alerts, to read aloud: in the order of the queue.
    items: Vec<Alert>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(call))
        .routes(routes!(escalate))
        .routes(routes!(hold))
        .routes(routes!(fault))
        .routes(routes!(priority))
        .routes(routes!(reopen))
        .routes(routes!(hand_over))
}

/// Record a contact attempt
///
/// Say whom: a `contact` of the home by id, or anybody else in words (`to`).
#[utoipa::path(
    post, path = "/alerts/{id}/calls", tag = "alerts", params(("id" = String, Path)), request_body = NewCall, responses((status = 200, body = Alert))
)]
async fn call(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<NewCall>,
) -> Result<Json<Alert>, Problem> {
    let whom = match (new.contact, new.to) {
        (Some(contact), None) => Whom::Contact(contact.into_inner()),
        (None, Some(words)) => Whom::Other(words.into_inner()),
        _ => return Err(Problem::invalid("Give either `contact`, the id of a contact of the home, or `to`, who was called in words.")),
    };
    deal(&state, access, id, Deed::Call { whom, result: new.result }).await
}

/// The next step of the escalation now
///
/// Steps that reach nobody are skipped. Whoever has the alert keeps it.
#[utoipa::path(post, path = "/alerts/{id}/escalate", tag = "alerts", params(("id" = String, Path)), responses((status = 200, body = Alert)))]
async fn escalate(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Alert>, Problem> {
    deal(&state, access, id, Deed::Escalate).await
}

/// Park it until a stated time
///
/// Only its holder can. It comes back by itself, on top; a new activation ends the hold at once. How long is limited by its priority.
#[utoipa::path(
    post, path = "/alerts/{id}/hold", tag = "alerts", params(("id" = String, Path)), request_body = NewHold, responses((status = 200, body = Alert))
)]
async fn hold(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<NewHold>,
) -> Result<Json<Alert>, Problem> {
    deal(&state, access, id, Deed::Hold { until: new.until.trunc_subsecs(6), why: new.reason.into_inner() }).await
}

/// Somebody sees to it by a date
///
/// A technical alert becomes a fault with an owner, a date and an interim measure. It rests until then, stays with the home's record, and can be accepted
/// by anybody. When it is due and not over, it comes back on top, one priority higher. Ask again to change any of it.
#[utoipa::path(
    post, path = "/alerts/{id}/fault", tag = "alerts", params(("id" = String, Path)), request_body = NewFault, responses((status = 200, body = Alert))
)]
async fn fault(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<NewFault>,
) -> Result<Json<Alert>, Problem> {
    let deed = Deed::Fault { owner: new.owner.into_inner(), due_at: new.due_at.trunc_subsecs(6), interim: new.interim.into_inner() };
    deal(&state, access, id, deed).await
}

/// Raise or lower its priority
#[utoipa::path(
    post, path = "/alerts/{id}/priority", tag = "alerts", params(("id" = String, Path)), request_body = NewPriority,
    responses((status = 200, body = Alert))
)]
async fn priority(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<NewPriority>,
) -> Result<Json<Alert>, Problem> {
    deal(&state, access, id, Deed::Priority { priority: new.priority, why: new.reason.into_inner() }).await
}

/// Open a closed alert again
///
/// It keeps its id. 409 naming the successor when one is open on the same matter.
#[utoipa::path(
    post, path = "/alerts/{id}/reopen", tag = "alerts", params(("id" = String, Path)), request_body = Reopening,
    responses((status = 200, body = Alert))
)]
async fn reopen(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<Reopening>,
) -> Result<Json<Alert>, Problem> {
    deal(&state, access, id, Deed::Reopen { why: new.reason.into_inner() }).await
}

/// Hand your cases over
///
/// At a change of shift: all that you have, or those you name, goes to somebody who is present, in one step. The answer is the list to read aloud.
#[utoipa::path(post, path = "/alerts/hand-over", tag = "alerts", request_body = HandOver, responses((status = 200, body = HandedOver)))]
async fn hand_over(access: Access, State(state): State<HttpState>, Json(new): Json<HandOver>) -> Result<Json<HandedOver>, Problem> {
    let action = Action::HandOver {
        to: new.to.into_inner(),
        alerts: new.alerts.map(|list| list.into_iter().map(Text::into_inner).collect()),
        note: new.note.map(Text::into_inner).unwrap_or_default(),
    };
    let mut items = state.engine.act(access.principal, action).await?;
    items.sort_by_key(|alert| (alert.priority, alert.rank()));
    Ok(Json(HandedOver { items }))
}
