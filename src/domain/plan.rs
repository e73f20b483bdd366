//! The settings of a home: overrides of the numbers that rules name, resolved device > home > organisation > default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `rule.setting`, for example `bed_not_returned.minutes`.
pub type SettingName = String;

/// Overrides of one scope: setting name to value.
pub type Overrides = BTreeMap<SettingName, SettingValue>;

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
    /// Of single devices, by device id.
    pub devices: BTreeMap<String, Overrides>,
}

impl Plan {
    /// The override that wins for `device` (its id in the register), if there is any.
    #[must_use]
    pub fn lookup(&self, name: &str, device: Option<&str>) -> Option<&SettingValue> {
        let of_device = device.and_then(|id| self.devices.get(id)).and_then(|overrides| overrides.get(name));
        of_device.or_else(|| self.home.get(name)).or_else(|| self.organisation.get(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_override_wins() {
        let one = |value: f64| Overrides::from([("r.s".to_owned(), SettingValue::Number(value))]);
        let mut plan = Plan { organisation: one(1.0), ..Plan::default() };
        assert_eq!(plan.lookup("r.s", Some("d")), Some(&SettingValue::Number(1.0)));
        plan.home = one(2.0);
        assert_eq!(plan.lookup("r.s", Some("d")), Some(&SettingValue::Number(2.0)));
        plan.devices.insert("d".to_owned(), one(3.0));
        assert_eq!(plan.lookup("r.s", Some("d")), Some(&SettingValue::Number(3.0)));
        assert_eq!(plan.lookup("r.s", Some("other")), Some(&SettingValue::Number(2.0)));
        assert_eq!(plan.lookup("r.t", None), None);
    }
}
