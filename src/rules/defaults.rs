//! The rules that Harken comes with, embedded from `config/rules/`.

use super::file::{RuleFault, RuleFile};

const FILES: &[(&str, &str)] = &[
    ("config/rules/alarms.toml", include_str!("../../config/rules/alarms.toml")),
    ("config/rules/home.toml", include_str!("../../config/rules/home.toml")),
    ("config/rules/daily.toml", include_str!("../../config/rules/daily.toml")),
    ("config/rules/health.toml", include_str!("../../config/rules/health.toml")),
    ("config/rules/equipment.toml", include_str!("../../config/rules/equipment.toml")),
];

/// The default rules, one file after the other.
///
/// # Errors
/// Never in a build whose tests passed: a test reads and compiles them all.
pub fn default_rules() -> Result<Vec<RuleFile>, RuleFault> {
    FILES.iter().map(|(name, text)| RuleFile::from_toml(name, text)).collect()
}
