//! Many simulated homes at once, each behind a gateway of its own, in real time or faster.
//!
//! At speed 1 events carry the times at which they happen. Faster, a home's day is squeezed: its events still happen *now*, only closer
//! together, so that no time lies in the future. Rules that wait for minutes wait for real minutes then, and a simulated night is none
//! by the clock.
//!
//! A town may begin some hours ago: what happened since is sent at once with its own times, as a gateway does that was offline.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::gateway::{self, Command, Habits, Observer};
use super::home::{Happening, Home, What, World};
use super::installation::{GatewaySpec, Register};
use super::link::{Identity, Link};
use super::tally::Tally;
use crate::clock::{Clock, Time};

/// A town: how many homes, how they live, and for how long.
#[derive(Clone, Debug)]
pub struct Town {
    /// Seed, incidents and heartbeats.
    pub world: World,
    /// How many homes.
    pub homes: u32,
    /// The zone that they live in.
    pub zone: Tz,
    /// How many times as fast as real time.
    pub speed: f64,
    /// How long ago it begins.
    pub since: Duration,
    /// How long it lasts from now on, in real time. `None`: until it is stopped.
    pub lasting: Option<Duration>,
}

/// Gateways come up one after the other, so far apart, as they would after a power cut if their makers were careful.
const BETWEEN_STARTS: Duration = Duration::from_millis(2);

/// Longer than anybody lets a simulation run.
const FOR_EVER: Duration = Duration::from_hours(24 * 365 * 10);

impl Town {
    /// Registers the homes' gateways and lets them live, until the town's time is over or `stop` is cancelled. Then everything that was
    /// sent is waited for, as long as the gateways' patience lasts.
    ///
    /// # Errors
    /// When a gateway cannot be registered; nothing has been sent then.
    pub async fn live(
        &self,
        (link, habits): (&Link, &Habits),
        register: &Register,
        clock: &Clock,
        observer: Observer,
        stop: &CancellationToken,
    ) -> Result<Tally, String> {
        let started = clock.now();
        // At another speed the same events happen at other times from run to run, so they are other events.
        let run = if self.is_real_time() { String::new() } else { format!("{} {}", self.speed, started.timestamp_millis()) };
        let mut homes = Vec::new();
        for index in 0..self.homes {
            let home = Home::new(&self.world, index, self.zone, &run);
            let spec = GatewaySpec { gateway: home.gateway(), home: home.name(), zone: self.zone };
            let secret = register(spec).await.map_err(|error| format!("gateway {}: {error}", home.gateway()))?;
            homes.push((Identity { id: home.gateway().into(), secret: Some(secret) }, home));
        }
        let time = Timescale { begun: clock.monotonic(), started, speed: self.speed };
        let (over, from) = (stop.child_token(), started - TimeDelta::from_std(self.since).unwrap_or_default());
        let lives: FuturesUnordered<_> = (0..)
            .zip(homes)
            .map(|(index, (identity, home))| {
                let (sender, receiver) = mpsc::channel(usize::from(habits.window));
                let gateway = gateway::run(link, identity, habits.clone(), clock, receiver, Arc::clone(&observer));
                let life = live(home, from, &time, clock, sender, &over);
                async move {
                    tokio::time::sleep(BETWEEN_STARTS * index).await;
                    tokio::join!(life, gateway).1
                }
            })
            .collect();
        let timer = async {
            tokio::select! {
                () = tokio::time::sleep(self.lasting.unwrap_or(FOR_EVER)) => over.cancel(),
                () = over.cancelled() => {}
            }
        };
        let total = async {
            let total = lives.fold(Tally::default(), |mut total, tally| async move {
                total.add(tally);
                total
            });
            let total = total.await;
            over.cancel();
            total
        };
        Ok(tokio::join!(timer, total).1)
    }

    #[allow(clippy::float_cmp, reason = "exactly 1 is what a person typed")]
    fn is_real_time(&self) -> bool {
        self.speed == 1.0
    }
}

/// Simulated time against real time.
#[derive(Clone, Copy, Debug)]
struct Timescale {
    /// The start on the monotonic clock.
    begun: Duration,
    /// The start by the wall clock; the scales meet here.
    started: Time,
    speed: f64,
}

impl Timescale {
    /// How long after the start something is due that happens at `at`. Zero when it happened before.
    fn after_start(&self, at: Time) -> Duration {
        (at - self.started).to_std().unwrap_or_default().div_f64(self.speed)
    }

    /// The time that an event carries.
    fn told(&self, at: Time) -> Time {
        if at <= self.started { at } else { self.started + TimeDelta::from_std(self.after_start(at)).unwrap_or_default() }
    }
}

/// Tells a gateway what happens in its home, when it happens, until `over` is cancelled or the gateway gives up.
async fn live(home: Home, from: Time, time: &Timescale, clock: &Clock, gateway: mpsc::Sender<Command>, over: &CancellationToken) {
    let telling = async {
        let mut powered = true;
        let mut told_power = true;
        for Happening { at, what } in home.clone().life_from(from) {
            let past = at <= time.started;
            if !past {
                // A power cut of the past cannot be played any more, but one that lasts until now can.
                if powered != told_power && gateway.send(power(powered)).await.is_err() {
                    return;
                }
                told_power = powered;
                let wait = (time.begun + time.after_start(at)).saturating_sub(clock.monotonic());
                if !wait.is_zero() {
                    tokio::time::sleep(wait).await;
                }
            }
            let command = match what {
                What::Said(said, number) => Command::Publish(home.message(&said, number, time.told(at))),
                What::Power(on) => {
                    powered = on;
                    if past {
                        continue;
                    }
                    told_power = on;
                    power(on)
                }
            };
            if gateway.send(command).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = telling => {}
        () = over.cancelled() => {}
    }
}

const fn power(on: bool) -> Command {
    if on { Command::PowerOn } else { Command::PowerOff }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_is_told_as_it_was_and_what_comes_is_squeezed() {
        let started = Time::UNIX_EPOCH + TimeDelta::days(1);
        let time = Timescale { begun: Duration::from_secs(5), started, speed: 60.0 };
        let (before, after) = (started - TimeDelta::hours(1), started + TimeDelta::hours(1));
        assert_eq!((time.told(before), time.after_start(before)), (before, Duration::ZERO));
        assert_eq!((time.told(after), time.after_start(after)), (started + TimeDelta::minutes(1), Duration::from_mins(1)));
    }
}
