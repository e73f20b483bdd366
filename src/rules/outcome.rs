//! What a decision comes to.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::domain::alert::{Queue, RuleRef};
use crate::domain::event::{Event, Reading};
use crate::domain::plan::SettingValue;

/// One thing that a decision asks for, in the order in which it should be done.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Raise an alert, or add an activation to the open one of the same (queue, home, rule, subject).
    Raise(Box<Raise>),
    /// What an alert of this rule and subject was about is over. It closes nothing in `care` or `health`; an open alert learns of it.
    Cleared {
        /// Rule id.
        rule: String,
        /// Subject.
        subject: String,
        /// When it was over.
        at: Time,
        /// A late event shows that the alert's reason never was: offer the alert for closing, with the mark `explained_by_late_event`.
        explained_by_late_event: bool,
    },
    /// What an open alert of this rule and subject is about has lasted, and is more urgent by now.
    Rise {
        /// Rule id.
        rule: String,
        /// Subject.
        subject: String,
        /// The priority from now on, unless it is more urgent already.
        priority: u8,
        /// Why, in a sentence.
        text: String,
    },
    /// A rule could not be evaluated as written: one technical alert. The same words come once a day at most.
    Fault {
        /// Rule id.
        rule: String,
        /// Subject that it was evaluated for.
        subject: String,
        /// What is wrong and what to do, in words that do not vary with the reading.
        text: String,
    },
    /// A rule whose clock fired must see what is stored of its subject before it can judge: hand it over as [`super::Input::Past`], at once. Where
    /// nobody does, it asks again a minute later.
    Recall(Recall),
}

impl Outcome {
    /// What is asked for, where something is.
    #[must_use]
    pub fn asks(&self) -> Option<&Recall> {
        if let Self::Recall(recall) = self { Some(recall) } else { None }
    }
}

/// Stored events that a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// Rule id.
    pub rule: String,
    /// Subject.
    pub subject: String,
    /// Events of the home that happened then or later.
    pub since: Time,
    /// Of these kinds; empty means any.
    pub kinds: Vec<String>,
    /// Of this gateway; `None` means any.
    pub gateway: Option<Arc<str>>,
}

/// The newest of them are enough: as many as a sensor says in four days that speaks every twenty seconds.
pub const RECALLED_AT_MOST: usize = 20_000;

/// An alert to be raised.
#[derive(Clone, Debug, PartialEq)]
pub struct Raise {
    /// The rule as it stands.
    pub rule: RuleRef,
    /// `home`, `device:{gateway}/{address}` or `resident:{id}`.
    pub subject: String,
    /// Who it waits for.
    pub queue: Queue,
    /// 1 life … 5 information.
    pub priority: u8,
    /// The escalation policy that the rule names.
    pub policy: Option<String>,
    /// When what it is about happened.
    pub occurred_at: Time,
    /// How late the report of it came, in seconds.
    pub late_s: Option<i64>,
    /// Why, in a sentence with the home's local times.
    pub explanation: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The rule's settings in force for this subject.
    pub settings: BTreeMap<String, SettingValue>,
    /// What the operator should do and ask.
    pub instructions: Vec<String>,
    /// The person, once attributed.
    pub resident: Option<String>,
    /// The device's address.
    pub device: Option<String>,
    /// The gateway.
    pub gateway: Option<Arc<str>>,
    /// `tel:` or `sip:` address of the device, the gateway or the home, the nearest that is known.
    pub call_back: Option<String>,
    /// `late`, `beyond_window`, `retained`, `clock_off`, `archived`, `unregistered` …
    pub marks: Vec<String>,
    /// In the test lane.
    pub test: bool,
    /// The rule runs in shadow: record this, and raise nothing.
    pub shadow: bool,
    /// The values that were compared.
    pub compared: Vec<Compared>,
    /// Rules that see nothing while it lasts: of a silent gateway.
    pub blind_rules: Vec<String>,
}

/// A value that a decision compared, with what it was compared to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Compared {
    /// What it is: a kind of reading, or words such as `minutes since`.
    pub what: String,
    /// The value.
    pub value: Reading,
    /// The limit in force, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Reading>,
    /// UCUM code of both; empty for a count or a score.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The points that a score gives for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
}

/// An event that an alert rests on.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// The event just decided upon.
    Event(Box<Event>),
    /// Events stored earlier: state keeps instants, not whole events.
    Stored(Sought),
}

/// Which stored events of the home are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// Exactly when (the event's own time).
    pub at: Time,
    /// Any of these kinds; empty means any.
    pub kinds: Vec<String>,
    /// Of this gateway; `None` means any.
    pub gateway: Option<Arc<str>>,
    /// Of the device at this address; `None` means any.
    pub device: Option<String>,
}

impl Recall {
    /// Whether `event` is asked for.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        event.at >= self.since
            && (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && self.gateway.as_ref().is_none_or(|gateway| *gateway == event.gateway)
    }
}

impl Sought {
    /// Whether `event` is meant.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        event.at == self.at
            && (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && self.gateway.as_ref().is_none_or(|gateway| *gateway == event.gateway)
            && self.device.as_ref().is_none_or(|device| event.device.as_ref() == Some(device))
    }
}

impl PartialEq for Evidence {
    /// Events are the same when gateway and id are.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Event(one), Self::Event(two)) => one.gateway == two.gateway && one.id == two.id,
            (Self::Stored(one), Self::Stored(two)) => one == two,
            _ => false,
        }
    }
}

impl Compared {
    /// A number against its limit.
    pub(super) fn number(what: impl Into<String>, value: f64, limit: Option<f64>, unit: &str) -> Self {
        let limit = limit.map(Reading::Number);
        Self { what: what.into(), value: Reading::Number(value), limit, unit: unit.to_owned(), points: None }
    }

    /// A length of time against the one allowed, in seconds.
    pub(super) fn length(what: impl Into<String>, length_us: i64, allowed_us: i64) -> Self {
        let seconds = |us: i64| (us / 1_000) as f64 / 1_000.0;
        Self::number(what, seconds(length_us), Some(seconds(allowed_us)), "s")
    }
}
