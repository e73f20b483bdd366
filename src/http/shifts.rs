//! Who is on call now, and whose shifts are to come.

use std::collections::BTreeMap;

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::problem::Problem;
use super::state::HttpState;
use crate::clock::Time;
use crate::domain::access::{Role, Scope};
use crate::domain::rota::{Gap, Rota, Shift};
use crate::response::rota;

/// So much is shown when the end is left open.
const USUAL: TimeDelta = TimeDelta::days(14);
/// The longest stretch of time shown at once.
const LONGEST: TimeDelta = TimeDelta::days(400);
/// So far ahead the end of a running shift, and the next one, are looked for.
const NEXT_WITHIN: TimeDelta = TimeDelta::days(60);

/// Which stretch of time.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Stretch {
    /// From then; from now unless told.
    from: Option<DateTime<Utc>>,
    /// Until then, at most 400 days later; 14 days later unless told.
    to: Option<DateTime<Utc>>,
}

/// A shift, with the names to show.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct NamedShift {
    /// The rota.
    rota: String,
    /// Its name.
    rota_name: String,
    /// The person's name.
    name: String,
    /// The shift.
    #[serde(flatten)]
    shift: Shift,
}

/// Who is on call.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct OnCall {
    /// When.
    at: DateTime<Utc>,
    /// Who is; nobody: a gap. A shift that lasts longer than 60 days is shown until then.
    on_call: Vec<NamedShift>,
    /// Who comes on call next, within 60 days.
    next: Vec<NamedShift>,
}

/// Shifts of a stretch of time, cut off at its ends.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Shifts {
    /// It begins then.
    from: DateTime<Utc>,
    /// It ends then.
    to: DateTime<Utc>,
    /// By their beginning.
    shifts: Vec<NamedShift>,
}

/// What a rota comes to in a stretch of time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RotaShifts {
    /// It begins then.
    from: DateTime<Utc>,
    /// It ends then.
    to: DateTime<Utc>,
    /// By their beginning, cut off at the ends.
    shifts: Vec<NamedShift>,
    /// When nobody is on call.
    gaps: Vec<Gap>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(now)).routes(routes!(of_rota)).routes(routes!(mine)).routes(routes!(of_user))
}

impl Stretch {
    fn bounds(&self, now: Time) -> Result<(Time, Time), Problem> {
        let from = self.from.unwrap_or(now);
        let wrong = || Problem::unreadable("`to` must be later than `from`, at most 400 days. Ask for less at a time.");
        let to = self.to.or_else(|| from.checked_add_signed(USUAL)).ok_or_else(wrong)?;
        if to <= from || to - from > LONGEST {
            return Err(wrong());
        }
        // Layers begin in 2000 at the earliest; calendars are sure to hold what lies between.
        let in_calendar = |time: &Time| (1970..2300).contains(&chrono::Datelike::year(time));
        if !in_calendar(&from) || !in_calendar(&to) {
            return Err(Problem::unreadable("`from` and `to` must lie in the years 1970 to 2299."));
        }
        Ok((from, to))
    }
}

fn named(rota: &Rota, names: &BTreeMap<String, String>, shifts: Vec<Shift>) -> Vec<NamedShift> {
    let named = |shift: Shift| NamedShift {
        rota: rota.id.clone(),
        rota_name: rota.name.clone(),
        name: names.get(&shift.person).cloned().unwrap_or_default(),
        shift,
    };
    shifts.into_iter().map(named).collect()
}

/// Who is on call now
#[utoipa::path(
    get, path = "/rotas/{id}/now", tag = "rotas", operation_id = "who_is_on_call", params(("id" = String, Path)),
    responses((status = 200, body = OnCall))
)]
async fn now(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<OnCall>, Problem> {
    let (rota, at) = (state.store.rota(&access.scope, &id).await?, state.clock.now());
    let names = state.store.names_in(std::slice::from_ref(&rota)).await?;
    let (running, later): (Vec<Shift>, Vec<Shift>) =
        rota::shifts(&rota, at, at + NEXT_WITHIN).into_iter().partition(|shift| shift.from <= at);
    let first = later.iter().map(|shift| shift.from).min();
    let next = later.into_iter().filter(|shift| Some(shift.from) == first).collect();
    Ok(Json(OnCall { at, on_call: named(&rota, &names, running), next: named(&rota, &names, next) }))
}

/// The shifts of a rota, and its gaps
#[utoipa::path(
    get, path = "/rotas/{id}/shifts", tag = "rotas", operation_id = "list_rota_shifts", params(("id" = String, Path), Stretch),
    responses((status = 200, body = RotaShifts))
)]
async fn of_rota(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(stretch): Query<Stretch>,
) -> Result<Json<RotaShifts>, Problem> {
    let (from, to) = stretch.bounds(state.clock.now())?;
    let rota = state.store.rota(&access.scope, &id).await?;
    let names = state.store.names_in(std::slice::from_ref(&rota)).await?;
    let gaps = rota::gaps(&rota, from, to);
    Ok(Json(RotaShifts { from, to, shifts: named(&rota, &names, rota::shifts(&rota, from, to)), gaps }))
}

/// My shifts to come
#[utoipa::path(get, path = "/me/shifts", tag = "rotas", operation_id = "list_my_shifts", params(Stretch), responses((status = 200, body = Shifts)))]
async fn mine(access: Access, State(state): State<HttpState>, Query(stretch): Query<Stretch>) -> Result<Json<Shifts>, Problem> {
    let anywhere =
        access.principal.scope(&[Role::Administrator, Role::Manager, Role::Operator, Role::Responder, Role::Viewer, Role::System]);
    of_person(&state, &anywhere, &access.principal.id, &stretch).await
}

/// The shifts to come of a user
#[utoipa::path(
    get, path = "/users/{id}/shifts", tag = "rotas", operation_id = "list_user_shifts", params(("id" = String, Path), Stretch),
    responses((status = 200, body = Shifts))
)]
async fn of_user(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(stretch): Query<Stretch>,
) -> Result<Json<Shifts>, Problem> {
    state.store.user(&access.scope, &id).await?.ok_or_else(|| Problem::not_found("user"))?;
    of_person(&state, &access.scope, &id, &stretch).await
}

async fn of_person(state: &HttpState, scope: &Scope, person: &str, stretch: &Stretch) -> Result<Json<Shifts>, Problem> {
    let (from, to) = stretch.bounds(state.clock.now())?;
    let rotas = state.store.rotas_naming(scope, person).await?;
    let names = state.store.names_in(&rotas).await?;
    let theirs = |rota: &Rota| {
        let shifts = rota::shifts(rota, from, to).into_iter().filter(|shift| shift.person == person).collect();
        named(rota, &names, shifts)
    };
    let mut shifts: Vec<NamedShift> = rotas.iter().flat_map(theirs).collect();
    shifts.sort_by_key(|each| each.shift.from);
    Ok(Json(Shifts { from, to, shifts }))
}
