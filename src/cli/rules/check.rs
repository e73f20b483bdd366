//! `harken rules check`: what is wrong with a folder of rules, before it is put in force.
#![allow(clippy::print_stdout, reason = "what was found is the output")]

use std::path::Path;

use crate::cli::Failure;
use crate::rules::{RuleFault, RuleSet};

/// Checks, and prints what was found.
pub(super) fn run(folder: &Path) -> Result<(), Failure> {
    let files = super::read(folder)?;
    let set =
        RuleSet::compile(0, &files).map_err(|faults| Failure(faults.iter().map(RuleFault::to_string).collect::<Vec<_>>().join("\n")))?;
    for rule in set.rules() {
        println!("{}: {}", rule.id, rule.title);
    }
    Ok(())
}
