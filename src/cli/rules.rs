//! `harken rules check`: what is wrong with a folder of rules, before it is put in force.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::rules::{RuleFault, RuleFile, RuleSet};

use super::Failure;

/// Check rules before they are put in force.
#[derive(Debug, clap::Args)]
pub struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read all rules of a folder (*.toml) and say what must be mended.
    Check {
        /// The folder.
        folder: PathBuf,
    },
}

impl Rules {
    /// Checks, and prints what was found.
    ///
    /// # Errors
    /// When a file cannot be read, or a rule has a fault.
    #[allow(clippy::print_stdout, reason = "what was found is the output")]
    pub fn run(self) -> Result<(), Failure> {
        let Command::Check { folder } = self.command;
        let set = read(&folder).map_err(|faults| Failure(faults.join("\n")))?;
        for rule in set.rules() {
            println!("{}: {}", rule.id, rule.title);
        }
        Ok(())
    }
}

fn read(folder: &Path) -> Result<RuleSet, Vec<String>> {
    let cannot = |error: std::io::Error| vec![format!("cannot read {}: {error}", folder.display())];
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).map_err(cannot)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    if paths.is_empty() {
        return Err(vec![format!("{} holds no *.toml file", folder.display())]);
    }
    let mut files = Vec::new();
    let mut faults: Vec<String> = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(cannot)?;
        match RuleFile::from_toml(&path.display().to_string(), &text) {
            Ok(file) => files.push(file),
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    RuleSet::compile(0, &files).map_err(|faults| faults.iter().map(RuleFault::to_string).collect())
}
