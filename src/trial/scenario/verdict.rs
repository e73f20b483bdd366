//! What was expected against what came.

use std::fmt::Write;

use chrono::TimeDelta;
use serde::Serialize;

use super::file::{Expected, Scenario, Silence};
use super::moment::say;
use crate::clock::Time;
use crate::rules::RuleSet;
use crate::trial::{Activation, TrialAlert};

/// How a scenario went.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// The file.
    pub file: String,
    /// The line at which the scenario begins.
    pub line: usize,
    /// Its title.
    pub title: String,
    /// Whether everything was as expected.
    pub holds: bool,
    /// What was not.
    pub faults: Vec<String>,
    /// Everything that was raised.
    pub came: Vec<String>,
    /// The rules that it expects to raise, with their conditions.
    pub expects: Vec<(String, String)>,
    /// The rules that it expects to be silent, with their conditions.
    pub silent: Vec<(String, String)>,
}

/// One raising, with the alert that it belongs to.
struct Came<'a> {
    alert: &'a TrialAlert,
    activation: &'a Activation,
    expected: bool,
}

/// Compares.
#[must_use]
pub fn judge(file: &str, scenario: &Scenario, rules: &RuleSet, alerts: &[TrialAlert]) -> Verdict {
    let mut came: Vec<Came> = alerts
        .iter()
        .flat_map(|alert| alert.activations.iter().map(move |activation| Came { alert, activation, expected: false }))
        .collect();
    came.sort_by_key(|came| came.activation.told_at);
    let mut faults = Vec::new();
    for expected in &scenario.expect {
        match came.iter_mut().find(|came| !came.expected && is_it(expected, came)) {
            Some(came) => came.expected = true,
            None => faults.push(format!("line {}: expected {}", expected.line, words(expected, scenario))),
        }
    }
    for unexpected in came.iter().filter(|came| !came.expected && !came.alert.shadow) {
        let (rule, device) = (&unexpected.alert.alert.rule.id, &unexpected.alert.alert.device);
        let named = scenario.expect.iter().any(|expected| expected.rule == *rule);
        let hushed = scenario.silent.iter().any(|silence| match silence {
            Silence::Everything => true,
            Silence::Rule(silent, of) => silent == rule && (of.is_none() || of == device),
        });
        if named || hushed {
            faults.push(format!("must not come: {}", tell(unexpected, scenario)));
        }
    }
    let condition = |rule: &str| {
        let name = rules.rule_for(rule, &scenario.place.organisation).map_or("", |rule| rule.condition.name());
        (rule.to_owned(), name.to_owned())
    };
    let silent = scenario.silent.iter().filter_map(|silence| match silence {
        Silence::Rule(rule, _) => Some(condition(rule)),
        Silence::Everything => None,
    });
    Verdict {
        file: file.to_owned(),
        line: scenario.line,
        title: scenario.title.clone(),
        holds: faults.is_empty(),
        faults,
        expects: scenario.expect.iter().map(|expected| condition(&expected.rule)).collect(),
        silent: silent.collect(),
        came: came.iter().map(|came| tell(came, scenario)).collect(),
    }
}

fn is_it(expected: &Expected, came: &Came) -> bool {
    let (alert, part) = (&came.alert.alert, &expected.part);
    let in_time = expected.at.is_none_or(|(at, seconds)| near(came.activation.occurred_at, at, seconds, expected.within_minutes));
    alert.rule.id == expected.rule
        && came.alert.shadow == part.shadow
        && in_time
        && part.device.as_ref().is_none_or(|device| alert.device.as_ref() == Some(device))
        && part.resident.as_ref().is_none_or(|resident| alert.resident.as_ref() == Some(resident))
        && part.text.as_ref().is_none_or(|text| came.activation.explanation.contains(text.as_str()))
        && part.priority.is_none_or(|priority| alert.priority == priority)
        && part.queue.is_none_or(|queue| alert.queue == queue)
        && part.mark.as_ref().is_none_or(|mark| alert.marks.contains(mark) || came.activation.marks.contains(mark))
}

/// Within the minute (or the second) that was written, give or take.
fn near(came: Time, at: Time, seconds: bool, within_minutes: i64) -> bool {
    let unit = if seconds { TimeDelta::seconds(1) } else { TimeDelta::minutes(1) };
    let give = TimeDelta::minutes(within_minutes);
    came >= at - give && came < at + unit + give
}

fn words(expected: &Expected, scenario: &Scenario) -> String {
    let mut words = expected.rule.clone();
    let part = &expected.part;
    let mut add = |name: &str, value: Option<String>| words.extend(value.map(|value| format!(" {name} {value}")));
    add("of device", part.device.clone());
    add("of", part.resident.clone());
    add("at", expected.at.map(|(at, _)| say(at, scenario.first, scenario.place.zone)));
    add("with the words", part.text.as_ref().map(|text| format!("\"{text}\"")));
    add("with priority", part.priority.map(|priority| priority.to_string()));
    add("in queue", part.queue.map(|queue| queue.as_str().to_owned()));
    add("marked", part.mark.clone());
    add("in", part.shadow.then(|| "shadow".to_owned()));
    words
}

fn tell(came: &Came, scenario: &Scenario) -> String {
    let alert = &came.alert.alert;
    let device = alert.device.as_ref().map_or_else(String::new, |device| format!(" of device {device}"));
    let at = say(came.activation.occurred_at, scenario.first, scenario.place.zone);
    let shadow = if came.alert.shadow { " in shadow" } else { "" };
    let marks = if alert.marks.is_empty() { String::new() } else { format!(" [{}]", alert.marks.join(", ")) };
    format!(
        "{}{device}{shadow} at {at}, {} priority {}: {}{marks}",
        alert.rule.id,
        alert.queue.as_str(),
        alert.priority,
        came.activation.explanation
    )
}

impl Verdict {
    /// A line with ✓ or ✗, and below it what was not as expected and what came instead.
    #[must_use]
    pub fn text(&self) -> String {
        let sign = if self.holds { '✓' } else { '✗' };
        let mut text = format!("{sign} {}:{}: {}", self.file, self.line, self.title);
        if self.holds {
            return text;
        }
        for fault in &self.faults {
            let _ = write!(text, "\n    {fault}");
        }
        if self.came.is_empty() {
            text += "\n    came: nothing";
        }
        for came in &self.came {
            let _ = write!(text, "\n    came: {came}");
        }
        text
    }
}
