//! `harken rules …`: what a care service does with rules before they are put in force, and how it puts them there.

mod backtest;
mod check;
mod revisions;
mod test;

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::config::Settings;
use crate::engine::rule_limits;
use crate::rules::RuleFile;

use super::Failure;

/// Check rules, test them, try them out, and put them in force.
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
    /// Play the scenarios of a folder (*.toml) and say whether the rules do what they should.
    Test(test::Test),
    /// Try the rules of a folder out over stored events, against those in force.
    Backtest(backtest::Backtest),
    /// List the rules in force.
    List(revisions::List),
    /// Store the rules of a folder (*.toml) as a numbered revision.
    Import(revisions::Import),
    /// Put a stored revision in force, on every replica, while the server runs.
    Activate(revisions::Activate),
}

impl Rules {
    /// Does it, and prints what came of it.
    ///
    /// # Errors
    /// When a file cannot be read, a rule has a fault, or something is not as it should be.
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        match self.command {
            Command::Check { folder } => check::run(&folder),
            Command::Test(test) => test.run(rule_limits(&settings.engine)),
            Command::Backtest(backtest) => backtest.run(settings).await,
            Command::List(list) => list.run(settings).await,
            Command::Import(import) => import.run(settings).await,
            Command::Activate(activate) => activate.run(settings).await,
        }
    }
}

/// The `*.toml` files of a folder, by name, with their text.
fn texts(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let cannot = |error: std::io::Error| Failure(format!("cannot read {}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).map_err(cannot)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    if paths.is_empty() {
        return Err(Failure(format!("{} holds no *.toml file", folder.display())));
    }
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).map_err(|error| Failure(format!("cannot read {}: {error}", path.display())))?;
        Ok((path.display().to_string(), text))
    };
    paths.into_iter().map(read).collect()
}

/// The rules of a folder.
fn read(folder: &Path) -> Result<Vec<RuleFile>, Failure> {
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for (name, text) in texts(folder)? {
        match RuleFile::from_toml(&name, &text) {
            Ok(file) => files.push(file),
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(Failure(faults.join("\n"))) }
}

/// The rules of a folder, or the built-in ones.
fn read_or_default(folder: Option<&Path>) -> Result<Vec<RuleFile>, Failure> {
    match folder {
        Some(folder) => read(folder),
        None => Ok(crate::rules::default_rules()?),
    }
}
