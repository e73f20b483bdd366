//! A rule as written: TOML in a file or JSON over the API, of the same shape. Data, not code: a form can edit it and a sentence explain it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::filter::Where;
use super::quantity::Number;
use crate::domain::alert::Queue;
use crate::domain::catalogue::{Class, class_of};
use crate::domain::event::Event;
use crate::domain::home::excuse::ExcuseKind;
use crate::domain::plan::SettingValue;

/// One rule. `docs/rules.md` describes every part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Names the rule for alerts and settings; lower-case letters, digits and `_`.
    pub id: String,
    /// What an operator reads first.
    pub title: String,
    /// The organisation that it belongs to; without one it is for all. At its own homes it takes the place of a common rule of the same id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// What state, clocks and open alerts are kept apart by.
    pub subject: Subject,
    /// The events it looks at.
    #[serde(default, skip_serializing_if = "On::is_empty")]
    pub on: On,
    /// Which of these events count.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub where_: Option<Where>,
    /// When it raises.
    pub condition: Condition,
    /// What it rests for; without it, what suits its condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excused_by: Option<Vec<ExcuseKind>>,
    /// Runs in shadow: evaluated like any other, but what it finds is recorded and not raised.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shadow: bool,
    /// Who the alert waits for.
    pub queue: Queue,
    /// 1 life … 5 information.
    pub priority: Number,
    /// The escalation policy; without one the organisation's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// What the operator should do and ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instructions: Vec<String>,
    /// Events that mark the matter as over.
    #[serde(default, skip_serializing_if = "On::is_empty")]
    pub clear: On,
    /// The numbers and times that a plan may override.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Setting>,
}

impl Rule {
    /// Whether it is there to raise events of the alarm class.
    #[must_use]
    pub fn raises_alarms(&self) -> bool {
        let alarms = self.on.classes.contains(&Class::Alarm) || self.on.kinds.iter().any(|kind| class_of(kind) == Class::Alarm);
        alarms && matches!(self.condition, Condition::Each)
    }

    /// What it rests for.
    #[must_use]
    pub fn rests_for(&self) -> &[ExcuseKind] {
        match &self.excused_by {
            Some(named) => named,
            None if self.queue == Queue::Technical => &[ExcuseKind::Maintenance],
            None => self.condition.rests_for(),
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a rule's state, clocks and open alerts are kept per.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The home as a whole.
    Home,
    /// The sensor; the gateway itself for what it says of itself.
    Device,
    /// The gateway, whichever sensor behind it spoke.
    Gateway,
    /// The person; kept apart by sensor when nobody can be named.
    Resident,
}

/// Which events: of these kinds, or of these classes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct On {
    /// Kinds, from the catalogue or any other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Whole classes of the catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
}

impl On {
    /// Whether it names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.classes.is_empty()
    }

    /// Whether an event of `kind` and `class` is meant.
    #[must_use]
    pub fn covers(&self, kind: &str, class: Class) -> bool {
        self.classes.contains(&class) || self.kinds.iter().any(|each| each == kind)
    }

    pub(super) fn matches(&self, event: &Event) -> bool {
        self.covers(&event.kind, event.class)
    }
}

/// A number or a time of a rule that a plan may override: for a device, a home or an organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What holds where no plan says otherwise.
    pub default: SettingValue,
    /// UCUM code (`min`, `h`, `d`, `Cel` …), or `hh:mm` for a local time.
    pub unit: String,
    /// The least number that may be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// What it means, in a sentence.
    pub text: String,
}

/// The unit of a setting that is a local time.
pub(super) const LOCAL_TIME: &str = "hh:mm";

impl Setting {
    /// Whether `value` may be set.
    ///
    /// # Errors
    /// When it is of the wrong type or out of bounds; the text says what may be.
    pub fn accepts(&self, value: &SettingValue) -> Result<(), String> {
        if self.unit == LOCAL_TIME {
            let good = value.text().and_then(super::quantity::parse_local_time).is_some();
            return if good { Ok(()) } else { Err("give a local time such as \"22:00\"".to_owned()) };
        }
        let Some(number) = value.number().filter(|number| number.is_finite()) else {
            return Err(format!("give a number{}", self.bounds()));
        };
        let inside = self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max);
        if inside { Ok(()) } else { Err(format!("{number} is out of bounds: give a number{}", self.bounds())) }
    }

    /// ` from 5 to 240 (min)`.
    fn bounds(&self) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" ({})", self.unit) };
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!(" from {min} to {max}{unit}"),
            (Some(min), None) => format!(" of at least {min}{unit}"),
            (None, Some(max)) => format!(" of at most {max}{unit}"),
            (None, None) => unit,
        }
    }
}
