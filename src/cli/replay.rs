//! `harken replay`: sends a recording of real homes as their gateways would have.
#![allow(clippy::print_stdout, reason = "the command line prints its result")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::SecondsFormat;
use chrono_tz::Tz;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::Failure;
use super::account::{account, because, watch};
use super::gateway_link::GatewayLink;
use crate::clock::{Clock, Time};
use crate::config::Settings;
use crate::sim::gateway::Habits;
use crate::sim::installation::Installation;
use crate::sim::progress::Progress;
use crate::sim::replay::play::{Speed, play};
use crate::sim::replay::{HowToRead, Recording, shift};
use crate::sim::tally::Tally;

/// Send a recording of real homes.
///
/// Reads event objects as JSON lines (with the field `gateway`), activity.csv and physiology.csv of the TIHM dataset, and the sensor files
/// of the Ordonez dataset, plain or packed with gzip. Each home gets a gateway, registered as needed. Ids come from the file and its rows,
/// so sending the same file again adds nothing.
#[derive(Clone, Debug, clap::Args)]
pub struct Replay {
    /// The recording.
    pub file: PathBuf,
    /// The zone of times that are written without an offset.
    #[arg(long, default_value = "Europe/London")]
    pub zone: Tz,
    /// Keep the times as they were recorded. By default they are moved so that the recording ends now; how far, is remembered for the next
    /// time that the same file is sent.
    #[arg(long)]
    pub as_recorded: bool,
    /// `max`, or how many times as fast as it happened.
    #[arg(long, default_value = "max")]
    pub speed: Speed,
    /// The gateway of a recording that names none.
    #[arg(long, default_value = "ordonez-a")]
    pub gateway: String,
    /// Messages of each gateway that may wait for their answers.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub window: u16,
    /// Print the summary as JSON.
    #[arg(long)]
    pub json: bool,
    /// How the gateways reach Harken.
    #[command(flatten)]
    pub link: GatewayLink,
}

/// What came of a replay.
#[derive(Clone, Debug, Serialize)]
struct Summary {
    format: &'static str,
    rows: u64,
    joined: u64,
    skipped: BTreeMap<String, u64>,
    homes: usize,
    events: u64,
    shift_s: i64,
    first: Option<String>,
    last: Option<String>,
    #[serde(flatten)]
    tally: Tally,
    alerts_by_rule: BTreeMap<String, u64>,
    seconds: f64,
}

impl Replay {
    /// Runs the command.
    ///
    /// # Errors
    /// When the file cannot be read, a gateway cannot be registered, or not every event was stored or known already.
    pub async fn run(self, settings: &Settings, installation: &Installation, clock: &Clock) -> Result<(), Failure> {
        let link = self.link.link(settings)?;
        let how = HowToRead { zone: self.zone, gateway: self.gateway.clone() };
        let recording = Recording::read(&self.file, &how).map_err(|error| Failure(format!("{}: {error}", self.file.display())))?;
        let stamp = shift::stamp(&recording, self.as_recorded, clock.now(), installation).await?;
        let habits = Habits { window: self.window, ..Habits::default() };
        let progress = Arc::new(Progress::default());
        let started = clock.monotonic();
        let played = play(&recording, &stamp, self.speed, (&link, &habits), installation, clock, progress.observer());
        let tally = with_bar(played, &progress, recording.events()).await?;
        let seconds = clock.monotonic().saturating_sub(started).as_secs_f64();
        let alerts_by_rule = (installation.count_by_rule)(tally.alerts.iter().cloned().collect()).await?;
        let span = recording.span().map(|(first, last)| (first + stamp.shift, last + stamp.shift));
        let written = |at: Time| at.with_timezone(&recording.zone).to_rfc3339_opts(SecondsFormat::Secs, false);
        let summary = Summary {
            format: recording.format,
            rows: recording.rows,
            joined: recording.joined,
            homes: recording.streams.len(),
            events: recording.events(),
            shift_s: stamp.shift.num_seconds(),
            first: span.map(|(first, _)| written(first)),
            last: span.map(|(_, last)| written(last)),
            skipped: recording.skipped,
            tally,
            alerts_by_rule,
            seconds,
        };
        if self.json {
            println!("{}", serde_json::to_string(&summary).map_err(|error| Failure(error.to_string()))?);
        } else {
            print!("{}", summary.text());
        }
        summary.verdict()
    }
}

/// Shows how far `work` is while it runs, when a person watches.
async fn with_bar<T>(work: impl Future<Output = T>, progress: &Progress, total: u64) -> T {
    let bar = ProgressBar::new(total);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} events {per_sec} {eta} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let result = watch(work, || {
        bar.set_position(progress.answered());
        bar.set_message(if progress.connected() > 0 { "" } else { "(no gateway is connected)" });
    });
    let result = result.await;
    bar.finish_and_clear();
    result
}

impl Summary {
    fn text(&self) -> String {
        let mut text = format!("{}: {} rows of {} homes", self.format, self.rows, self.homes);
        if let (Some(first), Some(last)) = (&self.first, &self.last) {
            let _ = write!(text, ", sent as {first} to {last}");
        }
        if self.joined > 0 {
            let _ = write!(text, "\n{} rows were joined to another one of the same reading", self.joined);
        }
        for (what, count) in &self.skipped {
            let _ = write!(text, "\nskipped: {count} rows of {what}: no kind in the event catalogue");
        }
        let _ = write!(text, "\n{}", account(&self.tally, self.seconds));
        if self.tally.sent < self.events {
            let _ = write!(text, "\nnot sent: {}", self.events - self.tally.sent);
        }
        let _ = write!(text, "\nalerts: {}", self.tally.alerts.len());
        for (rule, count) in &self.alerts_by_rule {
            let _ = write!(text, "\n  {rule}: {count}");
        }
        text + "\n"
    }

    /// Whether everything in the file is in the database now.
    fn verdict(&self) -> Result<(), Failure> {
        let safe = self.tally.stored + self.tally.duplicate;
        if safe == self.events {
            return Ok(());
        }
        Err(Failure(format!("{} of {} events were not stored{}", self.events - safe, self.events, because(&self.tally))))
    }
}
