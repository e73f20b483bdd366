//! Serving on a socket: TLS of our own or plain, limits for each connection, and an orderly end.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioTimer;
use tokio_util::sync::CancellationToken;

use super::connection::Limits;
use super::state::HttpState;

/// A client that has not sent the head of its request by then is cut off, as is one that asks for nothing further.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// How long requests under way may take to end when the service stops.
const LAST_ANSWERS: Duration = Duration::from_secs(4);

/// Serves on `listener` until `state.stopping` is cancelled, then lets requests under way end, and returns when the last note is written.
///
/// # Errors
/// When the certificate or key cannot be used, or the socket fails.
pub async fn serve(listener: std::net::TcpListener, state: HttpState) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let handle = Handle::new();
    let served = CancellationToken::new();
    let stop = async {
        state.stopping.cancelled().await;
        handle.graceful_shutdown(Some(LAST_ANSWERS));
    };
    let requests = async {
        let ended = listen(listener, &state, handle.clone()).await;
        // Whatever ended it, the rest must end too.
        state.stopping.cancel();
        state.unfinished.close();
        let _ = tokio::time::timeout(LAST_ANSWERS, state.unfinished.wait()).await;
        served.cancel();
        ended
    };
    let (ended, (), ()) = tokio::join!(requests, stop, state.background(&served));
    ended
}

async fn listen(listener: std::net::TcpListener, state: &HttpState, handle: Handle<SocketAddr>) -> io::Result<()> {
    let service = super::router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?.handle(handle).acceptor(Limits::default());
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    server.http_builder().http2().timer(TokioTimer::new()).keep_alive_interval(Some(HEAD_WITHIN));
    let settings = &state.settings.http;
    if settings.tls_certificate.is_empty() {
        return server.serve(service).await;
    }
    let config = RustlsConfig::from_pem_chain_file(&settings.tls_certificate, &settings.tls_key).await.map_err(|error| {
        let say = "http.tls_certificate and http.tls_key must name PEM files with a certificate chain and its key";
        io::Error::new(error.kind(), format!("{say}: {error}"))
    })?;
    server.map(|limits| RustlsAcceptor::new(config).acceptor(limits)).serve(service).await
}
