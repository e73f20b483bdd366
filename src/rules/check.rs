//! What is wrong with a rule as written, and how to mend it. A fault is something that would make the rule do nothing, or not what it says.

mod conditions;

use std::collections::BTreeSet;

use super::file::{RuleFault, RuleFile};
use super::filter::{Where, is_field};
use super::instant::{DAY_US, Us};
use super::quantity::{LocalTime, Number, Span, length_us, time_unit_us};
use super::rule::{LOCAL_TIME, Rule};
use super::window::Window;
use crate::domain::alert::Queue;

/// No wait is longer.
const LONGEST_US: Us = 366 * DAY_US;
/// What follows must follow within the time that late events are judged in.
const FOLLOWING_US: Us = 3 * DAY_US;
const INSTRUCTIONS_AT_MOST: usize = 20;

/// All faults of all files.
pub(super) fn all(files: &[RuleFile]) -> Vec<RuleFault> {
    let mut faults = Vec::new();
    let mut seen: BTreeSet<(Option<&str>, &str)> = BTreeSet::new();
    for file in files {
        for (index, rule) in file.rules.iter().enumerate() {
            let mut found = Faults::of(rule);
            if !seen.insert((rule.organisation.as_deref(), &rule.id)) {
                found.add("id", "another rule has this id already; give each rule its own");
            }
            faults.extend(found.list.into_iter().map(|(field, text)| file.fault(index, &field, text)));
        }
    }
    faults
}

/// The faults of one rule: field and words.
struct Faults<'a> {
    rule: &'a Rule,
    used: BTreeSet<&'a str>,
    list: Vec<(String, String)>,
}

impl<'a> Faults<'a> {
    fn of(rule: &'a Rule) -> Self {
        let mut faults = Self { rule, used: BTreeSet::new(), list: Vec::new() };
        faults.head();
        faults.condition();
        if let Some(filter) = &rule.where_ {
            faults.filter("where", filter);
        }
        faults.settings();
        faults
    }

    fn add(&mut self, field: &str, text: impl Into<String>) {
        self.list.push((field.to_owned(), text.into()));
    }

    fn head(&mut self) {
        let rule = self.rule;
        let good_id = rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if rule.id.is_empty() || rule.id.len() > 64 || !good_id {
            self.add("id", "use 1 to 64 lower-case letters, digits and `_`");
        }
        if rule.title.trim().is_empty() || rule.title.len() > 200 {
            self.add("title", "say in up to 200 characters what an operator should read first");
        }
        if rule.organisation.as_deref() == Some("") {
            self.add("organisation", "name the organisation's id, or leave it out for a rule that is for all");
        }
        if rule.queue == Queue::Test {
            self.add("queue", "use `care`, `health` or `technical`; what was sent as a test goes to the test lane by itself");
        }
        if rule.excused_by.as_ref().is_some_and(|excuses| !excuses.is_empty()) && rule.raises_alarms() {
            self.add("excused_by", "an alarm is never excused; leave it out");
        }
        self.number("priority", &rule.priority, Some((1.0, 5.0)));
        if let Number::Fixed(value) = rule.priority
            && value.fract() != 0.0
        {
            self.add("priority", "use a whole number from 1 (life) to 5 (information)");
        }
        if rule.instructions.len() > INSTRUCTIONS_AT_MOST {
            self.add("instructions", format!("an operator under pressure reads no more than {INSTRUCTIONS_AT_MOST} lines; shorten them"));
        }
        if rule.instructions.iter().any(|line| line.trim().is_empty() || line.len() > 500) {
            self.add("instructions", "each line needs 1 to 500 characters");
        }
    }

    fn filter(&mut self, at: &str, filter: &'a Where) {
        match filter {
            Where::All(parts) | Where::Any(parts) => {
                let name = if matches!(filter, Where::All(_)) { "all" } else { "any" };
                if parts.is_empty() {
                    self.add(&format!("{at}.{name}"), "is empty; name at least one part");
                }
                for (index, part) in parts.iter().enumerate() {
                    self.filter(&format!("{at}.{name}.{index}"), part);
                }
            }
            Where::Not(part) => self.filter(&format!("{at}.not"), part),
            Where::Window(window) => self.window(&format!("{at}.window"), window),
            Where::Field(comparison) => {
                let at = format!("{at}.field");
                if !is_field(&comparison.name) {
                    let known = "value, values.NAME, unit, kind, device, gateway or data.NAME";
                    self.add(&format!("{at}.name"), format!("there is no field `{}`; use {known}", comparison.name));
                }
                if !comparison.compares() && comparison.present.is_none() {
                    self.add(&at, "compares with nothing; add above, at_least, below, at_most, equals, in or present");
                }
                if comparison.compares() && comparison.present == Some(false) {
                    self.add(&format!("{at}.present"), "what is not there cannot be compared; leave out one of the two");
                }
                for (name, limit) in comparison.limits() {
                    if let Some(limit) = limit {
                        self.number(&format!("{at}.{name}"), limit, None);
                    }
                }
            }
        }
    }

    fn window(&mut self, at: &str, window: &'a Window) {
        self.local_time(&format!("{at}.from"), &window.from);
        self.local_time(&format!("{at}.to"), &window.to);
    }

    fn local_time(&mut self, field: &str, time: &'a LocalTime) {
        let LocalTime::Setting(setting) = time else { return };
        self.used.insert(setting);
        match self.rule.settings.get(setting) {
            None => self.undeclared(field, setting),
            Some(declared) if declared.unit != LOCAL_TIME => {
                self.add(field, format!("setting `{setting}` must have the unit \"{LOCAL_TIME}\", not \"{}\"", declared.unit));
            }
            Some(_) => {}
        }
    }

    fn undeclared(&mut self, field: &str, setting: &str) {
        self.add(field, format!("there is no setting `{setting}`; declare it under [rule.settings.{setting}] or write the value itself"));
    }

    fn number(&mut self, field: &str, number: &'a Number, bounds: Option<(f64, f64)>) {
        let (least, most) = bounds.unwrap_or((f64::MIN, f64::MAX));
        match number {
            Number::Fixed(value) if *value >= least && *value <= most => {}
            Number::Fixed(value) => self.add(field, format!("{value} must lie between {least} and {most}")),
            Number::Setting(name) => {
                self.used.insert(name);
                match self.rule.settings.get(name) {
                    None => self.undeclared(field, name),
                    Some(setting) if setting.unit == LOCAL_TIME => {
                        self.add(field, format!("setting `{name}` is a local time, and a number is needed"));
                    }
                    Some(setting) if bounds.is_some() => {
                        let (min, max) = (setting.min.unwrap_or(f64::MIN), setting.max.unwrap_or(f64::MAX));
                        if min < least || max > most {
                            let text = format!("setting `{name}` must be bounded to {least} … {most}; set its min and max");
                            self.add(&format!("settings.{name}"), text);
                        }
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn span(&mut self, field: &str, span: &'a Span, (least, most): (Us, Us)) {
        let inside = |us: Option<Us>| us.is_some_and(|us| us >= least && us <= most);
        let bounds = format!("from {} to {}", super::explain::length(least), super::explain::length(most));
        let Some(name) = &span.setting else {
            if span.ways() != 1 {
                self.add(field, "say it once: { minutes = 30 }, or seconds, hours, days, or { setting = \"name\" }");
            } else if !inside(span.fixed()) {
                self.add(field, format!("must be {bounds}"));
            }
            return;
        };
        self.used.insert(name);
        if span.ways() != 1 {
            self.add(field, "a setting stands alone: { setting = \"name\" }");
        }
        let Some(setting) = self.rule.settings.get(name) else { return self.undeclared(field, name) };
        let Some(unit) = time_unit_us(&setting.unit) else {
            return self.add(&format!("settings.{name}.unit"), "a length of time has the unit s, min, h or d");
        };
        let edge = |edge: Option<f64>| edge.and_then(|edge| length_us(edge, unit));
        if !inside(edge(setting.min)) || !inside(edge(setting.max)) {
            self.add(&format!("settings.{name}"), format!("set min and max so that it is always {bounds}"));
        }
    }

    fn settings(&mut self) {
        for (name, setting) in &self.rule.settings {
            let at = format!("settings.{name}");
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
                self.add(&at, "name a setting with lower-case letters, digits and `_`");
            }
            if setting.min.zip(setting.max).is_some_and(|(min, max)| min > max) {
                self.add(&format!("{at}.min"), "is greater than max; swap them");
            }
            if let Err(why) = setting.accepts(&setting.default) {
                self.add(&format!("{at}.default"), why);
            }
            if setting.text.trim().is_empty() {
                self.add(&format!("{at}.text"), "say in a sentence what the setting means");
            }
            if !self.used.contains(name.as_str()) {
                self.add(&at, "nothing in the rule uses it; name it where it belongs, or take it out");
            }
        }
    }
}
