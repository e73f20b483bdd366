//! A raw MQTT client that says exactly what it is told, byte for byte, and shows exactly what it hears.

use std::net::SocketAddr;

use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::rig::SECRET;
use crate::support::wait::PATIENCE;

/// A connection on which every byte is the test's own.
pub struct Raw<S> {
    pub stream: S,
    pub version: u8,
    pub buffer: BytesMut,
}

impl Raw<TcpStream> {
    pub async fn open(addr: SocketAddr, version: u8) -> Self {
        let stream = TcpStream::connect(addr).await.expect("the listener accepts");
        stream.set_nodelay(true).unwrap();
        Self::over(stream, version)
    }

    /// Connects and gets its CONNACK.
    pub async fn connected(addr: SocketAddr, version: u8, gateway: &str) -> Self {
        let mut raw = Self::open(addr, version).await;
        raw.connect(&Connect::new(gateway)).await;
        let connack = raw.packet().await;
        assert_eq!((connack.0, &connack.1[..2]), (0x20, &[0, 0][..]), "CONNACK: success, no session");
        raw
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Raw<S> {
    pub fn over(stream: S, version: u8) -> Self {
        Self { stream, version, buffer: BytesMut::new() }
    }

    /// Sends bytes as they are. That the other side has closed meanwhile is no fault of the test.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = timeout(PATIENCE, self.stream.write_all(bytes)).await.expect("the listener reads");
        let _ = self.stream.flush().await;
    }

    pub async fn connect(&mut self, connect: &Connect<'_>) {
        let bytes = connect.bytes(self.version);
        self.send(&bytes).await;
    }

    pub async fn publish(&mut self, topic: &str, qos: u8, id: u16, payload: &[u8]) {
        let bytes = publish(self.version, topic, qos, id, payload);
        self.send(&bytes).await;
    }

    pub async fn subscribe(&mut self, id: u16, filter: &str, qos: u8) {
        let bytes = subscribe(self.version, id, &[(filter, qos)]);
        self.send(&bytes).await;
    }

    /// Subscribes to the gateway's ack objects and gets the SUBACK.
    pub async fn subscribe_acks(&mut self, gateway: &str, qos: u8) {
        self.subscribe(1, &acks(gateway), qos).await;
        let suback = self.packet().await;
        assert_eq!((suback.0, *suback.1.last().unwrap()), (0x90, qos.min(1)));
    }

    /// The next packet: first byte and body. `None`: the listener has closed.
    pub async fn try_packet(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some(packet) = split(&mut self.buffer) {
                return Some(packet);
            }
            match timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await.expect("the listener says something") {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    pub async fn packet(&mut self) -> (u8, Vec<u8>) {
        self.try_packet().await.expect("a packet, but the listener closed")
    }

    /// Asserts that the next packet is exactly this.
    pub async fn expect(&mut self, first: u8, body: &[u8]) {
        let (got_first, got_body) = self.packet().await;
        assert_eq!((got_first, &got_body[..]), (first, body), "got {got_first:02x} {got_body:02x?}");
    }

    /// A PINGREQ is answered: the connection lives, and all that was sent before has been looked at.
    pub async fn ping(&mut self) {
        self.send(&[0xc0, 0]).await;
        self.expect(0xd0, &[]).await;
    }

    /// The connection ends without another packet; MQTT 5 clients are told this reason.
    pub async fn ends(&mut self, reason: u8) {
        if self.version == 5 {
            let (first, body) = self.packet().await;
            assert_eq!((first, body.first().copied()), (0xe0, Some(reason)), "DISCONNECT {reason:02x}, got {first:02x} {body:02x?}");
        }
        let more = self.try_packet().await;
        assert_eq!(more, None, "the listener closes");
    }
}

/// Takes a whole packet off the front.
fn split(buffer: &mut BytesMut) -> Option<(u8, Vec<u8>)> {
    let (mut length, mut at) = (0_usize, 1);
    loop {
        let byte = *buffer.get(at)?;
        length |= usize::from(byte & 0x7f) << (7 * (at - 1));
        at += 1;
        if byte & 0x80 == 0 {
            break;
        }
    }
    if buffer.len() < at + length {
        return None;
    }
    let packet = buffer.split_to(at + length);
    Some((packet[0], packet[at..].to_vec()))
}

/// A CONNECT to be.
#[derive(Clone)]
pub struct Connect<'a> {
    pub client_id: &'a str,
    pub user: Option<&'a str>,
    pub password: Option<&'a [u8]>,
    pub clean: bool,
    pub keep_alive: u16,
    /// Topic, payload, retain.
    pub will: Option<(String, &'a [u8], bool)>,
    /// MQTT 5 properties, without their length.
    pub properties: Vec<u8>,
}

impl<'a> Connect<'a> {
    pub fn new(gateway: &'a str) -> Self {
        Self {
            client_id: gateway,
            user: Some(gateway),
            password: Some(SECRET.as_bytes()),
            clean: true,
            keep_alive: 60,
            will: None,
            properties: Vec::new(),
        }
    }

    pub fn bytes(&self, version: u8) -> Vec<u8> {
        let mut body = BytesMut::new();
        body.put_slice(b"\0\x04MQTT");
        body.put_u8(version);
        let will = self.will.as_ref().map_or(0, |will| 0x04 | 1 << 3 | u8::from(will.2) << 5);
        let login = u8::from(self.user.is_some()) << 7 | u8::from(self.password.is_some()) << 6;
        body.put_u8(u8::from(self.clean) << 1 | will | login);
        body.put_u16(self.keep_alive);
        if version == 5 {
            body.put_u8(u8::try_from(self.properties.len()).unwrap());
            body.put_slice(&self.properties);
        }
        text(&mut body, self.client_id.as_bytes());
        if let Some((topic, payload, _)) = &self.will {
            if version == 5 {
                body.put_u8(0);
            }
            text(&mut body, topic.as_bytes());
            text(&mut body, payload);
        }
        self.user.iter().for_each(|user| text(&mut body, user.as_bytes()));
        self.password.iter().for_each(|password| text(&mut body, password));
        packet(0x10, &body)
    }
}

pub fn text(out: &mut BytesMut, text: &[u8]) {
    out.put_u16(u16::try_from(text.len()).unwrap());
    out.put_slice(text);
}

/// A packet with its fixed header.
pub fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = head(first, body.len());
    bytes.extend_from_slice(body);
    bytes
}

/// A fixed header that announces `length` bytes.
pub fn head(first: u8, mut length: usize) -> Vec<u8> {
    let mut bytes = vec![first];
    loop {
        let byte = u8::try_from(length % 128).unwrap();
        length /= 128;
        bytes.push(if length > 0 { byte | 128 } else { byte });
        if length == 0 {
            return bytes;
        }
    }
}

pub fn publish(version: u8, topic: &str, qos: u8, id: u16, payload: &[u8]) -> Vec<u8> {
    let mut body = BytesMut::new();
    text(&mut body, topic.as_bytes());
    if qos > 0 {
        body.put_u16(id);
    }
    if version == 5 {
        body.put_u8(0);
    }
    body.put_slice(payload);
    packet(0x30 | qos << 1, &body)
}

pub fn subscribe(version: u8, id: u16, filters: &[(&str, u8)]) -> Vec<u8> {
    let mut body = BytesMut::new();
    body.put_u16(id);
    if version == 5 {
        body.put_u8(0);
    }
    for (filter, qos) in filters {
        text(&mut body, filter.as_bytes());
        body.put_u8(*qos);
    }
    packet(0x82, &body)
}

pub fn unsubscribe(version: u8, id: u16, filter: &str) -> Vec<u8> {
    let mut body = BytesMut::new();
    body.put_u16(id);
    if version == 5 {
        body.put_u8(0);
    }
    text(&mut body, filter.as_bytes());
    packet(0xa2, &body)
}

pub fn events(gateway: &str) -> String {
    format!("telecare/v1/{gateway}/events")
}

pub fn alarms(gateway: &str) -> String {
    format!("telecare/v1/{gateway}/alarms")
}

pub fn status(gateway: &str) -> String {
    format!("telecare/v1/{gateway}/status")
}

pub fn acks(gateway: &str) -> String {
    format!("telecare/v1/{gateway}/acks")
}
