//! What a revision of the rules holds, and how it differs from another.

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::force::revision;
use super::view::WholeRule;
use crate::domain::access::Scope;
use crate::domain::register::RuleRevision;
use crate::http::access::Access;
use crate::http::json::{Json, Path, Query};
use crate::http::problem::Problem;
use crate::http::state::HttpState;
use crate::rules::{Rule, RuleFile};

/// Compared with what.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Comparison {
    /// The number of a revision to compare with: what became of its rules is told under `differences`. 0 stands for the built-in rules.
    #[param(minimum = 0)]
    against: Option<i64>,
}

/// A revision with its rules, as far as you may see them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RevisionContent {
    /// As in the list.
    #[serde(flatten)]
    revision: RuleRevision,
    /// Its rules, by id: the installation's, and those of your organisations.
    rules: Vec<WholeRule>,
    /// What it was compared with.
    against: Option<i64>,
    /// How it differs from that, by id; absent when nothing was compared.
    differences: Option<Vec<RuleDifference>>,
}

/// A rule that differs between two revisions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RuleDifference {
    /// The rule's id.
    id: String,
    /// Whose it is; absent for the installation's.
    organisation: Option<String>,
    /// What became of it.
    change: RuleFate,
    /// As it was; absent when it was added.
    before: Option<WholeRule>,
    /// As it is; absent when it was taken out.
    after: Option<WholeRule>,
}

/// What became of a rule from one revision to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleFate {
    /// It was not there before.
    Added,
    /// It was there and is another now.
    Changed,
    /// It is there no more.
    Removed,
}

/// What a revision holds
///
/// Its rules, and with `against` how they differ from those of another revision: added, changed, taken out.
#[utoipa::path(
    get, path = "/rules/revisions/{n}", tag = "rules", operation_id = "get_rule_revision",
    params(("n" = i64, Path, description = "Its number."), Comparison),
    responses((status = 200, body = RevisionContent), (status = 404, description = "One of the two revisions is not there, or you may not see it."))
)]
pub(super) async fn one(
    access: Access,
    State(state): State<HttpState>,
    Path(n): Path<i64>,
    Query(comparison): Query<Comparison>,
) -> Result<Json<RevisionContent>, Problem> {
    let told = state.store.rule_revision(&access.scope, n).await?;
    let after = rules_of(&state, &access.scope, n).await?;
    let differences = match comparison.against {
        Some(against) => Some(differences((against, &rules_of(&state, &access.scope, against).await?), (n, &after))),
        None => None,
    };
    let rules = after.iter().map(|rule| WholeRule::new(rule, n)).collect();
    Ok(Json(RevisionContent { revision: told, rules, against: comparison.against, differences }))
}

/// The rules of a revision that `scope` may see, in the order of their ids.
async fn rules_of(state: &HttpState, scope: &Scope, number: i64) -> Result<Vec<Rule>, Problem> {
    let (_, files) = revision(state, scope, number).await?;
    let rules = files.into_iter().flat_map(|RuleFile { rules, .. }| rules);
    let mut rules: Vec<Rule> = rules.filter(|rule| super::visible(scope, rule)).collect();
    rules.sort_by(|one, two| key(one).cmp(&key(two)));
    Ok(rules)
}

fn key(rule: &Rule) -> (&str, Option<&str>) {
    (&rule.id, rule.organisation.as_deref())
}

/// What became of the rules of one revision in another.
fn differences((old, before): (i64, &[Rule]), (new, after): (i64, &[Rule])) -> Vec<RuleDifference> {
    let of = |rules: &[Rule], wanted: &Rule| rules.iter().find(|rule| key(rule) == key(wanted)).cloned();
    let told = |change, was: Option<&Rule>, is: Option<&Rule>| {
        let (id, organisation) = was.or(is).map(|rule| (rule.id.clone(), rule.organisation.clone())).unwrap_or_default();
        let (before, after) = (was.map(|rule| WholeRule::new(rule, old)), is.map(|rule| WholeRule::new(rule, new)));
        RuleDifference { id, organisation, change, before, after }
    };
    let fate = |rule: &Rule| match of(before, rule) {
        None => Some(told(RuleFate::Added, None, Some(rule))),
        Some(was) if was != *rule => Some(told(RuleFate::Changed, Some(&was), Some(rule))),
        Some(_) => None,
    };
    let gone = before.iter().filter(|rule| of(after, rule).is_none()).map(|rule| told(RuleFate::Removed, Some(rule), None));
    let mut found: Vec<RuleDifference> = after.iter().filter_map(fate).chain(gone).collect();
    found.sort_by(|one, two| (&one.id, &one.organisation).cmp(&(&two.id, &two.organisation)));
    found
}
