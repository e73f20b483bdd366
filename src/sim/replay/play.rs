//! Sends a recording: every stream through a gateway of its own, over real MQTT, each event counted by what its ack object says.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;

use super::Recording;
use super::recorded::{Stamp, Stream};
use crate::clock::{Clock, Time};
use crate::sim::gateway::{self, Command, Habits, Observer};
use crate::sim::installation::{GatewaySpec, Installation};
use crate::sim::link::{Identity, Link};
use crate::sim::tally::Tally;

/// How fast recorded time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// As fast as answers come.
    Max,
    /// So many times as fast as it happened.
    Times(f64),
}

impl std::str::FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        let number = text.parse().ok().filter(|times: &f64| times.is_finite() && *times > 0.0);
        number.map(Self::Times).ok_or_else(|| "`max`, or how many times as fast as it happened, e.g. 60".into())
    }
}

/// Registers the gateways of the recording and sends everything. The account may lack events that were never sent because a gateway
/// gave up: compare it with [`Recording::events`].
///
/// # Errors
/// When a gateway cannot be registered; nothing has been sent then.
pub async fn play(
    recording: &Recording,
    stamp: &Stamp,
    speed: Speed,
    (link, habits): (&Link, &Habits),
    installation: &Installation,
    clock: &Clock,
    observer: Observer,
) -> Result<Tally, String> {
    let mut identities = Vec::new();
    for stream in &recording.streams {
        let spec = GatewaySpec { gateway: stream.gateway.to_string(), home: stream.home.clone(), zone: recording.zone };
        let secret = (installation.register)(spec).await.map_err(|error| format!("gateway {}: {error}", stream.gateway))?;
        identities.push(Identity { id: stream.gateway.clone(), secret: Some(secret) });
    }
    let pace = Pace { speed, first: recording.span().map(|(first, _)| first), started: clock.monotonic(), clock };
    let gateways: FuturesUnordered<_> = recording
        .streams
        .iter()
        .zip(identities)
        .map(|(stream, identity)| {
            let (sender, receiver) = mpsc::channel(usize::from(habits.window));
            let gateway = gateway::run(link, identity, habits.clone(), clock, receiver, Arc::clone(&observer));
            async { tokio::join!(feed(stream, stamp, &pace, sender), gateway).1 }
        })
        .collect();
    Ok(gateways
        .fold(Tally::default(), |mut total, tally| async move {
            total.add(tally);
            total
        })
        .await)
}

struct Pace<'a> {
    speed: Speed,
    first: Option<Time>,
    started: Duration,
    clock: &'a Clock,
}

impl Pace<'_> {
    /// Waits until an event that was recorded at `at` is due.
    async fn wait(&self, at: Option<Time>) {
        let (Speed::Times(times), Some(first), Some(at)) = (self.speed, self.first, at) else { return };
        let due = self.started + (at - first).to_std().unwrap_or_default().div_f64(times);
        let left = due.saturating_sub(self.clock.monotonic());
        if !left.is_zero() {
            tokio::time::sleep(left).await;
        }
    }
}

async fn feed(stream: &Stream, stamp: &Stamp, pace: &Pace<'_>, sender: mpsc::Sender<Command>) {
    for event in &stream.events {
        pace.wait(event.at).await;
        if sender.send(Command::Publish(stamp.message(event))).await.is_err() {
            return; // The gateway gave up; its account says so.
        }
    }
}
