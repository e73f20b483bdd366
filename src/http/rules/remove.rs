//! Taking a rule out: a new revision without it.

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::change::{may_change, put_in_force};
use super::force::{refused, revision, rules_in_force};
use super::known;
use crate::http::access::Access;
use crate::http::json::{Json, Path, Query};
use crate::http::problem::Problem;
use crate::http::register::actor;
use crate::http::state::HttpState;
use crate::http::text::{Id, Text};
use crate::rules::{Rule, RuleSet};
use crate::store::rules::NewRevision;

/// Which rule, and why.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Removal {
    /// Why. Required.
    #[param(inline)]
    reason: Option<Text<1, 1000>>,
    /// The version that this organisation has of its own, after which the common rule holds there again. Without it: the common rule, or the only one.
    #[param(inline)]
    organisation: Option<Id>,
    /// The revision to start from; the one in force without.
    #[param(minimum = 0)]
    base: Option<i64>,
    /// Put the revision in force at once.
    #[serde(default)]
    activate: bool,
}

/// What came of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RuleRemoved {
    /// The revision without it.
    revision: i64,
    /// Whether it is in force.
    active: bool,
}

/// Take a rule out
///
/// Makes a numbered revision without it. Nothing changes at the homes until that is put in force. Alarms that no rule raises any more are raised all the same.
#[utoipa::path(
    delete, path = "/rules/{id}", tag = "rules", operation_id = "remove_rule", params(("id" = String, Path), Removal),
    responses((status = 200, body = RuleRemoved))
)]
pub(super) async fn delete(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(removal): Query<Removal>,
) -> Result<Json<RuleRemoved>, Problem> {
    let organisation = known(&access, removal.organisation.as_ref())?;
    let base = match removal.base {
        Some(base) => base,
        None => rules_in_force(&state).await?.revision,
    };
    let (base, mut files) = revision(&state, &access.scope, base).await?;
    let mine = |rule: &&Rule| rule.id == id && super::visible(&access.scope, rule);
    let of =
        |owner: Option<&str>| files.iter().flat_map(|file| &file.rules).filter(mine).find(|rule| rule.organisation.as_deref() == owner);
    let meant = match organisation {
        Some(_) => of(organisation),
        None => of(None).or_else(|| files.iter().flat_map(|file| &file.rules).find(mine)),
    };
    let owner = meant.ok_or_else(|| Problem::not_found("rule"))?.organisation.clone();
    may_change(&access.scope, owner.as_deref())?;
    let reason = removal.reason.ok_or_else(|| Problem::invalid("`reason` is missing: say why the rule is taken out."))?;
    for file in &mut files {
        file.rules.retain(|rule| rule.id != id || rule.organisation != owner);
    }
    let set = RuleSet::compile(base, &files).map_err(|faults| refused(&faults))?;
    let new = NewRevision { rules: set.to_json(), organisation: owner, base, reason: reason.to_string() };
    let number = state.store.add_revision(&actor(&access), state.clock.now(), &new).await?;
    if removal.activate {
        put_in_force(&state, &access, number, &reason).await?;
    }
    let active = rules_in_force(&state).await?.revision == number;
    Ok(Json(RuleRemoved { revision: number, active }))
}
