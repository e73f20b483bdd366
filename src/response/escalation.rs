//! Which escalation policy serves an alert.

use serde::Deserialize;

use crate::domain::alert::Queue;
use crate::domain::escalation::{Escalation, EscalationPolicy, Step, Target};

/// The policies that a new installation begins with (`config/escalation.toml`), version 1, for all organisations.
///
/// # Errors
/// The text says what is wrong with the file that was built in.
pub fn built_in() -> Result<Vec<EscalationPolicy>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        policy: Vec<Entry>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Entry {
        id: String,
        name: String,
        queue: Queue,
        repeat_s: i64,
        steps: Vec<Step>,
    }
    let file: File = toml::from_str(include_str!("../../config/escalation.toml")).map_err(|error| error.to_string())?;
    let policy = |Entry { id, name, queue, repeat_s, steps }| {
        let policy = EscalationPolicy { id, organisation: None, name, queue: Some(queue), steps, repeat_s, version: 1 };
        match policy.faults().first() {
            Some(fault) => Err(format!("{}: {fault}", policy.id)),
            None => Ok(policy),
        }
    };
    file.policy.into_iter().map(policy).collect()
}

/// The policy for an alert of `queue`, of those that serve its organisation: the one that its rule names, else the organisation's own for that queue, else
/// the one for all. Without any, the operators present are told every minute: an alert is never without a step.
#[must_use]
pub fn choose(policies: &[EscalationPolicy], named: Option<&str>, queue: Queue) -> Escalation {
    let by_name = policies.iter().find(|policy| named == Some(policy.id.as_str()));
    let for_queue = || policies.iter().filter(|policy| policy.queue == Some(queue));
    let own = || for_queue().find(|policy| policy.organisation.is_some());
    by_name.or_else(own).or_else(|| for_queue().next()).map_or_else(last_resort, EscalationPolicy::snapshot)
}

fn last_resort() -> Escalation {
    let operators = Target::Role(crate::domain::access::Role::Operator);
    Escalation { policy: String::new(), version: 0, steps: vec![Step { after_s: 60, targets: vec![operators] }], repeat_s: 60 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(id: &str, organisation: Option<&str>, queue: Option<Queue>) -> EscalationPolicy {
        let escalation = last_resort();
        EscalationPolicy {
            id: id.to_owned(),
            organisation: organisation.map(str::to_owned),
            name: id.to_owned(),
            queue,
            steps: escalation.steps,
            repeat_s: 60,
            version: 3,
        }
    }

    #[test]
    fn what_is_built_in_can_be_read_and_serves_each_queue() {
        let policies = built_in().unwrap();
        for queue in [Queue::Care, Queue::Health, Queue::Technical] {
            assert_eq!(choose(&policies, None, queue).policy, queue.as_str());
        }
    }

    #[test]
    fn the_rules_own_comes_first_then_the_organisations_then_that_for_all() {
        let policies =
            [policy("care", None, Some(Queue::Care)), policy("ours", Some("o"), Some(Queue::Care)), policy("fire", Some("o"), None)];
        let chosen = |named| choose(&policies, named, Queue::Care).policy;
        assert_eq!((chosen(Some("fire")), chosen(None), chosen(Some("gone"))), ("fire".to_owned(), "ours".to_owned(), "ours".to_owned()));
        assert_eq!(choose(&policies[..1], None, Queue::Care).policy, "care");
        let none = choose(&[], None, Queue::Care);
        assert_eq!((none.policy.as_str(), none.steps.len(), none.repeat_s), ("", 1, 60));
    }

    #[test]
    fn a_policy_that_cannot_work_says_why() {
        let mut bad = policy("x", None, None);
        bad.repeat_s = 1;
        bad.steps[0].after_s = -1;
        bad.steps.push(Step { after_s: 0, targets: vec![] });
        bad.steps.push(Step { after_s: 0, targets: vec![Target::Contact(0), Target::Role(crate::domain::access::Role::Viewer)] });
        assert_eq!(bad.faults().len(), 5, "{:?}", bad.faults());
        bad.steps.clear();
        assert!(bad.faults()[0].contains("1 to 20 steps"));
    }
}
