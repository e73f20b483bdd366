//! `harken rules list`, `import` and `activate`: what is in force, and how other rules come into force.
#![allow(clippy::print_stdout, reason = "the list and the number are the output")]

use std::path::PathBuf;

use serde_json::json;

use crate::backtest::rules_in_force;
use crate::cli::{Failure, open};
use crate::clock::Clock;
use crate::config::Settings;
use crate::rules::{RuleFault, RuleFile, RuleSet};
use crate::store::rules::{Activation, NewRevision};
use crate::store::{Actor, Store};

/// List the rules in force.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Print them as JSON, whole.
    #[arg(long)]
    json: bool,
}

/// Store the rules of a folder.
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// The folder (*.toml): the whole set.
    folder: PathBuf,
    /// Why.
    #[arg(long)]
    reason: String,
    /// Put it in force at once.
    #[arg(long)]
    activate: bool,
}

/// Put a stored revision in force.
#[derive(Debug, clap::Args)]
pub(super) struct Activate {
    /// Its number.
    revision: i64,
    /// Why.
    #[arg(long)]
    reason: String,
}

fn say(faults: Vec<RuleFault>) -> Failure {
    Failure(faults.iter().map(RuleFault::to_string).collect::<Vec<_>>().join("\n"))
}

async fn in_force(store: &Store) -> Result<RuleSet, Failure> {
    let (revision, files) = rules_in_force(store).await?;
    RuleSet::compile(revision, &files).map_err(say)
}

impl List {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let store = open(settings).await?;
        let rules = in_force(&store).await?;
        store.close().await;
        if self.json {
            println!(
                "{}",
                serde_json::to_string_pretty(&json!({ "revision": rules.revision, "rule": rules.rules().collect::<Vec<_>>() }))?
            );
            return Ok(());
        }
        println!("revision {}", rules.revision);
        for rule in rules.rules() {
            let owner = rule.organisation.as_ref().map_or_else(String::new, |organisation| format!(" [{organisation}]"));
            let shadow = if rule.shadow { " [in shadow]" } else { "" };
            println!("{}{owner}{shadow}: {}. {}", rule.id, rule.title, rule.in_words());
        }
        Ok(())
    }
}

impl Import {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let set = RuleSet::compile(0, &super::read(&self.folder)?).map_err(say)?;
        let store = open(settings).await?;
        let base = in_force(&store).await?.revision;
        let new = NewRevision { rules: set.to_json(), organisation: None, base, reason: self.reason.clone() };
        let revision = store.add_revision(&Actor::cli(), Clock::system().now(), &new).await?;
        if self.activate {
            activate(&store, revision, &self.reason).await?;
        }
        store.close().await;
        println!("{revision}");
        Ok(())
    }
}

impl Activate {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let store = open(settings).await?;
        let done = activate(&store, self.revision, &self.reason).await;
        store.close().await;
        println!("{}", done?);
        Ok(())
    }
}

async fn activate(store: &Store, revision: i64, reason: &str) -> Result<String, Failure> {
    let before = in_force(store).await?;
    let mut tx = store.snapshot().await?;
    let row = tx.revision(revision).await?.ok_or_else(|| Failure(format!("there is no revision {revision}")))?;
    drop(tx);
    let file = RuleFile::from_json(&format!("revision {revision}"), &row.rules)?;
    let after = RuleSet::compile(revision, &[file]).map_err(say)?;
    let difference = before.difference(&after);
    let changed: Vec<String> = difference.iter().map(|each| each.id.clone()).collect();
    let told =
        format!("revision {revision} is in force; changed: {}", if changed.is_empty() { "nothing".to_owned() } else { changed.join(", ") });
    let activation = Activation {
        revision,
        instead_of: before.revision,
        reason: reason.to_owned(),
        changed,
        watches: difference.iter().any(|each| each.watches),
        organisations: difference.iter().map(|each| each.organisation.clone()).collect(),
    };
    store.put_in_force(&Actor::cli(), Clock::system().now(), &activation).await?;
    Ok(told)
}
