//! Of which time a report tells: days on the calendar of a zone, or moments.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::clock::Time;
use crate::domain::calendar;

/// `2026-10` for `202610`.
#[must_use]
pub fn month_words(month: &str) -> String {
    match month.split_at_checked(4) {
        Some((year, month)) => format!("{year}-{month}"),
        None => month.to_owned(),
    }
}

/// A moment written out, or the begin of a day (`2026-10-01`) or month (`2026-10`) in `zone`.
///
/// # Errors
/// With what to write, when it is neither.
pub fn moment(text: &str, zone: Tz) -> Result<Time, String> {
    let begin = |date: NaiveDate| calendar::time(calendar::midnight(date, zone));
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Utc));
    }
    let date = text.parse::<NaiveDate>().or_else(|_| format!("{text}-01").parse::<NaiveDate>());
    match date {
        Ok(date) if (1970..=9999).contains(&date.year()) => Ok(begin(date)),
        _ => Err(format!("`{text}` is neither a day such as 2026-10-01, a month such as 2026-10, nor a time such as 2026-10-01T06:00:00Z")),
    }
}

/// The month of the calendar in `zone` before the one in which `now` lies.
#[must_use]
pub fn last_month(now: Time, zone: Tz) -> (Time, Time) {
    let first = calendar::date(calendar::us(now), zone).with_day(1).unwrap_or_default();
    let before = calendar::plus(first, -1).with_day(1).unwrap_or_default();
    let begin = |date: NaiveDate| calendar::time(calendar::midnight(date, zone));
    (begin(before), begin(first))
}

/// The period from what was written, each end with its default: the last whole month.
///
/// # Errors
/// With what to write instead.
pub fn read(from: Option<&str>, to: Option<&str>, zone: Tz, now: Time) -> Result<(Time, Time), String> {
    let (first, last) = last_month(now, zone);
    let from = from.map_or(Ok(first), |text| moment(text, zone)).map_err(|say| format!("`from`: {say}"))?;
    let to = to.map_or(Ok(if from < last { last } else { now }), |text| moment(text, zone)).map_err(|say| format!("`to`: {say}"))?;
    if from >= to {
        return Err("`to` must come after `from`".to_owned());
    }
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_begin_at_midnight_of_the_zone() {
        let london = Tz::Europe__London;
        let at = |text: &str| text.parse::<Time>().unwrap();
        assert_eq!(moment("2026-07-01", london), Ok(at("2026-06-30T23:00:00Z")));
        assert_eq!(moment("2026-01", london), Ok(at("2026-01-01T00:00:00Z")));
        assert_eq!(moment("2026-01-01T05:00:00+01:00", london), Ok(at("2026-01-01T04:00:00Z")));
        assert!(moment("soon", london).is_err() && moment("262143-01-01", london).is_err());
        assert_eq!(last_month(at("2026-04-10T12:00:00Z"), london), (at("2026-03-01T00:00:00Z"), at("2026-03-31T23:00:00Z")));
        assert_eq!(last_month(at("2026-01-01T00:00:00Z"), london).0, at("2025-12-01T00:00:00Z"));
        assert!(read(Some("2026-02-01"), Some("2026-01-01"), london, at("2026-04-10T12:00:00Z")).is_err());
        assert_eq!(month_words("202610"), "2026-10");
    }
}
