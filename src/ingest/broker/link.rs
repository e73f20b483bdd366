//! One connection to the broker: rumqttc's clients for MQTT 5 and 3.1.1 behind one face.
//!
//! A link is made anew for every connection. So nothing of an old one can leak into the next: neither an acknowledgement, whose packet id
//! may name another message by then, nor a request that was queued when the connection broke. What was not acknowledged comes again.

use std::time::Duration;

use bytes::Bytes;
use rumqttc::{Outgoing, TlsConfiguration, Transport, v5};

use super::options::{LARGEST_PACKET_BYTES, Options, Protocol};
use super::slot::Kind;
use crate::ingest::format::{EVIDENCE_BYTES, MAX_MESSAGE_BYTES};

/// Requests that may wait inside rumqttc. It serves them and the network in turns, and must never be what we wait for.
const REQUESTS: usize = 65_535;
/// Ack objects that may be under way to the broker unconfirmed; the broker may ask for fewer.
const ACKS_IN_FLIGHT: u16 = 1000;
/// How often a silent connection is tried; the smallest that rumqttc allows. Two without an answer, and it is dead.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// The broker keeps our session, and what arrives for it, for this long without us: a week.
const SESSION_EXPIRY_S: u32 = 7 * 24 * 3600;
/// MQTT 3.1.1 has no way to announce a limit, and a message that is refused comes again for ever. So everything is taken in that the
/// protocol can carry; the broker's own `message_size_limit` is what protects our memory then.
const LARGEST_PACKET_V311_BYTES: usize = 268_435_455 + 5;

/// What happens on a link.
#[derive(Debug)]
pub(super) enum News {
    /// The broker let us in.
    Connected {
        /// It still had our session.
        resumed: bool,
        /// The largest packet that it takes, in bytes.
        largest: Option<usize>,
        /// It offers shared subscriptions, as far as it says.
        sharing: bool,
    },
    /// The answer to SUBSCRIBE: granted, or why not.
    Subscribed(Result<(), String>),
    /// A message.
    Arrived(Arrived),
    /// The next of our publishes went out, under this packet id.
    Sent(u16),
    /// The broker has the publish with this packet id; or why it would not take it.
    Accepted(u16, Result<(), String>),
    /// Our DISCONNECT is out.
    Left,
}

/// A message as it came.
#[derive(Debug)]
pub(super) struct Arrived {
    pub topic: String,
    /// Of an oversized one only the beginning.
    pub payload: Bytes,
    /// The length that an oversized one had.
    pub oversized: Option<usize>,
    pub retained: bool,
    /// What to acknowledge; none at QoS 0.
    pub packet_id: Option<u16>,
}

impl Arrived {
    fn new(topic: String, payload: Bytes, retained: bool, packet_id: u16) -> Self {
        let oversized = (payload.len() > MAX_MESSAGE_BYTES).then_some(payload.len());
        // A copy, so that the whole of it is not held until the beginning is stored.
        let payload = if oversized.is_some() { Bytes::copy_from_slice(&payload[..EVIDENCE_BYTES]) } else { payload };
        Self { topic, payload, oversized, retained, packet_id: (packet_id != 0).then_some(packet_id) }
    }
}

/// What a link is asked to send.
#[derive(Clone, Debug)]
pub(super) enum Order {
    Subscribe(Kind),
    /// An ack object, at QoS 1 and not retained; `serial` is for us.
    Publish {
        serial: u64,
        topic: String,
        payload: Bytes,
    },
    Acknowledge(u16),
    Disconnect,
}

/// The end that sends.
pub(super) enum Pen {
    V5(v5::AsyncClient),
    V311(rumqttc::AsyncClient),
}

/// The end that must be driven for anything to happen.
pub(super) enum Driver {
    V5(Box<v5::EventLoop>),
    V311(Box<rumqttc::EventLoop>),
}

/// A connection under this client id, which opens once the driver is driven. With `lasting` the broker keeps the session.
pub(super) fn open(options: &Options, client_id: String, lasting: bool) -> (Pen, Driver) {
    let transport = match &options.tls {
        Some(config) => Transport::tls_with_config(TlsConfiguration::Rustls(config.clone())),
        None => Transport::tcp(),
    };
    match options.protocol {
        Protocol::V5 => {
            let mut connect = v5::MqttOptions::new(client_id, &options.host, options.port);
            connect.set_transport(transport).set_keep_alive(KEEP_ALIVE).set_clean_start(!lasting).set_manual_acks(true);
            connect.set_session_expiry_interval(lasting.then_some(SESSION_EXPIRY_S)).set_receive_maximum(Some(options.receive_maximum));
            connect.set_max_packet_size(Some(LARGEST_PACKET_BYTES)).set_outgoing_inflight_upper_limit(ACKS_IN_FLIGHT);
            if let Some((user, password)) = &options.credentials {
                connect.set_credentials(user, password);
            }
            let (client, driver) = v5::AsyncClient::new(connect, REQUESTS);
            (Pen::V5(client), Driver::V5(Box::new(driver)))
        }
        Protocol::V311 => {
            let mut connect = rumqttc::MqttOptions::new(client_id, &options.host, options.port);
            connect.set_transport(transport).set_keep_alive(KEEP_ALIVE).set_clean_session(!lasting).set_manual_acks(true);
            connect.set_max_packet_size(LARGEST_PACKET_V311_BYTES, LARGEST_PACKET_V311_BYTES).set_inflight(ACKS_IN_FLIGHT);
            if let Some((user, password)) = &options.credentials {
                connect.set_credentials(user, password);
            }
            let (client, driver) = rumqttc::AsyncClient::new(connect, REQUESTS);
            (Pen::V311(client), Driver::V311(Box::new(driver)))
        }
    }
}

/// Whether the broker lets us in now, under an id that nobody else has.
pub(super) async fn reaches(options: &Options) -> bool {
    let (pen, mut driver) = open(options, format!("harken-probe-{:08x}", rand::random::<u32>()), false);
    if !matches!(driver.next().await, Ok(News::Connected { .. })) {
        return false;
    }
    pen.write(&Order::Disconnect);
    // Left or lost: either way it is over.
    let _ = driver.next().await;
    true
}

impl Pen {
    /// Hands the order to rumqttc; `false` when it has no room now, or has come to its end.
    pub(super) fn write(&self, order: &Order) -> bool {
        match self {
            Self::V5(client) => write_v5(client, order),
            Self::V311(client) => write_v311(client, order),
        }
    }
}

fn write_v5(client: &v5::AsyncClient, order: &Order) -> bool {
    use v5::mqttbytes::QoS::AtLeastOnce;
    use v5::mqttbytes::v5::{Filter, Publish, RetainForwardRule};
    match order {
        Order::Subscribe(kind) => {
            let mut filter = Filter::new(kind.filter(), AtLeastOnce);
            match kind {
                // The retained states once, when the subscription is new; a session that lived on was told all changes.
                Kind::Status => filter.retain_forward_rule = RetainForwardRule::OnNewSubscribe,
                // Tells whether a message was published with the retained flag, which the broker hides otherwise.
                Kind::Events | Kind::Alarms => filter.preserve_retain = true,
            }
            client.try_subscribe_many([filter]).is_ok()
        }
        Order::Publish { topic, payload, .. } => client.try_publish(topic, AtLeastOnce, false, payload.clone()).is_ok(),
        Order::Acknowledge(packet_id) => {
            let mut publish = Publish::new("", AtLeastOnce, Bytes::new(), None);
            publish.pkid = *packet_id;
            client.try_ack(&publish).is_ok()
        }
        Order::Disconnect => client.try_disconnect().is_ok(),
    }
}

fn write_v311(client: &rumqttc::AsyncClient, order: &Order) -> bool {
    use rumqttc::Publish;
    use rumqttc::QoS::AtLeastOnce;
    match order {
        Order::Subscribe(kind) => client.try_subscribe(kind.filter(), AtLeastOnce).is_ok(),
        Order::Publish { topic, payload, .. } => client.try_publish(topic, AtLeastOnce, false, payload.clone()).is_ok(),
        Order::Acknowledge(packet_id) => {
            let mut publish = Publish::new("", AtLeastOnce, Vec::new());
            publish.pkid = *packet_id;
            client.try_ack(&publish).is_ok()
        }
        Order::Disconnect => client.try_disconnect().is_ok(),
    }
}

impl Driver {
    /// Connects if need be, sends and receives, and returns when there is news.
    ///
    /// # Errors
    /// When the connection cannot be made or is lost; then the link is of no more use.
    pub(super) async fn next(&mut self) -> Result<News, String> {
        loop {
            // rumqttc tries the connection by itself each keep-alive, so a longer silence means that it is stuck in a write which the
            // broker does not take.
            let patience = 3 * match self {
                Self::V5(driver) => driver.options.keep_alive().max(KEEP_ALIVE),
                Self::V311(_) => KEEP_ALIVE,
            };
            let silence = |_| format!("nothing moved for {} s", patience.as_secs());
            let news = match self {
                Self::V5(driver) => match tokio::time::timeout(patience, driver.poll()).await.map_err(silence)? {
                    Ok(v5::Event::Incoming(packet)) => news_v5(packet),
                    Ok(v5::Event::Outgoing(sent)) => news_sent(&sent),
                    Err(error) => return Err(error.to_string()),
                },
                Self::V311(driver) => match tokio::time::timeout(patience, driver.poll()).await.map_err(silence)? {
                    Ok(rumqttc::Event::Incoming(packet)) => news_v311(packet),
                    Ok(rumqttc::Event::Outgoing(sent)) => news_sent(&sent),
                    Err(error) => return Err(error.to_string()),
                },
            };
            if let Some(news) = news {
                return Ok(news);
            }
        }
    }
}

fn news_sent(sent: &Outgoing) -> Option<News> {
    match sent {
        Outgoing::Publish(packet_id) => Some(News::Sent(*packet_id)),
        Outgoing::Disconnect => Some(News::Left),
        _ => None,
    }
}

fn news_v5(packet: v5::Incoming) -> Option<News> {
    use v5::mqttbytes::v5::{Packet, PubAckReason, SubscribeReasonCode};
    match packet {
        Packet::ConnAck(answer) => {
            let said = answer.properties.as_ref();
            let largest = said.and_then(|said| said.max_packet_size).and_then(|bytes| usize::try_from(bytes).ok());
            let sharing = said.and_then(|said| said.shared_subscription_available) != Some(0);
            Some(News::Connected { resumed: answer.session_present, largest, sharing })
        }
        Packet::SubAck(answer) => {
            let refusal = answer.return_codes.iter().find(|code| !matches!(code, SubscribeReasonCode::Success(_)));
            Some(News::Subscribed(refusal.map_or(Ok(()), |code| Err(format!("{code:?}")))))
        }
        Packet::Publish(message) => {
            let topic = String::from_utf8_lossy(&message.topic).into_owned();
            Some(News::Arrived(Arrived::new(topic, message.payload, message.retain, message.pkid)))
        }
        Packet::PubAck(answer) => {
            let taken = matches!(answer.reason, PubAckReason::Success | PubAckReason::NoMatchingSubscribers);
            Some(News::Accepted(answer.pkid, if taken { Ok(()) } else { Err(format!("{:?}", answer.reason)) }))
        }
        _ => None,
    }
}

fn news_v311(packet: rumqttc::Incoming) -> Option<News> {
    use rumqttc::{Packet, SubscribeReasonCode};
    match packet {
        Packet::ConnAck(answer) => Some(News::Connected { resumed: answer.session_present, largest: None, sharing: true }),
        Packet::SubAck(answer) => {
            let refused = answer.return_codes.contains(&SubscribeReasonCode::Failure);
            Some(News::Subscribed(if refused { Err("refused".to_owned()) } else { Ok(()) }))
        }
        Packet::Publish(message) => Some(News::Arrived(Arrived::new(message.topic, message.payload, message.retain, message.pkid))),
        Packet::PubAck(answer) => Some(News::Accepted(answer.pkid, Ok(()))),
        _ => None,
    }
}
