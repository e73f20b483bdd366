//! A version of a scope's own settings: what was overridden, by whom and why.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Checks, Invalid};
use crate::clock::Time;
use crate::domain::plan::{Overrides, SettingName, SettingValue};

/// What a plan belongs to. Settings resolve device, then resident, then home, then organisation, then the rule's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanScope {
    /// A whole organisation.
    Organisation,
    /// One home.
    Home,
    /// One person: what rules keep of the person, and of devices that are the person's.
    Resident,
    /// One device.
    Device,
}

impl PlanScope {
    /// The name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Home => "home",
            Self::Resident => "resident",
            Self::Device => "device",
        }
    }
}

/// Who set an override, and until when it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OverrideDetail {
    /// Until then, not included; afterwards the wider value holds again. Absent: until it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Id of the user or token who set it to this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Their name, as it is now; never stored with the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_at: Option<DateTime<Utc>>,
}

/// One version of a scope's settings. Version 0 stands for "none yet".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanVersion {
    /// Counts from 1; the highest rules.
    pub version: i64,
    /// Setting name (`rule.setting`) to value.
    pub overrides: Overrides,
    /// Who set each of them, when, why, and until when it holds.
    pub details: BTreeMap<SettingName, OverrideDetail>,
    /// Id of the user or token who set it; absent for version 0.
    pub author: Option<String>,
    /// Their name.
    pub author_name: Option<String>,
    /// Why; absent for version 0.
    pub reason: Option<String>,
    /// When; absent for version 0.
    pub created_at: Option<DateTime<Utc>>,
}

impl PlanVersion {
    /// No settings of one's own.
    #[must_use]
    pub fn none() -> Self {
        Self {
            version: 0,
            overrides: Overrides::new(),
            details: BTreeMap::new(),
            author: None,
            author_name: None,
            reason: None,
            created_at: None,
        }
    }
}

/// A new version of a scope's settings: the whole of them.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanChange {
    /// Setting name (`rule.setting`) to value: all that shall hold from now on. What is left out falls back to the wider scope.
    pub overrides: Overrides,
    /// Setting name to the time at which its override ends, where it does: then the wider value holds again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ends: BTreeMap<SettingName, DateTime<Utc>>,
    /// Why, up to 1,000 characters. Required: settings concern a person.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// The version this change was made from; refused when another has come since. Absent: whatever is there.
    #[serde(default)]
    #[schema(minimum = 0)]
    pub version: Option<i64>,
}

impl PlanChange {
    /// Checks names, values and the reason.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.text("reason", &self.reason, 1, 1000);
        if self.overrides.len() > 500 {
            checks.fault("overrides", "holds more than 500 settings");
        }
        for (name, value) in self.overrides.iter().take(500) {
            if !is_setting_name(name) {
                checks
                    .fault("overrides", &format!("names {name:?}; a setting is called `rule.setting`, such as `bed_not_returned.minutes`"));
            }
            match value {
                SettingValue::Text(text) => {
                    checks.text(name, text, 1, 200);
                }
                SettingValue::Number(_) | SettingValue::Bool(_) => {}
            }
        }
        if let Some(name) = self.ends.keys().find(|name| !self.overrides.contains_key(*name)) {
            checks.fault("ends", &format!("names {name:?}, which `overrides` does not set"));
        }
        checks.finish()
    }

    /// Checks that what ends has an end to come, unless it was there `before`.
    pub fn check_ends(&self, before: &PlanVersion, now: Time) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        for (name, end) in &self.ends {
            let same = before.details.get(name).is_some_and(|detail| detail.until == Some(*end));
            if *end <= now && !same {
                checks.fault("ends", &format!("has an end of `{name}` that lies in the past; name one that is still to come"));
            }
        }
        checks.finish()
    }
}

/// Two words of `[a-z0-9_-]` with a dot between.
fn is_setting_name(name: &str) -> bool {
    let word =
        |part: &str| (1..=64).contains(&part.len()) && part.bytes().all(|each| each.is_ascii_alphanumeric() || b"_-".contains(&each));
    name.split_once('.').is_some_and(|(rule, setting)| word(rule) && word(setting))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(name: &str, value: SettingValue, reason: &str) -> Option<String> {
        let change = PlanChange {
            overrides: Overrides::from([(name.to_owned(), value)]),
            ends: BTreeMap::new(),
            reason: reason.to_owned(),
            version: None,
        };
        change.check().err().map(|invalid| invalid.to_string())
    }

    #[test]
    fn a_plan_needs_names_values_and_a_reason() {
        assert_eq!(say("bed_not_returned.minutes", SettingValue::Number(20.0), "walks slowly"), None);
        assert!(say("minutes", SettingValue::Number(20.0), "x").unwrap().contains("rule.setting"));
        assert!(say("a.b", SettingValue::Text(String::new()), "x").unwrap().contains("`a.b` must not be empty"));
        assert!(say("a.b", SettingValue::Bool(true), " ").unwrap().contains("reason"));
    }
}
