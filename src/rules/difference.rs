//! What differs between two sets of rules.

use super::condition::Condition;
use super::rule::Rule;
use super::set::RuleSet;

/// A rule that was added, changed or taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its id.
    pub id: String,
    /// Whose it is; the installation's without.
    pub organisation: Option<String>,
    /// It is about the silence of gateways, and new or changed: gateways that are there already must be watched by it.
    pub watches: bool,
}

impl RuleSet {
    /// What `after` makes of these rules, in the order of its rules; what it takes out comes last.
    #[must_use]
    pub fn difference(&self, after: &Self) -> Vec<Difference> {
        let same = |one: &Rule, two: &Rule| one.id == two.id && one.organisation == two.organisation;
        let is_as_before = |rule: &Rule| self.rules().any(|before| before == rule);
        let watches = |rule: &Rule| matches!(rule.condition, Condition::Absence(_)) && rule.on.is_empty();
        let told = |rule: &Rule, watches| Difference { id: rule.id.clone(), organisation: rule.organisation.clone(), watches };
        let changed = after.rules().filter(|rule| !is_as_before(rule)).map(|rule| told(rule, watches(rule)));
        let gone = self.rules().filter(|before| !after.rules().any(|rule| same(rule, before))).map(|rule| told(rule, false));
        changed.chain(gone).collect()
    }
}
