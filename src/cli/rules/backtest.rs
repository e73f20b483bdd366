//! `harken rules backtest`: what changed rules would have raised over stored events.
#![allow(clippy::print_stdout, reason = "the report is the output")]

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use indicatif::{ProgressBar, ProgressStyle};

use crate::backtest::{self, Progress, Question};
use crate::cli::account::watch;
use crate::cli::{Failure, open};
use crate::clock::{Clock, Time};
use crate::config::Settings;
use crate::domain::access::Scope;
use crate::rules::{RuleFault, RuleSet};

/// Try rules out over stored events.
///
/// Plays the stored events of homes by the rules in force and by those of a folder, and says which alerts are gained, lost and moved. Nothing is
/// raised and nothing is stored. Runs beside a server.
#[derive(Debug, clap::Args)]
pub(super) struct Backtest {
    /// The folder with the whole changed set (*.toml).
    #[arg(long)]
    rules: PathBuf,
    /// Only this home; may be given several times.
    #[arg(long)]
    home: Vec<String>,
    /// Only the homes of this organisation.
    #[arg(long)]
    organisation: Option<String>,
    /// Alerts count from then on: a day in UTC (2026-10-01) or a time (2026-10-01T06:00:00Z).
    #[arg(long, value_parser = moment)]
    from: Time,
    /// Until then, now at the latest.
    #[arg(long, value_parser = moment)]
    to: Time,
    /// Days before --from from which on the rules look, so that they know what is usual.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u16).range(0..=365))]
    warm_up_days: u16,
    /// Minutes after which an alert is taken to be closed.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=10080))]
    closed_after_minutes: u16,
    /// Print the report as JSON, with evidence.
    #[arg(long)]
    json: bool,
}

fn moment(text: &str) -> Result<Time, String> {
    let day = |text: &str| Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    let time = DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc));
    time.or_else(|| day(text)).ok_or_else(|| "a day such as 2026-10-01, or a time such as 2026-10-01T06:00:00Z".to_owned())
}

impl Backtest {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let to = backtest::until(self.to, Clock::system().now()).map_err(|say| Failure(format!("--to lies ahead: {say}")))?;
        if to <= self.from {
            return Err(Failure("--to must come after --from".to_owned()));
        }
        let say = |faults: Vec<RuleFault>| Failure(faults.iter().map(RuleFault::to_string).collect::<Vec<_>>().join("\n"));
        let changed = RuleSet::compile(0, &super::read(&self.rules)?).map_err(say)?;
        let store = open(settings).await?;
        let (revision, files) = backtest::rules_in_force(&store).await?;
        let in_force = RuleSet::compile(revision, &files).map_err(say)?;
        let question = Question {
            scope: Scope::All,
            organisation: self.organisation,
            homes: self.home,
            from: self.from,
            to,
            warm_up: TimeDelta::days(i64::from(self.warm_up_days)),
            closed_after: TimeDelta::minutes(i64::from(self.closed_after_minutes)),
            limits: crate::engine::rule_limits(&settings.engine),
            // One more than cores: while it is read for one home, others are played.
            at_once: std::thread::available_parallelism().map_or(2, |cores| cores.get() + 1),
        };
        let progress = Progress::default();
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} homes {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let work = backtest::run(&store, in_force, changed, &question, &progress);
        let report = watch(work, || {
            bar.set_length(progress.homes.load(Ordering::Relaxed));
            bar.set_position(progress.done.load(Ordering::Relaxed));
        });
        let report = report.await?;
        bar.finish_and_clear();
        store.close().await;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report)?);
        } else {
            println!("{}", report.text());
        }
        Ok(())
    }
}
