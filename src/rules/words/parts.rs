//! The parts of a rule in words: numbers and lengths with the defaults of their settings, windows, kinds of events, and what counts.

use crate::domain::event::Reading;
use crate::domain::plan::SettingValue;
use crate::rules::filter::{Comparison, Where};
use crate::rules::quantity::{LocalTime, Number, Span};
use crate::rules::rule::{On, Rule};
use crate::rules::window::{WEEK_NAMES, Window};
use crate::rules::{explain, unit};

/// Says the parts of one rule, whose settings they may name.
pub(super) struct Parts<'a>(pub &'a Rule);

impl Parts<'_> {
    fn setting(&self, name: &str) -> String {
        let Some(setting) = self.0.settings.get(name) else { return name.to_owned() };
        let unit = match setting.unit.as_str() {
            "hh:mm" | "" => String::new(),
            unit => format!(" {}", unit::shown(unit)),
        };
        match &setting.default {
            SettingValue::Number(number) => format!("{number}{unit}"),
            SettingValue::Text(text) => text.clone(),
            SettingValue::Bool(on) => on.to_string(),
        }
    }

    /// A bare number.
    pub(super) fn number(&self, number: &Number) -> String {
        match number {
            Number::Fixed(value) => value.to_string(),
            Number::Setting(name) => match self.0.settings.get(name).map(|setting| &setting.default) {
                Some(SettingValue::Number(value)) => value.to_string(),
                _ => self.setting(name),
            },
        }
    }

    /// A number in its unit: `16 °C`.
    pub(super) fn amount(&self, number: &Number, unit: &str) -> String {
        match unit {
            "" | "1" => self.number(number),
            unit => format!("{} {}", self.number(number), unit::shown(unit)),
        }
    }

    /// A length of time: `30 min`.
    pub(super) fn span(&self, span: &Span) -> String {
        match (&span.setting, span.fixed()) {
            (Some(name), _) => self.setting(name),
            (None, Some(us)) => explain::length(us),
            (None, None) => "some time".to_owned(),
        }
    }

    /// A time on the wall: `22:00`.
    pub(super) fn time(&self, time: &LocalTime) -> String {
        match time {
            LocalTime::Fixed(time) => time.format("%H:%M").to_string(),
            LocalTime::Setting(name) => self.setting(name),
        }
    }

    /// `, between 22:00 and 07:00 on Mon, Tue`, or nothing without a window.
    pub(super) fn window(&self, window: Option<&Window>) -> String {
        window.map_or_else(String::new, |window| format!(", {}", self.hours(window)))
    }

    fn hours(&self, window: &Window) -> String {
        let days: Vec<&str> = window.days.iter().map(|day| WEEK_NAMES[*day as usize]).collect();
        let on = if days.is_empty() { String::new() } else { format!(" on {}", days.join(", ")) };
        format!("between {} and {}{on}", self.time(&window.from), self.time(&window.to))
    }

    /// `only where data.kind is fall`.
    pub(super) fn where_(&self, where_: &Where) -> String {
        let joined = |each: &[Where], by: &str| each.iter().map(|part| self.part(part)).collect::<Vec<_>>().join(by);
        match where_ {
            Where::All(each) => joined(each, " and "),
            Where::Any(each) => joined(each, ", or "),
            Where::Not(part) => format!("not: {}", self.part(part)),
            Where::Window(window) => format!("it is {}", self.hours(window)),
            Where::Field(comparison) => self.comparison(comparison),
        }
    }

    /// The same inside another, in brackets where it is joined itself.
    fn part(&self, part: &Where) -> String {
        let words = self.where_(part);
        let joined = matches!(part, Where::All(each) | Where::Any(each) if each.len() > 1);
        if joined { format!("({words})") } else { words }
    }

    fn comparison(&self, Comparison { name, above, at_least, below, at_most, equals, within, present }: &Comparison) -> String {
        let numbers = [("above", above), ("at least", at_least), ("below", below), ("at most", at_most)];
        let numbers = numbers.iter().filter_map(|(words, number)| Some(format!("is {words} {}", self.number(number.as_ref()?))));
        let equal = equals.iter().map(|value| format!("is {}", reading(value)));
        let one_of = (!within.is_empty()).then(|| format!("is {}", listed(within.iter().map(reading))));
        let said = present.map(|present| if present { "is given".to_owned() } else { "is not given".to_owned() });
        let told: Vec<String> = numbers.chain(equal).chain(one_of).chain(said).collect();
        format!("{} {}", field(Some(name)), told.join(" and "))
    }
}

/// `reading`, `systolic`: what a field of an event is called.
pub(super) fn field(name: Option<&String>) -> String {
    match name.map(String::as_str) {
        None | Some("value") => "the reading".to_owned(),
        Some(name) => explain::words(name.strip_prefix("values.").or_else(|| name.strip_prefix("data.")).unwrap_or(name)),
    }
}

fn reading(value: &Reading) -> String {
    match value {
        Reading::Bool(on) => on.to_string(),
        Reading::Number(number) => number.to_string(),
        Reading::Text(text) => explain::words(text),
    }
}

/// `smoke, heat or any alarm`; nothing when nothing is named.
pub(super) fn events(on: &On) -> String {
    let kinds = on.kinds.iter().map(|kind| explain::words(kind));
    let class = |value: serde_json::Value| value.as_str().map(|class| format!("any {class} event"));
    let classes = on.classes.iter().filter_map(|each| class(serde_json::to_value(each).ok()?));
    listed(kinds.chain(classes))
}

/// `bed left or chair left`.
pub(super) fn kinds(kinds: &[String]) -> String {
    listed(kinds.iter().map(|kind| explain::words(kind)))
}

/// `one, two or three`.
fn listed(each: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = each.collect();
    match (all.pop(), all.is_empty()) {
        (None, _) => String::new(),
        (Some(only), true) => only,
        (Some(last), false) => format!("{} or {last}", all.join(", ")),
    }
}
