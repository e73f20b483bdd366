//! The settings of a home: overrides of the numbers that rules name, resolved device > resident > home > organisation > default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Time;

/// `rule.setting`, for example `bed_not_returned.minutes`.
pub type SettingName = String;

/// Overrides of one scope: setting name to value.
pub type Overrides = BTreeMap<SettingName, SettingValue>;

/// When overrides of one scope end, where they do: setting name to that time.
pub type Ends = BTreeMap<SettingName, Time>;

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum SettingValue {
    /// A switch.
    Bool(bool),
    /// A number in the setting's unit.
    Number(f64),
    /// Text, for example a local time `22:00`.
    Text(String),
}

impl SettingValue {
    /// The number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(value) = self { Some(*value) } else { None }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }
}

/// All overrides that bear on one home.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Of the organisation.
    pub organisation: Overrides,
    /// Of the home.
    pub home: Overrides,
    /// Of the people who live there, by resident id.
    pub residents: BTreeMap<String, Overrides>,
    /// Of single devices, by device id.
    pub devices: BTreeMap<String, Overrides>,
    /// When some of them end.
    pub ends: PlanEnds,
}

/// When overrides end that bear on one home: from then on the wider value holds again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanEnds {
    /// Those of the organisation.
    pub organisation: Ends,
    /// Those of the home.
    pub home: Ends,
    /// Those of the people who live there, by resident id.
    pub residents: BTreeMap<String, Ends>,
    /// Those of single devices, by device id.
    pub devices: BTreeMap<String, Ends>,
}

impl Plan {
    /// The override that wins at `now` for `device` and the person `resident` (their ids in the register), if there is any.
    #[must_use]
    pub fn lookup(&self, name: &str, device: Option<&str>, resident: Option<&str>, now: Time) -> Option<&SettingValue> {
        // Most homes have no plan of their own, and this is asked several times at each event.
        if self.home.is_empty() && self.organisation.is_empty() && self.devices.is_empty() && self.residents.is_empty() {
            return None;
        }
        let holds = |overrides: &'_ Overrides, ends: Option<&Ends>| {
            overrides.contains_key(name) && ends.and_then(|ends| ends.get(name)).is_none_or(|end| now < *end)
        };
        let of_device = device.and_then(|id| Some((self.devices.get(id)?, self.ends.devices.get(id))));
        let of_resident = resident.and_then(|id| Some((self.residents.get(id)?, self.ends.residents.get(id))));
        let wider = [(&self.home, Some(&self.ends.home)), (&self.organisation, Some(&self.ends.organisation))];
        of_device
            .into_iter()
            .chain(of_resident)
            .chain(wider)
            .find(|(overrides, ends)| holds(overrides, *ends))
            .and_then(|(overrides, _)| overrides.get(name))
    }

    /// When the next override of `rule` ends after `now`, wherever it was made.
    #[must_use]
    pub fn next_end(&self, rule: &str, now: Time) -> Option<Time> {
        let PlanEnds { organisation, home, residents, devices } = &self.ends;
        let all = [organisation, home].into_iter().chain(residents.values()).chain(devices.values()).flatten();
        let of_rule = all.filter(|(name, end)| **end > now && name.split_once('.').is_some_and(|(of, _)| of == rule));
        of_rule.map(|(_, end)| *end).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_override_wins() {
        let one = |value: f64| Overrides::from([("r.s".to_owned(), SettingValue::Number(value))]);
        let mut plan = Plan { organisation: one(1.0), ..Plan::default() };
        assert_eq!(plan.lookup("r.s", Some("d"), Some("anna"), Time::UNIX_EPOCH), Some(&SettingValue::Number(1.0)));
        plan.home = one(2.0);
        assert_eq!(plan.lookup("r.s", Some("d"), Some("anna"), Time::UNIX_EPOCH), Some(&SettingValue::Number(2.0)));
        plan.residents.insert("anna".to_owned(), one(2.5));
        assert_eq!(plan.lookup("r.s", Some("d"), Some("anna"), Time::UNIX_EPOCH), Some(&SettingValue::Number(2.5)));
        plan.devices.insert("d".to_owned(), one(3.0));
        assert_eq!(plan.lookup("r.s", Some("d"), Some("anna"), Time::UNIX_EPOCH), Some(&SettingValue::Number(3.0)));
        assert_eq!(plan.lookup("r.s", Some("other"), Some("bert"), Time::UNIX_EPOCH), Some(&SettingValue::Number(2.0)));
        assert_eq!(plan.lookup("r.t", None, None, Time::UNIX_EPOCH), None);
    }

    #[test]
    fn what_has_ended_gives_way_to_the_wider() {
        let one = |value: f64| Overrides::from([("r.s".to_owned(), SettingValue::Number(value))]);
        let at = |second: i64| Time::UNIX_EPOCH + chrono::TimeDelta::seconds(second);
        let mut plan = Plan { organisation: one(1.0), home: one(2.0), ..Plan::default() };
        plan.ends.home.insert("r.s".to_owned(), at(10));
        let value = |plan: &Plan, second: i64| plan.lookup("r.s", None, None, at(second)).and_then(SettingValue::number);
        assert_eq!((value(&plan, 9), value(&plan, 10)), (Some(2.0), Some(1.0)));
        assert_eq!((plan.next_end("r", at(9)), plan.next_end("r", at(10)), plan.next_end("q", at(9))), (Some(at(10)), None, None));
        plan.ends.organisation.insert("r.s".to_owned(), at(20));
        assert_eq!((value(&plan, 19), value(&plan, 20)), (Some(1.0), None));
    }
}
