//! What a single connection may cost: so many at once, and one that takes nothing of what it asked for is cut off.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

/// Connections at the same time; the next is closed.
const CONNECTIONS: usize = 10_000;
/// A client that has taken nothing for this long is cut off. Its stream can be resumed.
const STALLED: Duration = Duration::from_secs(30);

/// Gives each connection its limits.
#[derive(Clone, Debug)]
pub struct Limits {
    free: Arc<Semaphore>,
    stalled: Duration,
}

/// A connection with its limits.
#[derive(Debug)]
pub struct Limited<T> {
    inner: T,
    stalled: Duration,
    /// Runs while something waits to be written.
    patience: Option<Pin<Box<Sleep>>>,
    _permit: OwnedSemaphorePermit,
}

impl Default for Limits {
    fn default() -> Self {
        Self { free: Arc::new(Semaphore::new(CONNECTIONS)), stalled: STALLED }
    }
}

impl<S> Accept<TcpStream, S> for Limits {
    type Stream = Limited<TcpStream>;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepted = || {
            // An alert is one small packet; it must not wait for another.
            stream.set_nodelay(true)?;
            let permit = self.free.clone().try_acquire_owned().map_err(|_| {
                metrics::counter!("harken_http_connections_refused_total").increment(1);
                io::Error::other("too many connections")
            })?;
            Ok((Limited { inner: stream, stalled: self.stalled, patience: None, _permit: permit }, service))
        };
        std::future::ready(accepted())
    }
}

impl<T> Limited<T> {
    /// Passes on what a write came to; a write that makes no progress runs out of patience.
    fn watch<R>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.patience = None;
            return written;
        }
        let patience = self.patience.get_or_insert_with(|| Box::pin(sleep(self.stalled)));
        if patience.as_mut().poll(context).is_ready() {
            metrics::counter!("harken_http_connections_stalled_total").increment(1);
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client took nothing for too long")));
        }
        Poll::Pending
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Limited<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Limited<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(context);
        self.watch(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.inner).poll_shutdown(context);
        self.watch(context, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn who_takes_nothing_is_cut_off() {
        let (ours, _theirs) = tokio::io::duplex(16);
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let mut ours = Limited { inner: ours, stalled: Duration::from_millis(10), patience: None, _permit: permit };
        let error = ours.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
