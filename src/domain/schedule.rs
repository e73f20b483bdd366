//! A schedule of a report: which report, by which calendar, to whom; when it is due next, and of which time it tells then.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::access::Role;
use super::calendar::{self, Day, WallTime};
use super::delivery::Channel;
use super::report::{Format, Name};

mod entry;
mod run;

pub use entry::{NewSchedule, SchedulePatch};
pub use run::{Run, RunFile, RunState};

/// Who may set up a schedule, and must still be able to when it runs.
pub const AUTHORS: &[Role] = &[Role::Administrator, Role::Manager];
/// Whom a report may be sent to: roles that may read it.
pub const READERS: &[Role] = &[Role::Administrator, Role::Manager, Role::Viewer];
/// Recipients of one schedule, at most.
pub const RECIPIENTS_MAX: usize = 20;
/// Days looked through for the next one: beyond the longest stretch between two.
const LOOK_DAYS: i64 = 70;

/// A report that is made by the calendar and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Schedule {
    /// Its id.
    pub id: String,
    /// Whose report it is.
    pub organisation: String,
    /// What people call it.
    pub name: String,
    /// Which report.
    pub report: Name,
    /// In which form.
    pub format: Format,
    /// Which table, for CSV; null: the first.
    pub table: Option<String>,
    /// By which calendar.
    pub when: When,
    /// Who gets it. Nobody: the file waits to be fetched.
    pub recipients: Vec<Recipient>,
    /// Whether it runs.
    pub active: bool,
    /// Why the service itself switched it off; null when nobody did, or a person did.
    pub stopped: Option<String>,
    /// Id of the user or token who set it up or changed it last, and in whose name it runs.
    pub author: String,
    /// When it is due next; null while it does not run.
    pub next_at: Option<DateTime<Utc>>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// By which calendar: a local time on some days, in the organisation's zone. It stays the same on the wall through both change days; a time that is skipped is
/// the moment of the skip, of one that comes twice the first is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// How often. The report tells of the last whole day, week (Monday to Sunday) or month.
    pub every: Cadence,
    /// The day of the week, for `weekly`.
    #[serde(default)]
    pub on: Option<Day>,
    /// The day of the month, 1 to 28, for `monthly`.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 28)]
    pub day: Option<u32>,
    /// The local time `hh:mm`.
    #[schema(value_type = String, max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub at: WallTime,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Cadence {
    Daily,
    Weekly,
    Monthly,
}

/// Who gets a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// By which way.
    pub by: Channel,
    /// For `email` an address, or the id of a user who has one; for `webhook` the webhook's id.
    #[schema(min_length = 1, max_length = 254)]
    pub to: String,
    /// What is sent; `file` unless told.
    #[serde(default)]
    pub send: Sending,
}

/// What a recipient is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    /// The file itself, where it is small enough; otherwise its address.
    #[default]
    File,
    /// Where to fetch it.
    Link,
}

impl When {
    /// The first time after `after` at which it is due, with the day on the calendar of `zone`.
    #[must_use]
    pub fn next(&self, after: DateTime<Utc>, zone: Tz) -> Option<(DateTime<Utc>, NaiveDate)> {
        let today = calendar::date(calendar::us(after), zone);
        (-1..LOOK_DAYS).map(|days| calendar::plus(today, days)).filter(|date| self.is_on(*date)).find_map(|date| {
            let due = calendar::time(calendar::wall(date, self.at.0, zone));
            (due > after).then_some((due, date))
        })
    }

    fn is_on(&self, date: NaiveDate) -> bool {
        match self.every {
            Cadence::Daily => true,
            Cadence::Weekly => self.on.is_none_or(|on| on == Day::of(date)),
            Cadence::Monthly => date.day() == self.day.unwrap_or(1),
        }
    }

    /// Of which time a report tells that is due on `date`: the last whole day, week or month before it.
    #[must_use]
    pub fn period(&self, date: NaiveDate, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
        let (from, to) = match self.every {
            Cadence::Daily => (calendar::plus(date, -1), date),
            Cadence::Weekly => {
                let monday = calendar::plus(date, -i64::from(date.weekday().num_days_from_monday()));
                (calendar::plus(monday, -7), monday)
            }
            Cadence::Monthly => {
                let first = date.with_day(1).unwrap_or(date);
                (calendar::plus(first, -1).with_day(1).unwrap_or(first), first)
            }
        };
        let begin = |date| calendar::time(calendar::midnight(date, zone));
        (begin(from), begin(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn when(json: &str) -> When {
        serde_json::from_str(json).unwrap()
    }

    /// Cadence time at which it is due between two moments.
    fn dues(when: &When, from: &str, to: &str, zone: Tz) -> Vec<(DateTime<Utc>, NaiveDate)> {
        let (mut after, mut found) = (at(from), Vec::new());
        while let Some(next) = when.next(after, zone).filter(|(due, _)| *due < at(to)) {
            after = next.0;
            found.push(next);
        }
        found
    }

    #[test]
    fn each_day_has_one_run_through_both_change_days_in_any_zone() {
        for zone in [Tz::Europe__London, Tz::Australia__Lord_Howe, Tz::America__St_Johns, Tz::Africa__Cairo, Tz::Asia__Beirut] {
            for wall in ["00:00", "00:30", "01:00", "01:30", "02:00", "02:15", "02:30", "03:00", "23:59"] {
                let daily = when(&format!(r#"{{ "every": "daily", "at": "{wall}" }}"#));
                let found = dues(&daily, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", zone);
                let days: Vec<NaiveDate> = found.iter().map(|(_, day)| *day).collect();
                assert!((364..=366).contains(&days.len()), "{zone} {wall}: {}", days.len());
                assert!(days.windows(2).all(|pair| calendar::plus(pair[0], 1) == pair[1]), "{zone} {wall}: no day twice, none left out");
                // The periods lie one behind the other without a gap.
                let periods: Vec<_> = days.iter().map(|day| daily.period(*day, zone)).collect();
                assert!(periods.windows(2).all(|pair| pair[0].1 == pair[1].0), "{zone} {wall}");
            }
        }
    }

    #[test]
    fn a_time_that_is_skipped_is_due_at_the_skip_and_one_that_comes_twice_at_the_first() {
        let (daily, london) = (when(r#"{ "every": "daily", "at": "01:30" }"#), Tz::Europe__London);
        assert_eq!(daily.next(at("2026-03-28T12:00:00Z"), london).unwrap().0, at("2026-03-29T01:00:00Z"));
        assert_eq!(daily.next(at("2026-10-24T12:00:00Z"), london).unwrap().0, at("2026-10-25T00:30:00Z"));
        assert_eq!(daily.next(at("2026-10-25T00:30:00Z"), london).unwrap().0, at("2026-10-26T01:30:00Z"), "not again at the second");
    }

    #[test]
    fn weeks_run_from_monday_and_months_from_their_first_on_the_wall() {
        let london = Tz::Europe__London;
        let weekly = when(r#"{ "every": "weekly", "on": "wed", "at": "06:00" }"#);
        let (due, day) = weekly.next(at("2026-10-24T12:00:00Z"), london).unwrap();
        assert_eq!(due, at("2026-10-28T06:00:00Z"));
        assert_eq!(weekly.period(day, london), (at("2026-10-18T23:00:00Z"), at("2026-10-26T00:00:00Z")), "a week of 169 hours");
        let monthly = when(r#"{ "every": "monthly", "day": 3, "at": "06:00" }"#);
        let (due, day) = monthly.next(at("2026-03-20T00:00:00Z"), london).unwrap();
        assert_eq!(due, at("2026-04-03T05:00:00Z"));
        assert_eq!(monthly.period(day, london), (at("2026-03-01T00:00:00Z"), at("2026-03-31T23:00:00Z")));
        assert_eq!(dues(&monthly, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", london).len(), 12);
    }
}
