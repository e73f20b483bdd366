//! The socket of one connection: reads in chunks into the frame reader, writes what has gathered in one go, closes so that the
//! last word arrives. An idle connection holds no buffer: bytes are read into one scratch buffer per thread.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::frame::Frames;

/// How much is read in one go, in bytes.
const CHUNK: usize = 16 * 1024;

/// How much a client may go on sending after we have said good-bye before we stop listening, in bytes and time. Closing a socket
/// with unread bytes resets it, and a reset can overtake the good-bye.
const LINGER_BYTES: usize = 1024 * 1024;
const LINGER: Duration = Duration::from_millis(500);

thread_local! {
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; CHUNK].into_boxed_slice());
}

/// A socket with its buffers.
#[derive(Debug)]
pub struct Pipe<S> {
    stream: S,
    /// What has been read.
    pub frames: Frames,
    /// What is to be written.
    pub out: BytesMut,
    flushed: bool,
    /// How many bytes have been written in all.
    written: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pipe<S> {
    /// A pipe on `stream` that accepts packets of at most `limit` bytes.
    pub fn new(stream: S, limit: usize) -> Self {
        Self { stream, frames: Frames::new(limit), out: BytesMut::new(), flushed: true, written: 0 }
    }

    /// How many bytes have been written since the start: whether the client takes anything.
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// Writes as much as the socket takes. Ready when nothing is left to write.
    pub fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            let n = ready!(Pin::new(&mut self.stream).poll_write(context, &self.out))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.out.advance(n);
            self.written += n as u64;
            self.flushed = false;
        }
        if !self.flushed {
            ready!(Pin::new(&mut self.stream).poll_flush(context))?;
            self.flushed = true;
            self.out = BytesMut::new();
        }
        Poll::Ready(Ok(()))
    }

    /// Reads a chunk into the frame reader. Ready with the number of bytes; 0 means that the client has closed.
    pub fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut chunk = ReadBuf::new(scratch);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut chunk))?;
            self.frames.push(chunk.filled());
            Poll::Ready(Ok(chunk.filled().len()))
        })
    }

    /// Reads a chunk.
    ///
    /// # Errors
    /// As the socket says.
    pub async fn read(&mut self) -> io::Result<usize> {
        poll_fn(|context| self.poll_read(context)).await
    }

    /// Writes everything.
    ///
    /// # Errors
    /// As the socket says.
    pub async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|context| self.poll_write(context)).await
    }

    /// Writes what is left, then closes: first our side, then, when the client has closed its own or has had its chance, all.
    pub async fn close(mut self) {
        let farewell = async {
            self.flush().await?;
            self.stream.shutdown().await?;
            let mut taken = 0;
            while taken < LINGER_BYTES {
                let n = self.read().await?;
                self.frames.clear();
                if n == 0 {
                    break;
                }
                taken += n;
            }
            io::Result::Ok(())
        };
        let _ = tokio::time::timeout(LINGER, farewell).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    /// A socket that is closed over unread bytes is reset, and a reset can overtake what was written last.
    #[tokio::test]
    async fn what_the_client_still_sends_is_taken_before_the_socket_is_closed() {
        let (ours, mut client) = tokio::io::duplex(64);
        let mut pipe = Pipe::new(ours, 100);
        pipe.out.extend_from_slice(b"good-bye");
        let closing = tokio::spawn(pipe.close());
        client.write_all(&[0; 10_000]).await.expect("it is still taken");
        let mut heard = [0; 8];
        client.read_exact(&mut heard).await.expect("the good-bye");
        assert_eq!(&heard, b"good-bye");
        client.shutdown().await.expect("open until we close");
        closing.await.expect("it closes");
    }

    #[tokio::test]
    async fn a_client_that_never_stops_sending_is_not_waited_for() {
        let (ours, mut client) = tokio::io::duplex(4096);
        let closing = tokio::spawn(Pipe::new(ours, 100).close());
        let mut sent = 0;
        while client.write_all(&[0; 4096]).await.is_ok() {
            sent += 4096;
            assert!(sent <= LINGER_BYTES + 3 * CHUNK, "it goes on listening");
        }
        closing.await.expect("it closes");
    }
}
