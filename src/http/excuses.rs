//! What excuses the rules of a home for a while, and an installer's test mode. Each has an end, and alarms are raised all the same.

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Id, Text};
use crate::domain::home::excuse::TEST_UNLESS_TOLD;
use crate::domain::register::{Excuse, ExcuseWhat, NewExcuse, Waiting};
use crate::engine::action::Action;
use crate::rules::{SAID_AWAY, said_away};
use crate::store::excuses::ExcuseQuery;

/// Why nobody, or somebody else, is at home.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum AwayKind {
    /// Nobody is at home.
    #[default]
    Away,
    /// The person is in hospital.
    Hospital,
    /// A carer is with the person.
    CarerPresent,
}

/// Somebody is away, in hospital, or has a carer with them.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAway {
    /// Its end: up to 92 days ahead; for a carer up to 24 hours.
    until: DateTime<Utc>,
    /// `away` unless told.
    #[serde(default)]
    kind: AwayKind,
    /// Why.
    reason: Option<Text<1, 1000>>,
}

/// Somebody works on the equipment.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMaintenance {
    /// Its end: up to 14 days ahead.
    until: DateTime<Utc>,
    /// Why.
    reason: Text<1, 1000>,
    /// The id of the device; the whole home without.
    device: Option<Id>,
}

/// An installer tests.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTestMode {
    /// Its end: up to 24 hours ahead; 60 minutes from now unless told.
    until: Option<DateTime<Utc>>,
    /// The kinds under test; all unless told.
    #[serde(default)]
    #[schema(max_items = 64)]
    kinds: Vec<Text<1, 64>>,
    /// The id of the device under test; all of the home without.
    device: Option<Id>,
    /// Why.
    reason: Option<Text<1, 1000>>,
}

/// Which of them ends.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AwayEnded {
    /// Only this one; all three unless told.
    #[param(inline)]
    kind: Option<AwayKind>,
}

/// Which maintenance ends.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct MaintenanceEnded {
    /// Only that of this device; all of the home unless told.
    #[param(inline)]
    device: Option<Id>,
}

/// Which excuses.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ExcuseFilter {
    /// Those that are over too.
    #[serde(default)]
    #[param(default = false)]
    ended: bool,
}

impl From<AwayKind> for ExcuseWhat {
    fn from(kind: AwayKind) -> Self {
        match kind {
            AwayKind::Away => Self::Away,
            AwayKind::Hospital => Self::Hospital,
            AwayKind::CarerPresent => Self::CarerPresent,
        }
    }
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(go_away, come_back))
        .routes(routes!(begin_maintenance, end_maintenance))
        .routes(routes!(begin_test, end_test))
}

/// What is excused at a home, the latest first
///
/// Away, hospital, a carer present, maintenance and test mode. What the home said of itself (`away_on`) stands in `/homes/{id}/state`.
#[utoipa::path(
    get, path = "/homes/{id}/excuses", tag = "excuses", operation_id = "list_home_excuses",
    params(("id" = String, Path), ExcuseFilter, PageQuery), responses((status = 200, body = Page<Excuse>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(filter): Query<ExcuseFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Excuse>>, Problem> {
    let after = page.after::<String>()?;
    let running_at = (!filter.ended).then(|| state.clock.now());
    let query = ExcuseQuery { scope: &access.scope, home: &id, running_at, after: after.as_deref(), limit: page.rows()? };
    let found = state.store.excuses(&query).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// Nobody is at home, the person is in hospital, or a carer is there
///
/// Rules that wait for signs of life rest until the end, and count from it. Alarms are raised all the same. One of the same kind that runs already is replaced.
#[utoipa::path(
    post, path = "/homes/{id}/away", tag = "excuses", operation_id = "set_away", params(("id" = String, Path)), request_body = NewAway,
    responses((status = 201, body = Excuse))
)]
async fn go_away(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<NewAway>,
) -> Result<(StatusCode, Json<Excuse>), Problem> {
    let reason = new.reason.map(Text::into_inner);
    let excuse = NewExcuse { kind: new.kind.into(), device: None, kinds: Vec::new(), until: new.until, reason };
    set(&state, access, id, excuse).await
}

/// Somebody is back, or the carer has gone
#[utoipa::path(
    delete, path = "/homes/{id}/away", tag = "excuses", operation_id = "end_away", params(("id" = String, Path), AwayEnded),
    responses((status = 204, description = "Nothing of the kind runs any more."))
)]
async fn come_back(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(ended): Query<AwayEnded>,
) -> Result<StatusCode, Problem> {
    let which = ended.kind.map_or_else(|| ExcuseWhat::OF_PEOPLE.to_vec(), |kind| vec![kind.into()]);
    end(&state, access, id, which, None).await
}

/// Somebody works on the equipment
///
/// Rules on the equipment and on its readings rest until the end. Rules on people do not, nor do alarms.
#[utoipa::path(
    post, path = "/homes/{id}/maintenance", tag = "excuses", operation_id = "begin_maintenance", params(("id" = String, Path)),
    request_body = NewMaintenance, responses((status = 201, body = Excuse))
)]
async fn begin_maintenance(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<NewMaintenance>,
) -> Result<(StatusCode, Json<Excuse>), Problem> {
    let (device, reason) = (new.device.map(Text::into_inner), Some(new.reason.into_inner()));
    set(&state, access, id, NewExcuse { kind: ExcuseWhat::Maintenance, device, kinds: Vec::new(), until: new.until, reason }).await
}

/// The work is done
#[utoipa::path(
    delete, path = "/homes/{id}/maintenance", tag = "excuses", operation_id = "end_maintenance",
    params(("id" = String, Path), MaintenanceEnded), responses((status = 204, description = "No maintenance runs any more."))
)]
async fn end_maintenance(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(ended): Query<MaintenanceEnded>,
) -> Result<StatusCode, Problem> {
    end(&state, access, id, vec![ExcuseWhat::Maintenance], ended.device.map(Text::into_inner)).await
}

/// An installer tests
///
/// What happens and arrives meanwhile, of the kinds under test, goes to the test lane. Everything else is raised as ever. It ends by itself.
#[utoipa::path(
    post, path = "/homes/{id}/test-mode", tag = "excuses", operation_id = "begin_test_mode", params(("id" = String, Path)),
    request_body = NewTestMode, responses((status = 201, body = Excuse))
)]
async fn begin_test(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(new): Json<NewTestMode>,
) -> Result<(StatusCode, Json<Excuse>), Problem> {
    let until = new.until.unwrap_or_else(|| state.clock.now() + TEST_UNLESS_TOLD);
    let kinds = new.kinds.into_iter().map(Text::into_inner).collect();
    let (device, reason) = (new.device.map(Text::into_inner), new.reason.map(Text::into_inner));
    set(&state, access, id, NewExcuse { kind: ExcuseWhat::TestMode, device, kinds, until, reason }).await
}

/// The test is over
#[utoipa::path(
    delete, path = "/homes/{id}/test-mode", tag = "excuses", operation_id = "end_test_mode", params(("id" = String, Path)),
    responses((status = 204, description = "No test mode runs any more."))
)]
async fn end_test(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    end(&state, access, id, vec![ExcuseWhat::TestMode], None).await
}

/// Has the engine set it. The excuse as it stands.
async fn set(state: &HttpState, access: Access, home: String, mut new: NewExcuse) -> Result<(StatusCode, Json<Excuse>), Problem> {
    new.until = crate::store::from_us(crate::store::to_us(new.until));
    let id = crate::clock::new_id(&state.clock);
    let scope = access.scope.clone();
    state.engine.act(access.principal, Action::SetExcuse { home: home.clone(), id: id.clone(), new }).await?;
    let query = ExcuseQuery { scope: &scope, home: &home, running_at: None, after: None, limit: 100 };
    let made = state.store.excuses(&query).await?.into_iter().find(|each| each.id.as_ref() == Some(&id));
    made.map(|made| (StatusCode::CREATED, Json(made))).ok_or_else(Problem::internal)
}

async fn end(
    state: &HttpState,
    access: Access,
    home: String,
    which: Vec<ExcuseWhat>,
    device: Option<String>,
) -> Result<StatusCode, Problem> {
    state.engine.act(access.principal, Action::EndExcuses { home, which, device }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes what the home said of itself out of what its rules remember, as excuses that run at `now`.
pub(super) fn of_the_home_itself(state: &HttpState, home: &str, waiting: &mut Vec<Waiting>) -> Vec<Excuse> {
    let now = state.clock.now();
    let longest = chrono::TimeDelta::hours(state.settings.engine.away_h);
    let said: Vec<Waiting> = waiting.extract_if(.., |each| each.rule == SAID_AWAY).collect();
    let stored = said.iter().filter_map(|each| each.state.as_ref());
    let running = stored.flat_map(|stored| said_away(stored, longest)).filter(|each| each.from <= now && each.until > now);
    let excuse = |each: crate::domain::home::excuse::Excuse| Excuse {
        id: None,
        home: home.to_owned(),
        kind: ExcuseWhat::Away,
        device: None,
        kinds: Vec::new(),
        from: each.from,
        until: each.until,
        reason: Some("the home said so itself".to_owned()),
        author: None,
        author_name: None,
        ended_by: None,
    };
    running.map(excuse).collect()
}
