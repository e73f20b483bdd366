//! The packets that the listener sends, in both protocol versions, on rumqttc's codec. A reply never fails: what is written here
//! is within the limits of the format.

use bytes::{BufMut, BytesMut};
use rumqttc::mqttbytes as v4;
use rumqttc::v5::mqttbytes as v5;
use v5::v5::ConnectReturnCode;

use super::fault::Fault;
use super::packet::{Qos, Version};

/// Why a CONNECT is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuse {
    /// Unknown gateway, wrong secret, another gateway's certificate, a will on another topic.
    NotAuthorized,
    /// Ask again later.
    Unavailable,
    /// The client id is too long, or absent where it must not be.
    ClientId,
    /// This gateway has too many connections already.
    TooMany,
    /// Authentication methods of MQTT 5 are not supported.
    Method,
}

impl Refuse {
    const fn v4(self) -> v4::v4::ConnectReturnCode {
        match self {
            Self::NotAuthorized | Self::Method => v4::v4::ConnectReturnCode::NotAuthorized,
            Self::Unavailable | Self::TooMany => v4::v4::ConnectReturnCode::ServiceUnavailable,
            Self::ClientId => v4::v4::ConnectReturnCode::BadClientId,
        }
    }

    const fn v5(self) -> ConnectReturnCode {
        match self {
            Self::NotAuthorized => ConnectReturnCode::NotAuthorized,
            Self::Method => ConnectReturnCode::BadAuthenticationMethod,
            Self::Unavailable => ConnectReturnCode::ServerUnavailable,
            Self::TooMany => ConnectReturnCode::QuotaExceeded,
            Self::ClientId => ConnectReturnCode::ClientIdentifierNotValid,
        }
    }
}

/// What an MQTT 5 client is told when it is let in.
#[derive(Clone, Debug)]
pub struct Welcome {
    pub receive_maximum: u16,
    pub maximum_packet: u32,
    pub topic_alias_maximum: u16,
    pub server_keep_alive: Option<u16>,
    pub assigned_client_id: Option<String>,
    /// The client asked for a session, and there is none.
    pub no_session: bool,
}

fn connack(out: &mut BytesMut, code: ConnectReturnCode, properties: Option<v5::v5::ConnAckProperties>) {
    let _ = v5::v5::ConnAck { session_present: false, code, properties }.write(out);
}

/// CONNACK: come in. There is never a session.
pub fn welcome(version: Version, out: &mut BytesMut, welcome: Welcome) {
    if version == Version::V4 {
        let _ = v4::v4::ConnAck::new(v4::v4::ConnectReturnCode::Success, false).write(out);
        return;
    }
    let properties = v5::v5::ConnAckProperties {
        session_expiry_interval: welcome.no_session.then_some(0),
        receive_max: Some(welcome.receive_maximum),
        max_qos: None,
        retain_available: None,
        max_packet_size: Some(welcome.maximum_packet),
        assigned_client_identifier: welcome.assigned_client_id,
        topic_alias_max: Some(welcome.topic_alias_maximum),
        reason_string: None,
        user_properties: Vec::new(),
        wildcard_subscription_available: Some(0),
        subscription_identifiers_available: Some(0),
        shared_subscription_available: Some(0),
        server_keep_alive: welcome.server_keep_alive,
        response_information: None,
        server_reference: None,
        authentication_method: None,
        authentication_data: None,
    };
    connack(out, ConnectReturnCode::Success, Some(properties));
}

/// CONNACK: no.
pub fn refuse(version: Version, out: &mut BytesMut, why: Refuse) {
    match version {
        Version::V4 => drop(v4::v4::ConnAck::new(why.v4(), false).write(out)),
        Version::V5 => connack(out, why.v5(), None),
    }
}

/// CONNACK: a protocol version that is not spoken here, in the form that every version can read.
pub fn other_version(out: &mut BytesMut) {
    let _ = v4::v4::ConnAck::new(v4::v4::ConnectReturnCode::RefusedProtocolVersion, false).write(out);
}

/// CONNACK for a CONNECT that MQTT 5 says is wrong. MQTT 3.1.1 only closes.
pub fn refuse_fault(out: &mut BytesMut, fault: Fault) {
    let code = match fault.code {
        super::fault::Code::MalformedPacket => ConnectReturnCode::MalformedPacket,
        _ => ConnectReturnCode::ProtocolError,
    };
    connack(out, code, None);
}

/// PUBACK or PUBREC for a PUBLISH at `qos`; `refused` tells an MQTT 5 client that it may not publish there.
pub fn acknowledge(version: Version, out: &mut BytesMut, qos: Qos, id: u16, refused: bool) {
    let first = match qos {
        Qos::AtMostOnce => return,
        Qos::AtLeastOnce => 0x40,
        Qos::ExactlyOnce => 0x50,
    };
    let [high, low] = id.to_be_bytes();
    match version {
        Version::V5 if refused => out.extend_from_slice(&[first, 3, high, low, super::fault::Code::NotAuthorized as u8]),
        _ => out.extend_from_slice(&[first, 2, high, low]),
    }
}

/// PUBCOMP. Without session state every PUBREL is answered in the same way, in both versions.
pub fn complete(out: &mut BytesMut, id: u16) {
    let _ = v4::v4::PubComp::new(id).write(out);
}

/// Why a subscription is refused.
pub type NoSubscription = v5::v5::SubscribeReasonCode;

/// SUBACK with an answer to each filter.
pub fn subscribed(version: Version, out: &mut BytesMut, id: u16, answers: &[Result<Qos, NoSubscription>]) {
    match version {
        Version::V4 => {
            let code = |answer: &Result<Qos, NoSubscription>| match answer {
                Ok(Qos::AtMostOnce) => v4::v4::SubscribeReasonCode::Success(v4::QoS::AtMostOnce),
                Ok(_) => v4::v4::SubscribeReasonCode::Success(v4::QoS::AtLeastOnce),
                Err(_) => v4::v4::SubscribeReasonCode::Failure,
            };
            let _ = v4::v4::SubAck::new(id, answers.iter().map(code).collect()).write(out);
        }
        Version::V5 => {
            let code = |answer: &Result<Qos, NoSubscription>| match answer {
                Ok(Qos::AtMostOnce) => NoSubscription::Success(v5::QoS::AtMostOnce),
                Ok(_) => NoSubscription::Success(v5::QoS::AtLeastOnce),
                Err(code) => *code,
            };
            let _ = v5::v5::SubAck { pkid: id, return_codes: answers.iter().map(code).collect(), properties: None }.write(out);
        }
    }
}

/// UNSUBACK; `existed` says for each filter whether there was such a subscription.
pub fn unsubscribed(version: Version, out: &mut BytesMut, id: u16, existed: &[bool]) {
    match version {
        Version::V4 => drop(v4::v4::UnsubAck::new(id).write(out)),
        Version::V5 => {
            let reason =
                |existed: &bool| if *existed { v5::v5::UnsubAckReason::Success } else { v5::v5::UnsubAckReason::NoSubscriptionExisted };
            let _ = v5::v5::UnsubAck { pkid: id, reasons: existed.iter().map(reason).collect(), properties: None }.write(out);
        }
    }
}

/// PINGRESP.
pub fn pong(out: &mut BytesMut) {
    let _ = v4::v4::PingResp.write(out);
}

/// DISCONNECT: only MQTT 5 has one from the server. It says why in words if the client takes packets of that size.
pub fn disconnect(version: Version, out: &mut BytesMut, fault: Fault, maximum_packet: u32) {
    if version == Version::V5 && maximum_packet < 128 {
        out.extend_from_slice(&[0xe0, 1, fault.code as u8]);
    } else if version == Version::V5 {
        let properties = v5::v5::DisconnectProperties {
            session_expiry_interval: None,
            reason_string: Some(fault.why.to_owned()),
            user_properties: Vec::new(),
            server_reference: None,
        };
        let _ = v5::v5::Disconnect { reason_code: fault.code, properties: Some(properties) }.write(out);
    }
}

/// The size in bytes of the PUBLISH that [`publish`] writes.
#[must_use]
pub const fn publish_size(topic: &[u8], payload: &[u8]) -> usize {
    // The longest fixed header, the topic's length, the identifier, no properties.
    5 + 2 + topic.len() + 2 + 1 + payload.len()
}

/// PUBLISH, written by hand because it is the one reply that is made for every event: the library would copy the topic each time.
pub fn publish(version: Version, out: &mut BytesMut, topic: &[u8], id: Option<u16>, payload: &[u8]) {
    let properties = usize::from(version == Version::V5);
    let length = 2 + topic.len() + if id.is_some() { 2 } else { 0 } + properties + payload.len();
    out.reserve(5 + length);
    out.put_u8(if id.is_some() { 0x32 } else { 0x30 });
    let mut left = length;
    while left >= 0x80 {
        out.put_u8(u8::try_from(left & 0x7f).unwrap_or_default() | 0x80);
        left >>= 7;
    }
    out.put_u8(u8::try_from(left).unwrap_or_default());
    out.put_u16(u16::try_from(topic.len()).unwrap_or_default());
    out.put_slice(topic);
    if let Some(id) = id {
        out.put_u16(id);
    }
    out.put_bytes(0, properties);
    out.put_slice(payload);
}
