//! Watches over one connection: that the client is heard of, and that it takes what is written to it. These are properties of a socket,
//! not of the world that Harken decides about, so they run on the runtime's own timer.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::fault::{Code, Fault};

const SILENT: Fault = Fault::new(Code::KeepAliveTimeout, "nothing heard for 1.5 times the keep-alive");
const STALLED: Fault = Fault::new(Code::UnspecifiedError, "the client takes nothing of what is sent to it");

/// See the module.
#[derive(Debug)]
pub struct Watch {
    /// Without a packet for this long the client is gone.
    silence: Duration,
    heard: Instant,
    /// Whether it was listened to when last looked at.
    listening: bool,
    write_timeout: Duration,
    /// Since when how many bytes have been written in all, while some wait.
    stalled: Option<(Instant, u64)>,
    alarm: Pin<Box<Sleep>>,
}

impl Watch {
    /// Watches a client with this keep-alive.
    #[must_use]
    pub fn new(keep_alive: Duration, write_timeout: Duration) -> Self {
        let silence = keep_alive * 3 / 2;
        Self { silence, heard: Instant::now(), listening: true, write_timeout, stalled: None, alarm: Box::pin(sleep(silence)) }
    }

    /// Something has been read.
    pub fn heard(&mut self) {
        self.heard = Instant::now();
    }

    /// Ready when the client must be given up. `listening`: whether the client is read from; while it is not, it cannot be blamed for silence. `unwritten`: if output
    /// waits, how many bytes have been written in all.
    pub fn poll(&mut self, context: &mut Context<'_>, listening: bool, unwritten: Option<u64>) -> Poll<Fault> {
        if listening && !self.listening {
            self.heard();
        }
        self.listening = listening;
        match (unwritten, self.stalled) {
            (None, _) => self.stalled = None,
            (Some(written), Some((_, before))) if written == before => {}
            (Some(written), _) => {
                let now = Instant::now();
                self.stalled = Some((now, written));
                if self.alarm.deadline() > now + self.write_timeout {
                    self.alarm.as_mut().reset(now + self.write_timeout);
                }
            }
        }
        while self.alarm.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            if listening && now >= self.heard + self.silence {
                return Poll::Ready(SILENT);
            }
            let stalled = self.stalled.map(|(since, _)| since + self.write_timeout);
            if stalled.is_some_and(|due| now >= due) {
                return Poll::Ready(STALLED);
            }
            let next = if listening { self.heard + self.silence } else { now + self.silence };
            self.alarm.as_mut().reset(stalled.map_or(next, |due| due.min(next)));
        }
        Poll::Pending
    }
}
