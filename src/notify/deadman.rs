//! The ping that must not stop: somebody outside raises an alarm when it does. It is sent only while we know that all is well, and carries the head of
//! the trail, so that the trail cannot be rewritten unseen.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::NotifyError;
use super::client::{Clients, words};
use crate::clock::{Clock, Time};
use crate::config::Settings;
use crate::domain::seal::Head;

/// A ping that is not answered by then has failed.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What the ping depends on. Whoever checks something reports here; each check has its own channel, and one that ends counts as a fault.
#[derive(Clone, Debug, Default)]
pub struct Health {
    checks: Vec<(&'static str, watch::Receiver<bool>)>,
    looks: Vec<Look>,
}

/// A check that says when it last found all well; long ago is a fault too.
#[derive(Clone, Debug)]
struct Look {
    name: &'static str,
    well_at: watch::Receiver<Option<Time>>,
    within: TimeDelta,
}

impl Health {
    /// Adds a check. It must report `true` before the first ping goes out.
    pub fn watch(&mut self, name: &'static str, well: watch::Receiver<bool>) {
        self.checks.push((name, well));
    }

    /// Adds a check that says when it last found all well, and must have done so `within` this time: one that looks no more is a fault.
    pub fn watch_looks(&mut self, name: &'static str, well_at: watch::Receiver<Option<Time>>, within: TimeDelta) {
        self.looks.push(Look { name, well_at, within });
    }

    /// The names of what is not well at `now`.
    #[must_use]
    pub fn faults(&self, now: Time) -> Vec<&'static str> {
        // A sender that is gone says nothing any more: that is no good news, whatever it said last.
        let well = |check: &watch::Receiver<bool>| *check.borrow() && check.has_changed().is_ok();
        let recent = |look: &Look| look.well_at.borrow().is_some_and(|at| now - at <= look.within) && look.well_at.has_changed().is_ok();
        let checks = self.checks.iter().filter(|(_, check)| !well(check)).map(|(name, _)| *name);
        checks.chain(self.looks.iter().filter(|look| !recent(look)).map(|look| look.name)).collect()
    }
}

/// Pings.
#[derive(Debug)]
pub struct Deadman {
    url: Url,
    every: Duration,
    clients: Clients,
    clock: Clock,
    health: Health,
    head: watch::Receiver<Option<Head>>,
}

impl Deadman {
    /// As the settings say; `None` when there is no address.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn new(
        settings: &Settings,
        clock: Clock,
        health: Health,
        head: watch::Receiver<Option<Head>>,
    ) -> Result<Option<Self>, NotifyError> {
        let deadman = &settings.deadman;
        if deadman.url.is_empty() {
            return Ok(None);
        }
        let url = Url::parse(&deadman.url).map_err(|error| NotifyError(format!("deadman.url is no address: {error}")))?;
        // Whoever writes the settings may name a neighbour; whoever enters a webhook may not.
        let clients = Clients::new(true, TIMEOUT, &settings.notify.ca)?;
        clients
            .for_url(&url)
            .map_err(|_| NotifyError("deadman.url must begin with https://, or lead into a private network".to_owned()))?;
        Ok(Some(Self { url, every: Duration::from_secs(deadman.every_s.max(1)), clients, clock, health, head }))
    }

    /// Pings until `stop`, as long as all is well.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            let faults = self.health.faults(self.clock.now());
            if faults.is_empty() {
                self.ping().await;
            } else {
                tracing::error!(?faults, "the dead man's ping is withheld: not all is well");
                metrics::counter!("harken_deadman_pings_total", "outcome" => "withheld").increment(1);
            }
            let every = TimeDelta::from_std(self.every).unwrap_or(TimeDelta::minutes(1));
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.clock.wait_until(self.clock.now() + every) => {}
            }
        }
    }

    async fn ping(&self) {
        let head = self.head.borrow().clone();
        let body = serde_json::json!({ "at": self.clock.now(), "trail": head }).to_string();
        let Ok(client) = self.clients.for_url(&self.url) else { return };
        let sent = client.post(self.url.clone()).header("content-type", "application/json").body(body).send().await;
        let outcome = match sent {
            Ok(answer) if answer.status().is_success() => "answered",
            Ok(answer) => {
                tracing::warn!(status = answer.status().as_u16(), "the dead man's ping was not accepted");
                "refused"
            }
            Err(error) => {
                tracing::warn!(error = words(&error), "the dead man's ping did not arrive");
                "failed"
            }
        };
        metrics::counter!("harken_deadman_pings_total", "outcome" => outcome).increment(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    #[test]
    fn a_check_that_looks_no_more_is_a_fault() {
        let mut health = Health::default();
        let (auditor, well_at) = watch::channel(None);
        health.watch_looks("auditor", well_at, TimeDelta::seconds(180));
        assert_eq!(health.faults(at(0)), ["auditor"], "it has not looked yet");
        auditor.send_replace(Some(at(10)));
        assert!(health.faults(at(190)).is_empty());
        assert_eq!(health.faults(at(191)), ["auditor"], "it has not looked for long");
        auditor.send_replace(None);
        assert_eq!(health.faults(at(191)), ["auditor"], "it found something");
    }

    #[test]
    fn health_is_what_every_check_says_and_silence_is_a_fault() {
        let mut health = Health::default();
        assert!(health.faults(at(0)).is_empty());
        let (auditor, well) = watch::channel(false);
        health.watch("auditor", well);
        assert_eq!(health.faults(at(0)), ["auditor"], "it has said nothing yet");
        auditor.send_replace(true);
        assert!(health.faults(at(0)).is_empty());
        drop(auditor);
        assert_eq!(health.faults(at(0)), ["auditor"], "whoever checked is gone");
    }
}
