//! One making of a scheduled report.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::domain::report::{Format, Name};

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Nobody has begun it.
    Waiting,
    /// It is being made.
    Running,
    /// The file is there, and on its way to the recipients.
    Done,
    /// It was given up.
    Failed,
}

impl RunState {
    /// The name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Running, Self::Done, Self::Failed].into_iter().find(|state| state.as_str() == name)
    }
}

/// One making of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Run {
    /// The schedule.
    pub schedule: String,
    /// Its number there; counts from 1.
    pub n: i64,
    /// Whose report it is.
    pub organisation: String,
    /// Which report, as the schedule said when it was asked for.
    pub report: Name,
    /// In which form.
    pub format: Format,
    /// Which table, for CSV; null: the first.
    pub table: Option<String>,
    /// The local day on which the calendar asked for it; null when a person did.
    pub due_day: Option<NaiveDate>,
    /// Id of the user or token who asked for it; null when the calendar did.
    pub asked_by: Option<String>,
    /// Whether it goes to the recipients.
    pub send: bool,
    /// It tells of the time from then.
    pub from: DateTime<Utc>,
    /// Until then.
    pub to: DateTime<Utc>,
    /// How far it is.
    pub state: RunState,
    /// Rows written so far.
    pub rows: i64,
    /// How often it was begun.
    pub attempts: i64,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was begun last.
    pub begun_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed, or what went wrong at the last try.
    pub error: Option<String>,
    /// What was made.
    pub file: Option<RunFile>,
    /// How many recipients it was sent to; what became of each message is told under `/webhooks/{id}/deliveries`, or by an alert when one is given up.
    pub sent_to: i64,
}

/// The file of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RunFile {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: i64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// It can be fetched until then.
    pub kept_until: DateTime<Utc>,
}
