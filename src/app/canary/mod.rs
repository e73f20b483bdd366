//! The canary: every minute a test alarm goes the way of a real one, from MQTT to a webhook's receiver, in an organisation of its own. Each replica sends its
//! own, through its own listener: a replica whose listener, engine, stream or sender stands still must not vouch for itself, however well the others are.

mod probe;
mod receiver;

use std::net::SocketAddr;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::{Clock, Time};
use crate::config::Settings;
use crate::domain::access::CANARY;
use crate::domain::secret::{new_gateway_secret, new_token, new_webhook_secret, sha256_hex};
use crate::engine::action::EngineHandle;
use crate::secrets::KeySafe;
use crate::sim::link::{Identity, Link, Protocol, Tls};
use crate::store::Store;
use crate::store::advisory::{AdvisoryLocks, LockName};
use crate::store::canary::{CanarySecrets, canary_id};
use crate::store::webhooks::sealed_for;

use super::AppError;
use probe::{Probe, Took};

/// The class of the locks by which replicas number their canaries.
const LOCKS: i32 = 4_104;
/// Canaries of one installation, at most.
const REPLICAS: i32 = 64;
/// The canary's alerts are kept for so long after they were closed.
const KEPT: TimeDelta = TimeDelta::days(1);
/// The pause before the first, so that all is up.
const FIRST: TimeDelta = TimeDelta::seconds(2);

/// When a canary last came through.
pub(super) type WellAt = watch::Receiver<Option<Time>>;

/// Where the canary goes.
pub(super) struct Route {
    pub store: Store,
    pub clock: Clock,
    pub engine: EngineHandle,
    pub key: KeySafe,
    /// Our own listener's plain and TLS address.
    pub mqtt: (Option<SocketAddr>, Option<SocketAddr>),
    /// Our own API, in plain http.
    pub http: Option<SocketAddr>,
}

/// Sends.
pub(super) struct Canary {
    route: Route,
    link: Link,
    through_broker: bool,
    every: TimeDelta,
    within: Duration,
    well_at: watch::Sender<Option<Time>>,
}

impl Canary {
    /// The canary, and where messages to its webhook go; none when it is switched off, or there is no way in that it could take.
    pub(super) fn new(settings: &Settings, route: Route) -> Result<Option<(Self, WellAt)>, AppError> {
        let canary = &settings.canary;
        if canary.every_s <= 0 {
            return Ok(None);
        }
        let Some((link, through_broker)) = way_in(settings, route.mqtt)? else { return Ok(None) };
        let well_at = watch::Sender::new(None);
        let seen = well_at.subscribe();
        let (every, within) = (TimeDelta::seconds(canary.every_s), Duration::from_secs(canary.within_s.max(1)));
        Ok(Some((Self { route, link, through_broker, every, within, well_at }, seen)))
    }

    /// Sends until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut number = None;
        let mut due = self.route.clock.now() + FIRST;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.route.clock.wait_until(due) => {}
            }
            due = self.route.clock.now() + self.every;
            let outcome = match self.round(&mut number).await {
                Ok(took) => {
                    self.well_at.send_replace(Some(self.route.clock.now()));
                    took.record();
                    "well"
                }
                Err(why) => {
                    number = None;
                    tracing::error!(why, "the canary did not come through: an alarm might not either");
                    "failed"
                }
            };
            metrics::counter!("harken_canary_total", "outcome" => outcome).increment(1);
        }
    }

    async fn round(&self, number: &mut Option<Numbered>) -> Result<Took, String> {
        let words = |error: crate::store::StoreError| format!("the database: {error}");
        if let Some(Numbered { locks: Some(locks), .. }) = number.as_mut() {
            // Also what keeps the connection, and with it the number, alive.
            locks.holdings(&[LOCKS]).await.map_err(words)?;
        }
        if number.is_none() {
            *number = Some(self.prepare().await?);
        }
        let Some(Numbered { identity, token, .. }) = number else { return Err("it has no number".to_owned()) };
        let probe = Probe { route: &self.route, link: &self.link, identity, token };
        let took = tokio::time::timeout(self.within, probe.run()).await;
        let took = took.unwrap_or_else(|_| Err(format!("it was not through after {} s", self.within.as_secs())))?;
        self.route.store.prune_canary(self.route.clock.now() - KEPT).await.map_err(words)?;
        Ok(took)
    }

    /// A number among the replicas, and fresh secrets.
    async fn prepare(&self) -> Result<Numbered, String> {
        let words = |error: crate::store::StoreError| format!("the database: {error}");
        let silence = self.every.to_std().unwrap_or_default() * 3 + Duration::from_mins(1);
        let mut locks = AdvisoryLocks::open(&self.route.store, silence).await.map_err(words)?;
        let mut n = 0;
        if let Some(locks) = &mut locks {
            while !locks.try_lock(LockName { class: LOCKS, number: n }).await.map_err(words)? {
                n += 1;
                if n == REPLICAS {
                    return Err("too many replicas have a canary".to_owned());
                }
            }
        }
        let (secret, token) = (new_gateway_secret(), new_token());
        let secrets = CanarySecrets {
            gateway_sha256: sha256_hex(secret.as_bytes()),
            token_sha256: sha256_hex(token.as_bytes()),
            webhook: self.route.key.seal(&sealed_for(CANARY), &new_webhook_secret()),
        };
        self.route.store.prepare_canary(n, &secrets, self.route.clock.now()).await.map_err(words)?;
        // A broker knows its own users, not our gateways.
        let secret = (!self.through_broker).then_some(secret);
        Ok(Numbered { identity: Identity { id: canary_id(n).into(), secret }, token, locks })
    }
}

/// A canary that has its number.
struct Numbered {
    identity: Identity,
    token: String,
    locks: Option<AdvisoryLocks>,
}

/// Our own listener, or the broker behind which we are.
fn way_in(settings: &Settings, (plain, tls): (Option<SocketAddr>, Option<SocketAddr>)) -> Result<Option<(Link, bool)>, AppError> {
    let read =
        |name: &str, path: &str| std::fs::read(path).map_err(|error| AppError::Setup(format!("{name}: cannot read `{path}`: {error}")));
    let mqtt = &settings.mqtt;
    if let Some(address) = plain {
        return Ok(Some((Link::plain(here(address), address.port()), false)));
    }
    if let Some(address) = tls {
        let authority = if settings.canary.ca.is_empty() {
            read("mqtt.tls_certificate", &mqtt.tls_certificate)?
        } else {
            read("canary.ca", &settings.canary.ca)?
        };
        let host = if settings.canary.host.is_empty() { here(address) } else { settings.canary.host.clone() };
        return Ok(Some((Link { tls: Some(Tls { authority, identity: None }), ..Link::plain(host, address.port()) }, false)));
    }
    let Ok(url) = Url::parse(&mqtt.url) else { return Ok(None) };
    let secure = url.scheme() == "mqtts";
    let (Some(host), port) = (url.host_str(), url.port().unwrap_or(if secure { 8883 } else { 1883 })) else { return Ok(None) };
    let tls = if secure { Some(Tls { authority: read("mqtt.ca", &mqtt.ca)?, identity: None }) } else { None };
    let protocol = if mqtt.protocol == "3.1.1" { Protocol::V4 } else { Protocol::V5 };
    let login = (!mqtt.user.is_empty()).then(|| (mqtt.user.clone(), mqtt.password.clone()));
    Ok(Some((Link { host: host.to_owned(), port, protocol, tls, login }, true)))
}

/// How a port that was bound on this machine is reached from it.
fn here(address: SocketAddr) -> String {
    let ip = address.ip();
    match ip {
        std::net::IpAddr::V4(any) if any.is_unspecified() => "127.0.0.1".to_owned(),
        std::net::IpAddr::V6(any) if any.is_unspecified() => "::1".to_owned(),
        other => other.to_string(),
    }
}

pub(super) use receiver::Receiver;
