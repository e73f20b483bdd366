//! Words for explanations: local times of the home, lengths of time, numbers, as a person would write them.

use chrono::{MappedLocalTime, Offset, TimeZone};

use super::decide::Context;
use super::instant::{self, DAY_US, HOUR_US, MINUTE_US, SECOND_US, Us, us};
use super::scope::Scope;
use super::subject::Whose;
use super::unit;
use super::window::{Hours, WEEK_NAMES};
use crate::domain::event::Event;

/// `02:14`, with ` on 21 Nov` where that is neither today nor within half a day. An hour that the wall clock shows twice is told apart.
pub(super) fn clock(scope: &Scope, at: Us) -> String {
    local(scope.context, at)
}

/// The same without a rule.
pub(super) fn local(context: &Context, at: Us) -> String {
    let zone = context.home.zone;
    let local = instant::local(at, zone);
    let twice = matches!(zone.from_local_datetime(&local.naive_local()), MappedLocalTime::Ambiguous(..));
    let offset = if twice { format!(" (UTC{})", local.offset().fix()) } else { String::new() };
    let now = us(context.now);
    let today = instant::local(now, zone).date_naive() == local.date_naive();
    if today || now.abs_diff(at) <= (12 * HOUR_US).unsigned_abs() {
        return format!("{}{offset}", local.format("%H:%M"));
    }
    format!("{}{offset} on {}", local.format("%H:%M"), local.format("%-d %b"))
}

/// `45 s`, `30 min`, `1 h 15 min`, `3 d 2 h`.
pub(super) fn length(us: Us) -> String {
    let us = us.max(0);
    let parts = [(DAY_US, "d"), (HOUR_US, "h"), (MINUTE_US, "min"), (SECOND_US, "s")];
    let Some(first) = parts.iter().position(|(unit, _)| us >= *unit) else { return "0 s".to_owned() };
    let (unit, name) = parts[first];
    let finer = parts.get(first + 1).map(|(finer, finer_name)| (us % unit / finer, finer_name));
    match finer {
        Some((rest, finer_name)) if rest > 0 => format!("{} {name} {rest} {finer_name}", us / unit),
        _ => format!("{} {name}", us / unit),
    }
}

/// `between 22:00 and 07:00`, with the days where only some are meant.
pub(super) fn hours(hours: &Hours) -> String {
    let days: Vec<&str> = hours.days.iter().map(|day| WEEK_NAMES[*day as usize]).collect();
    let on = if days.is_empty() { String::new() } else { format!(" on {}", days.join(", ")) };
    format!("between {} and {}{on}", hours.from.format("%H:%M"), hours.to.format("%H:%M"))
}

/// A reading with its unit: `12.3 °C`.
pub(super) fn reading(value: f64, unit: &str) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if unit.is_empty() { rounded.to_string() } else { format!("{rounded} {}", unit::shown(unit)) }
}

/// ` (device bed-1)`, or nothing where the subject is no device.
pub(super) fn device(scope: &Scope) -> String {
    match scope.whose {
        Whose::Device { address, .. } | Whose::Unattributed { address, .. } if !address.is_empty() => format!(" (device {address})"),
        _ => String::new(),
    }
}

/// A kind in words: `bed left`.
pub(super) fn words(kind: &str) -> String {
    kind.replace('_', " ")
}

/// Kinds in words: `bed left or chair left`.
pub(super) fn any_of(kinds: &[String]) -> String {
    kinds.iter().map(|kind| words(kind)).collect::<Vec<_>>().join(" or ")
}

/// `; reported 3 h 20 min late`, where it was.
pub(super) fn lateness(late_s: Option<i64>) -> String {
    late_s.map_or_else(String::new, |late| format!("; reported {} late", length(late.saturating_mul(SECOND_US))))
}

/// `Pendant pressed at 02:14 (device p1)`: what an `each` rule says of an event.
pub(super) fn each(scope: &Scope, title: &str, event: &Event, reading: Option<String>) -> String {
    let told: Vec<String> = event.device.iter().map(|device| format!("device {device}")).chain(reading).collect();
    let told = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
    format!("{title} at {}{told}", clock(scope, us(event.at)))
}

/// A kind as a title: `Carbon monoxide`.
pub(super) fn title(kind: &str) -> String {
    let words = words(kind);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_well() {
        let say = |s: i64| length(s * SECOND_US);
        assert_eq!(say(0), "0 s");
        assert_eq!(say(45), "45 s");
        assert_eq!(say(1800), "30 min");
        assert_eq!(say(4500), "1 h 15 min");
        assert_eq!(say(43_200), "12 h");
        assert_eq!(say(3 * 86_400 + 7200), "3 d 2 h");
        assert_eq!(length(-5), "0 s");
    }

    #[test]
    fn readings_read_well() {
        assert_eq!(reading(12.340_000_1, "Cel"), "12.34 °C");
        assert_eq!(reading(3.0, ""), "3");
    }
}
