//! What becomes of the packets of a gateway: messages to the engine, subscriptions to its acks.

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Alias, Connection, End, OUT_ROOM, TOO_LARGE};
use crate::ingest::delivery::{Delivery, Receipt, Topic};
use crate::ingest::format::EVIDENCE_BYTES;
use crate::ingest::listener::fault::{Code, Fault};
use crate::ingest::listener::packet::{Packet, Publish, Qos, Version};
use crate::ingest::listener::refused::Reason;
use crate::ingest::listener::reply::{self, NoSubscription};

/// How often an MQTT 5 client may publish where it must not before it is disconnected.
const REFUSALS: u32 = 100;

const NOT_YOURS: Fault = Fault::new(Code::NotAuthorized, "a gateway publishes under its own id only");

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<'_, S> {
    /// Takes in one packet.
    pub(super) fn take_packet(&mut self, packet: Packet) -> Result<(), End> {
        match packet {
            Packet::Publish(publish) => self.publish(publish)?,
            Packet::PubAck { id } => {
                self.acks.acknowledged(id);
                self.acks.write(&mut self.pipe.out, OUT_ROOM);
            }
            Packet::PubRel { id } => reply::complete(&mut self.pipe.out, id),
            Packet::Subscribe { id, filters, identified } => self.subscribe(id, &filters, identified)?,
            Packet::Unsubscribe { id, filters } => self.unsubscribe(id, &filters),
            Packet::Ping => reply::pong(&mut self.pipe.out),
            Packet::Disconnect { will } => return Err(End::Disconnected { will }),
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
    pub(super) fn resolve(&mut self, name: &[u8], alias: Option<u16>) -> Result<Option<Topic>, Fault> {
        let Some(alias) = alias else { return Ok(self.topics.own(name)) };
        let slot = self.aliases.get_mut(usize::from(alias) - 1);
        let slot = slot.ok_or(Fault::new(Code::TopicAliasInvalid, "a topic alias above the maximum"))?;
        if !name.is_empty() {
            *slot = Alias::Set(self.topics.own(name));
        }
        match *slot {
            Alias::Set(topic) => Ok(topic),
            Alias::Unset => Err(Fault::protocol("a topic alias that stands for nothing yet")),
        }
    }

    pub(super) fn refuse_topic(&mut self, qos: Qos, id: u16) -> Result<(), Fault> {
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

    pub(super) fn deliver(&mut self, topic: Topic, qos: Qos, id: u16, payload: Bytes, retained: bool, oversized: Option<usize>) {
        if oversized.is_some() {
            self.shared.refuse(Some(&self.gateway), self.peer, Reason::TooLarge);
        } else {
            self.shared.meters.messages.increment(1);
            self.shared.meters.bytes.increment(payload.len() as u64);
        }
        let serial = self.in_flight.add(qos, id, payload.len());
        let receipt = Receipt::new(self.seat.settle.clone(), serial);
        let received_at = self.shared.clock.now();
        let gateway = self.gateway.clone();
        // Here a status is always live: retaining it is what the contract asks for, and we retain nothing.
        let retained = retained && topic != Topic::Status;
        self.handover.submit(Delivery { gateway, topic, payload, oversized, decoded: None, retained, received_at, receipt });
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

    fn unsubscribe(&mut self, id: u16, filters: &[Bytes]) {
        let own = |filter: &Bytes| filter == self.topics.acks() && self.acks.unsubscribe();
        let existed: Vec<bool> = filters.iter().map(own).collect();
        reply::unsubscribed(self.version, &mut self.pipe.out, id, &existed);
    }
}
