//! Matters that are told once: what is wrong with the equipment's reports or with a rule, however often it shows while an alert on it is open.

use super::lifecycle::NewAlert;
use crate::clock::Time;
use crate::domain::alert::{Queue, RuleRef};

/// The matter of a rule that could not be evaluated.
pub const RULE_FAULT: &str = "rule_fault";

/// What is wrong with the equipment's reports, and may be wrong with each of them: one alert, not an activation for every event.
pub const TOLD_ONCE: [&str; 4] = ["gateway_clock", "event_id_reused", "retained_message", "unknown_kind"];

/// The technical alert on a rule that could not be evaluated at a home (`home` is absent for a gateway that nobody registered).
#[must_use]
pub fn rule_fault(organisation: String, home: Option<String>, gateway: Option<String>, rule: &str, text: &str, now: Time) -> NewAlert {
    NewAlert {
        gateway,
        organisation,
        home,
        subject: rule_fault_subject(rule),
        rule: RuleRef { id: RULE_FAULT.to_owned(), revision: 0, title: "A rule could not be evaluated".to_owned() },
        queue: Queue::Technical,
        priority: 3,
        occurred_at: now,
        explanation: format!("Rule `{rule}` could not be evaluated: {text}. The other rules go on."),
        instructions: vec!["Check the rule and the settings of this home; until then what the rule watches is not watched.".to_owned()],
        ..NewAlert::default()
    }
}

/// What is kept apart by it: the rule.
#[must_use]
pub fn rule_fault_subject(rule: &str) -> String {
    format!("rule:{rule}")
}
