//! rumqttc behind one face, for MQTT 3.1.1 and 5, with or without TLS.
//!
//! A client is made afresh for every connection. rumqttc can reconnect by itself, but then events buffered before the break are handed
//! out after it, requests in its queue are dropped when the server has no session, and a packet-id collision is never cleared. A
//! gateway must send again whatever was not answered anyway, so nothing is worth keeping.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rumqttc::mqttbytes::{QoS, v4};
use rumqttc::v5::mqttbytes::v5;
use rumqttc::{ConnectionError as Error4, NetworkOptions, Outgoing, TlsConfiguration, Transport};

/// The largest message that a gateway takes: an array of 500 acks with room to spare. rumqttc's default is 10 KiB, and a larger message
/// then closes the connection again and again.
const MAX_PACKET: u32 = 1024 * 1024;

/// MQTT version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// 3.1.1
    V4,
    /// 5
    #[default]
    V5,
}

/// Certificates for a connection with TLS, as PEM.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The authorities to trust.
    pub authority: Vec<u8>,
    /// A client certificate and its key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
}

/// Where gateways connect to, and how.
#[derive(Clone, Debug)]
pub struct Link {
    /// Host name or address; with TLS the certificate must name it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// MQTT version.
    pub protocol: Protocol,
    /// `None`: plain TCP.
    pub tls: Option<Tls>,
    /// User name and password at a broker that has users of its own, in place of a gateway's id and secret.
    pub login: Option<(String, String)>,
}

/// A gateway's id and how it proves it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The gateway id, also used as MQTT client id and user name.
    pub id: Arc<str>,
    /// The password. `None`: no user name either (a client certificate, or a broker that lets anybody in).
    pub secret: Option<String>,
}

/// What a connection reports.
#[derive(Debug)]
pub enum Report {
    /// CONNACK: come in.
    Connected,
    /// SUBACK; false: the subscription was refused.
    Subscribed(bool),
    /// The oldest publish that was asked for went out under this packet id.
    Sent(u16),
    /// PUBACK; false: with an error as reason (MQTT 5).
    Acknowledged(u16, bool),
    /// A message came.
    Message(Bytes),
    /// DISCONNECT went out.
    Disconnected,
    /// Nothing that concerns us.
    Other,
}

/// Why a connection ended.
#[derive(Debug)]
pub enum Ending {
    /// The server knows us and does not want us: another attempt would end the same way.
    Refused(String),
    /// Anything else.
    Lost(String),
}

/// The half of a connection that takes requests. Requests are carried out while the [`Poller`] is polled.
#[derive(Debug)]
pub enum Requests {
    /// MQTT 3.1.1
    V4(rumqttc::AsyncClient),
    /// MQTT 5
    V5(rumqttc::v5::AsyncClient),
}

/// The half of a connection that does the work.
pub enum Poller {
    /// MQTT 3.1.1
    V4(Box<rumqttc::EventLoop>),
    /// MQTT 5
    V5(Box<rumqttc::v5::EventLoop>),
}

impl std::fmt::Debug for Poller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Poller")
    }
}

impl Link {
    /// A plain MQTT 5 link.
    #[must_use]
    pub fn plain(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, protocol: Protocol::V5, tls: None, login: None }
    }

    /// A connection for `identity` with at most `window` publishes unacknowledged. It is made when the poller is first polled. The last
    /// will says `offline`.
    #[must_use]
    pub fn open(&self, identity: &Identity, window: u16) -> (Requests, Poller) {
        // Room for everything that can be asked for before the poller runs: the window, the status, the subscription, the farewell.
        let depth = usize::from(window) + 8;
        let status = status_topic(&identity.id);
        match self.protocol {
            Protocol::V4 => {
                let mut options = rumqttc::MqttOptions::new(&*identity.id, &self.host, self.port);
                options
                    .set_keep_alive(Duration::from_secs(30))
                    .set_clean_session(true)
                    .set_inflight(window.saturating_add(2))
                    .set_max_packet_size(MAX_PACKET as usize, MAX_PACKET as usize)
                    .set_last_will(v4::LastWill::new(status, "offline", QoS::AtLeastOnce, true))
                    .set_transport(self.transport());
                if let Some((user, password)) = self.login(identity) {
                    options.set_credentials(user, password);
                }
                let (client, mut events) = rumqttc::AsyncClient::new(options, depth);
                events.network_options.set_tcp_nodelay(true);
                (Requests::V4(client), Poller::V4(Box::new(events)))
            }
            Protocol::V5 => {
                let mut options = rumqttc::v5::MqttOptions::new(&*identity.id, &self.host, self.port);
                let mut network = NetworkOptions::new();
                network.set_tcp_nodelay(true);
                options
                    .set_keep_alive(Duration::from_secs(30))
                    .set_clean_start(true)
                    .set_outgoing_inflight_upper_limit(window.saturating_add(2))
                    .set_max_packet_size(Some(MAX_PACKET))
                    .set_last_will(v5::LastWill::new(status, "offline", rumqttc::v5::mqttbytes::QoS::AtLeastOnce, true, None))
                    .set_network_options(network)
                    .set_transport(self.transport());
                if let Some((user, password)) = self.login(identity) {
                    options.set_credentials(user, password);
                }
                let (client, events) = rumqttc::v5::AsyncClient::new(options, depth);
                (Requests::V5(client), Poller::V5(Box::new(events)))
            }
        }
    }

    fn login<'a>(&'a self, identity: &'a Identity) -> Option<(&'a str, &'a str)> {
        let own = || identity.secret.as_deref().map(|secret| (&*identity.id, secret));
        self.login.as_ref().map(|(user, password)| (user.as_str(), password.as_str())).or_else(own)
    }

    fn transport(&self) -> Transport {
        let Some(tls) = &self.tls else { return Transport::tcp() };
        // Done by whoever comes first in this process; the second finds it done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let configuration = TlsConfiguration::Simple { ca: tls.authority.clone(), alpn: None, client_auth: tls.identity.clone() };
        Transport::tls_with_config(configuration)
    }
}

/// `telecare/v1/{gateway}/status`
#[must_use]
pub fn status_topic(gateway: &str) -> String {
    format!("telecare/v1/{gateway}/status")
}

/// `telecare/v1/{gateway}/acks`
#[must_use]
pub fn acks_topic(gateway: &str) -> String {
    format!("telecare/v1/{gateway}/acks")
}

impl Requests {
    /// Asks for a publish at QoS 1. False: the queue is full, which cannot happen while the window is kept.
    #[must_use]
    pub fn publish(&self, topic: String, retain: bool, payload: Bytes) -> bool {
        match self {
            Self::V4(client) => client.try_publish(topic, QoS::AtLeastOnce, retain, payload).is_ok(),
            Self::V5(client) => client.try_publish(topic, rumqttc::v5::mqttbytes::QoS::AtLeastOnce, retain, payload).is_ok(),
        }
    }

    /// Asks for a subscription at QoS 1.
    #[must_use]
    pub fn subscribe(&self, filter: String) -> bool {
        match self {
            Self::V4(client) => client.try_subscribe(filter, QoS::AtLeastOnce).is_ok(),
            Self::V5(client) => client.try_subscribe(filter, rumqttc::v5::mqttbytes::QoS::AtLeastOnce).is_ok(),
        }
    }

    /// Asks for a DISCONNECT.
    #[must_use]
    pub fn disconnect(&self) -> bool {
        match self {
            Self::V4(client) => client.try_disconnect().is_ok(),
            Self::V5(client) => client.try_disconnect().is_ok(),
        }
    }
}

impl Poller {
    /// Works until there is something to report. Must not be dropped half-way while the connection shall live on.
    ///
    /// # Errors
    /// When the connection has ended; the halves are of no use then.
    pub async fn poll(&mut self) -> Result<Report, Ending> {
        match self {
            Self::V4(events) => match events.poll().await {
                Ok(event) => Ok(report_v4(event)),
                Err(error) => Err(ending_v4(&error)),
            },
            Self::V5(events) => match events.poll().await {
                Ok(event) => Ok(report_v5(event)),
                Err(error) => Err(ending_v5(&error)),
            },
        }
    }
}

fn report_v4(event: rumqttc::Event) -> Report {
    use v4::Packet;
    match event {
        rumqttc::Event::Incoming(Packet::ConnAck(_)) => Report::Connected,
        rumqttc::Event::Incoming(Packet::SubAck(ack)) => {
            Report::Subscribed(ack.return_codes.iter().all(|code| matches!(code, v4::SubscribeReasonCode::Success(_))))
        }
        rumqttc::Event::Incoming(Packet::PubAck(ack)) => Report::Acknowledged(ack.pkid, true),
        rumqttc::Event::Incoming(Packet::Publish(publish)) => Report::Message(publish.payload),
        rumqttc::Event::Outgoing(outgoing) => report_outgoing(&outgoing),
        rumqttc::Event::Incoming(_) => Report::Other,
    }
}

fn report_v5(event: rumqttc::v5::Event) -> Report {
    use v5::{Packet, PubAckReason, SubscribeReasonCode};
    match event {
        rumqttc::v5::Event::Incoming(Packet::ConnAck(_)) => Report::Connected,
        rumqttc::v5::Event::Incoming(Packet::SubAck(ack)) => {
            Report::Subscribed(ack.return_codes.iter().all(|code| matches!(code, SubscribeReasonCode::Success(_))))
        }
        rumqttc::v5::Event::Incoming(Packet::PubAck(ack)) => {
            Report::Acknowledged(ack.pkid, matches!(ack.reason, PubAckReason::Success | PubAckReason::NoMatchingSubscribers))
        }
        rumqttc::v5::Event::Incoming(Packet::Publish(publish)) => Report::Message(publish.payload),
        rumqttc::v5::Event::Outgoing(outgoing) => report_outgoing(&outgoing),
        rumqttc::v5::Event::Incoming(_) => Report::Other,
    }
}

fn report_outgoing(outgoing: &Outgoing) -> Report {
    match outgoing {
        Outgoing::Publish(packet) => Report::Sent(*packet),
        Outgoing::Disconnect => Report::Disconnected,
        _ => Report::Other,
    }
}

fn ending_v4(error: &Error4) -> Ending {
    use v4::ConnectReturnCode as Code;
    match error {
        Error4::ConnectionRefused(Code::BadUserNamePassword | Code::NotAuthorized) => Ending::Refused(error.to_string()),
        _ => Ending::Lost(error.to_string()),
    }
}

fn ending_v5(error: &rumqttc::v5::ConnectionError) -> Ending {
    use v5::ConnectReturnCode as Code;
    match error {
        rumqttc::v5::ConnectionError::ConnectionRefused(Code::BadUserNamePassword | Code::NotAuthorized | Code::Banned) => {
            Ending::Refused(error.to_string())
        }
        _ => Ending::Lost(error.to_string()),
    }
}
