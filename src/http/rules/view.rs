//! A rule as people read it over the API.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::alert::Queue;
use crate::domain::plan::SettingValue;
use crate::rules::Rule;

/// A rule of the revision in force.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RuleView {
    /// Names the rule for alerts and settings.
    pub id: String,
    /// What an operator reads first.
    pub title: String,
    /// Whose it is; absent for all. An organisation's own takes the place of the common rule of the same id at its homes.
    pub organisation: Option<String>,
    /// What state, clocks and open alerts are kept apart by: `home`, `device`, `gateway` or `resident`.
    pub subject: String,
    /// When it raises, in words.
    pub condition: String,
    /// Who the alert waits for.
    pub queue: Queue,
    /// 1 life … 5 information; where it is a setting, its default.
    pub priority: f64,
    /// What the operator should do and ask.
    pub instructions: Vec<String>,
    /// What a plan may override.
    pub settings: BTreeMap<String, SettingView>,
    /// It runs in shadow: what it finds is recorded, and nobody is told.
    pub shadow: bool,
    /// The revision that it was read from.
    pub revision: i64,
}

/// A number or a time of a rule that a plan may override.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SettingView {
    /// Its full name, as plans call it.
    pub name: String,
    /// What holds where no plan says otherwise.
    pub default: SettingValue,
    /// UCUM code, or `hh:mm` for a local time.
    pub unit: String,
    /// The least number that may be set.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
    /// What it means.
    pub text: String,
}

/// A rule with its whole text, to be edited and sent back.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WholeRule {
    /// As in the list.
    #[serde(flatten)]
    pub view: RuleView,
    /// The rule as it is written: the shape that PUT takes.
    #[schema(value_type = Object)]
    pub rule: serde_json::Value,
}

impl RuleView {
    /// `rule` as it stands in `revision`.
    pub(super) fn new(rule: &Rule, revision: i64) -> Self {
        let text = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let written = serde_json::to_value(rule).unwrap_or_default();
        let priority = written["priority"].as_f64().or_else(|| {
            let setting = written["priority"]["setting"].as_str()?;
            rule.settings.get(setting)?.default.number()
        });
        let settings = rule.settings.iter().map(|(name, setting)| {
            let view = SettingView {
                name: format!("{}.{name}", rule.id),
                default: setting.default.clone(),
                unit: setting.unit.clone(),
                min: setting.min,
                max: setting.max,
                text: setting.text.clone(),
            };
            (name.clone(), view)
        });
        Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            organisation: rule.organisation.clone(),
            subject: text(serde_json::to_value(rule.subject).unwrap_or_default()),
            condition: rule.in_words(),
            queue: rule.queue,
            priority: priority.unwrap_or(1.0),
            instructions: rule.instructions.clone(),
            settings: settings.collect(),
            shadow: rule.shadow,
            revision,
        }
    }
}

impl WholeRule {
    pub(super) fn new(rule: &Rule, revision: i64) -> Self {
        Self { view: RuleView::new(rule, revision), rule: serde_json::to_value(rule).unwrap_or_default() }
    }
}
