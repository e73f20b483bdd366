//! The rules in force, and revisions as sets: read, checked, and told what is wrong with them.

use crate::domain::access::Scope;
use crate::http::problem::Problem;
use crate::http::state::HttpState;
use crate::rules::{RuleFault, RuleFile, RuleSet, default_rules};
use crate::store::rules::RevisionRow;

/// The rules whose settings a plan may override, and that are listed. Before the first revision is in force, the built-in ones.
pub async fn rules_in_force(state: &HttpState) -> Result<RuleSet, Problem> {
    let (revision, files) = crate::backtest::rules_in_force(&state.store).await?;
    let compiled = RuleSet::compile(revision, &files);
    compiled.map_err(|faults| {
        tracing::error!(revision, faults = say(&faults), "the rules in force cannot be read");
        Problem::internal()
    })
}

/// A stored revision as a file of rules; the built-in ones stand for revision 0.
///
/// # Errors
/// 404 when there is none, or none that `scope` may see.
pub(super) async fn revision(state: &HttpState, scope: &Scope, number: i64) -> Result<(i64, Vec<RuleFile>), Problem> {
    let mut tx = state.store.snapshot().await?;
    let row = tx.revision(number).await?;
    let in_force = tx.active_revision().await? == number;
    drop(tx);
    // Whoever made it, what is in force is what everybody starts from.
    let Some(row) = row.filter(|row| in_force || row.organisation.as_deref().is_none_or(|owner| scope.covers(owner))) else {
        return match number {
            0 => Ok((0, default_rules().map_err(|fault| refused(&[fault]))?)),
            _ => Err(Problem::not_found("revision")),
        };
    };
    Ok((number, vec![read(&row).map_err(|fault| refused(&[fault]))?]))
}

/// 422 with everything that is wrong.
pub(super) fn refused(faults: &[RuleFault]) -> Problem {
    Problem::invalid(format!("These rules are refused as a whole; what is in force stays. {}", say(faults)))
}

fn read(row: &RevisionRow) -> Result<RuleFile, RuleFault> {
    RuleFile::from_json(&format!("revision {}", row.revision), &row.rules)
}

fn say(faults: &[RuleFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
