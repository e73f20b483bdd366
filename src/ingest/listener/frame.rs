//! Cuts the byte stream into packets, and refuses from the fixed header what is too large or cannot be: nothing is buffered for it.

use bytes::{Bytes, BytesMut};

use super::cursor;
use super::fault::Fault;

/// One whole packet: its first byte (type and flags), and what follows the fixed header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub first: u8,
    pub body: Bytes,
}

/// What is at the front of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A whole packet.
    Frame(Frame),
    /// Not a whole packet yet.
    More,
    /// A packet that announces more than the limit. Its fixed header has been taken off the stream, its body has not.
    TooLarge { first: u8, length: usize },
}

/// Collects bytes until packets are whole.
#[derive(Debug)]
pub struct Frames {
    buffer: BytesMut,
    limit: usize,
    /// How many bytes to come are thrown away.
    skip: usize,
}

impl Frames {
    /// Accepts packets whose body has at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { buffer: BytesMut::new(), limit, skip: 0 }
    }

    /// From now on accepts packets whose body has at most `limit` bytes.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Appends bytes as they came from the socket.
    pub fn push(&mut self, bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.buffer.extend_from_slice(&bytes[skipped..]);
    }

    /// Throws away the next `length` bytes of the stream, without ever holding them.
    pub fn skip(&mut self, length: usize) {
        let here = length.min(self.buffer.len());
        let _ = self.buffer.split_to(here);
        self.skip = length - here;
    }

    /// The bytes that belong to no whole packet yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        &self.buffer
    }

    /// Forgets the bytes that belong to no whole packet yet.
    pub fn clear(&mut self) {
        self.buffer = BytesMut::new();
    }

    /// Takes the next packet off the stream.
    ///
    /// # Errors
    /// What comes next cannot be an MQTT packet of a client.
    pub fn next(&mut self) -> Result<Next, Fault> {
        let Some(&first) = self.buffer.first() else {
            // An idle connection holds no buffer.
            self.buffer = BytesMut::new();
            return Ok(Next::More);
        };
        check_first(first)?;
        let Some((length, bytes)) = cursor::variable(&self.buffer[1..])? else {
            return Ok(Next::More);
        };
        let head = 1 + bytes;
        if length > self.limit {
            let _ = self.buffer.split_to(head);
            return Ok(Next::TooLarge { first, length });
        }
        if self.buffer.len() < head + length {
            return Ok(Next::More);
        }
        let mut packet = self.buffer.split_to(head + length).freeze();
        let body = packet.split_off(head);
        Ok(Next::Frame(Frame { first, body }))
    }
}

/// Packet types that a client may send, with the flags that the standard fixes for them. A PUBLISH carries flags of its own.
fn check_first(first: u8) -> Result<(), Fault> {
    match (first >> 4, first & 0x0f) {
        (3, _) | (1 | 4 | 5 | 7 | 12 | 14, 0) | (6 | 8 | 10, 2) => Ok(()),
        (1 | 4..=8 | 10 | 12 | 14, _) => Err(Fault::malformed("reserved flags of the fixed header are wrong")),
        (15, _) => Err(Fault::protocol("AUTH is not supported")),
        (0, _) => Err(Fault::malformed("no packet has type 0")),
        _ => Err(Fault::protocol("only a server sends such a packet")),
    }
}
