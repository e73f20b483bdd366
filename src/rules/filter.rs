//! `where`: which events count, as typed data that a form can edit. It cannot loop, and what an event does not say compares as false.

use serde::{Deserialize, Serialize};

use super::instant::us;
use super::quantity::Number;
use super::scope::Scope;
use super::window::Window;
use crate::domain::event::{Event, Reading};

/// A condition on one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// Every one of these.
    All(Vec<Where>),
    /// At least one of these.
    Any(Vec<Where>),
    /// Not this.
    Not(Box<Where>),
    /// It happened inside this window of local time.
    Window(Window),
    /// What a field of the event says.
    Field(Comparison),
}

/// A comparison of one field; what is given must hold, all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// `value`, `values.NAME`, `unit`, `kind`, `device`, `gateway` or `data.NAME` (deeper: `data.NAME.NAME`).
    pub name: String,
    /// Greater than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Number>,
    /// Greater or the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Number>,
    /// Less than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Number>,
    /// Less or the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Number>,
    /// Exactly this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Reading>,
    /// One of these.
    #[serde(default, rename = "in", skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<Reading>,
    /// Whether the event says anything there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<bool>,
}

impl Where {
    /// Whether `event` counts.
    pub(super) fn holds(&self, scope: &Scope, event: &Event) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(scope, event)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(scope, event)),
            Self::Not(part) => !part.holds(scope, event),
            Self::Window(window) => scope.hours(window).contain(us(event.at), scope.context.home.zone),
            Self::Field(comparison) => comparison.holds(scope, event),
        }
    }
}

impl Comparison {
    /// The limits with their names.
    pub(super) fn limits(&self) -> [(&'static str, Option<&Number>); 4] {
        [
            ("above", self.above.as_ref()),
            ("at_least", self.at_least.as_ref()),
            ("below", self.below.as_ref()),
            ("at_most", self.at_most.as_ref()),
        ]
    }

    fn holds(&self, scope: &Scope, event: &Event) -> bool {
        let said = field(event, &self.name);
        if self.present.is_some_and(|wanted| wanted != said.is_some()) {
            return false;
        }
        let Some(said) = said else { return self.present.is_some() && !self.compares() };
        let number = number(&said);
        let limit = |limit: &Option<Number>, holds: fn(f64, f64) -> bool| match limit {
            None => true,
            Some(limit) => number.is_some_and(|number| holds(number, scope.number(limit))),
        };
        limit(&self.above, |number, limit| number > limit)
            && limit(&self.at_least, |number, limit| number >= limit)
            && limit(&self.below, |number, limit| number < limit)
            && limit(&self.at_most, |number, limit| number <= limit)
            && self.equals.as_ref().is_none_or(|wanted| *wanted == said)
            && (self.within.is_empty() || self.within.contains(&said))
    }

    /// Whether it compares with anything, beyond asking whether the field is there.
    pub(super) fn compares(&self) -> bool {
        self.limits().iter().any(|(_, limit)| limit.is_some()) || self.equals.is_some() || !self.within.is_empty()
    }
}

/// Whether a field of that name can be asked for.
pub(super) fn is_field(name: &str) -> bool {
    let named =
        |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.split('.').all(|part| !part.is_empty()));
    matches!(name, "value" | "unit" | "kind" | "device" | "gateway") || named("values.") || named("data.")
}

/// What `event` says in the field `name`.
pub(super) fn field(event: &Event, name: &str) -> Option<Reading> {
    let text = |text: &str| Some(Reading::Text(text.to_owned()));
    match name {
        "value" => event.body.value.clone(),
        "unit" => text(event.body.unit.as_deref()?),
        "kind" => text(&event.kind),
        "device" => text(event.device.as_deref()?),
        "gateway" => text(&event.gateway),
        _ => match name.strip_prefix("values.") {
            Some(name) => event.body.values.as_ref()?.get(name).copied().map(Reading::Number),
            None => of_data(event, name.strip_prefix("data.")?),
        },
    }
}

/// The number that a field says; a switch counts as 1 or 0.
pub(super) fn number(said: &Reading) -> Option<f64> {
    match said {
        Reading::Number(number) => Some(*number),
        Reading::Bool(on) => Some(f64::from(u8::from(*on))),
        Reading::Text(_) => None,
    }
}

fn of_data(event: &Event, path: &str) -> Option<Reading> {
    let data: serde_json::Value = serde_json::from_str(event.body.data.as_ref()?.get()).ok()?;
    let found = path.split('.').try_fold(&data, |value, name| value.get(name))?;
    match found {
        serde_json::Value::Bool(on) => Some(Reading::Bool(*on)),
        serde_json::Value::Number(number) => number.as_f64().map(Reading::Number),
        serde_json::Value::String(text) => Some(Reading::Text(text.clone())),
        _ => None,
    }
}
