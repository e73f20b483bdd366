//! Changing rules: a new revision that nobody follows yet, and putting a revision in force.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::force::{refused, revision, rules_in_force};
use super::view::WholeRule;
use crate::domain::access::Scope;
use crate::http::access::Access;
use crate::http::json::{Json, Path};
use crate::http::problem::Problem;
use crate::http::register::actor;
use crate::http::state::HttpState;
use crate::http::text::Text;
use crate::rules::{Rule, RuleFile, RuleSet};
use crate::store::rules::{Activation, NewRevision};

/// A rule to be changed or added.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleChange {
    /// The whole rule, in the shape of the files (`GET /rules/{id}` shows it under `rule`).
    rule: BTreeMap<String, serde_json::Value>,
    /// Why.
    reason: Text<1, 1000>,
    /// The revision to start from; the one in force without. So several changes can be put in force together.
    #[schema(minimum = 0)]
    base: Option<i64>,
    /// Put it in force at once.
    #[serde(default)]
    activate: bool,
}

/// What came of a change.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RuleChanged {
    /// The revision that holds it.
    revision: i64,
    /// Whether it is in force.
    active: bool,
    /// The rule in it.
    rule: WholeRule,
}

/// Which revision to put in force.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivateRules {
    /// Its number.
    #[schema(minimum = 1)]
    revision: i64,
    /// Why.
    reason: Text<1, 1000>,
}

/// What came of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RulesActivated {
    /// The revision in force.
    revision: i64,
    /// The one before.
    previous: i64,
    /// The ids of the rules that differ.
    changed: Vec<String>,
}

/// Change a rule, or add one
///
/// Makes a numbered revision: the one it starts from, with this rule in it. Nothing changes at the homes until it is put in force. The same change sent again answers with the
/// same revision.
#[utoipa::path(
    put, path = "/rules/{id}", tag = "rules", operation_id = "change_rule", params(("id" = String, Path)), request_body = RuleChange,
    responses((status = 200, body = RuleChanged))
)]
pub(super) async fn put(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(change): Json<RuleChange>,
) -> Result<Json<RuleChanged>, Problem> {
    let rule = read(&id, &change.rule)?;
    may_change(&access.scope, rule.organisation.as_deref())?;
    if let Some(organisation) = &rule.organisation {
        state.store.organisation(&access.scope, organisation).await?;
    }
    let base = match change.base {
        Some(base) => base,
        None => rules_in_force(&state).await?.revision,
    };
    let (base, mut files) = revision(&state, &access.scope, base).await?;
    let same = |other: &Rule| other.id == rule.id && other.organisation == rule.organisation;
    for file in &mut files {
        file.rules.retain(|other| !same(other));
    }
    files.push(RuleFile::new(&format!("rule {id}"), vec![rule.clone()]));
    let set = RuleSet::compile(base, &files).map_err(|faults| refused(&faults))?;
    let new = NewRevision { rules: set.to_json(), organisation: rule.organisation.clone(), base, reason: change.reason.to_string() };
    let number = state.store.add_revision(&actor(&access), state.clock.now(), &new).await?;
    if change.activate {
        put_in_force(&state, &access, number, &change.reason).await?;
    }
    let active = rules_in_force(&state).await?.revision == number;
    Ok(Json(RuleChanged { revision: number, active, rule: WholeRule::new(&rule, number) }))
}

/// The rule in the body of a change.
fn read(id: &str, rule: &BTreeMap<String, serde_json::Value>) -> Result<Rule, Problem> {
    let document = serde_json::json!({ "rule": [rule] }).to_string();
    let file =
        RuleFile::from_json("rule", &document).map_err(|fault| Problem::invalid(format!("`rule` was not understood. {}", fault.text)))?;
    let rule = file.rules.into_iter().next().ok_or_else(|| Problem::invalid("`rule` is missing."))?;
    if rule.id != id {
        return Err(Problem::invalid(format!("`rule.id` is `{}`, but the address names `{id}`; they must be the same.", rule.id)));
    }
    Ok(rule)
}

/// The installation's rules are for those who may change what holds everywhere.
pub(super) fn may_change(scope: &Scope, organisation: Option<&str>) -> Result<(), Problem> {
    match (scope, organisation) {
        (Scope::All, _) => Ok(()),
        (_, Some(organisation)) if scope.covers(organisation) => Ok(()),
        (_, Some(_)) => Err(Problem::not_found("organisation")),
        (_, None) => {
            let say = "This rule holds in every organisation; only who looks after all of them may change it. Set `organisation` to your own to have a version of your own.";
            Err(Problem::forbidden(say))
        }
    }
}

/// Put a revision in force
///
/// At once, on every replica, and as a whole: a set with any fault is refused, and what is in force stays. Clocks of rules that are the same go on as they are.
#[utoipa::path(
    post, path = "/rules/activate", tag = "rules", operation_id = "activate_rules", request_body = ActivateRules,
    responses((status = 200, body = RulesActivated), (status = 404, description = "There is no such revision, or none that you may see."))
)]
pub(super) async fn activate(
    access: Access,
    State(state): State<HttpState>,
    Json(wanted): Json<ActivateRules>,
) -> Result<Json<RulesActivated>, Problem> {
    Ok(Json(put_in_force(&state, &access, wanted.revision, &wanted.reason).await?))
}

pub(super) async fn put_in_force(state: &HttpState, access: &Access, number: i64, reason: &str) -> Result<RulesActivated, Problem> {
    let before = rules_in_force(state).await?;
    let (number, files) = revision(state, &access.scope, number).await?;
    if number == 0 {
        return Err(Problem::not_found("revision"));
    }
    let after = RuleSet::compile(number, &files).map_err(|faults| refused(&faults))?;
    let difference = before.difference(&after);
    for each in &difference {
        if may_change(&access.scope, each.organisation.as_deref()).is_err() {
            let say = format!(
                "Revision {number} would also change rules that are not yours to change: it was made from another revision than the one in force ({}). Make your change again from that one.",
                before.revision
            );
            return Err(Problem::conflict(say));
        }
    }
    let changed: Vec<String> = difference.iter().map(|each| each.id.clone()).collect();
    let activation = Activation {
        revision: number,
        instead_of: before.revision,
        reason: reason.to_owned(),
        changed: changed.clone(),
        watches: difference.iter().any(|each| each.watches),
        organisations: difference.iter().map(|each| each.organisation.clone()).collect(),
    };
    state.store.put_in_force(&actor(access), state.clock.now(), &activation).await?;
    Ok(RulesActivated { revision: number, previous: before.revision, changed })
}
