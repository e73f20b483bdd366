//! Escalation policies as people read and write them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Checks, Invalid};
use crate::domain::alert::Queue;
use crate::domain::escalation::{EscalationPolicy, Step};

/// A policy as it is registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Policy {
    #[serde(flatten)]
    /// What it says.
    pub policy: EscalationPolicy,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Since when it is no longer used.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A policy as it is entered.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPolicy {
    /// Whose it is; absent for all.
    #[schema(max_length = 100)]
    pub organisation: Option<String>,
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The queue whose alerts it serves unless their rule names another policy; absent: only where a rule names it.
    pub queue: Option<Queue>,
    /// Who is told, in turn.
    #[schema(min_items = 1, max_items = 20)]
    pub steps: Vec<Step>,
    /// The last step is taken again after so many seconds, for ever.
    pub repeat_s: i64,
}

/// What is to change of a policy.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyPatch {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Who is told, in turn.
    #[schema(min_items = 1, max_items = 20)]
    pub steps: Option<Vec<Step>>,
    /// The last step is taken again after so many seconds, for ever.
    pub repeat_s: Option<i64>,
    /// Archive it, or bring it back.
    pub archived: Option<bool>,
}

impl NewPolicy {
    /// The record of it.
    ///
    /// # Errors
    /// Names what is wrong with the entry.
    pub fn into_record(self, id: String, now: DateTime<Utc>) -> Result<Policy, Invalid> {
        let Self { organisation, name, queue, steps, repeat_s } = self;
        let policy = EscalationPolicy { id, organisation, name, queue, steps, repeat_s, version: 1 };
        check(&policy)?;
        Ok(Policy { policy, created_at: now, archived_at: None })
    }
}

impl PolicyPatch {
    /// `before` with the change made, its version raised.
    ///
    /// # Errors
    /// Names what is wrong with the entry.
    pub fn apply(self, before: &Policy, now: DateTime<Utc>) -> Result<Policy, Invalid> {
        let mut after = before.clone();
        after.policy.name = self.name.unwrap_or(after.policy.name);
        after.policy.steps = self.steps.unwrap_or(after.policy.steps);
        after.policy.repeat_s = self.repeat_s.unwrap_or(after.policy.repeat_s);
        after.archived_at = match self.archived {
            Some(true) => before.archived_at.or(Some(now)),
            Some(false) => None,
            None => before.archived_at,
        };
        check(&after.policy)?;
        after.policy.version += 1;
        Ok(after)
    }
}

fn check(policy: &EscalationPolicy) -> Result<(), Invalid> {
    let mut checks = Checks::default();
    checks.text("name", &policy.name, 1, 200);
    checks.finish()?;
    if policy.queue == Some(Queue::Test) {
        return Err(Invalid("`queue` must be care, health or technical; tests end by themselves".to_owned()));
    }
    match policy.faults() {
        faults if faults.is_empty() => Ok(()),
        faults => Err(Invalid(faults.join("; "))),
    }
}
