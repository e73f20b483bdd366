//! Alerts: the queue, one alert whole, and what people do with them. Every change goes through the engine.

use axum::extract::State as AxumState;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::PageQuery;
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Id, Prose, Text};
use super::whole_alert::{AlertWhole, whole};
use crate::domain::alert::{Alert, Queue, State};
use crate::engine::action::{Action, Closing, Deed, RaisedByHand};
use crate::store::alert_queries::{AlertFilter, AlertKey};

/// One page of alerts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AlertPage {
    /// The alerts, in the order of the list.
    items: Vec<Alert>,
    /// Hand this back as `cursor` to get the next page; null on the last one.
    next: Option<String>,
    /// Where the stream stood when this page was read: `GET /alerts/stream?after=` this misses nothing.
    stream_position: i64,
}

/// Which alerts.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AlertQuery {
    /// `open` (raised, accepted or held) unless told.
    #[param(inline)]
    state: Option<StateWanted>,
    /// For whom they wait.
    #[param(inline)]
    queue: Option<Queue>,
    /// 1 life … 5 information.
    #[param(minimum = 1, maximum = 5)]
    priority: Option<u8>,
    /// Of this home.
    #[param(inline)]
    home: Option<Id>,
    /// Of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
    /// Raised at or after.
    from: Option<DateTime<Utc>>,
    /// Raised before.
    to: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum StateWanted {
    Open,
    Raised,
    Accepted,
    Held,
    Closed,
}

/// A note.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNote {
    /// The words.
    text: Text<1, 4000>,
}

/// How an alert is closed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClosing {
    /// A code of the list of outcomes.
    outcome: Text<1, 100>,
    /// Free words.
    note: Option<Prose>,
    /// How many activations you have seen: the alert's `activations` as it was shown to you.
    #[schema(minimum = 0)]
    activations_seen: i64,
    /// Why it waited too long for an answer, where it did.
    breach_cause: Option<Prose>,
}

/// An alert raised by hand.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAlert {
    /// What it is about.
    text: Text<1, 4000>,
    /// For whom it waits; `care` unless told.
    queue: Option<Queue>,
    /// 1 life … 5 information; 2 unless told.
    #[schema(minimum = 1, maximum = 5)]
    priority: Option<u8>,
    /// The person it is about.
    resident: Option<Id>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(accept))
        .routes(routes!(release))
        .routes(routes!(note))
        .routes(routes!(close))
        .routes(routes!(raise_by_hand))
}

impl AlertQuery {
    fn filter(self) -> Result<AlertFilter, Problem> {
        if self.priority.is_some_and(|priority| !(1..=5).contains(&priority)) {
            return Err(Problem::unreadable("`priority` must be 1 (life) to 5 (information)."));
        }
        let state = match self.state.unwrap_or(StateWanted::Open) {
            StateWanted::Open => None,
            StateWanted::Raised => Some(State::Raised),
            StateWanted::Accepted => Some(State::Accepted),
            StateWanted::Held => Some(State::Held),
            StateWanted::Closed => Some(State::Closed),
        };
        Ok(AlertFilter {
            state,
            queue: self.queue,
            priority: self.priority.map(i64::from),
            home: self.home.map(Text::into_inner),
            organisation: self.organisation.map(Text::into_inner),
            from: self.from,
            to: self.to,
        })
    }
}

/// The queue
///
/// Open alerts by priority, then by how long they have waited. With `state=closed` the record instead: newest first.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(AlertQuery, PageQuery), responses((status = 200, body = AlertPage)))]
async fn list(
    access: Access,
    AxumState(state): AxumState<HttpState>,
    Query(query): Query<AlertQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<AlertPage>, Problem> {
    let (filter, after) = (query.filter()?, page.after::<AlertKey>()?);
    let found = state.store.alerts(&access.scope, &filter, after.as_ref(), page.rows()?).await?;
    let page = page.page(found.alerts, |alert| filter.key(alert))?;
    Ok(Json(AlertPage { items: page.items, next: page.next, stream_position: found.position }))
}

/// The alert whole
///
/// Why it was raised, what has happened since, who may be called, what to do and ask, and what else is open in the home.
#[utoipa::path(get, path = "/alerts/{id}", tag = "alerts", params(("id" = String, Path)), responses((status = 200, body = AlertWhole)))]
async fn one(access: Access, AxumState(state): AxumState<HttpState>, Path(id): Path<String>) -> Result<Json<AlertWhole>, Problem> {
    let found = state.store.whole_alert(&access.scope, &id).await?.ok_or_else(|| Problem::not_found("alert"))?;
    state.notes.read(&access, state.clock.now(), &found.alert.organisation, "alert", &found.alert.id);
    Ok(Json(whole(found)))
}

/// Take it
///
/// 409 with the holder's name when somebody has it.
#[utoipa::path(post, path = "/alerts/{id}/accept", tag = "alerts", params(("id" = String, Path)), responses((status = 200, body = Alert)))]
async fn accept(access: Access, AxumState(state): AxumState<HttpState>, Path(id): Path<String>) -> Result<Json<Alert>, Problem> {
    deal(&state, access, id, Deed::Accept).await
}

/// Give it back
#[utoipa::path(post, path = "/alerts/{id}/release", tag = "alerts", params(("id" = String, Path)), responses((status = 200, body = Alert)))]
async fn release(access: Access, AxumState(state): AxumState<HttpState>, Path(id): Path<String>) -> Result<Json<Alert>, Problem> {
    deal(&state, access, id, Deed::Release).await
}

/// Write a note
#[utoipa::path(
    post, path = "/alerts/{id}/notes", tag = "alerts", params(("id" = String, Path)), request_body = NewNote, responses((status = 200, body = Alert))
)]
async fn note(
    access: Access,
    AxumState(state): AxumState<HttpState>,
    Path(id): Path<String>,
    Json(note): Json<NewNote>,
) -> Result<Json<Alert>, Problem> {
    deal(&state, access, id, Deed::Note { text: note.text.into_inner() }).await
}

/// Close it
///
/// Only its holder can (409 otherwise). 409 too when it was activated more often than `activations_seen`: look at it again first. After a breach
/// of the time limit a `breach_cause` is required.
#[utoipa::path(
    post, path = "/alerts/{id}/close", tag = "alerts", params(("id" = String, Path)), request_body = NewClosing,
    responses((status = 200, body = Alert))
)]
async fn close(
    access: Access,
    AxumState(state): AxumState<HttpState>,
    Path(id): Path<String>,
    Json(closing): Json<NewClosing>,
) -> Result<Json<Alert>, Problem> {
    let closing = Closing {
        outcome: closing.outcome.into_inner(),
        note: closing.note.map(Text::into_inner),
        activations_seen: closing.activations_seen,
        breach_cause: closing.breach_cause.map(Text::into_inner),
    };
    deal(&state, access, id, Deed::Close { closing }).await
}

/// Raise one by hand
///
/// A phone call came in, or somebody noticed something that no device can.
#[utoipa::path(
    post, path = "/homes/{id}/alerts", tag = "alerts", params(("id" = String, Path)), request_body = NewAlert,
    responses((status = 201, body = Alert))
)]
async fn raise_by_hand(
    access: Access,
    AxumState(state): AxumState<HttpState>,
    Path(home): Path<String>,
    Json(new): Json<NewAlert>,
) -> Result<(StatusCode, Json<Alert>), Problem> {
    let priority = new.priority.unwrap_or(2);
    if !(1..=5).contains(&priority) {
        return Err(Problem::invalid("`priority` must be 1 (life) to 5 (information)."));
    }
    let hand = RaisedByHand {
        queue: new.queue.unwrap_or(Queue::Care),
        priority,
        text: new.text.into_inner(),
        resident: new.resident.map(Text::into_inner),
    };
    Ok((StatusCode::CREATED, act(&state, access, Action::RaiseByHand { home, hand }).await?))
}

/// Has the engine deal with an alert. The alert as it is afterwards.
pub(super) async fn deal(state: &HttpState, access: Access, alert: String, deed: Deed) -> Result<Json<Alert>, Problem> {
    act(state, access, Action::Deal { alert, deed }).await
}

/// Has the engine do it. The alert as it is afterwards.
async fn act(state: &HttpState, access: Access, action: Action) -> Result<Json<Alert>, Problem> {
    let alerts = state.engine.act(access.principal, action).await?;
    alerts.into_iter().next().map(Json).ok_or_else(Problem::internal)
}
