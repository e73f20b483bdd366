//! What a home's page shows beside the register: what its sensors said, one line of time, and how things stand now.

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::excuses;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::rules::rules_in_force;
use super::state::HttpState;
use super::text::{Id, Text};
use crate::domain::event::Event;
use crate::domain::register::{HomeState, TimelineEntry};
use crate::store::event_queries::{EventKey, EventQuery};
use crate::store::timeline::{TimelineKey, TimelineQuery};

/// Which events.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct EventFilter {
    /// That happened then or later.
    from: Option<DateTime<Utc>>,
    /// That happened before.
    to: Option<DateTime<Utc>>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<Text<1, 64>>,
    /// Of this device: its id in the register, or its address behind the gateway.
    #[param(inline)]
    device: Option<Id>,
}

/// Which part of the line.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TimelineFilter {
    /// Not before.
    from: Option<DateTime<Utc>>,
    /// Before.
    to: Option<DateTime<Utc>>,
    /// Every event. Otherwise without the routine: movement, doors, beds and chairs, room climate, heartbeats.
    #[serde(default)]
    #[param(default = false)]
    all: bool,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(timeline)).routes(routes!(standing))
}

/// What the sensors of a home said, newest first
///
/// For a gateway that nobody registered the home is `unclaimed/{gateway}` (`unclaimed%2F…` in the path).
#[utoipa::path(
    get, path = "/homes/{id}/events", tag = "homes", operation_id = "list_home_events", params(("id" = String, Path), EventFilter, PageQuery),
    responses((status = 200, body = Page<Event>))
)]
async fn events(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(filter): Query<EventFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Event>>, Problem> {
    let query = EventQuery {
        scope: &access.scope,
        home: &id,
        from: filter.from,
        to: filter.to,
        kind: filter.kind.as_deref(),
        device: filter.device.as_deref(),
        after: page.after::<EventKey>()?,
        limit: page.rows()?,
    };
    let found = state.store.events_of(&query).await?;
    if query.after.is_none() {
        note_reading(&state, &access, "home_events", &id).await?;
    }
    Ok(Json(page.page(found, |each| each.key)?.map(|each| each.event)))
}

/// Takes down that somebody looked at a home's life; once, not for each page.
async fn note_reading(state: &HttpState, access: &Access, what: &'static str, home: &str) -> Result<(), Problem> {
    let organisation = state.store.organisation_of_key(&access.scope, home).await?;
    state.notes.read(access, state.clock.now(), &organisation, what, home);
    Ok(())
}

/// One line of time: events of note, and what became of alerts, newest first
#[utoipa::path(
    get, path = "/homes/{id}/timeline", tag = "homes", operation_id = "get_home_timeline",
    params(("id" = String, Path), TimelineFilter, PageQuery), responses((status = 200, body = Page<TimelineEntry>))
)]
async fn timeline(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(filter): Query<TimelineFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<TimelineEntry>>, Problem> {
    let after = page.after::<TimelineKey>()?;
    let query = TimelineQuery {
        scope: &access.scope,
        home: &id,
        from: filter.from,
        to: filter.to,
        all: filter.all,
        now: state.clock.now(),
        after: after.as_ref(),
        limit: page.rows()?,
    };
    let found = state.store.timeline_of(&query).await?;
    if query.after.is_none() {
        note_reading(&state, &access, "home_timeline", &id).await?;
    }
    Ok(Json(page.page(found, |(key, _)| key.clone())?.map(|(_, entry)| entry)))
}

/// How things stand in a home: last heard, batteries, what each rule waits for, open alerts
#[utoipa::path(
    get, path = "/homes/{id}/state", tag = "homes", operation_id = "get_home_state", params(("id" = String, Path)),
    responses((status = 200, body = HomeState))
)]
async fn standing(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<HomeState>, Problem> {
    let mut standing = state.store.home_state(&access.scope, &id, state.clock.now()).await?;
    standing.excuses.extend(excuses::of_the_home_itself(&state, &id, &mut standing.waiting));
    // What is remembered of no rule.
    standing.waiting.retain(|each| !each.rule.starts_with('#'));
    let organisation = state.store.organisation_of_key(&access.scope, &id).await?;
    let rules = rules_in_force(&state).await?;
    for each in &mut standing.waiting {
        if let Some(title) = rules.title(&each.rule, &organisation) {
            title.clone_into(&mut each.title);
        }
    }
    Ok(Json(standing))
}
