//! The calendar and the clock on the wall of a place: instants as microseconds, when a day begins, when a clock on the wall shows a time, the days of
//! the week. Calendar arithmetic, so both change days come out right.

use chrono::{DateTime, Datelike, Days, MappedLocalTime, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Microseconds: since 1970 for an instant, or a length of time. Arithmetic on any time a stranger may send saturates instead of falling over.
pub type Us = i64;

/// One second.
pub const SECOND_US: Us = 1_000_000;
/// One minute.
pub const MINUTE_US: Us = 60 * SECOND_US;
/// One hour.
pub const HOUR_US: Us = 60 * MINUTE_US;
/// A day of twenty-four hours.
pub const DAY_US: Us = 24 * HOUR_US;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// The days from Monday.
pub const WEEK: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

impl Day {
    /// The day of the week of `date`.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        WEEK[date.weekday().num_days_from_monday() as usize]
    }
}

/// A time that the clock on the wall shows, `hh:mm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime(pub NaiveTime);

impl WallTime {
    /// Reads `hh:mm`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5).map(Self)
    }
}

impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%H:%M"))
    }
}

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no local time; write hh:mm, such as 09:00")))
    }
}

/// An instant as microseconds.
#[must_use]
pub fn us(time: DateTime<Utc>) -> Us {
    time.timestamp_micros()
}

/// Microseconds as an instant; beyond what a calendar holds, the last instant that it does.
#[must_use]
pub fn time(us: Us) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(us).unwrap_or(if us < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC })
}

/// What the calendar and the clock on the wall of `zone` show. At the ends of what a calendar holds, where a zone's offset would lead out
/// of it, two days are left out.
#[must_use]
pub fn local(us: Us, zone: Tz) -> DateTime<Tz> {
    let (first, last) = (DateTime::<Utc>::MIN_UTC.timestamp_micros(), DateTime::<Utc>::MAX_UTC.timestamp_micros());
    time(us.clamp(first.saturating_add(2 * DAY_US), last.saturating_sub(2 * DAY_US))).with_timezone(&zone)
}

/// The date that the calendar on the wall shows at `at`.
#[must_use]
pub fn date(at: Us, zone: Tz) -> NaiveDate {
    local(at, zone).date_naive()
}

/// When the wall clock of `zone` first shows `shown` on `date`. In the hour that is skipped: the moment in which it is skipped.
#[must_use]
pub fn wall(date: NaiveDate, shown: NaiveTime, zone: Tz) -> Us {
    walls(date, shown, zone).0
}

/// The first and the last time that it does.
#[must_use]
pub fn walls(date: NaiveDate, shown: NaiveTime, zone: Tz) -> (Us, Us) {
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
#[must_use]
pub fn midnight(date: NaiveDate, zone: Tz) -> Us {
    wall(date, NaiveTime::MIN, zone)
}

/// `days` after `date`, or before it.
#[must_use]
pub fn plus(date: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    let moved = if days < 0 { date.checked_sub_days(by) } else { date.checked_add_days(by) };
    moved.unwrap_or(date)
}

/// Whether `date` is one of `days`; none named: every day is.
#[must_use]
pub fn is_on(date: NaiveDate, days: &[Day]) -> bool {
    days.is_empty() || days.contains(&Day::of(date))
}

/// When the clock on the wall is set between the two, if it is.
#[must_use]
pub fn change(from: Us, until: Us, zone: Tz) -> Option<Us> {
    let offset = |at: Us| local(at, zone).offset().fix();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Us {
        text.parse::<DateTime<Utc>>().unwrap().timestamp_micros()
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
    fn a_local_time_is_read_as_it_is_written() {
        assert_eq!(WallTime::parse("09:05"), Some(WallTime(hm(9, 5))));
        assert_eq!(["9:05", "24:00", "09:05:00", ""].map(WallTime::parse), [None; 4]);
        assert_eq!(serde_json::to_string(&WallTime(hm(9, 5))).unwrap(), "\"09:05\"");
    }
}
