//! `harken rules test`: plays the scenarios of a folder and says which hold.
#![allow(clippy::print_stdout, reason = "the verdicts are the output")]

use std::path::PathBuf;

use crate::cli::Failure;
use crate::rules::Limits;
use crate::trial::scenario::{Verdict, play};

/// Play the scenarios of a folder.
///
/// A scenario is a home, what happens in it by the clock on its wall, which alerts must come of it and which must not (docs/rules.md).
#[derive(Debug, clap::Args)]
pub(super) struct Test {
    /// The folder with the scenarios (*.toml).
    folder: PathBuf,
    /// A folder with the rules to test (*.toml); without it the built-in ones.
    #[arg(long)]
    rules: Option<PathBuf>,
    /// Print the verdicts as JSON.
    #[arg(long)]
    json: bool,
}

impl Test {
    pub(super) fn run(self, limits: Limits) -> Result<(), Failure> {
        let rules = super::read_or_default(self.rules.as_deref())?;
        let mut verdicts: Vec<Verdict> = Vec::new();
        let mut faults = Vec::new();
        for (name, text) in super::texts(&self.folder)? {
            match play::run(&name, &text, &rules, limits) {
                Ok(more) => verdicts.extend(more),
                Err(more) => faults.extend(more),
            }
        }
        if self.json {
            println!("{}", serde_json::to_string_pretty(&serde_json::json!({ "verdicts": verdicts, "faults": faults }))?);
        } else {
            for verdict in &verdicts {
                println!("{}", verdict.text());
            }
        }
        if !faults.is_empty() {
            return Err(Failure(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")));
        }
        let held = verdicts.iter().filter(|verdict| verdict.holds).count();
        if held < verdicts.len() {
            return Err(Failure(format!("{} of {} scenarios do not hold", verdicts.len() - held, verdicts.len())));
        }
        if !self.json {
            println!("{held} scenarios hold");
        }
        Ok(())
    }
}
