//! An alert: what needs a human, from the moment it is raised until a person has dealt with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::plan::SettingValue;
use chrono::{DateTime, Utc};

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
    /// The home; absent for a gateway that nobody registered.
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
    /// Escalation level reached.
    pub level: i64,
    /// When the next step is due.
    pub next_step_at: Option<DateTime<Utc>>,
    /// First accepted at.
    pub accepted_at: Option<DateTime<Utc>>,
    /// Closed at.
    pub closed_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Option<String>,
    /// The alert on the same matter that was closed before.
    pub previous: Option<String>,
    /// In the test lane.
    pub test: bool,
    /// What else is worth knowing: `late`, `retained`, `lease_lost`, `unregistered`, `archived` …
    pub marks: Vec<String>,
    /// What the operator should do and ask.
    pub instructions: Vec<String>,
    /// The settings in force when it was raised.
    pub settings: BTreeMap<String, SettingValue>,
    /// Counts the changes; a guard against two writers.
    pub version: i64,
}

impl Alert {
    /// The key under which the home's things are kept.
    #[must_use]
    pub fn home_key(&self) -> String {
        self.home.clone().unwrap_or_else(|| super::home::unclaimed_key(self.gateway.as_deref().unwrap_or_default()))
    }

    /// Whether nobody has closed it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state != State::Closed
    }
}

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
