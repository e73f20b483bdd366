//! The calendar and the wall clock of a home, as rules need them: when a window opens, and the primitives of [`crate::domain::calendar`].

use chrono_tz::Tz;

use super::instant::{DAY_US, HOUR_US, MINUTE_US, Us};
use super::window::Hours;
use crate::domain::calendar::{change, walls};

pub(super) use crate::domain::calendar::{date, is_on, midnight, plus, wall};

/// The first instant at or after `at` that lies inside the window.
pub(super) fn opens(hours: &Hours, at: Us, zone: Tz) -> Option<Us> {
    if hours.contain(at, zone) {
        return Some(at);
    }
    let today = date(at, zone);
    let opening = (0..=8).find_map(|ahead| {
        let (first, last) = walls(plus(today, ahead), hours.from, zone);
        [first, last].into_iter().find(|opening| *opening >= at && hours.contain(*opening, zone))
    });
    // Where the clock is set, the wall may show a time inside without having shown the beginning.
    let changed = change(at, opening.unwrap_or_else(|| at.saturating_add(8 * DAY_US)), zone);
    match changed.filter(|changed| hours.contain(*changed, zone)) {
        Some(changed) => Some(opening.map_or(changed, |opening| opening.min(changed))),
        None => opening,
    }
}

/// How long before `at` a day may have begun at most.
pub(super) const LONGEST_DAY_US: Us = 26 * HOUR_US;

/// `at` without what is less than a minute.
pub(super) fn minute(at: Us) -> Us {
    at.div_euclid(MINUTE_US).saturating_mul(MINUTE_US)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;
    use crate::rules::window::Day;

    fn at(text: &str) -> Us {
        text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros()
    }

    fn hm(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn a_window_opens_by_the_wall_clock() {
        let london = Tz::Europe__London;
        let hours = |from, to| Hours { from, to, days: &[] };
        assert_eq!(opens(&hours(hm(22, 0), hm(6, 0)), at("2026-07-01T12:00:00Z"), london), Some(at("2026-07-01T21:00:00Z")));
        assert_eq!(opens(&hours(hm(22, 0), hm(6, 0)), at("2026-07-01T23:00:00Z"), london), Some(at("2026-07-01T23:00:00Z")));
        // Skipped: the wall goes from 00:59 to 02:00.
        assert_eq!(opens(&hours(hm(1, 30), hm(3, 0)), at("2026-03-29T00:10:00Z"), london), Some(at("2026-03-29T01:00:00Z")));
        // Shown twice: it opens, closes as the hour begins again, and opens again.
        assert_eq!(opens(&hours(hm(1, 30), hm(3, 0)), at("2026-10-25T01:10:00Z"), london), Some(at("2026-10-25T01:30:00Z")));
        // Set back into the window.
        assert_eq!(opens(&hours(hm(0, 45), hm(1, 30)), at("2026-10-25T00:40:00Z"), london), Some(at("2026-10-25T01:00:00Z")));
        let saturday = Hours { from: hm(10, 0), to: hm(11, 0), days: &[Day::Sat] };
        assert_eq!(opens(&saturday, at("2026-01-10T12:00:00Z"), london), Some(at("2026-01-17T10:00:00Z")));
    }
}
