//! Escalation policies: who is told of an alert that nobody has taken, and after how long. Data that a service edits; an alert carries a copy of the one that
//! was in force when it was raised.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::access::Role;
use super::alert::Queue;

/// Steps of a policy, at most.
pub const STEPS_AT_MOST: usize = 20;
/// Targets of a step, at most.
pub const TARGETS_AT_MOST: usize = 20;
/// The longest that a step may let anybody wait, in seconds: a week.
const WAIT_AT_MOST_S: i64 = 7 * 86_400;
/// The shortest repetition of the last step, in seconds.
const REPEAT_AT_LEAST_S: i64 = 30;

/// Who is told at a step.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "TargetEntry", into = "TargetEntry")]
pub enum Target {
    /// Whoever is present with this role in the organisation.
    Role(Role),
    /// Whoever is on call by this rota, by id.
    Rota(String),
    /// One person, by id.
    User(String),
    /// The contact at this place of the home's calling order (from 1), whom an operator is to call.
    Contact(u8),
    /// Another system: a webhook, by id.
    Webhook(String),
}

/// A target as it is written: exactly one of these.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetEntry {
    /// Whoever is present with this role in the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whoever is on call by this rota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub rota: Option<String>,
    /// One person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub user: Option<String>,
    /// The contact at this place of the home's calling order, whom an operator is to call: 1 is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub contact: Option<u8>,
    /// Another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub webhook: Option<String>,
}

impl TryFrom<TargetEntry> for Target {
    type Error = &'static str;

    fn try_from(entry: TargetEntry) -> Result<Self, Self::Error> {
        match entry {
            TargetEntry { role: Some(role), rota: None, user: None, contact: None, webhook: None } => Ok(Self::Role(role)),
            TargetEntry { role: None, rota: Some(id), user: None, contact: None, webhook: None } => Ok(Self::Rota(id)),
            TargetEntry { role: None, rota: None, user: Some(id), contact: None, webhook: None } => Ok(Self::User(id)),
            TargetEntry { role: None, rota: None, user: None, contact: Some(place), webhook: None } => Ok(Self::Contact(place)),
            TargetEntry { role: None, rota: None, user: None, contact: None, webhook: Some(id) } => Ok(Self::Webhook(id)),
            _ => Err("a target is exactly one of `role`, `rota`, `user`, `contact` and `webhook`"),
        }
    }
}

impl From<Target> for TargetEntry {
    fn from(target: Target) -> Self {
        let none = Self::default();
        match target {
            Target::Role(role) => Self { role: Some(role), ..none },
            Target::Rota(id) => Self { rota: Some(id), ..none },
            Target::User(id) => Self { user: Some(id), ..none },
            Target::Contact(place) => Self { contact: Some(place), ..none },
            Target::Webhook(id) => Self { webhook: Some(id), ..none },
        }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Seconds after the step before; the first: after the alert came into the queue.
    #[schema(minimum = 0)]
    pub after_s: i64,
    /// Who is told. A step that reaches nobody is skipped at once.
    #[schema(value_type = Vec<TargetEntry>, max_items = 20)]
    pub targets: Vec<Target>,
}

/// What an alert carries of the policy that was in force when it was raised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Escalation {
    /// The policy's id; empty for the built-in last resort.
    pub policy: String,
    /// Its version then.
    pub version: i64,
    /// Its steps.
    pub steps: Vec<Step>,
    /// The last step is taken again after so many seconds, for ever.
    pub repeat_s: i64,
}

/// A policy as it is registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EscalationPolicy {
    /// Its id.
    pub id: String,
    /// Whose it is; absent for all.
    pub organisation: Option<String>,
    /// What people call it.
    pub name: String,
    /// The queue whose alerts it serves unless their rule names another policy; absent: only where a rule names it.
    pub queue: Option<Queue>,
    /// Who is told, in turn.
    pub steps: Vec<Step>,
    /// The last step is taken again after so many seconds, for ever.
    pub repeat_s: i64,
    /// Counts its changes.
    pub version: i64,
}

impl Escalation {
    /// How long the step after `level` taken ones lets people wait. Beyond the last it is the repetition.
    #[must_use]
    pub fn wait(&self, level: i64) -> TimeDelta {
        let step = usize::try_from(level).ok().and_then(|level| self.steps.get(level));
        TimeDelta::seconds(step.map_or(self.repeat_s.max(REPEAT_AT_LEAST_S), |step| step.after_s.clamp(0, WAIT_AT_MOST_S)))
    }

    /// The step after `level` taken ones: the last one again when there are no more.
    #[must_use]
    pub fn step(&self, level: i64) -> Option<&Step> {
        let place = usize::try_from(level).unwrap_or(0);
        self.steps.get(place).or(self.steps.last())
    }
}

impl EscalationPolicy {
    /// What an alert carries of it.
    #[must_use]
    pub fn snapshot(&self) -> Escalation {
        Escalation { policy: self.id.clone(), version: self.version, steps: self.steps.clone(), repeat_s: self.repeat_s }
    }

    /// What is wrong with it, in words that say the mend; empty when nothing is.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.steps.is_empty() || self.steps.len() > STEPS_AT_MOST {
            faults.push(format!("`steps` must hold 1 to {STEPS_AT_MOST} steps"));
        }
        for (n, step) in self.steps.iter().enumerate() {
            let n = n + 1;
            if step.targets.is_empty() || step.targets.len() > TARGETS_AT_MOST {
                faults.push(format!("step {n}: `targets` must name 1 to {TARGETS_AT_MOST} of those to be told"));
            }
            if !(0..=WAIT_AT_MOST_S).contains(&step.after_s) {
                faults.push(format!("step {n}: `after_s` must be 0 to {WAIT_AT_MOST_S} seconds"));
            }
            for target in &step.targets {
                faults.extend(target.fault().map(|fault| format!("step {n}: {fault}")));
            }
        }
        if !(REPEAT_AT_LEAST_S..=WAIT_AT_MOST_S).contains(&self.repeat_s) {
            faults.push(format!("`repeat_s` must be {REPEAT_AT_LEAST_S} to {WAIT_AT_MOST_S} seconds; the last step is repeated for ever"));
        }
        faults
    }
}

impl Target {
    fn fault(&self) -> Option<String> {
        match self {
            Self::Role(Role::Viewer | Role::System | Role::Responder) => {
                Some("a step can tell operators, managers and administrators; reach responders by a rota".to_owned())
            }
            Self::Rota(id) | Self::User(id) | Self::Webhook(id) if id.is_empty() || id.len() > 100 || id.contains(char::is_control) => {
                Some("that is not an id".to_owned())
            }
            Self::Contact(0) => Some("`contact` counts from 1, the first to be called".to_owned()),
            _ => None,
        }
    }
}
