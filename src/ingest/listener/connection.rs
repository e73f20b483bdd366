//! One gateway's connection, from CONNACK to its end: one task that reads, hands over, acknowledges and watches the time.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tracing::{debug, info};

use super::ackobjects::{AckObjects, Taken};
use super::connect::Will;
use super::cursor::Cursor;
use super::fault::{Code, Fault};
use super::frame::Next;
use super::handover::Handover;
use super::handshake::{Guest, TOPIC_ALIASES};
use super::inflight::InFlight;
use super::packet::{Packet, Publish, Qos, Version};
use super::pipe::Pipe;
use super::properties;
use super::refused::Reason;
use super::registry::{Kick, Seat};
use super::reply::{self, NoSubscription};
use super::server::Shared;
use super::topics::Topics;
use crate::ingest::delivery::{Delivery, EVIDENCE_BYTES, Receipt, Settled, Topic};

/// Reading pauses while the client leaves this much of our output unread, in bytes.
const OUT_BYTES: usize = 64 * 1024;

/// How often an MQTT 5 client may publish where it must not before it is disconnected.
const REFUSALS: u32 = 100;

/// How long the start of an oversized message may take to arrive.
const EVIDENCE_TIME: Duration = Duration::from_secs(1);

/// An oversized message of an MQTT 3.1.1 client is skipped up to this many times the limit.
const SKIP_FACTOR: usize = 16;

const LOST: Fault = Fault::new(Code::ServerBusy, "a message could not be stored: connect again and send it again");
const TAKEN_OVER: Fault = Fault::new(Code::SessionTakenOver, "the same client has connected again");
const STOPPING: Fault = Fault::new(Code::ServerShuttingDown, "the server stops");
const SILENT: Fault = Fault::new(Code::KeepAliveTimeout, "nothing heard for 1.5 times the keep-alive");
const STALLED: Fault = Fault::new(Code::UnspecifiedError, "the client takes nothing of what is sent to it");
const TOO_LARGE: Fault = Fault::new(Code::PacketTooLarge, "the message is above the size limit");
const NOT_YOURS: Fault = Fault::new(Code::NotAuthorized, "a gateway publishes under its own id only");

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

struct Connection<'a, S> {
    shared: &'a Shared,
    peer: SocketAddr,
    pipe: Pipe<S>,
    gateway: Arc<str>,
    topics: Topics,
    version: Version,
    will: Option<Will>,
    seat: Seat,
    settle: mpsc::UnboundedSender<Settled>,
    settled: mpsc::UnboundedReceiver<Settled>,
    in_flight: InFlight,
    acks: AckObjects,
    handover: Handover,
    /// What each topic alias stands for: nothing yet, or a topic that is the gateway's own or not.
    aliases: [Option<Option<Topic>>; TOPIC_ALIASES as usize],
    refusals: u32,
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
    let (settle, settled) = mpsc::unbounded_channel();
    let window = connect.receive_maximum.min(shared.limits.ack_window);
    let mut connection = Connection {
        shared,
        peer,
        pipe,
        acks: AckObjects::new(connect.version, topics.acks().clone(), window, connect.maximum_packet),
        gateway,
        topics,
        version: connect.version,
        will: connect.will,
        seat,
        settle,
        settled,
        in_flight: InFlight::default(),
        handover: Handover::new(shared.intake.clone()),
        aliases: [None; TOPIC_ALIASES as usize],
        refusals: 0,
        draining: false,
        watch: Watch::new(keep_alive, shared.limits.write_timeout),
    };
    let Err(end) = connection.run().await;
    connection.finish(end).await;
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
        self.acks.write(&mut self.pipe.out, 4 * OUT_BYTES);
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
        while let Poll::Ready(Some(settled)) = self.settled.poll_recv(context) {
            self.settled(settled);
            progress = true;
        }
        if progress {
            // Everything that has settled is answered in one write.
            return Poll::Ready(Wake::Progress);
        }
        let _ = self.handover.poll(context);
        let may_take = self.may_take();
        let held_back = !may_take || !self.acks.is_empty();
        let unwritten = !self.pipe.out.is_empty();
        match self.pipe.poll_write(context) {
            Poll::Ready(Err(_)) => return Poll::Ready(Wake::End(End::Closed)),
            Poll::Ready(Ok(())) if unwritten && held_back => return Poll::Ready(Wake::Progress),
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
        self.in_flight.settle(settled.serial, settled.acks.is_some());
        let Some(acks) = settled.acks else {
            meters.not_stored.increment(1);
            return;
        };
        meters.settled.increment(1);
        if acks.is_empty() {
            return;
        }
        match self.acks.push(acks) {
            Taken::Yes => meters.acks.increment(1),
            Taken::Dropped => meters.acks_dropped.increment(1),
            Taken::NotSubscribed => {}
        }
    }

    /// Takes in the packets that have arrived whole.
    async fn take_packets(&mut self) -> Result<(), End> {
        while self.may_take() {
            match self.pipe.frames.next()? {
                Next::More => break,
                Next::Frame(frame) => match Packet::read(self.version, &frame)? {
                    Packet::Publish(publish) => self.publish(publish)?,
                    Packet::PubAck { id } => {
                        self.acks.acknowledged(id);
                        self.acks.write(&mut self.pipe.out, 4 * OUT_BYTES);
                    }
                    Packet::PubRel { id } => reply::complete(&mut self.pipe.out, id),
                    Packet::Subscribe { id, filters, identified } => self.subscribe(id, &filters, identified)?,
                    Packet::Unsubscribe { id, filters } => {
                        let own = |filter: &Bytes| filter == self.topics.acks() && self.acks.unsubscribe();
                        let existed: Vec<bool> = filters.iter().map(own).collect();
                        reply::unsubscribed(self.version, &mut self.pipe.out, id, &existed);
                    }
                    Packet::Ping => reply::pong(&mut self.pipe.out),
                    Packet::Disconnect { will } => return Err(End::Disconnected { will }),
                },
                Next::TooLarge { first, length } => self.too_large(first, length).await?,
            }
        }
        Ok(())
    }

    fn publish(&mut self, publish: Publish) -> Result<(), Fault> {
        if self.version == Version::V5
            && publish.qos != Qos::AtMostOnce
            && self.in_flight.ordered() >= usize::from(self.shared.limits.in_flight)
        {
            return Err(Fault::new(Code::ReceiveMaximumExceeded, "more messages in flight than the receive maximum"));
        }
        let Some(topic) = self.resolve(&publish.topic, publish.alias)? else {
            return self.refuse_topic(publish.qos, publish.id);
        };
        let size = publish.payload.len();
        let oversized = (size > self.shared.limits.message_bytes).then_some(size);
        let payload = if oversized.is_some() { Bytes::copy_from_slice(&publish.payload[..EVIDENCE_BYTES]) } else { publish.payload };
        self.deliver(topic, publish.qos, publish.id, payload, publish.retain, oversized);
        if oversized.is_some() && self.version == Version::V5 { Err(TOO_LARGE) } else { Ok(()) }
    }

    /// Which of the gateway's own topics a PUBLISH is for, by name or by alias; `None`: not its own.
    fn resolve(&mut self, name: &[u8], alias: Option<u16>) -> Result<Option<Topic>, Fault> {
        let Some(alias) = alias else { return Ok(self.topics.own(name)) };
        let slot = self.aliases.get_mut(usize::from(alias) - 1);
        let slot = slot.ok_or(Fault::new(Code::TopicAliasInvalid, "a topic alias above the maximum"))?;
        if !name.is_empty() {
            *slot = Some(self.topics.own(name));
        }
        slot.ok_or(Fault::protocol("a topic alias that stands for nothing yet"))
    }

    fn refuse_topic(&mut self, qos: Qos, id: u16) -> Result<(), Fault> {
        self.shared.refuse(Some(&self.gateway), self.peer, Reason::Topic);
        self.refusals += 1;
        if self.version == Version::V4 || qos == Qos::AtMostOnce {
            return Err(NOT_YOURS);
        }
        if self.refusals > REFUSALS {
            return Err(Fault::new(Code::QuotaExceeded, "too many messages to topics that are not the gateway's own"));
        }
        self.in_flight.add_refused(qos, id);
        Ok(())
    }

    fn deliver(&mut self, topic: Topic, qos: Qos, id: u16, payload: Bytes, retained: bool, oversized: Option<usize>) {
        if oversized.is_some() {
            self.shared.refuse(Some(&self.gateway), self.peer, Reason::TooLarge);
        } else {
            self.shared.meters.messages.increment(1);
            self.shared.meters.bytes.increment(payload.len() as u64);
        }
        let serial = self.in_flight.add(qos, id, payload.len());
        let receipt = Receipt::new(self.settle.clone(), serial);
        let received_at = self.shared.clock.now();
        self.handover.submit(Delivery { gateway: self.gateway.clone(), topic, payload, oversized, retained, received_at, receipt });
    }

    fn subscribe(&mut self, id: u16, filters: &[(Bytes, Qos)], identified: bool) -> Result<(), Fault> {
        if identified {
            return Err(Fault::new(Code::SubscriptionIdentifiersNotSupported, "subscription identifiers are not supported"));
        }
        let answers: Vec<_> = filters
            .iter()
            .map(|(filter, qos)| match &filter[..] {
                own if own == self.topics.acks() => Ok(self.acks.subscribe(*qos)),
                shared if shared.starts_with(b"$share/") => Err(NoSubscription::SharedSubscriptionsNotSupported),
                wild if wild.iter().any(|b| matches!(b, b'#' | b'+')) => Err(NoSubscription::WildcardSubscriptionsNotSupported),
                _ => Err(NoSubscription::NotAuthorized),
            })
            .collect();
        reply::subscribed(self.version, &mut self.pipe.out, id, &answers);
        Ok(())
    }

    /// A packet above the limit, of which only the fixed header has been read. The start of a message is handed over for quarantine.
    async fn too_large(&mut self, first: u8, length: usize) -> Result<(), End> {
        if first >> 4 != 3 {
            return Err(TOO_LARGE.into());
        }
        let enough = length.min(EVIDENCE_BYTES + 1024);
        let arrived = async {
            while self.pipe.frames.rest().len() < enough {
                if self.pipe.read().await.unwrap_or(0) == 0 {
                    break;
                }
            }
        };
        let _ = timeout(EVIDENCE_TIME, arrived).await;
        let message = self.start_of_message(first)?;
        let Some((topic, id, at)) = message else { return Err(TOO_LARGE.into()) };
        let qos = Qos::from_bits(first >> 1 & 3)?;
        let Some(topic) = topic else {
            self.refuse_topic(qos, id)?;
            return Err(TOO_LARGE.into());
        };
        let rest = self.pipe.frames.rest();
        let payload = Bytes::copy_from_slice(&rest[at..rest.len().min(at + EVIDENCE_BYTES)]);
        self.deliver(topic, qos, id, payload, first & 1 != 0, Some(length - at));
        if self.version == Version::V5 || length > SKIP_FACTOR * self.shared.limits.packet_bytes() {
            return Err(TOO_LARGE.into());
        }
        self.pipe.frames.skip(length);
        Ok(())
    }

    /// Topic, packet identifier and where the payload begins, of a message that has arrived in part. `None`: too little has.
    #[allow(clippy::type_complexity, reason = "read in one place, two lines above")]
    fn start_of_message(&mut self, first: u8) -> Result<Option<(Option<Topic>, u16, usize)>, Fault> {
        let rest = self.pipe.frames.rest();
        let mut cursor = Cursor::new(rest);
        let mut alias = None;
        let Ok(name) = cursor.text() else { return Ok(None) };
        let id = if first & 6 == 0 { Ok(0) } else { cursor.two() };
        let Ok(id) = id else { return Ok(None) };
        if self.version == Version::V5 {
            let note = |id, value| {
                if id == properties::TOPIC_ALIAS {
                    alias = u16::try_from(value).ok();
                }
            };
            if properties::read(&mut cursor, properties::PUBLISH, note).is_err() {
                return Ok(None);
            }
        }
        let at = cursor.position();
        let name = Bytes::copy_from_slice(name.as_bytes());
        Ok(Some((self.resolve(&name, alias)?, id, at)))
    }

    /// Ends the connection: hands over what has been read, publishes the last will if it is due, says why, closes.
    async fn finish(mut self, end: End) {
        let limits = &self.shared.limits;
        let fault = match end {
            End::Fault(fault) | End::Drain(fault) => Some(fault),
            End::Disconnected { .. } | End::Closed => None,
        };
        if let Some(fault) = fault {
            info!(gateway = %self.gateway, why = fault.why, "connection closed");
            self.shared.meters.closed(fault);
        } else {
            debug!(gateway = %self.gateway, ?end, "disconnected");
        }
        if let End::Drain(_) = end {
            self.draining = true;
            let _ = timeout(limits.stop_timeout, self.drain()).await;
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
            reply::disconnect(self.version, &mut self.pipe.out, fault);
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
            retained: will.retain,
            received_at: self.shared.clock.now(),
            receipt: Receipt::new(nobody, 0),
        }
    }
}

/// Watches that the client is heard of, and that it takes what is written. These are properties of a socket, not of the world that Harken
/// decides about, so they run on the runtime's own timer.
struct Watch {
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
    fn new(keep_alive: Duration, write_timeout: Duration) -> Self {
        let silence = keep_alive * 3 / 2;
        Self { silence, heard: Instant::now(), listening: true, write_timeout, stalled: None, alarm: Box::pin(sleep(silence)) }
    }

    fn heard(&mut self) {
        self.heard = Instant::now();
    }

    /// `listening`: whether the client is read from; while it is not, it cannot be blamed for silence. `unwritten`: if output
    /// waits, how many bytes have been written in all.
    fn poll(&mut self, context: &mut Context<'_>, listening: bool, unwritten: Option<u64>) -> Poll<Fault> {
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
