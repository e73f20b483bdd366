//! A listener with a fake engine behind it: the test itself takes the deliveries out of the lanes and settles them when it likes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use harken::clock::Clock;
use harken::ingest::delivery::Delivery;
use harken::ingest::intake::{Admission, Admit, Intake, Lanes, Login, Proof};
use harken::ingest::listener::{Limits, Listener, ListenerSettings, Refused, TlsListener};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::wire::Raw;
use crate::support::wait;

/// The secret of every gateway of these tests.
pub const SECRET: &str = "correct horse";

/// Limits for tests: no long waits.
pub fn limits() -> Limits {
    Limits { refusal_delay: Duration::ZERO, stop_timeout: Duration::from_secs(5), ..Limits::default() }
}

/// A running listener and the fake engine's end of it.
pub struct Rig {
    pub addr: SocketAddr,
    pub tls: Option<SocketAddr>,
    pub lanes: Lanes,
    pub stop: CancellationToken,
    pub running: JoinHandle<()>,
    pub metrics: PrometheusHandle,
    refused: Arc<Mutex<Vec<Refused>>>,
}

impl Rig {
    pub fn start() -> Self {
        Self::with(limits(), None, 10_000)
    }

    pub fn with_limits(limits: Limits) -> Self {
        Self::with(limits, None, 10_000)
    }

    /// With `tls`, and lanes that hold `depth` deliveries each.
    pub fn with(limits: Limits, tls: Option<Arc<rustls::ServerConfig>>, depth: usize) -> Self {
        Self::with_admit(limits, tls, depth, Arc::new(|login| Box::pin(async move { judge(&login) })))
    }

    pub fn with_admit(limits: Limits, tls: Option<Arc<rustls::ServerConfig>>, depth: usize, admit: Admit) -> Self {
        let (intake, lanes) = Intake::new(depth);
        let refused = Arc::new(Mutex::new(Vec::new()));
        let list = refused.clone();
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let settings = ListenerSettings { addr: Some(any), tls: tls.map(|config| TlsListener { addr: any, config }), limits };
        let recorder = PrometheusBuilder::new().build_recorder();
        let listener = metrics::with_local_recorder(&recorder, || {
            let on_refused = Arc::new(move |refusal| list.lock().unwrap().push(refusal));
            Listener::bind(settings, intake, admit, Clock::system(), on_refused).unwrap()
        });
        let stop = CancellationToken::new();
        Self {
            addr: listener.local_addr().unwrap(),
            tls: listener.tls_addr(),
            lanes,
            running: tokio::spawn(listener.run(stop.clone())),
            stop,
            metrics: recorder.handle(),
            refused,
        }
    }

    /// The next delivery of either lane.
    pub async fn next(&mut self) -> Delivery {
        let next = async {
            tokio::select! {
                delivery = self.lanes.alarms.recv() => delivery,
                delivery = self.lanes.telemetry.recv() => delivery,
            }
        };
        tokio::time::timeout(wait::PATIENCE, next).await.expect("a delivery arrives").expect("the listener runs")
    }

    /// The next `n` deliveries.
    pub async fn take(&mut self, n: usize) -> Vec<Delivery> {
        let mut taken = Vec::with_capacity(n);
        for _ in 0..n {
            taken.push(self.next().await);
        }
        taken
    }

    /// Asserts that nothing is waiting for the engine. Only meaningful after something that comes later has been seen.
    pub fn nothing_delivered(&mut self) {
        assert!(self.lanes.alarms.try_recv().is_err(), "no alarm or status was delivered");
        assert!(self.lanes.telemetry.try_recv().is_err(), "no event was delivered");
    }

    /// Settles everything that comes from now on, at once: `{"ok":true}` as ack object for events, nothing for status.
    pub fn settle_all(self) -> Settling {
        let Self { addr, tls, mut lanes, running, metrics, refused, .. } = self;
        let payloads = Arc::new(Mutex::new(Vec::new()));
        let seen = payloads.clone();
        let engine = tokio::spawn(async move {
            loop {
                let delivery = tokio::select! {
                    Some(delivery) = lanes.alarms.recv() => delivery,
                    Some(delivery) = lanes.telemetry.recv() => delivery,
                    else => return,
                };
                seen.lock().unwrap().push((delivery.gateway.to_string(), delivery.payload.clone()));
                settle(delivery);
            }
        });
        Settling { addr, tls, running, engine, metrics, payloads, refused }
    }

    /// Who was refused so far.
    pub fn refused(&self) -> Vec<Refused> {
        self.refused.lock().unwrap().clone()
    }

    /// The value of a metric, by its name and labels as in the exposition.
    pub fn metric(&self, name: &str) -> u64 {
        metric(&self.metrics, name)
    }

    pub async fn connect(&self, version: u8, gateway: &str) -> Raw<tokio::net::TcpStream> {
        Raw::connected(self.addr, version, gateway).await
    }
}

/// A rig whose engine settles everything at once.
pub struct Settling {
    pub addr: SocketAddr,
    pub tls: Option<SocketAddr>,
    pub running: JoinHandle<()>,
    pub engine: JoinHandle<()>,
    pub metrics: PrometheusHandle,
    pub payloads: Arc<Mutex<Vec<(String, Bytes)>>>,
    refused: Arc<Mutex<Vec<Refused>>>,
}

impl Settling {
    pub fn refused(&self) -> Vec<Refused> {
        self.refused.lock().unwrap().clone()
    }

    pub fn payloads(&self) -> Vec<(String, Bytes)> {
        self.payloads.lock().unwrap().clone()
    }
}

/// The value of a metric that counts; 0 when it has not been touched.
pub fn metric(metrics: &PrometheusHandle, name: &str) -> u64 {
    let text = metrics.render();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0, |value| value.parse().expect("a whole number"))
}

/// Settles a delivery as the engine would.
pub fn settle(delivery: Delivery) {
    let acks = if delivery.topic == harken::ingest::delivery::Topic::Status { "" } else { r#"{"ok":true}"# };
    delivery.receipt.settle(Bytes::from_static(acks.as_bytes()));
}

/// Gateways whose id begins with `gw` have the secret [`SECRET`]; a certificate is always enough. `away` stands for a database that is away.
fn judge(login: &Login) -> Admission {
    match &login.proof {
        _ if login.gateway.contains("away") => Admission::Unavailable,
        Proof::Secret(secret) if login.gateway.starts_with("gw") && secret == SECRET.as_bytes() => Admission::Admitted,
        Proof::Certificate { sha256 } if sha256.len() == 64 => Admission::Admitted,
        _ => Admission::Refused,
    }
}

/// An [`Admit`] that waits until it is told.
pub fn slow_admit(gate: Arc<tokio::sync::Semaphore>) -> Admit {
    Arc::new(move |login| -> BoxFuture<'static, Admission> {
        let gate = gate.clone();
        Box::pin(async move {
            let _permit = gate.acquire().await;
            judge(&login)
        })
    })
}
