//! Moments as people write them: `22:40`, `day 2 02:14`, `2026-01-11 02:14`, by the clock on the wall of the home.

use chrono::{Datelike, MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::clock::Time;

/// A time on the wall, possibly with its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day, where it was written.
    pub day: Option<Days>,
    /// The time.
    pub time: NaiveTime,
    /// Whether seconds were written.
    pub seconds: bool,
    /// Where the wall shows this time twice, the second one is meant (`01:30*`).
    pub second: bool,
}

/// Days as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// The first day is number 1.
    Numbers(u32, u32),
    /// A date.
    Date(NaiveDate),
}

/// More days than any scenario has.
const MOST_DAYS: u32 = 1000;

/// Reads the beginning of `words` as a moment, and takes it off.
///
/// # Errors
/// What was expected.
pub fn take(words: &mut &[&str]) -> Result<Moment, String> {
    let day = take_days(words)?;
    let Some((first, rest)) = words.split_first() else {
        return Err("a time is missing; write it as hh:mm, such as 22:40".to_owned());
    };
    let (text, second) = first.strip_suffix('*').map_or((*first, false), |text| (text, true));
    let time = NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"));
    let time = time.map_err(|_| format!("`{first}` is no time; write hh:mm, such as 22:40, after the day if there is one"))?;
    *words = rest;
    Ok(Moment { day, time, seconds: text.matches(':').count() == 2, second })
}

/// Reads the beginning of `words` as a day or days, where they are, and takes it off.
///
/// # Errors
/// What was expected.
pub fn take_days(words: &mut &[&str]) -> Result<Option<Days>, String> {
    match *words {
        ["day", number, rest @ ..] => {
            let number = day_number(number)?;
            *words = rest;
            Ok(Some(Days::Numbers(number, number)))
        }
        ["days", range, rest @ ..] => {
            let (first, last) = range.split_once('-').ok_or_else(|| format!("`days {range}`: write two numbers, such as `days 1-28`"))?;
            let (first, last) = (day_number(first)?, day_number(last)?);
            if first > last {
                return Err(format!("`days {range}` ends before it begins"));
            }
            *words = rest;
            Ok(Some(Days::Numbers(first, last)))
        }
        [date, rest @ ..] if date.len() == 10 && date.matches('-').count() == 2 => {
            let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(|_| format!("`{date}` is no day of the calendar"))?;
            *words = rest;
            Ok(Some(Days::Date(date)))
        }
        _ => Ok(None),
    }
}

fn day_number(text: &str) -> Result<u32, String> {
    let number = text.trim_end_matches(':').parse().ok().filter(|number| (1..=MOST_DAYS).contains(number));
    number.ok_or_else(|| format!("`{text}` is no number of a day; the first day is `day 1`"))
}

/// Reads the whole of `text` as a moment.
///
/// # Errors
/// What was expected.
pub fn read(text: &str) -> Result<Moment, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut rest = words.as_slice();
    let moment = take(&mut rest)?;
    match rest {
        [] => Ok(moment),
        more => Err(format!("`{}` is too much after the time", more.join(" "))),
    }
}

impl Days {
    /// The dates that are meant, when `first` is day 1.
    #[must_use]
    pub fn dates(self, first: NaiveDate) -> Vec<NaiveDate> {
        match self {
            Self::Date(date) => vec![date],
            Self::Numbers(from, to) => {
                (from..=to).filter_map(|day| first.checked_add_signed(TimeDelta::days(i64::from(day) - 1))).collect()
            }
        }
    }
}

impl Moment {
    /// The instant at which the wall in `zone` shows it on `date`.
    ///
    /// # Errors
    /// When it never does, on the day on which clocks go forward.
    pub fn on(&self, date: NaiveDate, zone: Tz) -> Result<Time, String> {
        match zone.from_local_datetime(&date.and_time(self.time)) {
            MappedLocalTime::Single(time) => Ok(time.to_utc()),
            MappedLocalTime::Ambiguous(one, two) => Ok(if self.second { two } else { one }.to_utc()),
            MappedLocalTime::None => {
                let time = self.time.format("%H:%M");
                Err(format!("{time} does not exist on {date} in {zone}: the clocks go forward then; write another time"))
            }
        }
    }
}

/// `day 2, Sun 11 Jan 02:44`, for people.
#[must_use]
pub fn say(at: Time, first: NaiveDate, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let day = local.date_naive().num_days_from_ce() - first.num_days_from_ce() + 1;
    let seconds = if at.timestamp() % 60 == 0 { "%H:%M" } else { "%H:%M:%S" };
    format!("day {day} ({}) {}", local.format("%a %-d %b"), local.format(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read() {
        let first = NaiveDate::from_ymd_opt(2026, 3, 28).unwrap();
        let at = |text: &str| {
            let moment = read(text).unwrap();
            let date = moment.day.map_or(first, |day| day.dates(first)[0]);
            moment.on(date, Tz::Europe__London).map(|time| time.to_rfc3339())
        };
        assert_eq!(at("22:40").unwrap(), "2026-03-28T22:40:00+00:00");
        assert_eq!(at("day 2 02:14:30").unwrap(), "2026-03-29T01:14:30+00:00");
        assert_eq!(at("2026-03-30 02:14").unwrap(), "2026-03-30T01:14:00+00:00");
        assert!(at("day 2 01:30").unwrap_err().contains("does not exist"));
        let autumn = read("2026-10-25 01:30*").unwrap();
        assert_eq!(
            autumn.on(NaiveDate::from_ymd_opt(2026, 10, 25).unwrap(), Tz::Europe__London).unwrap().to_rfc3339(),
            "2026-10-25T01:30:00+00:00"
        );
        for (wrong, say) in [
            ("25:00", "no time"),
            ("day x 10:00", "day 1"),
            ("days 3-1 10:00", "ends before"),
            ("10:00 11:00", "too much"),
            ("", "missing"),
        ] {
            assert!(read(wrong).unwrap_err().contains(say), "{wrong}");
        }
    }
}
