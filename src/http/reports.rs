//! Reports: what managers pull, as JSON, CSV or XLSX, and the alerts behind every figure.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Id, Text};
use crate::domain::report::Format;
use crate::reports::listing::{self, Drill, LISTED, Place};
use crate::reports::shape::{Assumption, Definition, Kind, Report};
use crate::reports::{self, Name, Progress, Question, Unaskable, Written, csv, drill, xlsx};
use crate::store::Store;
use crate::store::facts::Fact;

/// Which report, of which time.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportQuery {
    /// From the begin of this day (`2026-10-01`) or month (`2026-10`) in the organisation's zone, or from this moment. The last whole month unless told.
    #[param(inline)]
    from: Option<Text<1, 40>>,
    /// Until the begin of this day or month, or this moment.
    #[param(inline)]
    to: Option<Text<1, 40>>,
    /// Only of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
    /// `json` unless told.
    #[param(inline)]
    format: Option<Format>,
    /// Which table, for CSV; the first unless told.
    #[param(inline)]
    table: Option<Text<1, 64>>,
}

/// Which alerts: the keys of a row of a report, and the figure.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DrillQuery {
    /// The figure: the id of a column. The first of the report that counts alerts unless told.
    #[param(inline)]
    figure: Option<Text<1, 64>>,
    /// As of the report.
    #[param(inline)]
    from: Option<Text<1, 40>>,
    /// As of the report.
    #[param(inline)]
    to: Option<Text<1, 40>>,
    /// Only of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
    /// Raised in this month: yyyymm.
    #[param(inline)]
    month: Option<Text<1, 6>>,
    /// Raised in this hour of the day.
    #[param(inline)]
    hour: Option<Text<1, 2>>,
    /// Raised on this day of the week, 1 Monday to 7 Sunday.
    #[param(inline)]
    weekday: Option<Text<1, 1>>,
    /// By this rule.
    #[param(inline)]
    rule: Option<Id>,
    /// After an event of this kind first; empty for none.
    #[param(inline)]
    kind: Option<Text<0, 64>>,
    /// By a sensor of this model; empty for one that is not known.
    #[param(inline)]
    model: Option<Text<0, 200>>,
    /// Of this home.
    #[param(inline)]
    home: Option<Id>,
    /// Of this lane.
    #[param(inline)]
    lane: Option<Text<1, 20>>,
    /// Closed with this outcome; empty for none.
    #[param(inline)]
    outcome: Option<Text<0, 100>>,
    /// First accepted by this person or system.
    #[param(inline)]
    operator: Option<Text<0, 128>>,
    /// A fault that is this owner's task; empty for nobody's.
    #[param(inline)]
    owner: Option<Text<0, 200>>,
    /// Open for so long, in the words of the report.
    #[param(inline)]
    age: Option<Text<1, 40>>,
}

/// A report, as it is described; see `docs/reports.md`.
#[derive(Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes what `Report::json` writes")]
struct ReportBody {
    /// Its name.
    name: Name,
    /// Its title.
    title: String,
    /// From this moment.
    from: chrono::DateTime<chrono::Utc>,
    /// Until this one.
    to: chrono::DateTime<chrono::Utc>,
    /// Only of this organisation; null: of all that you may see.
    organisation: Option<String>,
    /// The zone in which days were told.
    zone: String,
    /// When it was made.
    made_at: chrono::DateTime<chrono::Utc>,
    /// What each figure means, in words.
    definitions: Vec<Definition>,
    /// The configured numbers that it rests on.
    assumptions: Vec<Assumption>,
    /// Its tables.
    tables: Vec<TableBody>,
}

/// A table of a report.
#[derive(Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes what `Report::json` writes")]
struct TableBody {
    /// Its name: a value of `table` for CSV.
    id: String,
    /// Its title.
    title: String,
    /// Its columns.
    columns: Vec<ColumnBody>,
    /// Its rows: an object with a value for each column's figure. `alerts`, where it is there, leads to what the row counts: add `&figure=` and a figure's id.
    rows: Vec<serde_json::Map<String, serde_json::Value>>,
    /// The figure whose alerts the table lists one by one. JSON carries the first 1000; CSV and XLSX all.
    lists: Option<String>,
}

/// A column.
#[derive(Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "describes what `Report::json` writes")]
struct ColumnBody {
    /// The figure's id.
    figure: String,
    /// What it is called.
    title: String,
    /// What it is.
    kind: Kind,
    /// Whether it counts alerts: where a row has `alerts`, that address with `&figure=` and this figure leads to them.
    counts_alerts: bool,
}

/// An alert behind a figure.
#[derive(Serialize, utoipa::ToSchema)]
struct CountedAlert {
    /// As it was counted.
    #[serde(flatten)]
    fact: Fact,
    /// What whoever accepted it first is called; null when nobody has.
    operator_name: Option<String>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(report)).routes(routes!(alerts))
}

async fn question(
    state: &HttpState,
    access: &Access,
    from: Option<&str>,
    to: Option<&str>,
    organisation: Option<&str>,
) -> Result<Question, Problem> {
    let written = Written { scope: &access.scope, organisation, from, to };
    let read = Question::read(&state.store, &written, &state.settings, state.engine.outcomes(), state.clock.now()).await;
    read.map_err(|why| match why {
        Unaskable::NoOrganisation => Problem::not_found("organisation"),
        Unaskable::Period(say) => Problem::unreadable(format!("{say}.")),
        Unaskable::Store(error) => error.into(),
    })
}

fn name_of(name: &str) -> Result<Name, Problem> {
    Name::parse(name).ok_or_else(|| {
        let all: Vec<&str> = Name::ALL.into_iter().map(Name::as_str).collect();
        Problem::new(axum::http::StatusCode::NOT_FOUND, format!("There is no such report. There are: {}.", all.join(", ")))
    })
}

/// A report
///
/// `response-times`, `activations`, `outcomes`, `attendance`, `device-health`, `false-alarms`, `take-up`, `workload` or `social-value`, of what is
/// committed at this moment. Every figure is defined in the report itself and in `docs/reports.md`.
#[utoipa::path(
    get, path = "/reports/{name}", tag = "reports", operation_id = "get_report", params(("name" = Name, Path), ReportQuery),
    responses((status = 200, content((ReportBody = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))))
)]
async fn report(
    access: Access,
    State(state): State<HttpState>,
    Path(name): Path<String>,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    let name = name_of(&name)?;
    let asked = question(&state, &access, query.from.as_deref(), query.to.as_deref(), query.organisation.as_deref()).await?;
    let mut report = reports::run(&state.store, name, &asked).await?;
    match query.format.unwrap_or_default() {
        Format::Json => {
            listing::fill(&state.store, &asked, &mut report, LISTED).await?;
            Ok(Json(report.json()).into_response())
        }
        Format::Csv => {
            let Some(table) = report.table(query.table.as_deref()) else {
                let all: Vec<&str> = report.tables.iter().map(|table| table.id).collect();
                return Err(Problem::unreadable(format!("`table` must be one of {}.", all.join(", "))));
            };
            let file = format!("{}-{}.csv", name.as_str(), table.id);
            let id = table.id;
            Ok(download(Body::from_stream(csv_stream(state.store.clone(), asked, report, id)), Format::Csv.media_type(), &file))
        }
        Format::Xlsx => {
            let body = workbook(&state.store, &asked, &report).await?;
            Ok(download(body, Format::Xlsx.media_type(), &format!("{}.xlsx", name.as_str())))
        }
    }
}

/// Chunk by chunk, as fast as the receiver takes them.
fn csv_stream(
    store: Store,
    asked: Question,
    report: Report,
    table: &'static str,
) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> {
    let (chunks, stream) = tokio::sync::mpsc::channel(2);
    tokio::spawn(async move {
        let question = asked;
        let Some(table) = report.table(Some(table)) else { return };
        let mut writer = match csv::Writer::new(&store, &question, &report, table).await {
            Ok(writer) => writer,
            Err(error) => return drop(chunks.send(Err(std::io::Error::other(error.to_string()))).await),
        };
        loop {
            let chunk = match writer.next(&store, &question).await {
                Ok(Some(chunk)) => Ok(Bytes::from(chunk)),
                Ok(None) => return,
                Err(error) => Err(std::io::Error::other(error.to_string())),
            };
            // Whoever asked may have gone.
            if chunks.send(chunk).await.is_err() {
                return;
            }
        }
    });
    tokio_stream::wrappers::ReceiverStream::new(stream)
}

async fn workbook(store: &Store, question: &Question, report: &Report) -> Result<Body, Problem> {
    let internal = |error: std::io::Error| {
        tracing::error!(%error, "a workbook could not be written");
        Problem::internal()
    };
    let file = tempfile::NamedTempFile::new().map_err(internal)?;
    xlsx::write(store, question, report, file.path(), &Progress::default()).await?;
    let open = tokio::fs::File::open(file.path()).await.map_err(internal)?;
    // The file goes when it has been read: it has no name any more.
    drop(file);
    Ok(Body::from_stream(tokio_util::io::ReaderStream::new(open)))
}

pub(super) fn download(body: Body, kind: &'static str, file: &str) -> Response {
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{file}\""));
    let mut response = ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response();
    if let Ok(named) = named {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, named);
    }
    response
}

/// The alerts behind a figure
///
/// The address is in each row of a report (`alerts`); add `&figure=` and the id of a column. Oldest first.
#[utoipa::path(
    get, path = "/reports/{name}/alerts", tag = "reports", operation_id = "list_report_alerts", params(("name" = Name, Path), DrillQuery, PageQuery),
    responses((status = 200, body = Page<CountedAlert>))
)]
async fn alerts(
    access: Access,
    State(state): State<HttpState>,
    Path(name): Path<String>,
    Query(query): Query<DrillQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CountedAlert>>, Problem> {
    let name = name_of(&name)?;
    let asked = question(&state, &access, query.from.as_deref(), query.to.as_deref(), query.organisation.as_deref()).await?;
    let no_figure = || Problem::unreadable(format!("`figure` must be a figure of the report {} that counts alerts.", name.as_str()));
    let tables = name.tables();
    let counting = tables.iter().flat_map(|table| &table.columns).map(|column| column.id);
    let mut counting = counting.filter(|id| drill::conditions(id, &asked).is_some());
    let figure = match query.figure.as_deref() {
        Some(wanted) => counting.find(|id| *id == wanted),
        None => counting.next(),
    };
    let figure = figure.ok_or_else(no_figure)?;
    let after = page.after::<Place>()?;
    let found = listing::alerts(&state.store, &asked, &query.drill(figure), after.as_ref(), page.rows()?).await?.ok_or_else(no_figure)?;
    let names = state.store.names_of_principals().await?;
    let counted = |fact: Fact| CountedAlert { operator_name: fact.operator.as_ref().and_then(|id| names.get(id)).cloned(), fact };
    Ok(Json(page.page(found, listing::place)?.map(counted)))
}

impl DrillQuery {
    fn drill(self, figure: &str) -> Drill {
        let keys = [
            ("month", self.month.map(Text::into_inner)),
            ("hour", self.hour.map(Text::into_inner)),
            ("weekday", self.weekday.map(Text::into_inner)),
            ("rule", self.rule.map(Text::into_inner)),
            ("kind", self.kind.map(Text::into_inner)),
            ("model", self.model.map(Text::into_inner)),
            ("home", self.home.map(Text::into_inner)),
            ("lane", self.lane.map(Text::into_inner)),
            ("outcome", self.outcome.map(Text::into_inner)),
            ("operator", self.operator.map(Text::into_inner)),
            ("owner", self.owner.map(Text::into_inner)),
        ];
        let keys = keys.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Drill { figure: figure.to_owned(), keys, age: self.age.map(Text::into_inner) }
    }
}
