//! What a message to the outside says: `{"type", "timestamp", "data"}`, as Standard Webhooks proposes. `type` is one of [`KINDS`].

use serde::Serialize;
use serde_json::{Value, json};

use super::alert::Alert;
use super::calendar;
use super::schedule::{Run, RunFile, Schedule, Sending};
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

/// Everything that a message can tell.
pub const KINDS: &[&str] = &[
    "alert.raised",
    "alert.activated",
    "alert.accepted",
    "alert.released",
    "alert.lease_lost",
    "alert.no_step",
    "alert.handed_over",
    "alert.escalation_asked",
    "alert.escalated",
    "alert.escalation_skipped",
    "alert.escalation_unheard",
    "alert.held",
    "alert.hold_ended",
    "alert.priority",
    "alert.note",
    "alert.call",
    "alert.condition_cleared",
    "alert.explained_by_late_event",
    "alert.reopened",
    "alert.closed",
    "alert.changed",
    "escalation.step",
    NOTICE,
];

/// What a message about trouble of the service itself is called.
pub const NOTICE: &str = "platform.notice";

/// What a message is called that brings a scheduled report. It goes to those whom the schedule names, and to nobody else.
pub const REPORT: &str = "report.ready";

/// A message that a report is ready. `link` is where its file can be fetched, `zone` the one in which days are told. With `file` the file itself is put in when it is sent.
#[must_use]
pub fn report(at: DateTime<Utc>, schedule: &Schedule, run: &Run, file: &RunFile, link: &str, zone: Tz, sending: Sending) -> Value {
    let first = calendar::date(calendar::us(run.from), zone);
    let last = calendar::date(calendar::us(run.to) - 1, zone);
    json!({ "type": REPORT, "timestamp": at.to_rfc3339_opts(SecondsFormat::Micros, true), "data": {
        "schedule": schedule.id,
        "name": schedule.name,
        "organisation": schedule.organisation,
        "run": run.n,
        "report": run.report,
        "title": run.report.title(),
        "format": run.format,
        "table": run.table,
        "from": run.from,
        "to": run.to,
        "first_day": first,
        "last_day": last,
        "rows": run.rows,
        "file": file,
        "media_type": run.format.media_type(),
        "link": link,
        "send": sending,
    } })
}

/// What an organisation is told of trouble of the service itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// Who is told.
    pub organisation: String,
    /// What it is about: `outage`, `unattended_alert`, `messages_undelivered` …
    pub matter: String,
    /// The same in words.
    pub title: String,
    /// What happened, and what it means.
    pub text: String,
    /// Since when. Of trouble that shows now: the hour in which it shows.
    pub from: DateTime<Utc>,
    /// Until when, where it is over.
    pub until: Option<DateTime<Utc>>,
    /// When it was told.
    pub at: DateTime<Utc>,
}

/// A message about trouble of the service itself.
#[must_use]
pub fn notice(at: DateTime<Utc>, notice: &Notice) -> Value {
    json!({ "type": NOTICE, "timestamp": at.to_rfc3339_opts(SecondsFormat::Micros, true), "data": notice })
}

/// What a line of an alert's history is called outside. What has no name of its own there is a change.
#[must_use]
pub fn kind_of(what: &str) -> &'static str {
    if what == "activation" {
        return "alert.activated";
    }
    KINDS.iter().copied().find(|kind| kind.strip_prefix("alert.") == Some(what)).unwrap_or("alert.changed")
}

/// A message about an alert as it is now.
#[must_use]
pub fn about(kind: &str, at: DateTime<Utc>, alert: &Alert) -> Value {
    json!({ "type": kind, "timestamp": at.to_rfc3339_opts(SecondsFormat::Micros, true), "data": alert })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_history_has_a_name_outside() {
        assert_eq!(kind_of("raised"), "alert.raised");
        assert_eq!(kind_of("activation"), "alert.activated");
        assert_eq!(kind_of("something new"), "alert.changed");
        assert_eq!(kind_of("escalation.step"), "alert.changed");
    }
}
