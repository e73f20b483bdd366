//! A broker that does what the test says, packet by packet: to see the order on the wire, and to misbehave.

use std::io;

use bytes::BytesMut;
use harken::ingest::intake::Intake;
use rumqttc::v5::mqttbytes::QoS::AtLeastOnce;
use rumqttc::v5::mqttbytes::v5::{
    ConnAck, ConnAckProperties, Connect, ConnectReturnCode, Disconnect, DisconnectReasonCode, Packet, PingResp, PubAck, Publish, SubAck,
    Subscribe, SubscribeReasonCode,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::stage::{self, Running};
use crate::support::wait;

/// The port of the broker.
pub struct Scripted {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A client that has said CONNECT.
pub struct Client {
    stream: Box<dyn Stream>,
    buffer: BytesMut,
    /// What it said.
    pub connect: Connect,
}

impl Scripted {
    pub async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("a port"), tls: None }
    }

    pub async fn with_tls(acceptor: TlsAcceptor) -> Self {
        Self { tls: Some(acceptor), ..Self::start().await }
    }

    pub fn port(&self) -> u16 {
        self.listener.local_addr().expect("an address").port()
    }

    /// A source with one slot of each kind, for this broker.
    pub async fn source(&self, intake: &Intake) -> Running {
        let mut settings = stage::settings(&format!("mqtt://127.0.0.1:{}", self.port()));
        settings.mqtt.slots = 1;
        Running::start(&settings, &stage::sqlite().await, intake)
    }

    /// The next client with this id. All others get what they ask for, and no messages.
    pub async fn accept(&self, client_id: &str) -> Client {
        let found = async {
            loop {
                let Ok(mut client) = self.next().await else { continue };
                if client.connect.client_id == client_id {
                    return client;
                }
                tokio::spawn(async move {
                    client.open(false).await;
                    while client.read().await.is_ok() {}
                });
            }
        };
        tokio::time::timeout(wait::PATIENCE, found).await.unwrap_or_else(|_| panic!("{client_id} did not come"))
    }

    /// The next client, whoever it is.
    ///
    /// # Errors
    /// When it did not get as far as CONNECT.
    pub async fn next(&self) -> io::Result<Client> {
        let (tcp, _) = self.listener.accept().await?;
        let stream: Box<dyn Stream> = match &self.tls {
            Some(tls) => Box::new(tls.accept(tcp).await?),
            None => Box::new(tcp),
        };
        let unknown = Connect { keep_alive: 0, client_id: String::new(), clean_start: true, properties: None };
        let mut client = Client { stream, buffer: BytesMut::new(), connect: unknown };
        match client.read().await? {
            Packet::Connect(connect, _, _) => Ok(Client { connect, ..client }),
            other => panic!("CONNECT comes first, not {other:?}"),
        }
    }
}

impl Client {
    /// Lets it in, and grants its subscription.
    pub async fn open(&mut self, session_present: bool) -> Subscribe {
        self.let_in(session_present, None).await;
        let subscribe = self.subscribe().await;
        self.send(Packet::SubAck(SubAck {
            pkid: subscribe.pkid,
            return_codes: vec![SubscribeReasonCode::Success(AtLeastOnce)],
            properties: None,
        }))
        .await;
        subscribe
    }

    /// Accepts its connection, and says how large a packet may be.
    pub async fn let_in(&mut self, session_present: bool, max_packet_size: Option<u32>) {
        let properties = ConnAckProperties {
            max_packet_size,
            session_expiry_interval: None,
            receive_max: None,
            max_qos: None,
            retain_available: None,
            assigned_client_identifier: None,
            topic_alias_max: None,
            reason_string: None,
            user_properties: Vec::new(),
            wildcard_subscription_available: None,
            subscription_identifiers_available: None,
            shared_subscription_available: None,
            server_keep_alive: None,
            response_information: None,
            server_reference: None,
            authentication_method: None,
            authentication_data: None,
        };
        self.send(Packet::ConnAck(ConnAck { session_present, code: ConnectReturnCode::Success, properties: Some(properties) })).await;
    }

    pub async fn subscribe(&mut self) -> Subscribe {
        match self.packet().await {
            Packet::Subscribe(subscribe) => subscribe,
            other => panic!("SUBSCRIBE comes first, not {other:?}"),
        }
    }

    /// Delivers a message.
    pub async fn deliver(&mut self, packet_id: u16, topic: &str, payload: &str) {
        let mut publish = Publish::new(topic, AtLeastOnce, payload.to_owned(), None);
        publish.pkid = packet_id;
        self.send(Packet::Publish(publish)).await;
    }

    /// The ack object that it publishes next.
    pub async fn published(&mut self) -> Publish {
        match self.packet().await {
            Packet::Publish(publish) => publish,
            other => panic!("an ack object is due, not {other:?}"),
        }
    }

    /// The acknowledgement that it sends next.
    pub async fn acknowledged(&mut self) -> u16 {
        match self.packet().await {
            Packet::PubAck(PubAck { pkid, .. }) => pkid,
            other => panic!("an acknowledgement is due, not {other:?}"),
        }
    }

    /// Its next packet but pings, which are answered.
    pub async fn packet(&mut self) -> Packet {
        tokio::time::timeout(wait::PATIENCE, self.read()).await.expect("a packet in time").expect("the connection lives")
    }

    /// Fails when it says anything but pings within this moment.
    pub async fn says_nothing(&mut self) {
        if let Ok(said) = tokio::time::timeout(std::time::Duration::from_millis(300), self.read()).await {
            panic!("nothing was due, and it said {said:?}");
        }
    }

    pub async fn send(&mut self, packet: Packet) {
        let mut bytes = BytesMut::new();
        packet.write(&mut bytes, None).expect("a packet that can be written");
        let _ = self.stream.write_all(&bytes).await;
    }

    async fn read(&mut self) -> io::Result<Packet> {
        loop {
            // The shortest DISCONNECT, which rumqttc writes but does not read.
            if self.buffer.starts_with(&[0xe0, 0x00]) {
                return Ok(Packet::Disconnect(Disconnect::new(DisconnectReasonCode::NormalDisconnection)));
            }
            match Packet::read(&mut self.buffer, None) {
                Ok(Packet::PingReq(_)) => self.send(Packet::PingResp(PingResp)).await,
                Ok(packet) => return Ok(packet),
                Err(rumqttc::v5::mqttbytes::Error::InsufficientBytes(_)) => {
                    if self.stream.read_buf(&mut self.buffer).await? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }
}
