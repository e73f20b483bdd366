//! The board: how the control room stands now, for the big screen on its wall and for the hand-over.

use std::collections::BTreeMap;

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Query};
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Id, Text};
use crate::domain::alert::Holder;
use crate::engine::action::MAY_ACT;
use crate::reports::shape::{is_met, percent};
use crate::reports::today::{Calls, Today, today};
use crate::reports::{Marks, Unaskable};
use crate::store::board::SilentGateway;
use crate::store::from_us;
use crate::store::report_rows::Whose;

/// So many silent homes are named, at most.
const NAMED: usize = 200;

/// Whose board.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct BoardQuery {
    /// Only of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
}

/// How the control room stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Board {
    /// When it was read.
    at: DateTime<Utc>,
    /// What answers are held against.
    marks: BoardMarks,
    /// Today's calls of all organisations together.
    today: Answers,
    /// Today's calls of each organisation that had any, by name.
    organisations: Vec<OrganisationToday>,
    /// Homes that are not heard of.
    silent: SilentHomes,
    /// Operators and administrators who were heard of within the time of a lease.
    present: Vec<Holder>,
}

/// What answers are held against.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BoardMarks {
    /// Seconds of the first mark.
    target_s: i64,
    /// Percent of the calls that must be answered within it.
    target_percent: f64,
    /// Seconds of the second mark; a later answer is a breach.
    limit_s: i64,
    /// Percent of the calls that must be answered within it.
    limit_percent: f64,
}

/// How calls were answered: each figure as the report `response-times` defines it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Answers {
    /// Alarm calls of today.
    calls: i64,
    /// Accepted.
    answered: i64,
    /// Not accepted yet.
    unanswered: i64,
    /// Accepted within the first mark.
    within_target: i64,
    /// Of all calls, rounded down to two decimals; null without calls.
    within_target_percent: Option<f64>,
    /// Whether the first mark is met so far; null without calls.
    target_met: Option<bool>,
    /// Accepted within the second mark.
    within_limit: i64,
    /// Of all calls, rounded down to two decimals; null without calls.
    within_limit_percent: Option<f64>,
    /// Whether the second mark is met so far; null without calls.
    limit_met: Option<bool>,
    /// Accepted too late, or waiting for too long.
    over_limit: i64,
}

/// One organisation's calls of its today.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct OrganisationToday {
    /// Which; `unclaimed` for gateways that nobody registered.
    organisation: String,
    /// Its name; empty for `unclaimed`.
    name: String,
    /// When its today began: midnight in its own zone.
    from: DateTime<Utc>,
    /// When it ends.
    to: DateTime<Utc>,
    /// Its calls.
    #[serde(flatten)]
    answers: Answers,
}

/// Homes that are not heard of.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SilentHomes {
    /// How many: homes with a gateway that fell silent, told by an open alert, and was not heard since.
    count: usize,
    /// The longest silent first, at most 200.
    homes: Vec<SilentHome>,
}

/// A home that is not heard of.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct SilentHome {
    /// Which.
    home: String,
    /// Its name.
    name: String,
    /// Its town or district.
    locality: String,
    /// IANA zone of its local time.
    zone: String,
    /// Whose.
    organisation: String,
    /// The open alert that tells of it.
    alert: String,
    /// When a gateway of it that is silent now was heard last; of one that never was, when the alert was raised.
    since: DateTime<Utc>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(board))
}

/// How the control room stands
///
/// Today's answers against the two marks, by the definitions of the report `response-times`; silent homes; who is there. The open alerts come from `GET /alerts`
/// and its stream.
#[utoipa::path(
    get, path = "/board", tag = "alerts", operation_id = "get_board", params(BoardQuery),
    responses((status = 200, body = Board), (status = 404, description = "The organisation you name is not there, or you may not see it."))
)]
async fn board(access: Access, State(state): State<HttpState>, Query(query): Query<BoardQuery>) -> Result<Json<Board>, Problem> {
    let (now, settings) = (state.clock.now(), &*state.settings);
    let organisation = query.organisation.map(Text::into_inner);
    let whose = Whose { scope: &access.scope, organisation: organisation.as_deref() };
    let days = today(&state.store, whose, settings, state.engine.outcomes(), now).await.map_err(|why| match why {
        Unaskable::NoOrganisation => Problem::not_found("organisation"),
        Unaskable::Period(say) => Problem::unreadable(say),
        Unaskable::Store(error) => error.into(),
    })?;
    let silent = state.store.silent_gateways(whose).await?;
    let since = now - TimeDelta::seconds(settings.response.lease_s);
    let present = state.store.present(whose, &MAY_ACT, since).await?;
    let marks = Marks::of(settings);
    let mut all = Calls::default();
    for day in &days {
        all += day.calls;
    }
    Ok(Json(Board {
        at: now,
        today: Answers::of(all, &marks),
        organisations: days.into_iter().map(|day| OrganisationToday::of(day, &marks)).collect(),
        silent: SilentHomes::of(silent),
        present,
        marks: BoardMarks {
            target_s: marks.answer_target_s,
            target_percent: marks.own.target_percent,
            limit_s: marks.answer_limit_s,
            limit_percent: marks.own.limit_percent,
        },
    }))
}

impl Answers {
    fn of(calls: Calls, marks: &Marks) -> Self {
        let Calls { calls, answered, unanswered, within_target, within_limit, over_limit } = calls;
        Self {
            calls,
            answered,
            unanswered,
            within_target,
            within_target_percent: percent(within_target, calls),
            target_met: is_met(within_target, calls, marks.own.target_percent),
            within_limit,
            within_limit_percent: percent(within_limit, calls),
            limit_met: is_met(within_limit, calls, marks.own.limit_percent),
            over_limit,
        }
    }
}

impl OrganisationToday {
    fn of(day: Today, marks: &Marks) -> Self {
        Self { answers: Answers::of(day.calls, marks), organisation: day.organisation, name: day.name, from: day.from, to: day.to }
    }
}

impl SilentHomes {
    fn of(gateways: Vec<SilentGateway>) -> Self {
        let mut homes: BTreeMap<String, SilentHome> = BTreeMap::new();
        for each in gateways {
            let since = from_us(each.last_heard_us.unwrap_or(each.raised_us));
            let SilentGateway { organisation, home, name, locality, zone, alert, .. } = each;
            let entry = homes.entry(home.clone()).or_insert(SilentHome { home, name, locality, zone, organisation, alert, since });
            entry.since = entry.since.min(since);
        }
        let mut homes: Vec<SilentHome> = homes.into_values().collect();
        homes.sort_by(|left, right| (left.since, &left.home).cmp(&(right.since, &right.home)));
        let count = homes.len();
        homes.truncate(NAMED);
        Self { count, homes }
    }
}
