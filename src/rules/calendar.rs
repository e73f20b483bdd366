//! The calendar and the wall clock of a home: when a day begins, when a clock on the wall shows a time, on which days of the week.

use chrono::{Datelike, Days, MappedLocalTime, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::instant::{self, DAY_US, HOUR_US, MINUTE_US, Us, us};
use super::window::{Day, Hours, WEEK};

/// The date that the calendar on the wall shows at `at`.
pub(super) fn date(at: Us, zone: Tz) -> NaiveDate {
    instant::local(at, zone).date_naive()
}

/// When the wall clock of `zone` first shows `shown` on `date`. In the hour that is skipped: the moment in which it is skipped.
pub(super) fn wall(date: NaiveDate, shown: NaiveTime, zone: Tz) -> Us {
    walls(date, shown, zone).0
}

/// The first and the last time that it does.
fn walls(date: NaiveDate, shown: NaiveTime, zone: Tz) -> (Us, Us) {
    let naive = date.and_time(shown);
    for minute in 0..=26 * 60 {
        let Some(naive) = naive.checked_add_signed(TimeDelta::minutes(minute)) else { break };
        match zone.from_local_datetime(&naive) {
            MappedLocalTime::Single(time) => return (us(time.to_utc()), us(time.to_utc())),
            MappedLocalTime::Ambiguous(first, last) => return (us(first.to_utc()), us(last.to_utc())),
            MappedLocalTime::None => {}
        }
    }
    let fallback = us(naive.and_utc());
    (fallback, fallback)
}

/// When `date` begins.
pub(super) fn midnight(date: NaiveDate, zone: Tz) -> Us {
    wall(date, NaiveTime::MIN, zone)
}

/// `days` after `date`, or before it.
pub(super) fn plus(date: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    let moved = if days < 0 { date.checked_sub_days(by) } else { date.checked_add_days(by) };
    moved.unwrap_or(date)
}

/// Whether `date` is one of `days`; none named: every day is.
pub(super) fn is_on(date: NaiveDate, days: &[Day]) -> bool {
    days.is_empty() || days.contains(&WEEK[date.weekday().num_days_from_monday() as usize])
}

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

/// When the clock on the wall is set between the two, if it is.
fn change(from: Us, until: Us, zone: Tz) -> Option<Us> {
    let offset = |at: Us| instant::local(at, zone).offset().fix();
    let (mut low, mut high) = (from, until);
    let before = offset(low);
    if offset(high) == before {
        return None;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if offset(middle) == before { low = middle } else { high = middle }
    }
    Some(high)
}

/// How long before `at` a day may have begun at most.
pub(super) const LONGEST_DAY_US: Us = 26 * HOUR_US;

/// `at` without what is less than a minute.
pub(super) fn minute(at: Us) -> Us {
    at.div_euclid(MINUTE_US).saturating_mul(MINUTE_US)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Us {
        text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros()
    }

    fn hm(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn a_time_that_is_skipped_is_the_moment_of_the_skip_and_one_that_comes_twice_the_first() {
        let london = Tz::Europe__London;
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(wall(day("2026-03-29"), hm(1, 30), london), at("2026-03-29T01:00:00Z"));
        assert_eq!(wall(day("2026-10-25"), hm(1, 30), london), at("2026-10-25T00:30:00Z"));
        assert_eq!(wall(day("2026-07-01"), hm(9, 0), london), at("2026-07-01T08:00:00Z"));
        assert_eq!(wall(day("2026-10-04"), hm(2, 10), Tz::Australia__Lord_Howe), at("2026-10-03T15:30:00Z"));
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
