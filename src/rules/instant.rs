//! Instants as microseconds since 1970, so that arithmetic on any time a stranger may send saturates instead of falling over.

use chrono::DateTime;

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
