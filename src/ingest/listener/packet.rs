//! The packets that a client sends after its CONNECT, in one form for MQTT 3.1.1 and 5, read strictly. See `connect.rs` for the CONNECT.
//!
//! The library's reader is not used here: it lets pass reserved bits, properties that are given twice or run past their section,
//! and bytes left over, and it refuses the shortest DISCONNECT of MQTT 5 and passwords that are not UTF-8.

use bytes::Bytes;

use super::cursor::Cursor;
use super::fault::Fault;
use super::frame::Frame;
use super::properties;

/// The protocol version of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// MQTT 3.1.1
    V4,
    /// MQTT 5
    V5,
}

/// Quality of service.
#[expect(clippy::enum_variant_names, reason = "the standard's own names")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Qos {
    AtMostOnce,
    AtLeastOnce,
    ExactlyOnce,
}

impl Qos {
    /// From its number.
    ///
    /// # Errors
    /// There is no quality of service 3.
    pub fn from_bits(bits: u8) -> Result<Self, Fault> {
        match bits {
            0 => Ok(Self::AtMostOnce),
            1 => Ok(Self::AtLeastOnce),
            2 => Ok(Self::ExactlyOnce),
            _ => Err(Fault::malformed("quality of service 3")),
        }
    }
}

/// A packet from a client that has connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    Publish(Publish),
    /// The client has one of our ack objects.
    PubAck {
        id: u16,
    },
    PubRel {
        id: u16,
    },
    Subscribe {
        id: u16,
        filters: Vec<(Bytes, Qos)>,
        identified: bool,
    },
    Unsubscribe {
        id: u16,
        filters: Vec<Bytes>,
    },
    Ping,
    /// `will`: the last will shall be published all the same.
    Disconnect {
        will: bool,
    },
}

/// A PUBLISH from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    pub qos: Qos,
    pub retain: bool,
    /// 0 at QoS 0.
    pub id: u16,
    /// Empty when an alias stands for it.
    pub topic: Bytes,
    pub alias: Option<u16>,
    pub payload: Bytes,
}

impl Packet {
    /// Reads one packet.
    ///
    /// # Errors
    /// It is malformed, or not one that a client may send once it is connected.
    pub fn read(version: Version, frame: &Frame) -> Result<Self, Fault> {
        let body = &frame.body;
        match frame.first >> 4 {
            3 => Publish::read(version, frame.first, body).map(Self::Publish),
            4 => Ok(Self::PubAck { id: acknowledgement(version, body)? }),
            6 => Ok(Self::PubRel { id: acknowledgement(version, body)? }),
            8 => subscribe(version, body),
            10 => unsubscribe(version, body),
            12 if body.is_empty() => Ok(Self::Ping),
            14 => disconnect(version, body),
            1 => Err(Fault::protocol("a second CONNECT")),
            5 | 7 => Err(Fault::protocol("nothing is sent to clients at QoS 2")),
            _ => Err(Fault::malformed("a PINGREQ with content")),
        }
    }
}

impl Publish {
    fn read(version: Version, first: u8, body: &Bytes) -> Result<Self, Fault> {
        let qos = Qos::from_bits(first >> 1 & 3)?;
        if qos == Qos::AtMostOnce && first & 8 != 0 {
            return Err(Fault::malformed("a duplicate at QoS 0"));
        }
        let mut cursor = Cursor::new(body);
        let topic = cursor.text()?.len();
        let topic = body.slice(2..2 + topic);
        let id = if qos == Qos::AtMostOnce { 0 } else { packet_id(&mut cursor)? };
        let mut alias = None;
        if version == Version::V5 {
            properties::read(&mut cursor, properties::PUBLISH, |id, value| {
                if id == properties::TOPIC_ALIAS {
                    alias = u16::try_from(value).ok();
                }
            })?;
        }
        if topic.is_empty() && alias.is_none() {
            return Err(Fault::protocol("a PUBLISH without a topic"));
        }
        if topic.iter().any(|b| matches!(b, b'#' | b'+')) {
            return Err(Fault::new(super::fault::Code::TopicNameInvalid, "a topic name with a wildcard"));
        }
        Ok(Self { qos, retain: first & 1 != 0, id, topic, alias, payload: body.slice(cursor.position()..) })
    }
}

/// A packet identifier, which is never 0.
fn packet_id(cursor: &mut Cursor<'_>) -> Result<u16, Fault> {
    match cursor.two()? {
        0 => Err(Fault::protocol("packet identifier 0")),
        id => Ok(id),
    }
}

/// PUBACK or PUBREL: all that matters is the identifier.
fn acknowledgement(version: Version, body: &[u8]) -> Result<u16, Fault> {
    let mut cursor = Cursor::new(body);
    let id = packet_id(&mut cursor)?;
    if version == Version::V5 && !cursor.is_empty() {
        cursor.byte()?;
        if !cursor.is_empty() {
            properties::read(&mut cursor, properties::ACKNOWLEDGEMENT, |_, _| ())?;
        }
    }
    ended(&cursor)?;
    Ok(id)
}

fn subscribe(version: Version, body: &Bytes) -> Result<Packet, Fault> {
    let mut cursor = Cursor::new(body);
    let id = packet_id(&mut cursor)?;
    let mut identified = false;
    if version == Version::V5 {
        properties::read(&mut cursor, properties::SUBSCRIBE, |id, _| identified |= id == properties::SUBSCRIPTION_IDENTIFIER)?;
    }
    let mut filters = Vec::new();
    while !cursor.is_empty() {
        let filter = filter(&mut cursor, body)?;
        let options = cursor.byte()?;
        let reserved = if version == Version::V5 { 0xc0 } else { 0xfc };
        if options & reserved != 0 || options & 0x30 == 0x30 {
            return Err(Fault::malformed("reserved bits of the subscription options are set"));
        }
        filters.push((filter, Qos::from_bits(options & 3)?));
    }
    if filters.is_empty() {
        return Err(Fault::protocol("a SUBSCRIBE without a topic filter"));
    }
    Ok(Packet::Subscribe { id, filters, identified })
}

fn unsubscribe(version: Version, body: &Bytes) -> Result<Packet, Fault> {
    let mut cursor = Cursor::new(body);
    let id = packet_id(&mut cursor)?;
    if version == Version::V5 {
        properties::read(&mut cursor, properties::UNSUBSCRIBE, |_, _| ())?;
    }
    let mut filters = Vec::new();
    while !cursor.is_empty() {
        filters.push(filter(&mut cursor, body)?);
    }
    if filters.is_empty() {
        return Err(Fault::protocol("an UNSUBSCRIBE without a topic filter"));
    }
    Ok(Packet::Unsubscribe { id, filters })
}

fn filter(cursor: &mut Cursor<'_>, body: &Bytes) -> Result<Bytes, Fault> {
    let length = cursor.text()?.len();
    if length == 0 {
        return Err(Fault::malformed("an empty topic filter"));
    }
    Ok(body.slice(cursor.position() - length..cursor.position()))
}

fn disconnect(version: Version, body: &[u8]) -> Result<Packet, Fault> {
    let mut cursor = Cursor::new(body);
    let mut reason = 0;
    if version == Version::V5 && !cursor.is_empty() {
        reason = cursor.byte()?;
        if !cursor.is_empty() {
            properties::read(&mut cursor, properties::DISCONNECT, |_, _| ())?;
        }
    }
    ended(&cursor)?;
    Ok(Packet::Disconnect { will: reason != 0 })
}

pub(super) fn ended(cursor: &Cursor<'_>) -> Result<(), Fault> {
    if cursor.is_empty() { Ok(()) } else { Err(Fault::malformed("bytes are left over at the end of a packet")) }
}
