//! `harken simulate`: homes in which people live, over real MQTT.
#![allow(clippy::print_stdout, reason = "the command line prints its result")]

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::Failure;
use super::account::{account, because, watch};
use super::gateway_link::{GatewayLink, time_span};
use crate::clock::Clock;
use crate::config::Settings;
use crate::sim::gateway::Habits;
use crate::sim::home::World;
use crate::sim::installation::Register;
use crate::sim::progress::Progress;
use crate::sim::tally::Tally;
use crate::sim::town::Town;

/// Let simulated homes live.
///
/// Each has a gateway of its own, registered as needed, that sends what its sensors say by the rates and the daily rhythm of real homes.
/// Now and then something goes wrong: a pressed pendant, a fall, a bed that nobody comes back to at night, a gateway without power, a flat
/// battery, a cold room. Ends with Ctrl-C or after --duration, and fails when any event was never answered.
#[derive(Clone, Debug, clap::Args)]
pub struct Simulate {
    /// How many homes.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub homes: u32,
    /// How many times as fast as real time. Times stay the present: faster means closer together, and rules still wait in real time.
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    pub speed: f64,
    /// The same seed, the same people and the same incidents.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Incidents in a home in a day, on average.
    #[arg(long, value_name = "RATE", default_value_t = 0.2, value_parser = rate)]
    pub incidents: f64,
    /// Stop after this time (90s, 15m, 12h, 3d).
    #[arg(long, value_name = "TIME", value_parser = time_span)]
    pub duration: Option<Duration>,
    /// Begin this long ago: what happened since is sent at once, as by gateways that were offline.
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = time_span)]
    pub since: Duration,
    /// Time between two heartbeats of a gateway; 0s: none.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = time_span)]
    pub heartbeat: Duration,
    /// The zone that the homes live in.
    #[arg(long, default_value = "Europe/London")]
    pub zone: Tz,
    /// Print the summary as JSON.
    #[arg(long)]
    pub json: bool,
    /// How the gateways reach Harken.
    #[command(flatten)]
    pub link: GatewayLink,
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0).ok_or_else(|| "a number above 0".into())
}

fn rate(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|number| (0.0..=100.0).contains(number)).ok_or_else(|| "a number from 0 to 100".into())
}

/// What came of a simulation.
#[derive(Debug, Serialize)]
struct Summary {
    homes: u32,
    #[serde(flatten)]
    tally: Tally,
    seconds: f64,
}

impl Simulate {
    /// The town that these arguments describe.
    #[must_use]
    pub fn town(&self) -> Town {
        let heartbeat_s = u32::try_from(self.heartbeat.as_secs()).unwrap_or(u32::MAX);
        let world = World { seed: self.seed, incidents_per_day: self.incidents, heartbeat_s };
        Town { world, homes: self.homes, zone: self.zone, speed: self.speed, since: self.since, lasting: self.duration }
    }

    /// Runs the command until its time is over or `stop` is cancelled.
    ///
    /// # Errors
    /// When a gateway cannot be registered, or an event was never answered.
    pub async fn run(self, settings: &Settings, register: &Register, clock: &Clock, stop: &CancellationToken) -> Result<(), Failure> {
        let link = self.link.link(settings)?;
        let (habits, progress) = (Habits::default(), Arc::new(Progress::default()));
        let started = clock.monotonic();
        let town = self.town();
        let living = town.live((&link, &habits), register, clock, progress.observer(), stop);
        let tally = with_line(living, &progress, self.homes, stop).await?;
        let seconds = clock.monotonic().saturating_sub(started).as_secs_f64();
        let summary = Summary { homes: self.homes, tally, seconds };
        if self.json {
            println!("{}", serde_json::to_string(&summary).map_err(|error| Failure(error.to_string()))?);
        } else {
            let alerts: Vec<_> = summary.tally.alerts.iter().map(String::as_str).collect();
            println!("{} homes\n{}\nalerts: {}", self.homes, account(&summary.tally, seconds), alerts.len());
            for alert in alerts {
                println!("  {alert}");
            }
        }
        match summary.tally.unanswered {
            0 if summary.tally.sent == 0 && summary.tally.disconnects > 0 => {
                Err(Failure(format!("nothing was sent{}", because(&summary.tally))))
            }
            0 => Ok(()),
            unanswered => Err(Failure(format!("{unanswered} events were never answered{}", because(&summary.tally)))),
        }
    }
}

/// Shows a line that lives while `work` runs, when a person watches.
async fn with_line<T>(work: impl Future<Output = T>, progress: &Progress, homes: u32, stop: &CancellationToken) -> T {
    let line = ProgressBar::new_spinner();
    line.set_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
    let result = watch(work, || {
        let (sent, answered) = (progress.sent(), progress.answered());
        let ending = if stop.is_cancelled() { "; stopping, waiting for answers" } else { "" };
        let connected = progress.connected();
        line.set_message(format!(
            "{connected} of {homes} gateways connected; {sent} events sent, {} unanswered{ending}",
            sent - answered.min(sent)
        ));
        line.tick();
    });
    let result = result.await;
    line.finish_and_clear();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        simulate: Simulate,
    }

    fn parse(line: &str) -> Result<Simulate, clap::Error> {
        use clap::Parser;
        Line::try_parse_from(["simulate"].into_iter().chain(line.split_whitespace())).map(|line| line.simulate)
    }

    #[test]
    fn arguments_become_a_town() {
        let town = parse("--homes 3 --speed 60 --seed 9 --incidents 0.5 --duration 90s --since 12h --heartbeat 0s").unwrap().town();
        assert_eq!(town.world, World { seed: 9, incidents_per_day: 0.5, heartbeat_s: 0 });
        assert_eq!((town.homes, town.lasting, town.since), (3, Some(Duration::from_secs(90)), Duration::from_hours(12)));
        for wrong in ["--homes 0", "--speed 0", "--speed nan", "--incidents -1", "--duration soon", "--zone Nowhere"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse("").unwrap().town().speed.to_bits(), 1.0_f64.to_bits());
    }
}
