//! One canary: in by MQTT, up in the stream, out by webhook, and closed.

use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::json;

use crate::clock::new_id_at;
use crate::domain::access::{CANARY, Grant, Principal, Role};
use crate::domain::secret;
use crate::engine::action::{Action, Closing, Deed};
use crate::sim::link::{Identity, Link, Report, acks_topic};

use super::Route;

/// How often it is looked whether the message went out.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// One way through the house.
pub(super) struct Probe<'a> {
    pub route: &'a Route,
    pub link: &'a Link,
    pub identity: &'a Identity,
    pub token: &'a str,
}

/// How long after the publish each stage was reached.
#[derive(Debug)]
pub(super) struct Took {
    acknowledged: Duration,
    streamed: Option<Duration>,
    delivered: Duration,
}

impl Took {
    pub(super) fn record(&self) {
        let stages = [("acknowledged", Some(self.acknowledged)), ("streamed", self.streamed), ("delivered", Some(self.delivered))];
        for (stage, took) in stages {
            if let Some(took) = took {
                metrics::histogram!("harken_canary_seconds", "stage" => stage).record(took.as_secs_f64());
            }
        }
    }
}

impl Probe<'_> {
    pub(super) async fn run(&self) -> Result<Took, String> {
        // Ids are in the order of time, to the millisecond.
        let message_before = format!("msg_{}", new_id_at(self.route.clock.now() - TimeDelta::seconds(1)));
        let mut stream = match self.route.http {
            Some(address) => Some(self.open_stream(address).await?),
            None => None,
        };
        let (begun, alert) = self.alarm().await?;
        let acknowledged = self.since(begun);
        let streamed = match &mut stream {
            Some(stream) => {
                heard(stream, &alert).await?;
                Some(self.since(begun))
            }
            None => None,
        };
        while self.route.store.canary_delivered(&alert, &message_before).await.map_err(|error| error.to_string())?.is_none() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let delivered = self.since(begun);
        self.close(alert).await?;
        Ok(Took { acknowledged, streamed, delivered })
    }

    fn since(&self, begun: Duration) -> Duration {
        self.route.clock.monotonic().saturating_sub(begun)
    }

    async fn open_stream(&self, address: std::net::SocketAddr) -> Result<reqwest::Response, String> {
        let words = |error: reqwest::Error| format!("the stream: {}", error.without_url());
        let client = reqwest::Client::builder().no_proxy().build().map_err(words)?;
        let url = format!("http://{}:{}/api/v1/alerts/stream", bracketed(&super::here(address)), address.port());
        let opened = client.get(url).bearer_auth(self.token).send().await.map_err(words)?;
        if opened.status().is_success() { Ok(opened) } else { Err(format!("the stream answered {}", opened.status())) }
    }

    /// Publishes, and waits for the answer that names the alert.
    async fn alarm(&self) -> Result<(Duration, String), String> {
        let (requests, mut poller) = self.link.open(self.identity, 1);
        let gateway = &self.identity.id;
        let id = secret::new_token().chars().take(32).collect::<String>();
        let event = json!({ "id": id, "kind": "assistance", "test": true, "at": self.route.clock.now() }).to_string();
        let mut begun = self.route.clock.monotonic();
        loop {
            match poller.poll().await.map_err(|ending| format!("MQTT: {ending:?}"))? {
                Report::Connected => {
                    let _ = requests.subscribe(acks_topic(gateway));
                }
                Report::Subscribed(true) => {
                    begun = self.route.clock.monotonic();
                    let _ = requests.publish(format!("telecare/v1/{gateway}/alarms"), false, Bytes::from(event.clone()));
                }
                Report::Subscribed(false) => return Err("the subscription to the answers was refused".to_owned()),
                Report::Acknowledged(_, false) => return Err("the alarm was refused".to_owned()),
                Report::Message(payload) => {
                    let Ok(ack) = serde_json::from_slice::<serde_json::Value>(&payload) else { continue };
                    if ack["id"] != json!(id) {
                        continue;
                    }
                    let alert = ack["alerts"][0].as_str().ok_or_else(|| format!("the answer names no alert: {ack}"))?.to_owned();
                    let _ = requests.disconnect();
                    let goodbye = async { while !matches!(poller.poll().await, Ok(Report::Disconnected) | Err(_)) {} };
                    let _ = tokio::time::timeout(Duration::from_millis(500), goodbye).await;
                    return Ok((begun, alert));
                }
                _ => {}
            }
        }
    }

    /// Taken and closed, as a person would, so that the next one raises anew.
    async fn close(&self, alert: String) -> Result<(), String> {
        let grants = vec![Grant { role: Role::Operator, organisation: Some(CANARY.to_owned()) }];
        let by = Principal { id: self.identity.id.to_string(), name: "Canary".to_owned(), is_user: false, grants };
        let outcomes = self.route.engine.outcomes();
        let outcome = outcomes.offered().find(|each| each.id == "test").or_else(|| outcomes.offered().next());
        let outcome = outcome.map(|each| each.id.clone()).unwrap_or_default();
        let taken = self.route.engine.act(by.clone(), Action::Deal { alert: alert.clone(), deed: Deed::Accept }).await;
        let activations_seen = taken.map_err(|why| why.to_string())?.first().map_or(1, |alert| alert.activations);
        let closing = Closing { outcome, activations_seen, ..Closing::default() };
        self.route.engine.act(by, Action::Deal { alert, deed: Deed::Close { closing } }).await.map_err(|why| why.to_string())?;
        Ok(())
    }
}

/// Reads the stream until it tells of `alert`.
async fn heard(stream: &mut reqwest::Response, alert: &str) -> Result<(), String> {
    let mut text = Vec::new();
    while let Some(chunk) = stream.chunk().await.map_err(|error| format!("the stream: {}", error.without_url()))? {
        text.extend_from_slice(&chunk);
        if text.windows(alert.len()).any(|window| window == alert.as_bytes()) {
            return Ok(());
        }
    }
    Err("the stream ended".to_owned())
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}
