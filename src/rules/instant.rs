//! Instants as microseconds since 1970, so that arithmetic on any time a stranger may send saturates instead of falling over.

use chrono::DateTime;
use chrono_tz::Tz;

use crate::clock::Time;

/// Microseconds: since 1970 for an instant, or a length of time.
pub(super) type Us = i64;

pub(super) const SECOND_US: Us = 1_000_000;
pub(super) const MINUTE_US: Us = 60 * SECOND_US;
pub(super) const HOUR_US: Us = 60 * MINUTE_US;
pub(super) const DAY_US: Us = 24 * HOUR_US;

/// An instant as microseconds.
pub(super) fn us(time: Time) -> Us {
    time.timestamp_micros()
}

/// Microseconds as an instant; beyond what a calendar holds, the last instant that it does.
pub(super) fn time(us: Us) -> Time {
    DateTime::from_timestamp_micros(us).unwrap_or(if us < 0 { Time::MIN_UTC } else { Time::MAX_UTC })
}

/// What the calendar and the clock on the wall of `zone` show. At the ends of what a calendar holds, where a zone's offset would lead out
/// of it, two days are left out.
pub(super) fn local(us: Us, zone: Tz) -> DateTime<Tz> {
    let (first, last) = (Time::MIN_UTC.timestamp_micros(), Time::MAX_UTC.timestamp_micros());
    time(us.clamp(first.saturating_add(2 * DAY_US), last.saturating_sub(2 * DAY_US))).with_timezone(&zone)
}
