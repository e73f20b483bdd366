//! An MQTT 3.1.1 endpoint that answers as Harken does, and that can be told to misbehave as Harken must never: to keep answers to
//! itself, or to cut connections. It shows that our gateways do not depend on luck.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::BytesMut;
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet, PubAck, Publish, SubAck, SubscribeReasonCode};
use rumqttc::mqttbytes::{Error, QoS};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How it misbehaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mischief {
    /// Every so manieth message is stored but never answered nor acknowledged.
    pub unanswered: Option<usize>,
    /// Every so manieth message is acknowledged, but no ack object comes.
    pub mute: Option<usize>,
    /// A connection is cut after so many messages, the last of them stored but not answered.
    pub cut_after: Option<usize>,
    /// Logins are refused.
    pub refuse: bool,
}

/// What it has seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// How often each event of each gateway came.
    pub events: HashMap<(String, String), usize>,
    /// The payloads in order of arrival, each once.
    pub payloads: Vec<(String, serde_json::Value)>,
    /// What came on the status topics and as last will, in order.
    pub statuses: Vec<(String, String)>,
    /// Connections that got as far as CONNECT.
    pub connections: usize,
    /// Messages.
    pub messages: usize,
}

/// A running endpoint; it ends with the runtime.
#[derive(Clone, Debug)]
pub struct FakeServer {
    pub address: SocketAddr,
    pub seen: Arc<Mutex<Seen>>,
}

impl FakeServer {
    pub async fn start(mischief: Mischief) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let seen = server.seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = seen.clone();
                tokio::spawn(async move {
                    let mut session = Session { mischief, seen, gateway: String::new(), will: None, count: 0 };
                    // A broken connection is what this server is for.
                    let _ = session.serve(stream).await;
                    if let Some(will) = session.will {
                        session.seen.lock().unwrap().statuses.push((session.gateway, will));
                    }
                });
            }
        });
        server
    }

    /// Whether each event was seen, at least once.
    pub fn distinct(&self) -> usize {
        self.seen.lock().unwrap().events.len()
    }

    /// Whom events came from.
    pub fn gateways(&self) -> BTreeSet<String> {
        self.seen.lock().unwrap().payloads.iter().map(|(gateway, _)| gateway.clone()).collect()
    }
}

struct Session {
    mischief: Mischief,
    seen: Arc<Mutex<Seen>>,
    gateway: String,
    will: Option<String>,
    count: usize,
}

impl Session {
    async fn serve(&mut self, mut stream: TcpStream) -> std::io::Result<()> {
        let (mut inbox, mut out) = (BytesMut::new(), BytesMut::new());
        loop {
            match Packet::read(&mut inbox, 1 << 20) {
                Ok(packet) => {
                    let go_on = self.hear(packet, &mut out);
                    if !go_on {
                        stream.write_all(&out).await?;
                        return Ok(());
                    }
                    continue;
                }
                Err(Error::InsufficientBytes(_)) => {}
                Err(error) => panic!("the client sent a malformed packet: {error}"),
            }
            stream.write_all(&out).await?;
            out.clear();
            if stream.read_buf(&mut inbox).await? == 0 {
                return Ok(());
            }
        }
    }

    /// False: hang up.
    fn hear(&mut self, packet: Packet, out: &mut BytesMut) -> bool {
        match packet {
            Packet::Connect(connect) => {
                self.seen.lock().unwrap().connections += 1;
                let code = if self.mischief.refuse { ConnectReturnCode::BadUserNamePassword } else { ConnectReturnCode::Success };
                ConnAck::new(code, false).write(out).unwrap();
                self.gateway = connect.client_id;
                self.will = connect.last_will.map(|will| String::from_utf8(will.message.to_vec()).unwrap());
                !self.mischief.refuse
            }
            Packet::Subscribe(subscribe) => {
                assert_eq!(subscribe.filters[0].path, format!("telecare/v1/{}/acks", self.gateway));
                SubAck::new(subscribe.pkid, vec![SubscribeReasonCode::Success(QoS::AtLeastOnce)]).write(out).unwrap();
                true
            }
            Packet::Publish(publish) if publish.topic.ends_with("/status") => {
                assert!(publish.retain, "a status is retained");
                let state = String::from_utf8(publish.payload.to_vec()).unwrap();
                self.seen.lock().unwrap().statuses.push((self.gateway.clone(), state));
                PubAck::new(publish.pkid).write(out).unwrap();
                true
            }
            Packet::Publish(publish) => self.store(&publish, out),
            Packet::PingReq => {
                out.extend_from_slice(&[0xD0, 0]);
                true
            }
            Packet::Disconnect => {
                self.will = None;
                false
            }
            _ => true,
        }
    }

    fn store(&mut self, publish: &Publish, out: &mut BytesMut) -> bool {
        let payload: serde_json::Value = serde_json::from_slice(&publish.payload).unwrap();
        let events = payload.as_array().cloned().unwrap_or_else(|| vec![payload.clone()]);
        let mut seen = self.seen.lock().unwrap();
        seen.messages += 1;
        self.count += 1;
        let mut acks = Vec::new();
        for event in &events {
            let id = event["id"].as_str().unwrap().to_owned();
            let times = seen.events.entry((self.gateway.clone(), id.clone())).or_default();
            *times += 1;
            let status = if *times == 1 { "stored" } else { "duplicate" };
            if *times == 1 {
                seen.payloads.push((self.gateway.clone(), event.clone()));
            }
            let alerts = if publish.topic.ends_with("/alarms") { vec![format!("alert of {}", self.gateway)] } else { vec![] };
            acks.push(serde_json::json!({"id": id, "status": status, "alerts": alerts, "received_at": "2026-01-01T00:00:00Z"}));
        }
        if self.mischief.cut_after == Some(self.count) {
            return false;
        }
        if self.mischief.unanswered.is_some_and(|every| seen.messages.is_multiple_of(every)) {
            return true;
        }
        if self.mischief.mute.is_some_and(|every| seen.messages.is_multiple_of(every)) {
            PubAck::new(publish.pkid).write(out).unwrap();
            return true;
        }
        let acks = if payload.is_array() { serde_json::Value::Array(acks) } else { acks.remove(0) };
        let mut ack = Publish::new(format!("telecare/v1/{}/acks", self.gateway), QoS::AtLeastOnce, acks.to_string());
        ack.pkid = 1;
        ack.write(out).unwrap();
        PubAck::new(publish.pkid).write(out).unwrap();
        true
    }
}
