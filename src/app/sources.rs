//! The sources: our own listener and the client of a broker, tied to the register.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{Mqtt, Settings};
use crate::domain::secret;
use crate::ingest::broker::BrokerSource;
use crate::ingest::intake::{Admission, Admit, Intake, Login, Proof};
use crate::ingest::listener::{Limits, Listener, ListenerSettings, Refused, TlsListener, tls};
use crate::store::Store;
use crate::store::strangers::TurnedAway;

use super::{AppError, address};
use crate::engine::OwnPathIsUp;

/// Refusals that may wait to be written down; more are counted only.
const REFUSALS_WAITING: usize = 1024;

/// The sources, with their ports open and nothing taken in yet.
#[derive(Debug)]
pub(super) struct Sources {
    listener: Option<ListenerWithRefusals>,
    broker: Option<BrokerSource>,
    store: Store,
}

struct ListenerWithRefusals {
    listener: Listener,
    refusals: mpsc::Receiver<Refused>,
}

impl std::fmt::Debug for ListenerWithRefusals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("address", &self.listener.local_addr()).finish_non_exhaustive()
    }
}

impl Sources {
    /// Opens the ports that the settings name.
    pub(super) fn bind(settings: &Settings, store: &Store, intake: &Intake, clock: &Clock) -> Result<Self, AppError> {
        let broker = if settings.mqtt.url.is_empty() {
            None
        } else {
            let source = BrokerSource::new(settings, store.clone(), intake.clone(), clock.clone());
            Some(source.map_err(|error| AppError::Setup(format!("mqtt.url: {error}")))?)
        };
        Ok(Self { listener: bind_listener(settings, store, intake.clone(), clock)?, broker, store: store.clone() })
    }

    /// The plain and the TLS address of the listener.
    pub(super) fn addresses(&self) -> (Option<SocketAddr>, Option<SocketAddr>) {
        let bound = self.listener.as_ref().map(|bound| (bound.listener.local_addr(), bound.listener.tls_addr()));
        bound.unwrap_or_default()
    }

    /// Whether our own path to the gateways is open, asked again and again.
    pub(super) fn path(&self) -> OwnPathIsUp {
        let broker = self.broker.as_ref().map(BrokerSource::path);
        Arc::new(move || broker.as_ref().is_none_or(|path| path.borrow().is_up()))
    }

    /// Takes in until `stop`, then finishes what is in hand.
    pub(super) async fn run(self, stop: CancellationToken) {
        let Self { listener, broker, store } = self;
        let listen = async {
            if let Some(bound) = listener {
                run_listener(bound, store, stop.clone()).await;
            }
        };
        let subscribe = async {
            if let Some(broker) = broker {
                broker.run(stop.clone()).await;
            }
        };
        tokio::join!(listen, subscribe);
    }
}

/// Opens the listener's ports.
fn bind_listener(settings: &Settings, store: &Store, intake: Intake, clock: &Clock) -> Result<Option<ListenerWithRefusals>, AppError> {
    let mqtt = &settings.mqtt;
    let addr = address(&mqtt.listen, "mqtt.listen")?;
    let tls = tls_listener(mqtt)?;
    if addr.is_none() && tls.is_none() {
        return Ok(None);
    }
    let limits = Limits {
        connections: mqtt.max_connections,
        connect_timeout: std::time::Duration::from_secs(mqtt.connect_timeout_s),
        keep_alive_max: std::time::Duration::from_secs(mqtt.max_keep_alive_s.into()),
        in_flight: mqtt.in_flight,
        ..Limits::default()
    };
    let (refused, refusals) = mpsc::channel(REFUSALS_WAITING);
    let on_refused = Arc::new(move |refusal: Refused| drop(refused.try_send(refusal)));
    let listener = Listener::bind(ListenerSettings { addr, tls, limits }, intake, admit(store.clone()), clock.clone(), on_refused)
        .map_err(|error| AppError::Setup(format!("mqtt.listen: cannot bind {}: {error}; is another server running?", mqtt.listen)))?;
    Ok(Some(ListenerWithRefusals { listener, refusals }))
}

/// Serves until `stop`, and writes down who was refused.
async fn run_listener(bound: ListenerWithRefusals, store: Store, stop: CancellationToken) {
    let ListenerWithRefusals { listener, mut refusals } = bound;
    let listen = listener.run(stop);
    tokio::pin!(listen);
    loop {
        tokio::select! {
            () = &mut listen => return,
            Some(first) = refusals.recv() => {
                let mut known = vec![first];
                while let Ok(next) = refusals.try_recv() {
                    known.push(next);
                }
                note(&store, known).await;
            }
        }
    }
}

async fn note(store: &Store, refusals: Vec<Refused>) {
    let row = |refused: Refused| {
        let (reason, peer) = (refused.reason.label().to_owned(), refused.peer.ip().to_string());
        Some(TurnedAway { gateway: refused.gateway?, reason, peer, at: refused.at, refusals: 1 })
    };
    let rows: Vec<_> = refusals.into_iter().filter_map(row).collect();
    if let Err(error) = store.note_strangers(&rows).await {
        tracing::warn!(%error, "who was refused could not be written down");
    }
}

/// Who may come in: a registered gateway with its secret, or with a certificate that is not revoked.
fn admit(store: Store) -> Admit {
    Arc::new(move |login: Login| {
        let store = store.clone();
        Box::pin(async move {
            match store.gateway_credentials(&login.gateway).await {
                Ok(Some(credentials)) => {
                    let proven = match &login.proof {
                        Proof::Secret(given) => {
                            credentials.secret_sha256.is_some_and(|stored| secret::same(&stored, &secret::sha256_hex(given)))
                        }
                        Proof::Certificate { sha256 } => !credentials.revoked_certificates.contains(sha256),
                    };
                    if proven { Admission::Admitted } else { Admission::Refused }
                }
                Ok(None) => Admission::Refused,
                Err(error) => {
                    tracing::error!(%error, "a gateway could not be looked up");
                    Admission::Unavailable
                }
            }
        })
    })
}

fn tls_listener(mqtt: &Mqtt) -> Result<Option<TlsListener>, AppError> {
    let Some(addr) = address(&mqtt.tls_listen, "mqtt.tls_listen")? else { return Ok(None) };
    let read = |name: &str, path: &str| {
        std::fs::read(Path::new(path)).map_err(|error| AppError::Setup(format!("mqtt.{name}: cannot read `{path}`: {error}")))
    };
    let (certificates, key) = (read("tls_certificate", &mqtt.tls_certificate)?, read("tls_key", &mqtt.tls_key)?);
    let client_ca = if mqtt.tls_client_ca.is_empty() { None } else { Some(read("tls_client_ca", &mqtt.tls_client_ca)?) };
    let pem = tls::Pem { certificates: &certificates, key: &key, client_ca: client_ca.as_deref(), revoked: None };
    let config = tls::server_config(pem).map_err(|error| AppError::Setup(format!("mqtt TLS: {error}")))?;
    Ok(Some(TlsListener { addr, config }))
}
