//! Evidence packs: everything that is kept of an alert, or of a person and a period.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::problem::Problem;
use super::state::HttpState;
use super::text::Text;
use crate::reports::evidence::{self, Purpose, Wanted};
use crate::reports::{html, period};

/// In which form, and what for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PackQuery {
    /// `json` unless told.
    #[param(inline)]
    format: Option<PackFormat>,
    /// What it is for: `complaint` unless told. For `subject_access` other persons are hidden.
    #[param(inline)]
    purpose: Option<Purpose>,
}

/// Of which time.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PeriodQuery {
    /// From the begin of this day or month in UTC, or from this moment; the last whole month unless told.
    #[param(inline)]
    from: Option<Text<1, 40>>,
    /// Until the begin of this day or month, or this moment.
    #[param(inline)]
    to: Option<Text<1, 40>>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum PackFormat {
    #[default]
    Json,
    /// One file that needs nothing else.
    Html,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(of_alert)).routes(routes!(of_person))
}

fn answer(pack: &Value, format: PackFormat, file: &str) -> Response {
    if format == PackFormat::Json {
        return Json(pack).into_response();
    }
    let mut response = ([(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], html::page(pack)).into_response();
    // A file to keep, not a page of this service.
    if let Ok(named) = HeaderValue::from_str(&format!("attachment; filename=\"{file}.html\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, named);
    }
    response
}

/// The evidence of an alert
///
/// Its timeline, the rule and the plans as they were, the events it rests on, visits, messages with what became of them, who saw and did what, and
/// whether the trail is intact. That you asked is noted in the trail.
#[utoipa::path(
    get, path = "/alerts/{id}/evidence", tag = "reports", operation_id = "get_alert_evidence", params(("id" = String, Path), PackQuery),
    responses((status = 200, content((Object = "application/json"), (String = "text/html"))))
)]
async fn of_alert(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(query): Query<PackQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        scope: &access.scope,
        purpose: query.purpose.unwrap_or_default(),
        now: state.clock.now(),
        asked_by: &access.principal.name,
    };
    let pack = evidence::of_alert(&state.store, &wanted, &id).await?.ok_or_else(|| Problem::not_found("alert"))?;
    if let Some(organisation) = pack["about"]["organisation"].as_str() {
        state.notes.read(&access, state.clock.now(), organisation, "alert", &id);
    }
    Ok(answer(&pack, query.format.unwrap_or_default(), "evidence"))
}

/// The evidence of a person
///
/// The same of all alerts of a person within a period. With `purpose=subject_access` it is what the person may be given: without other persons' data.
#[utoipa::path(
    get, path = "/residents/{id}/evidence", tag = "reports", operation_id = "get_resident_evidence",
    params(("id" = String, Path), PeriodQuery, PackQuery),
    responses((status = 200, content((Object = "application/json"), (String = "text/html"))))
)]
async fn of_person(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(time): Query<PeriodQuery>,
    Query(query): Query<PackQuery>,
) -> Result<Response, Problem> {
    let now = state.clock.now();
    let read = period::read(time.from.as_deref(), time.to.as_deref(), chrono_tz::Tz::UTC, now);
    let (from, to) = read.map_err(|say| Problem::unreadable(format!("{say}.")))?;
    let wanted = Wanted { scope: &access.scope, purpose: query.purpose.unwrap_or_default(), now, asked_by: &access.principal.name };
    let person = state.store.resident(&access.scope, &id).await?;
    let organisation = state.store.organisation_of_key(&access.scope, &person.home).await?;
    let pack = evidence::of_person(&state.store, &wanted, &id, from, to).await?;
    state.notes.read(&access, now, &organisation, "resident", &id);
    Ok(answer(&pack, query.format.unwrap_or_default(), "evidence"))
}
