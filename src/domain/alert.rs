//! An alert: what needs a human, from the moment it is raised until a person has dealt with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::escalation::Escalation;
use super::home::{organisation_key, unclaimed_key};
use super::incident::Fault;
use super::plan::SettingValue;
use chrono::{DateTime, TimeDelta, Utc};

/// Who an alert waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// A person may need help.
    Care,
    /// Clinical worklist.
    Health,
    /// Equipment.
    Technical,
    /// Tests.
    Test,
}

impl Queue {
    /// The name as stored and as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Care => "care",
            Self::Health => "health",
            Self::Technical => "technical",
            Self::Test => "test",
        }
    }

    /// The queue of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Care, Self::Health, Self::Technical, Self::Test].into_iter().find(|queue| queue.as_str() == name)
    }
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for somebody.
    Raised,
    /// Somebody has it.
    Accepted,
    /// Parked until a stated time.
    Held,
    /// Dealt with.
    Closed,
}

impl State {
    /// The name as stored and as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Accepted => "accepted",
            Self::Held => "held",
            Self::Closed => "closed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Raised, Self::Accepted, Self::Held, Self::Closed].into_iter().find(|state| state.as_str() == name)
    }
}

/// Which rule raised it, as it stood then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RuleRef {
    /// Rule id, for example `pendant`.
    pub id: String,
    /// The revision of the rule set.
    pub revision: i64,
    /// The rule's title then.
    pub title: String,
}

/// Who holds an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Holder {
    /// User or token id.
    pub id: String,
    /// Their name.
    pub name: String,
}

/// What needs a human. This is what the API and the stream show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Alert {
    /// Its id; reopening keeps it.
    pub id: String,
    /// The organisation that answers for the home; `unclaimed` without one.
    pub organisation: String,
    /// The home; absent for a gateway that nobody registered, and for a matter of the organisation itself.
    pub home: Option<String>,
    /// The person, once attributed.
    pub resident: Option<String>,
    /// The device's address behind its gateway.
    pub device: Option<String>,
    /// The gateway that reported.
    pub gateway: Option<String>,
    /// What is kept apart: `home`, `device:{gateway}/{address}` or `resident:{id}`.
    pub subject: String,
    /// Why it was raised.
    pub rule: RuleRef,
    /// Who it waits for.
    pub queue: Queue,
    /// 1 life … 5 information.
    pub priority: u8,
    /// Where it stands.
    pub state: State,
    /// When it was raised here.
    pub raised_at: DateTime<Utc>,
    /// When what it is about happened.
    pub occurred_at: DateTime<Utc>,
    /// How late the report of it came, in seconds, when it was late.
    pub late_s: Option<i64>,
    /// How often it was activated while open.
    pub activations: i64,
    /// Why, in a sentence.
    pub explanation: String,
    /// `tel:` or `sip:` address on which to speak to the person.
    pub call_back: Option<String>,
    /// Who has it.
    pub holder: Option<Holder>,
    /// Until when, unless renewed by presence.
    pub lease_until: Option<DateTime<Utc>>,
    /// When it goes back to the queue, unless its holder takes a step in the case before.
    #[serde(default)]
    pub idle_until: Option<DateTime<Utc>>,
    /// Until when it is parked.
    #[serde(default)]
    pub held_until: Option<DateTime<Utc>>,
    /// Who had it before it came back to the queue.
    #[serde(default)]
    pub previous_holder: Option<Holder>,
    /// When it came back to stand before all others of its priority.
    #[serde(default)]
    pub on_top_since: Option<DateTime<Utc>>,
    /// The first mark for an answer, counted from the first receipt.
    #[serde(default)]
    pub answer_by: Option<DateTime<Utc>>,
    /// When the answer is so late that closing demands a cause.
    #[serde(default)]
    pub breach_at: Option<DateTime<Utc>>,
    /// Escalation level reached: steps of the policy that were taken since it last came into the queue.
    pub level: i64,
    /// When the next step is due.
    pub next_step_at: Option<DateTime<Utc>>,
    /// The escalation policy as it was when the alert was raised.
    #[serde(default)]
    pub escalation: Escalation,
    /// When its first event reached us: answer times count from then. Absent on alerts of an earlier version.
    #[serde(default)]
    pub received_at: Option<DateTime<Utc>>,
    /// First accepted at.
    pub accepted_at: Option<DateTime<Utc>>,
    /// Who accepted it first.
    #[serde(default)]
    pub accepted_by: Option<Holder>,
    /// Closed at.
    pub closed_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Why the answer came too late, where it did.
    #[serde(default)]
    pub breach_cause: Option<String>,
    /// The alert on the same matter that was closed before.
    pub previous: Option<String>,
    /// The incident that groups it with others of its area; or, of an incident's own alert, that incident.
    #[serde(default)]
    pub incident: Option<String>,
    /// The fault that it is, once somebody owns it.
    #[serde(default)]
    pub fault: Option<Fault>,
    /// In the test lane.
    pub test: bool,
    /// What else is worth knowing: `late`, `retained`, `lease_lost`, `unregistered`, `archived` …
    pub marks: Vec<String>,
    /// What the operator should do and ask.
    pub instructions: Vec<String>,
    /// The settings in force when it was raised.
    pub settings: BTreeMap<String, SettingValue>,
    /// Of a silent gateway: the rules (ids) that see nothing until it is heard again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind_rules: Vec<String>,
    /// Counts the changes; a guard against two writers.
    pub version: i64,
}

impl Alert {
    /// The key under which the home's things are kept; without home and gateway it is its organisation's own matter.
    #[must_use]
    pub fn home_key(&self) -> String {
        match (&self.home, &self.gateway) {
            (Some(home), _) => home.clone(),
            (None, Some(gateway)) => unclaimed_key(gateway),
            (None, None) => organisation_key(&self.organisation),
        }
    }

    /// Whether nobody has closed it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state != State::Closed
    }

    /// Whether what raised it is over by now.
    #[must_use]
    pub fn is_cleared(&self) -> bool {
        self.marks.iter().any(|mark| mark == "condition_cleared")
    }

    /// The next moment at which something must happen to it, though nobody does anything. An open alert always has one.
    #[must_use]
    pub fn next_moment(&self) -> Option<DateTime<Utc>> {
        match self.state {
            State::Raised => self.next_step_at,
            State::Accepted => [self.lease_until, self.idle_until].into_iter().flatten().min(),
            State::Held => self.held_until,
            State::Closed => None,
        }
    }

    /// Its place among the open alerts of its priority: what came back to the queue first, then by the time at which the answer is too late, each further
    /// activation counting like [`ACTIVATION_WEIGHT`] more of waiting.
    #[must_use]
    pub fn rank(&self) -> DateTime<Utc> {
        if let Some(since) = self.on_top_since {
            return since - ON_TOP;
        }
        let breach = self.breach_at.unwrap_or(self.raised_at + ANSWER_OF_OTHERS);
        breach - ACTIVATION_WEIGHT * i32::try_from(self.activations - 1).unwrap_or(i32::MAX).clamp(0, 1_000)
    }
}

/// What a further activation counts for, in time waited.
const ACTIVATION_WEIGHT: TimeDelta = TimeDelta::seconds(60);
/// What waits for nobody in particular is ranked as if its answer were due then.
const ANSWER_OF_OTHERS: TimeDelta = TimeDelta::seconds(180);
/// Longer than any alert waits: what is on top stands before all that is not.
const ON_TOP: TimeDelta = TimeDelta::days(36_500);

/// One line of an alert's own history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// What: `raised`, `activation`, `accepted`, `released`, `note`, `lease_lost`, `closed` …
    pub what: String,
    /// Who; absent for the system itself.
    pub who: Option<String>,
    /// The words, or the details as a sentence.
    pub text: String,
}
