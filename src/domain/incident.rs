//! Incidents: trouble that many homes of an area share at one time. The homes' own alerts stay; the incident groups them, and lists whom to ring first.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::alert::Holder;

/// What the homes have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Their gateways fell silent.
    Silence,
    /// Their mains failed.
    MainsLost,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Silence, Self::MainsLost];

    /// The name as stored and as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::MainsLost => "mains_lost",
        }
    }

    /// The cause of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == name)
    }

    /// The rule whose alerts are grouped.
    #[must_use]
    pub fn members_rule(self) -> &'static str {
        match self {
            Self::Silence => "gateway_silent",
            Self::MainsLost => "mains_lost",
        }
    }

    /// What the incident's own alert bears in place of a rule's id.
    #[must_use]
    pub fn own_rule(self) -> &'static str {
        match self {
            Self::Silence => "area_silent",
            Self::MainsLost => "area_mains_lost",
        }
    }

    /// The cause that alerts of this rule are grouped under.
    #[must_use]
    pub fn of_member(rule: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.members_rule() == rule)
    }

    /// Whether incidents follow what becomes of alerts of this rule.
    #[must_use]
    pub fn concerns(rule: &str) -> bool {
        Self::ALL.into_iter().any(|cause| cause.members_rule() == rule || cause.own_rule() == rule)
    }
}

/// What makes homes neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// The home's locality.
    Locality,
    /// The network that the home's gateways speak through.
    Network,
}

impl AreaKind {
    /// The name as stored and as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Locality => "locality",
            Self::Network => "network",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Locality, Self::Network].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Where the homes are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Area {
    /// By what they are neighbours.
    pub kind: AreaKind,
    /// Its name, as it was written for the home that was lost first.
    pub name: String,
}

impl Area {
    /// Whether `other` means the same: blanks around and the size of letters do not matter.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.kind == other.kind && self.name.trim().to_lowercase() == other.name.trim().to_lowercase()
    }
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// Whose homes.
    pub organisation: String,
    /// What they have in common.
    pub cause: Cause,
    /// Where they are.
    pub area: Area,
    /// Its own alert: whoever has that one leads.
    pub alert: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When the last home joined.
    pub last_joined_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// How many homes it took in.
    pub homes: i64,
    /// How many of them nobody has heard again or looked after.
    pub waiting: i64,
}

/// How much depends on a person's alarm. Whom to ring first when many homes are lost at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vulnerability {
    /// As for most.
    #[default]
    Usual,
    /// More than for most: lives alone and falls, for example.
    Raised,
    /// Depends on powered equipment, cannot get help in another way.
    High,
}

impl Vulnerability {
    /// As stored: 0 usual, 1 raised, 2 high.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Usual => 0,
            Self::Raised => 1,
            Self::High => 2,
        }
    }

    /// The one of that number.
    #[must_use]
    pub fn of_number(number: i64) -> Self {
        match number {
            ..=0 => Self::Usual,
            1 => Self::Raised,
            2.. => Self::High,
        }
    }
}

/// How somebody who looked after a home found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// They are well, and can call for help in another way until then.
    Well,
    /// Nobody is at home, and that is known to be right.
    Away,
    /// They need help: a care alert is raised for the home.
    NeedsHelp,
    /// Nobody answered. The home stays on the list.
    NoAnswer,
}

impl CheckResult {
    /// The name as stored and as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Away => "away",
            Self::NeedsHelp => "needs_help",
            Self::NoAnswer => "no_answer",
        }
    }

    /// The result of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Well, Self::Away, Self::NeedsHelp, Self::NoAnswer].into_iter().find(|result| result.as_str() == name)
    }

    /// Whether the home needs no further look on account of the incident.
    #[must_use]
    pub fn settles(self) -> bool {
        self != Self::NoAnswer
    }
}

/// Somebody looked after a home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct WelfareCheck {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Holder,
    /// How they found it.
    pub result: CheckResult,
    /// What else to know.
    pub note: Option<String>,
}

/// A fault that somebody owns: a technical alert as a risk that is known, covered for the time being, and due to be over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fault {
    /// Whose task it is: a person or a firm, in words.
    pub owner: String,
    /// By when it must be over.
    pub due_at: DateTime<Utc>,
    /// How the person can call for help until then.
    pub interim: String,
    /// Who entered it.
    pub by: Holder,
    /// When.
    pub at: DateTime<Utc>,
}
