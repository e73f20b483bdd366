//! From what a rule found to the alert that it asks for: the one step between `rules` and `response`, taken by the engine and by trials of rules alike.

use crate::clock::Time;
use crate::domain::home::{Home, home_of_key};
use crate::response::lifecycle::NewAlert;
use crate::response::matter::rule_fault;
use crate::rules::Raise;

/// The alert that `raise` asks for at `home`.
#[must_use]
pub fn new_alert(home: &Home, raise: Raise) -> NewAlert {
    NewAlert {
        organisation: home.organisation.clone(),
        home: home_of_key(&home.key).map(str::to_owned),
        resident: raise.resident,
        device: raise.device,
        gateway: raise.gateway.map(|gateway| gateway.to_string()),
        subject: raise.subject,
        rule: raise.rule,
        queue: raise.queue,
        priority: raise.priority,
        occurred_at: raise.occurred_at,
        late_s: raise.late_s,
        explanation: raise.explanation,
        call_back: raise.call_back,
        test: raise.test,
        marks: raise.marks,
        instructions: raise.instructions,
        settings: raise.settings,
        policy: raise.policy,
        received_at: None,
        blind_rules: raise.blind_rules,
    }
}

/// The alert that `rule` could not be evaluated at `home`.
#[must_use]
pub fn fault_alert(home: &Home, rule: &str, text: &str, now: Time) -> NewAlert {
    let gateway = home.key.strip_prefix("unclaimed/").map(str::to_owned);
    rule_fault(home.organisation.clone(), home_of_key(&home.key).map(str::to_owned), gateway, rule, text, now)
}
