//! Local times of a home as instants, on both change days.

use chrono::{LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::clock::Time;

/// The instant of a local time. In the hour that occurs twice the first is meant; a time in the hour that is left out is read as if the
/// clocks had not been changed yet.
#[must_use]
pub fn instant(zone: Tz, local: NaiveDateTime) -> Time {
    let resolved = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
        LocalResult::None => {
            let hour = TimeDelta::hours(1);
            let before = zone.from_local_datetime(&(local - hour)).earliest().map(|at| at + hour);
            before.unwrap_or_else(|| zone.from_utc_datetime(&local))
        }
    };
    resolved.to_utc()
}

/// The instant at which a local day begins.
#[must_use]
pub fn midnight(zone: Tz, date: NaiveDate) -> Time {
    instant(zone, date.and_time(NaiveTime::MIN))
}

/// The local day of an instant.
#[must_use]
pub fn date_of(zone: Tz, at: Time) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}
