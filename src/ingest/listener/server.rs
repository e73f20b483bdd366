//! The listener's ports: accepts connections, one task for each, and stops in order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use super::chatter::{Chatter, Line};
use super::connection;
use super::handshake;
use super::meters::Meters;
use super::pipe::Pipe;
use super::refused::{OnRefused, Reason, Refused};
use super::registry::Registry;
use super::settings::{Limits, ListenerSettings};
use super::tls::Holder;
use super::topics::is_gateway_id;
use crate::clock::Clock;
use crate::ingest::intake::{Admit, Intake};

/// How many connections may wait in the kernel to be accepted: a whole town that reconnects after a power cut.
const BACKLOG: u32 = 8192;

/// Our own MQTT listener: see the module above.
pub struct Listener {
    plain: Option<TcpListener>,
    tls: Option<(TcpListener, TlsAcceptor)>,
    shared: Arc<Shared>,
}

/// What all connections have in common.
pub(super) struct Shared {
    pub limits: Limits,
    pub intake: Intake,
    pub admit: Admit,
    pub admissions: Semaphore,
    pub clock: Clock,
    pub on_refused: OnRefused,
    pub registry: Arc<Registry>,
    pub meters: Meters,
    pub chatter: Chatter,
    open: AtomicUsize,
}

impl Shared {
    /// Counts, logs and reports a refusal.
    pub fn refuse(&self, claimed: Option<&str>, peer: SocketAddr, reason: Reason) {
        let gateway = claimed.filter(|id| is_gateway_id(id));
        if let Line::Write { missing } = self.chatter.ask(&self.clock) {
            info!(gateway, reason = reason.label(), missing, "refused");
        }
        self.meters.refused(reason);
        (self.on_refused)(Refused { gateway: gateway.map(str::to_owned), peer, reason, at: self.clock.now() });
    }
}

/// Counts one connection for as long as it lives.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
        self.0.meters.connections.decrement(1.0);
    }
}

impl Listener {
    /// Opens the ports. Must be called inside a tokio runtime, after the metrics recorder is installed.
    ///
    /// # Errors
    /// A port cannot be opened.
    pub fn bind(settings: ListenerSettings, intake: Intake, admit: Admit, clock: Clock, on_refused: OnRefused) -> io::Result<Self> {
        let plain = settings.addr.map(listen).transpose()?;
        let tls = settings.tls.map(|tls| Ok::<_, io::Error>((listen(tls.addr)?, TlsAcceptor::from(tls.config)))).transpose()?;
        let shared = Shared {
            admissions: Semaphore::new(settings.limits.admissions.max(1)),
            limits: settings.limits.sound(),
            intake,
            admit,
            clock,
            on_refused,
            registry: Arc::default(),
            meters: Meters::new(),
            chatter: Chatter::default(),
            open: AtomicUsize::new(0),
        };
        Ok(Self { plain, tls, shared: Arc::new(shared) })
    }

    /// The address of the plain port.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.plain.as_ref().and_then(|socket| socket.local_addr().ok())
    }

    /// The address of the TLS port.
    #[must_use]
    pub fn tls_addr(&self) -> Option<SocketAddr> {
        self.tls.as_ref().and_then(|(socket, _)| socket.local_addr().ok())
    }

    /// Serves until `stop` is cancelled, then stops in order: accepts nobody, reads nothing more, waits (bounded) until what was read
    /// is committed, acknowledges it, says good-bye and closes. So the engine must be stopped after the listener.
    pub async fn run(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        // Ends those who are not in yet, once those who are in have been told.
        let waiting = CancellationToken::new();
        let Self { plain, tls, shared } = self;
        let accept_plain = async {
            let Some(socket) = plain else { return std::future::pending().await };
            accept(&socket, &shared, &tasks, &waiting, None).await;
        };
        let accept_tls = async {
            let Some((socket, acceptor)) = tls else { return std::future::pending().await };
            accept(&socket, &shared, &tasks, &waiting, Some(&acceptor)).await;
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = accept_plain => {}
            () = accept_tls => {}
        }
        shared.registry.stop();
        waiting.cancel();
        tasks.close();
        // Every connection ends by itself within its stop timeout; the rest is for writing and closing.
        if tokio::time::timeout(shared.limits.stop_timeout + Duration::from_secs(5), tasks.wait()).await.is_err() {
            warn!(connections = tasks.len(), "the listener stopped before all connections had ended");
        }
    }
}

fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

/// Accepts for ever.
async fn accept(socket: &TcpListener, shared: &Arc<Shared>, tasks: &TaskTracker, waiting: &CancellationToken, tls: Option<&TlsAcceptor>) {
    loop {
        let (stream, peer) = match socket.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Mostly "too many open files": those that are open must have time to close.
                warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if shared.open.fetch_add(1, Ordering::Relaxed) >= shared.limits.connections {
            shared.open.fetch_sub(1, Ordering::Relaxed);
            shared.meters.turned_away.increment(1);
            continue;
        }
        shared.meters.accepted.increment(1);
        shared.meters.connections.increment(1.0);
        let open = Open(shared.clone());
        let _ = stream.set_nodelay(true);
        match tls {
            None => drop(tasks.spawn(serve_plain(open, stream, peer, waiting.clone()))),
            Some(acceptor) => drop(tasks.spawn(serve_tls(open, stream, peer, waiting.clone(), acceptor.clone()))),
        }
    }
}

async fn serve_plain(open: Open, stream: TcpStream, peer: SocketAddr, waiting: CancellationToken) {
    // Each of the two stages is boxed, so that a connection only takes the room of the one that it is in.
    let receive = Box::pin(handshake::receive(&open.0, Pipe::new(stream, 0), peer, None));
    if let Some(Some((pipe, guest))) = waiting.run_until_cancelled(receive).await {
        Box::pin(connection::serve(&open.0, pipe, guest, peer)).await;
    }
}

async fn serve_tls(open: Open, stream: TcpStream, peer: SocketAddr, waiting: CancellationToken, acceptor: TlsAcceptor) {
    let shared = &open.0;
    let receive = Box::pin(async {
        let stream = match tokio::time::timeout(shared.limits.connect_timeout, Box::pin(acceptor.accept(stream))).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                debug!(%error, "TLS handshake failed");
                shared.refuse(None, peer, Reason::Tls);
                return None;
            }
            Err(_) => {
                shared.meters.half_open.increment(1);
                return None;
            }
        };
        let holder = stream.get_ref().1.peer_certificates().and_then(<[_]>::first).map(Holder::of);
        handshake::receive(shared, Pipe::new(Box::new(stream), 0), peer, holder).await
    });
    if let Some(Some((pipe, guest))) = waiting.run_until_cancelled(receive).await {
        Box::pin(connection::serve(shared, pipe, guest, peer)).await;
    }
}
