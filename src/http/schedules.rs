//! Schedules of reports: which report is made by which calendar and sent to whom; its runs and their files.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::actor;
use super::reports::download;
use super::state::HttpState;
use super::text::Id;
use crate::domain::register::Invalid;
use crate::domain::schedule::{NewSchedule, Run, RunState, Schedule, SchedulePatch};
use crate::store::{ListQuery, Store};

/// Which schedules.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ScheduleQuery {
    /// Of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
    /// Archived ones too.
    #[serde(default)]
    #[param(default = false)]
    archived: bool,
}

/// How to make a report now.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RunNow {
    /// Whether it goes to the recipients, as it does unless told; `false`: it is made only, to be fetched.
    #[serde(default = "yes")]
    #[param(default = true)]
    send: bool,
}

fn yes() -> bool {
    true
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    let register = OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive));
    register.routes(routes!(run_now)).routes(routes!(runs)).routes(routes!(file))
}

/// Whether its report has the table that it names.
fn has_table(schedule: &Schedule) -> Result<(), Invalid> {
    let tables = schedule.report.tables();
    match schedule.table.as_deref() {
        Some(table) if !tables.iter().any(|each| each.id == table) => {
            let all: Vec<&str> = tables.iter().map(|each| each.id).collect();
            Err(Invalid(format!("`table` must be one of {}", all.join(", "))))
        }
        _ => Ok(()),
    }
}

/// Scheduled reports
#[utoipa::path(
    get, path = "/report-schedules", tag = "reports", operation_id = "list_report_schedules", params(ScheduleQuery, PageQuery),
    responses((status = 200, body = Page<Schedule>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<ScheduleQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Schedule>>, Problem> {
    let after = page.after::<String>()?;
    let asked = ListQuery {
        scope: &access.scope,
        organisation: query.organisation.as_deref(),
        home: None,
        archived: query.archived,
        after: after.as_deref(),
        limit: page.rows()?,
    };
    let found = state.store.schedules(&asked).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// One scheduled report
#[utoipa::path(
    get, path = "/report-schedules/{id}", tag = "reports", operation_id = "get_report_schedule", params(("id" = String, Path)),
    responses((status = 200, body = Schedule))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Schedule>, Problem> {
    Ok(Json(state.store.schedule(&access.scope, &id).await?))
}

/// Have a report made and sent by the calendar
///
/// It tells of the last whole day, week (Monday to Sunday) or month, in the organisation's zone, and is made in the background. It runs in your name: when
/// you may no longer set one up in this organisation, it stops, and that is told by a technical alert.
#[utoipa::path(
    post, path = "/report-schedules", tag = "reports", operation_id = "add_report_schedule", request_body = NewSchedule,
    responses((status = 201, body = Schedule), (status = 404, description = "The organisation you name is not there, or you may not see it."))
)]
async fn add(
    access: Access,
    State(state): State<HttpState>,
    Json(new): Json<NewSchedule>,
) -> Result<(StatusCode, Json<Schedule>), Problem> {
    let made = state.store.create_schedule(&actor(&access), state.clock.now(), &access.scope, &new, &has_table).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change a scheduled report
///
/// From then on it runs in your name. `active` true switches one on again that was stopped.
#[utoipa::path(
    patch, path = "/report-schedules/{id}", tag = "reports", operation_id = "change_report_schedule", params(("id" = String, Path)),
    request_body = SchedulePatch, responses((status = 200, body = Schedule))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<SchedulePatch>,
) -> Result<Json<Schedule>, Problem> {
    Ok(Json(state.store.change_schedule(&actor(&access), state.clock.now(), &access.scope, &id, &patch, &has_table).await?))
}

/// Archive a scheduled report
///
/// It runs no more. Its runs and their files stay as long as they would have.
#[utoipa::path(
    delete, path = "/report-schedules/{id}", tag = "reports", operation_id = "archive_report_schedule", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = SchedulePatch { archived: Some(true), ..SchedulePatch::default() };
    state.store.change_schedule(&actor(&access), state.clock.now(), &access.scope, &id, &patch, &has_table).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a scheduled report now
///
/// Of the last whole period, in the background: follow it under `/report-schedules/{id}/runs`.
#[utoipa::path(
    post, path = "/report-schedules/{id}/run", tag = "reports", operation_id = "run_report_schedule", params(("id" = String, Path), RunNow),
    responses((status = 202, body = Run), (status = 409, description = "One that was asked for is under way."))
)]
async fn run_now(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(how): Query<RunNow>,
) -> Result<(StatusCode, Json<Run>), Problem> {
    let run = state.store.ask_run(&actor(&access), state.clock.now(), &access.scope, &id, how.send).await?;
    Ok((StatusCode::ACCEPTED, Json(run)))
}

/// The runs of a scheduled report
///
/// Newest first, with their progress and their files.
#[utoipa::path(
    get, path = "/report-schedules/{id}/runs", tag = "reports", operation_id = "list_report_runs", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Run>))
)]
async fn runs(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Run>>, Problem> {
    let schedule = state.store.schedule(&access.scope, &id).await?;
    let found = state.store.runs(&access.scope, &schedule.id, page.after::<i64>()?, page.rows()?).await?;
    Ok(Json(page.page(found, |each| each.n)?))
}

/// The file of a run
///
/// The same that `GET /reports/{name}` would have answered when it was made. Kept until the run's `file.kept_until`.
#[utoipa::path(
    get, path = "/report-schedules/{id}/runs/{n}/file", tag = "reports", operation_id = "get_report_file",
    params(("id" = String, Path), ("n" = i64, Path, description = "Number of the run.")),
    responses(
        (status = 200, content((Object = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 409, description = "It is not made yet, or was given up."),
        (status = 410, description = "It is no longer kept.")
    )
)]
async fn file(access: Access, State(state): State<HttpState>, Path((id, n)): Path<(String, i64)>) -> Result<Response, Problem> {
    let run = state.store.report_run(&access.scope, &id, n).await?;
    let file = match (&run.file, run.state) {
        (Some(file), RunState::Done) => file.clone(),
        (_, RunState::Failed) => return Err(Problem::conflict("This run was given up; `error` says why. Have it made again.")),
        _ => return Err(Problem::conflict("This report is still being made. Look again when its run is done.")),
    };
    let gone =
        || Problem::new(StatusCode::GONE, "The file of this run is no longer kept. Have the report made again, or read it under /reports.");
    if file.kept_until <= state.clock.now() && !state.store.organisation_is_held(&run.organisation).await? {
        return Err(gone());
    }
    // Read before the answer begins: a file that is gone is told, not cut off.
    let first = state.store.report_part(&run, 0).await?.ok_or_else(gone)?;
    let (format, size) = (run.format, file.size);
    let mut response = download(Body::from_stream(parts(state.store.clone(), run, first)), format.media_type(), &file.name);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    Ok(response)
}

/// Part by part, as fast as the receiver takes them.
fn parts(store: Store, run: Run, first: Vec<u8>) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> {
    futures_util::stream::try_unfold((0_i64, Some(first)), move |(part, first)| {
        let (store, run) = (store.clone(), run.clone());
        async move {
            let read = match first {
                Some(first) => Some(first),
                None => store.report_part(&run, part).await.map_err(|error| std::io::Error::other(error.to_string()))?,
            };
            Ok(read.map(|bytes| (Bytes::from(bytes), (part + 1, None))))
        }
    })
}
