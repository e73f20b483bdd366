//! One connection of one slot: messages go to the engine, ack objects and acknowledgements come back.
//!
//! Three loops run side by side in the slot's task and never wait for each other, but through queues without a bound of their own (what
//! is in them is bounded by the receive maximum, and by [`Load`]): the *driver* serves the network, the *desk* keeps the books, the
//! *porter* carries deliveries to the engine and waits there while its lanes are full. When the task is dropped, all of it is gone at
//! once, the socket first.

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Duration;

use metrics::counter;
use tokio::sync::mpsc;
use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;

use super::ledger::Ledger;
use super::link::{self, Arrived, Driver, News, Order, Pen};
use super::load::Load;
use super::newcomers::Newcomers;
use super::options::Options;
use super::path::{Counted, Path};
use super::slot::Slot;
use super::topic::Sender;
use crate::clock::{Clock, Time};
use crate::ingest::delivery::{Delivery, Receipt, Settled};
use crate::ingest::format;
use crate::ingest::intake::Intake;

/// A connection that is not subscribed after this long is given up.
const OPENING: Duration = Duration::from_secs(10);
/// A graceful end waits this long for what the engine has in hand.
const CLOSING: Duration = Duration::from_secs(5);
/// And then this long for the broker to read what we sent.
const LEAVING: Duration = Duration::from_secs(3);
/// What is handled before the next look around.
const TURN: usize = 256;
/// MQTT's own part of a publish beside topic and payload, at most, in bytes.
const PUBLISH_OVERHEAD_BYTES: usize = 16;

/// What a connection works with.
#[derive(Clone)]
pub(super) struct Room {
    pub options: std::sync::Arc<Options>,
    pub intake: Intake,
    pub clock: Clock,
    pub path: Path,
    pub newcomers: std::sync::Arc<Newcomers>,
}

/// Why a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It was asked to.
    Stopped,
    /// The engine gave deliveries up; a new connection makes the broker deliver them again.
    Redeliver,
    /// It could not be made, or broke.
    Lost(String),
}

/// Makes a connection and serves it until it ends. After `stop` it takes no more messages, waits a moment for what is in hand, and says
/// DISCONNECT, which keeps the session. `redeliver_after` is how long to wait before a delivery that was given up is asked for again.
pub(super) async fn serve(room: &Room, slot: Slot, redeliver_after: Duration, stop: &CancellationToken) -> Ending {
    let (pen, driver) = link::open(&room.options, slot.client_id(), true);
    let (news_in, news) = mpsc::unbounded_channel();
    let (receipts, settled) = mpsc::unbounded_channel();
    let (porter, deliveries) = mpsc::unbounded_channel();
    let load = Load::default();
    let desk = Desk {
        room,
        slot,
        pen,
        outbox: VecDeque::new(),
        ledger: Ledger::default(),
        porter,
        receipts,
        load: load.clone(),
        largest: usize::MAX,
        phase: Phase::Opening,
        deadline: Some(Box::pin(tokio::time::sleep(OPENING))),
        redeliver_after,
        connected: None,
    };
    tokio::select! {
        reason = drive(driver, news_in, &load, &room.clock) => reason.map_or_else(|| ending(stop), Ending::Lost),
        ending = desk.run(news, settled, stop) => ending,
        () = carry(deliveries, room) => Ending::Stopped,
    }
}

/// The driver: nothing of ours is waited for here but room in memory. Returns why the connection was lost; nothing when the broker closed it
/// at our word.
///
/// A goodbye is over when the broker has closed, not when our bytes are out. It may be behind with reading (Mosquitto takes one packet per
/// connection and turn), and whoever connects under this client id next makes it throw away what it has not read: acknowledgements, so that
/// messages that are long stored would come again.
async fn drive(mut driver: Driver, news: mpsc::UnboundedSender<(News, Time, usize)>, load: &Load, clock: &Clock) -> Option<String> {
    let mut left = false;
    loop {
        load.room().await;
        match driver.next().await {
            Ok(item) => {
                left |= matches!(item, News::Left);
                let weight = if let News::Arrived(message) = &item { load.add(message.payload.len()) } else { 0 };
                let _ = news.send((item, clock.now(), weight));
            }
            Err(reason) => return (!left).then_some(reason),
        }
    }
}

/// The porter.
async fn carry(mut deliveries: mpsc::UnboundedReceiver<Delivery>, room: &Room) {
    while let Some(delivery) = deliveries.recv().await {
        let delivery = room.newcomers.pass(room.intake.read(delivery)).await;
        room.intake.submit(delivery).await;
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// Not subscribed yet.
    Opening,
    /// At work.
    Open,
    /// Takes nothing more, waits for what is in hand.
    Closing,
    /// DISCONNECT is on its way; the broker closes when it has read it.
    Leaving,
}

struct Desk<'a> {
    room: &'a Room,
    slot: Slot,
    pen: Pen,
    outbox: VecDeque<Order>,
    ledger: Ledger,
    porter: mpsc::UnboundedSender<Delivery>,
    receipts: mpsc::UnboundedSender<Settled>,
    load: Load,
    /// Bytes of topic and payload that one publish may have.
    largest: usize,
    phase: Phase,
    /// When the phase ends, or in `Open` when to ask for what was given up.
    deadline: Option<Pin<Box<Sleep>>>,
    redeliver_after: Duration,
    connected: Option<Counted>,
}

impl Desk<'_> {
    async fn run(
        mut self,
        mut news: mpsc::UnboundedReceiver<(News, Time, usize)>,
        mut settled: mpsc::UnboundedReceiver<Settled>,
        stop: &CancellationToken,
    ) -> Ending {
        loop {
            while let Some(order) = self.outbox.front() {
                if !self.pen.write(order) {
                    // Full: each request that goes out is news, and then there is room.
                    break;
                }
                if let Some(Order::Publish { serial, .. }) = self.outbox.pop_front() {
                    self.ledger.handed(serial);
                }
            }
            if self.phase == Phase::Closing && self.ledger.is_idle() && self.outbox.is_empty() {
                self.leave();
                continue;
            }
            tokio::select! {
                Some((item, at, weight)) = news.recv() => {
                    let mut next = Some((item, at, weight));
                    let mut turns = 0;
                    while let Some((item, at, weight)) = next.take() {
                        if let Some(ending) = self.hear(item, at, weight) {
                            return ending;
                        }
                        turns += 1;
                        next = if turns < TURN { news.try_recv().ok() } else { None };
                    }
                }
                Some(answer) = settled.recv() => {
                    let mut next = Some(answer);
                    let mut turns = 0;
                    while let Some(answer) = next.take() {
                        self.settle(answer);
                        turns += 1;
                        next = if turns < TURN { settled.try_recv().ok() } else { None };
                    }
                }
                () = stop.cancelled(), if matches!(self.phase, Phase::Opening | Phase::Open) => {
                    if self.phase == Phase::Opening {
                        return Ending::Stopped;
                    }
                    self.close();
                }
                () = ring(&mut self.deadline) => match self.phase {
                    Phase::Opening => return Ending::Lost(format!("not subscribed within {} s", OPENING.as_secs())),
                    Phase::Open => self.close(),
                    Phase::Closing => self.leave(),
                    Phase::Leaving => return ending(stop),
                },
            }
        }
    }

    /// Something happened on the link.
    fn hear(&mut self, item: News, at: Time, weight: usize) -> Option<Ending> {
        match item {
            News::Connected { resumed, largest, sharing } => {
                if !sharing {
                    return Some(Ending::Lost("the broker offers no shared subscriptions; Harken needs them".to_owned()));
                }
                tracing::info!(client = self.slot.client_id(), resumed, "connected to the broker");
                self.largest = largest.unwrap_or(usize::MAX).saturating_sub(PUBLISH_OVERHEAD_BYTES);
                // On every connection: a broker that lost the session has forgotten the subscription too.
                self.outbox.push_back(Order::Subscribe(self.slot.kind));
            }
            News::Subscribed(Ok(())) => {
                self.connected = Some(self.room.path.connect());
                if self.phase == Phase::Opening {
                    (self.phase, self.deadline) = (Phase::Open, None);
                }
            }
            News::Subscribed(Err(why)) => {
                return Some(Ending::Lost(format!("the broker refuses the subscription to {}: {why}", self.slot.kind.filter())));
            }
            News::Arrived(message) => self.arrive(message, at, weight),
            News::Sent(packet_id) => self.ledger.sent(packet_id),
            News::Accepted(packet_id, verdict) => {
                match verdict {
                    Ok(()) => counter!("harken_broker_acks_total").increment(1),
                    Err(why) => {
                        // Nothing that sending it again would mend; the gateway re-sends its event and is told `duplicate` then.
                        counter!("harken_broker_acks_refused_total").increment(1);
                        tracing::warn!(
                            client = self.slot.client_id(),
                            why,
                            "the broker refused an ack object; check its access rules for telecare/v1/+/acks"
                        );
                    }
                }
                self.outbox.extend(self.ledger.confirmed(packet_id));
            }
            // The driver tells when the broker has read it; the deadline of this phase is for a broker that does not.
            News::Left => {}
        }
        None
    }

    fn arrive(&mut self, message: Arrived, at: Time, weight: usize) {
        if matches!(self.phase, Phase::Closing | Phase::Leaving) {
            // Not taken, not acknowledged: the broker keeps it for the next connection.
            self.load.remove(weight);
            return;
        }
        counter!("harken_broker_received_total", "topic" => self.slot.kind.label()).increment(1);
        let sender = Sender::of(&message.topic, self.slot.kind);
        let topic = self.slot.kind.topic();
        let decoded = sender.fault.map(|fault| {
            counter!("harken_broker_strange_topics_total").increment(1);
            format::refused(&message.payload, fault, topic)
        });
        let serial = self.ledger.enter(message.packet_id, sender.acks, weight);
        let receipt = Receipt::new(self.receipts.clone(), serial);
        let Arrived { payload, oversized, retained, .. } = message;
        let delivery = Delivery { gateway: sender.gateway, topic, payload, oversized, decoded, retained, received_at: at, receipt };
        // The porter lives as long as the desk.
        let _ = self.porter.send(delivery);
    }

    /// The engine is done with a delivery.
    fn settle(&mut self, answer: Settled) {
        let Some(settlement) = self.ledger.settle(answer.serial, answer.acks, self.largest) else { return };
        self.load.remove(settlement.weight);
        self.outbox.extend(settlement.order);
        if settlement.abandoned {
            counter!("harken_broker_not_stored_total").increment(1);
            if self.phase == Phase::Open && self.deadline.is_none() {
                self.deadline = Some(Box::pin(tokio::time::sleep(self.redeliver_after)));
            }
        }
    }

    fn close(&mut self) {
        self.connected = None;
        (self.phase, self.deadline) = (Phase::Closing, Some(Box::pin(tokio::time::sleep(CLOSING))));
    }

    fn leave(&mut self) {
        self.outbox.push_back(Order::Disconnect);
        (self.phase, self.deadline) = (Phase::Leaving, Some(Box::pin(tokio::time::sleep(LEAVING))));
    }
}

/// How a graceful end is called.
fn ending(stop: &CancellationToken) -> Ending {
    if stop.is_cancelled() { Ending::Stopped } else { Ending::Redeliver }
}

/// Returns when the deadline is reached; without one, never.
async fn ring(deadline: &mut Option<Pin<Box<Sleep>>>) {
    match deadline {
        Some(sleep) => sleep.await,
        None => std::future::pending().await,
    }
}
