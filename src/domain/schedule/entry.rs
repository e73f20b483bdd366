//! Checks of what people enter of a schedule, with words that say what would be right; and the record that it becomes.
#![allow(clippy::option_option, reason = "in a change a field is absent (leave it), null (clear it) or given")]

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{Cadence, RECIPIENTS_MAX, Recipient, Schedule, When};
use crate::domain::delivery::Channel;
use crate::domain::register::{Checks, Invalid, given, is_email};
use crate::domain::report::{Format, Name};

/// A schedule to enter.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSchedule {
    /// Whose report it is.
    #[schema(min_length = 1, max_length = 100)]
    pub organisation: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Which report.
    pub report: Name,
    /// In which form.
    pub format: Format,
    /// Which table, for CSV; the first unless told.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub table: Option<String>,
    /// By which calendar.
    pub when: When,
    /// Who gets it, 20 at most.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub recipients: Vec<Recipient>,
    /// Whether it runs; it does unless told.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub active: bool,
}

/// A change of a schedule. Whoever makes it becomes its author.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchedulePatch {
    /// What people call it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Which report.
    #[serde(default)]
    pub report: Option<Name>,
    /// In which form.
    #[serde(default)]
    pub format: Option<Format>,
    /// Which table, for CSV; null: the first.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 64)]
    pub table: Option<Option<String>>,
    /// By which calendar: the whole of it.
    #[serde(default)]
    pub when: Option<When>,
    /// Who gets it: the whole list.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub recipients: Option<Vec<Recipient>>,
    /// Switch it on or off. On again: the time in between is not made up for.
    #[serde(default)]
    pub active: Option<bool>,
    /// `true` archives, `false` brings back.
    #[serde(default)]
    pub archived: Option<bool>,
}

fn yes() -> bool {
    true
}

impl NewSchedule {
    /// The record it becomes; days are told in `zone`.
    pub fn into_record(self, id: String, author: &str, now: DateTime<Utc>, zone: Tz) -> Result<Schedule, Invalid> {
        let record = Schedule {
            id,
            organisation: self.organisation,
            name: self.name,
            report: self.report,
            format: self.format,
            table: self.table,
            when: self.when,
            recipients: self.recipients,
            active: self.active,
            stopped: None,
            author: author.to_owned(),
            next_at: None,
            created_at: now,
            archived_at: None,
        };
        record.check()?;
        Ok(record.planned(now, zone))
    }
}

impl SchedulePatch {
    /// `before` with the change made to it.
    pub fn apply(self, before: &Schedule, author: &str, now: DateTime<Utc>, zone: Tz) -> Result<Schedule, Invalid> {
        let after = Schedule {
            name: self.name.unwrap_or_else(|| before.name.clone()),
            report: self.report.unwrap_or(before.report),
            format: self.format.unwrap_or(before.format),
            table: self.table.unwrap_or_else(|| before.table.clone()),
            when: self.when.unwrap_or_else(|| before.when.clone()),
            recipients: self.recipients.unwrap_or_else(|| before.recipients.clone()),
            active: self.active.unwrap_or(before.active),
            stopped: if self.active.is_some() { None } else { before.stopped.clone() },
            author: author.to_owned(),
            archived_at: match self.archived {
                Some(true) => before.archived_at.or(Some(now)),
                Some(false) => None,
                None => before.archived_at,
            },
            ..before.clone()
        };
        after.check()?;
        // What is due already stays due, unless it is to come at another time.
        let same = after.when == before.when && before.next_at.is_some() && after.active && after.archived_at.is_none();
        Ok(if same { after } else { after.planned(now, zone) })
    }
}

impl Schedule {
    /// The same, due next after `now`; not at all while it does not run.
    #[must_use]
    pub fn planned(self, now: DateTime<Utc>, zone: Tz) -> Self {
        let runs = self.active && self.archived_at.is_none();
        Self { next_at: runs.then(|| self.when.next(now, zone)).flatten().map(|(due, _)| due), ..self }
    }

    fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.reference("organisation", &self.organisation).text("name", &self.name, 1, 200);
        checks.maybe_text("table", self.table.as_deref(), 64);
        if self.table.is_some() && self.format != Format::Csv {
            checks.fault("table", "is for csv alone, which holds one table; leave it out");
        }
        let When { every, on, day, .. } = self.when;
        match (every, on) {
            (Cadence::Weekly, None) => drop(checks.fault("when.on", "is missing: name the day of the week, such as \"mon\"")),
            (Cadence::Daily | Cadence::Monthly, Some(_)) => drop(checks.fault("when.on", "is for `weekly` alone; leave it out")),
            _ => {}
        }
        match (every, day) {
            (Cadence::Monthly, Some(1..=28)) => {}
            (Cadence::Monthly, _) => drop(checks.fault("when.day", "must be a day that every month has: 1 to 28")),
            (_, Some(_)) => drop(checks.fault("when.day", "is for `monthly` alone; leave it out")),
            (_, None) => {}
        }
        if self.recipients.len() > RECIPIENTS_MAX {
            checks.fault("recipients", &format!("are more than {RECIPIENTS_MAX}; make a second schedule"));
        }
        for (n, recipient) in self.recipients.iter().enumerate() {
            let field = format!("recipients[{n}].to");
            let address = recipient.by == Channel::Email && recipient.to.contains('@');
            if address && !is_email(&recipient.to) {
                checks.fault(&field, "is no e-mail address such as ann@example.org");
            } else if !address {
                checks.reference(&field, &recipient.to);
            }
            if self.recipients.iter().take(n).any(|other| (other.by, &other.to) == (recipient.by, &recipient.to)) {
                checks.fault(&field, "is named twice");
            }
        }
        checks.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(json: &str) -> Result<Schedule, Invalid> {
        let new: NewSchedule = serde_json::from_str(json).unwrap();
        new.into_record("s".to_owned(), "ann", "2026-03-01T08:00:00Z".parse().unwrap(), Tz::Europe__London)
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_field() {
        let say = |when: &str, more: &str| {
            let text = format!(r#"{{ "organisation": "o", "name": "n", "report": "workload", "format": "xlsx", "when": {when} {more} }}"#);
            made(&text).map_err(|invalid| invalid.0).unwrap_err()
        };
        for (when, more, field) in [
            (r#"{ "every": "weekly", "at": "06:00" }"#, "", "`when.on` is missing"),
            (r#"{ "every": "daily", "on": "mon", "at": "06:00" }"#, "", "`when.on` is for"),
            (r#"{ "every": "monthly", "at": "06:00" }"#, "", "`when.day` must"),
            (r#"{ "every": "monthly", "day": 29, "at": "06:00" }"#, "", "`when.day` must"),
            (r#"{ "every": "daily", "day": 1, "at": "06:00" }"#, "", "`when.day` is for"),
            (r#"{ "every": "daily", "at": "06:00" }"#, r#", "table": "months""#, "`table` is for csv"),
            (r#"{ "every": "daily", "at": "06:00" }"#, r#", "recipients": [{ "by": "email", "to": "a@b c" }]"#, "`recipients[0].to`"),
            (
                r#"{ "every": "daily", "at": "06:00" }"#,
                r#", "recipients": [{ "by": "email", "to": "a@b" }, { "by": "email", "to": "a@b", "send": "link" }]"#,
                "`recipients[1].to` is named twice",
            ),
        ] {
            assert!(say(when, more).contains(field), "{when} {more}: {}", say(when, more));
        }
    }

    #[test]
    fn a_change_of_the_time_plans_anew_and_switching_off_plans_nothing() {
        let daily =
            r#"{ "organisation": "o", "name": "n", "report": "workload", "format": "csv", "when": { "every": "daily", "at": "09:00" } }"#;
        let (before, now) = (made(daily).unwrap(), "2026-03-01T08:30:00Z".parse().unwrap());
        assert_eq!(before.next_at, Some("2026-03-01T09:00:00Z".parse().unwrap()));
        let patched =
            |json: &str| serde_json::from_str::<SchedulePatch>(json).unwrap().apply(&before, "bob", now, Tz::Europe__London).unwrap();
        let renamed = patched(r#"{ "name": "m" }"#);
        assert_eq!((renamed.next_at, renamed.author.as_str()), (before.next_at, "bob"));
        assert_eq!(patched(r#"{ "when": { "every": "daily", "at": "08:00" } }"#).next_at, Some("2026-03-02T08:00:00Z".parse().unwrap()));
        assert_eq!(patched(r#"{ "active": false }"#).next_at, None);
        assert_eq!(patched(r#"{ "archived": true }"#).next_at, None);
    }
}
