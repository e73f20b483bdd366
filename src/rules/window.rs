//! A daily window in local time, which may cross midnight. Whether an instant lies inside is asked of the wall clock of the home, so
//! change days need no arithmetic: the hour that is skipped never shows on the wall, the one that comes twice shows twice.

use chrono::{Datelike, NaiveTime, Timelike};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::instant::{self, Us};
use super::quantity::LocalTime;
use crate::domain::calendar::WEEK;

pub use crate::domain::calendar::Day;

/// From one time on the wall until another, on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// It begins then.
    pub from: LocalTime,
    /// It ends then, on the next day where that is earlier. The same as `from`: the whole day.
    pub to: LocalTime,
    /// The days on which it begins; none named: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
}

/// A window with its times found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hours<'a> {
    pub(super) from: NaiveTime,
    pub(super) to: NaiveTime,
    pub(super) days: &'a [Day],
}

impl Hours<'_> {
    /// Whether the wall clock of `zone` shows a time inside at `at`.
    pub(super) fn contain(&self, at: Us, zone: Tz) -> bool {
        let local = instant::local(at, zone);
        // A minute counts as a whole: a window until 07:00 ends as the clock turns to 07:00.
        let shown = NaiveTime::from_hms_opt(local.hour(), local.minute(), 0).unwrap_or(NaiveTime::MIN);
        let (inside, since_yesterday) = match self.from.cmp(&self.to) {
            std::cmp::Ordering::Less => (shown >= self.from && shown < self.to, false),
            std::cmp::Ordering::Equal => (true, shown < self.from),
            std::cmp::Ordering::Greater => (shown >= self.from || shown < self.to, shown < self.to),
        };
        let today = local.weekday().num_days_from_monday() as usize;
        let began = WEEK[(today + if since_yesterday { 6 } else { 0 }) % 7];
        inside && (self.days.is_empty() || self.days.contains(&began))
    }
}

/// The days' names, Monday first.
pub(super) const WEEK_NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
