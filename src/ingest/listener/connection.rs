//! One gateway's connection, from CONNACK to its end: one task that reads, hands over, acknowledges and watches the time.

mod incoming;
mod oversized;

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::{debug, info};

use super::ackobjects::{AckObjects, Taken};
use super::chatter::Line;
use super::connect::Will;
use super::fault::{Code, Fault};
use super::frame::Next;
use super::handover::Handover;
use super::handshake::{Guest, TOPIC_ALIASES};
use super::inflight::InFlight;
use super::packet::{Packet, Version};
use super::pipe::Pipe;
use super::registry::{ANOTHERS, Kick, Seat};
use super::reply;
use super::server::Shared;
use super::topics::Topics;
use super::watch::Watch;
use crate::ingest::delivery::{Delivery, Receipt, Settled, Topic};

/// Reading pauses while the client leaves this much of our output unread, in bytes.
const OUT_BYTES: usize = 64 * 1024;

/// Ack objects wait in their own queue while the output holds this much, in bytes.
const OUT_ROOM: usize = 256 * 1024;

const TOO_LARGE: Fault = Fault::new(Code::PacketTooLarge, "the message is above the size limit");
const LOST: Fault = Fault::new(Code::ServerBusy, "a message could not be stored: connect again and send it again");
const TAKEN_OVER: Fault = Fault::new(Code::SessionTakenOver, "the same client has connected again");
const STOPPING: Fault = Fault::new(Code::ServerShuttingDown, "the server stops");

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The client said good-bye; `will`: but its last will shall be published.
    Disconnected { will: bool },
    /// The client closed, or the network did.
    Closed,
    /// We close.
    Fault(Fault),
    /// We close once what is under way has been acknowledged.
    Drain(Fault),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What a topic alias stands for.
#[derive(Clone, Copy, Debug)]
enum Alias {
    Unset,
    /// A topic of the gateway's own, or `None` for another.
    Set(Option<Topic>),
}

struct Connection<'a, S> {
    shared: &'a Shared,
    peer: SocketAddr,
    pipe: Pipe<S>,
    gateway: Arc<str>,
    topics: Topics,
    version: Version,
    will: Option<Will>,
    /// The largest packet that the client takes, in bytes.
    maximum_packet: u32,
    seat: Seat,
    in_flight: InFlight,
    acks: AckObjects,
    handover: Handover,
    aliases: [Alias; TOPIC_ALIASES as usize],
    refusals: u32,
    /// Packets that have arrived are left lying, because no more may be taken now.
    held_back: bool,
    /// Nothing is read any more.
    draining: bool,
    watch: Watch,
}

/// Serves a gateway that has been let in, until the connection ends.
pub async fn serve<S>(shared: &Shared, pipe: Pipe<S>, guest: Guest, peer: SocketAddr)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Guest { gateway, topics, connect, keep_alive, seat } = guest;
    shared.meters.sessions.increment(1.0);
    debug!(%gateway, version = ?connect.version, "connected");
    let mut connection = Connection {
        shared,
        peer,
        pipe,
        acks: AckObjects::new(
            connect.version,
            topics.acks().clone(),
            shared.limits.ack_window,
            connect.receive_maximum,
            connect.maximum_packet,
        ),
        gateway,
        topics,
        version: connect.version,
        will: connect.will,
        maximum_packet: connect.maximum_packet,
        seat,
        in_flight: InFlight::default(),
        handover: Handover::new(shared.intake.clone()),
        aliases: [Alias::Unset; TOPIC_ALIASES as usize],
        refusals: 0,
        held_back: false,
        draining: false,
        watch: Watch::new(keep_alive, shared.limits.write_timeout),
    };
    let Err(end) = connection.run().await;
    // Boxed, so that its state takes no room while the connection lives.
    Box::pin(connection.finish(end)).await;
    shared.meters.sessions.decrement(1.0);
}

/// What woke a connection.
enum Wake {
    /// Something was read, settled or written: look again.
    Progress,
    /// The connection must end.
    End(End),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<'_, S> {
    /// Runs until something ends it.
    async fn run(&mut self) -> Result<std::convert::Infallible, End> {
        loop {
            self.take_packets().await?;
            self.answer();
            if self.in_flight.lost() && !self.draining {
                return Err(End::Drain(LOST));
            }
            if let Wake::End(end) = poll_fn(|context| self.poll(context)).await {
                return Err(end);
            }
        }
    }

    /// Writes what has become due: ack objects first, so that they go at once, then the acknowledgements in their order.
    fn answer(&mut self) {
        self.acks.write(&mut self.pipe.out, OUT_ROOM);
        self.in_flight.acknowledge(self.version, &mut self.pipe.out);
    }

    /// Whether more may be taken from the client now. MQTT 5 clients are told how many messages may be in flight, and one that sends
    /// more is wrong; for the others reading pauses.
    fn may_take(&self) -> bool {
        let limits = &self.shared.limits;
        let counted = match self.version {
            Version::V4 => self.in_flight.ordered() + self.in_flight.unordered(),
            Version::V5 => self.in_flight.unordered(),
        };
        !self.draining
            && counted < usize::from(limits.in_flight)
            && self.in_flight.bytes() < limits.in_flight_bytes
            && self.pipe.out.len() < OUT_BYTES
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Wake> {
        if !self.draining
            && let Poll::Ready(kick) = Pin::new(&mut self.seat.kicked).poll(context)
        {
            return Poll::Ready(Wake::End(match kick {
                Ok(Kick::TakenOver) => End::Fault(TAKEN_OVER),
                Ok(Kick::Stopping) | Err(_) => End::Drain(STOPPING),
            }));
        }
        let mut progress = false;
        while let Poll::Ready(Some(settled)) = self.seat.settled.poll_recv(context) {
            self.settled(settled);
            progress = true;
        }
        if progress {
            // Everything that has settled is answered in one write.
            return Poll::Ready(Wake::Progress);
        }
        let _ = self.handover.poll(context);
        let may_take = self.may_take();
        if may_take && self.held_back {
            return Poll::Ready(Wake::Progress);
        }
        let awaited = !may_take || !self.acks.is_empty();
        let unwritten = !self.pipe.out.is_empty();
        match self.pipe.poll_write(context) {
            Poll::Ready(Err(_)) => return Poll::Ready(Wake::End(End::Closed)),
            Poll::Ready(Ok(())) if unwritten && awaited => return Poll::Ready(Wake::Progress),
            Poll::Ready(Ok(())) => {}
            Poll::Pending => {}
        }
        if may_take {
            match self.pipe.poll_read(context) {
                Poll::Ready(Err(_) | Ok(0)) => return Poll::Ready(Wake::End(End::Closed)),
                Poll::Ready(Ok(_)) => {
                    self.watch.heard();
                    return Poll::Ready(Wake::Progress);
                }
                Poll::Pending => {}
            }
        }
        let unwritten = (!self.pipe.out.is_empty()).then(|| self.pipe.written());
        match self.watch.poll(context, may_take, unwritten) {
            Poll::Ready(fault) => Poll::Ready(Wake::End(End::Fault(fault))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn settled(&mut self, settled: Settled) {
        let meters = &self.shared.meters;
        if settled.serial == ANOTHERS {
            if settled.acks.is_some_and(|acks| self.acks.push(acks) == Taken::Yes) {
                meters.acks.increment(1);
                self.acks.write(&mut self.pipe.out, OUT_ROOM);
            }
            return;
        }
        self.in_flight.settle(settled.serial, settled.acks.is_some());
        let Some(acks) = settled.acks else {
            meters.not_stored.increment(1);
            return;
        };
        meters.settled.increment(1);
        if acks.is_empty() {
            return;
        }
        match self.acks.push(acks.clone()) {
            Taken::Yes => {
                meters.acks.increment(1);
                self.acks.write(&mut self.pipe.out, OUT_ROOM);
            }
            Taken::Dropped => meters.acks_dropped.increment(1),
            Taken::NotSubscribed => self.seat.tell_the_others(&acks),
        }
    }

    /// Takes in the packets that have arrived whole.
    async fn take_packets(&mut self) -> Result<(), End> {
        loop {
            self.held_back = !self.may_take();
            if self.held_back {
                return Ok(());
            }
            match self.pipe.frames.next()? {
                Next::More => return Ok(()),
                Next::Frame(frame) => self.take_packet(Packet::read(self.version, &frame)?)?,
                Next::TooLarge { first, length } => self.too_large(first, length).await?,
            }
        }
    }

    /// Ends the connection: hands over what has been read, publishes the last will if it is due, says why, closes.
    async fn finish(mut self, end: End) {
        let limits = &self.shared.limits;
        let fault = match end {
            End::Fault(fault) | End::Drain(fault) => Some(fault),
            End::Disconnected { .. } | End::Closed => None,
        };
        if let Some(fault) = fault {
            if let Line::Write { missing } = self.shared.chatter.ask(&self.shared.clock) {
                info!(gateway = %self.gateway, why = fault.why, missing, "connection closed");
            }
            self.shared.meters.closed(fault);
        } else {
            debug!(gateway = %self.gateway, ?end, "disconnected");
        }
        if let End::Drain(_) = end {
            self.draining = true;
            let _ = timeout(limits.stop_timeout, self.drain()).await;
            if end == End::Drain(LOST) {
                // Whoever sends again at once shall not do so as fast as the network goes.
                tokio::time::sleep(limits.refusal_delay).await;
            }
        }
        let _ = timeout(limits.stop_timeout, self.handover.finish()).await;
        let will_due = !matches!(end, End::Disconnected { will: false }) && end != End::Drain(STOPPING);
        if let Some(will) = self.will.take().filter(|_| will_due) {
            self.shared.meters.wills.increment(1);
            let delivery = self.last_will(will);
            let _ = timeout(limits.stop_timeout, self.shared.intake.submit(delivery)).await;
        }
        // A connection that takes this one over comes in from here on.
        drop(self.seat);
        if let Some(fault) = fault {
            reply::disconnect(self.version, &mut self.pipe.out, fault, self.maximum_packet);
        }
        if end != End::Closed {
            self.pipe.close().await;
        }
    }

    /// Returns once nothing more can be acknowledged and everything is written, or the client has gone.
    async fn drain(&mut self) {
        loop {
            self.answer();
            if self.in_flight.is_settled() && self.acks.is_empty() && self.pipe.out.is_empty() {
                return;
            }
            if let Wake::End(_) = poll_fn(|context| self.poll(context)).await {
                return;
            }
        }
    }

    fn last_will(&self, will: Will) -> Delivery {
        let (nobody, _) = mpsc::unbounded_channel();
        Delivery {
            gateway: self.gateway.clone(),
            topic: Topic::Status,
            payload: will.payload,
            oversized: None,
            decoded: None,
            retained: will.retain,
            received_at: self.shared.clock.now(),
            receipt: Receipt::new(nobody, 0),
        }
    }
}
