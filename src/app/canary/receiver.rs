//! The far end of the canary's webhook: on this machine, for this replica's sender only. It takes what is rightly signed, as any receiver should.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::domain::access::CANARY;
use crate::notify::signature;
use crate::secrets::KeySafe;
use crate::store::Store;
use crate::store::webhooks::sealed_for;

use super::AppError;

/// Takes the canary's messages.
#[derive(Debug)]
pub(in super::super) struct Receiver {
    socket: std::net::TcpListener,
    address: SocketAddr,
    store: Store,
    key: KeySafe,
}

#[derive(Clone)]
struct Known {
    store: Store,
    key: KeySafe,
}

impl Receiver {
    /// On a free port of this machine.
    pub(in super::super) fn bind(store: Store, key: KeySafe) -> Result<Self, AppError> {
        let setup = |error: std::io::Error| AppError::Setup(format!("the canary's receiver finds no port on 127.0.0.1: {error}"));
        let socket = std::net::TcpListener::bind("127.0.0.1:0").map_err(setup)?;
        socket.set_nonblocking(true).map_err(setup)?;
        let address = socket.local_addr().map_err(setup)?;
        Ok(Self { socket, address, store, key })
    }

    /// Where it is.
    pub(in super::super) fn url(&self) -> Result<Url, AppError> {
        Url::parse(&format!("http://{}/", self.address)).map_err(|error| AppError::Setup(error.to_string()))
    }

    /// Takes messages until `stop`.
    pub(in super::super) async fn run(self, stop: CancellationToken) {
        let known = Known { store: self.store, key: self.key };
        let router = Router::new().route("/", post(take)).with_state(known);
        let Ok(socket) = tokio::net::TcpListener::from_std(self.socket) else { return };
        let served = axum::serve(socket, router).with_graceful_shutdown(async move { stop.cancelled().await });
        if let Err(error) = served.await {
            tracing::error!(%error, "the canary's receiver ended");
        }
    }
}

async fn take(State(known): State<Known>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let Ok(Some(target)) = known.store.webhook_target(CANARY).await else { return StatusCode::SERVICE_UNAVAILABLE };
    let Ok(secret) = known.key.open(&sealed_for(CANARY), &target.secret) else { return StatusCode::UNAUTHORIZED };
    let Ok(timestamp) = text("webhook-timestamp").parse() else { return StatusCode::UNAUTHORIZED };
    let expected = signature::sign(&[secret], &text("webhook-id"), timestamp, &body);
    if expected.is_ok_and(|expected| expected == text("webhook-signature")) { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED }
}
