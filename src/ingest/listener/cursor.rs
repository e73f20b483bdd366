//! Reads MQTT's wire types from the body of one packet: integers, lengths, strings. Every read is bounded by the body.

use super::fault::Fault;

/// A position in the body of a packet.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of `data`.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    /// How far it has read, in bytes.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.at
    }

    /// Whether everything has been read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.at == self.data.len()
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// The packet is shorter than that.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], Fault> {
        let end = self.at.checked_add(n).filter(|end| *end <= self.data.len());
        let end = end.ok_or(Fault::malformed("a field is longer than its packet"))?;
        let taken = &self.data[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// One byte.
    ///
    /// # Errors
    /// The packet has ended.
    pub fn byte(&mut self) -> Result<u8, Fault> {
        Ok(self.take(1)?[0])
    }

    /// A two-byte integer.
    ///
    /// # Errors
    /// The packet has ended.
    pub fn two(&mut self) -> Result<u16, Fault> {
        let b = self.take(2)?;
        Ok(u16::from_be_bytes([b[0], b[1]]))
    }

    /// A four-byte integer.
    ///
    /// # Errors
    /// The packet has ended.
    pub fn four(&mut self) -> Result<u32, Fault> {
        let b = self.take(4)?;
        Ok(u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
    }

    /// A variable byte integer.
    ///
    /// # Errors
    /// It has more than four bytes, or the packet has ended.
    pub fn variable(&mut self) -> Result<usize, Fault> {
        let (value, bytes) = variable(&self.data[self.at..])?.ok_or(Fault::malformed("a length is cut off"))?;
        self.at += bytes;
        Ok(value)
    }

    /// Binary data with its two-byte length.
    ///
    /// # Errors
    /// It is longer than its packet.
    pub fn binary(&mut self) -> Result<&'a [u8], Fault> {
        let length = self.two()?;
        self.take(usize::from(length))
    }

    /// A string with its two-byte length.
    ///
    /// # Errors
    /// It is longer than its packet, not UTF-8, or contains U+0000.
    pub fn text(&mut self) -> Result<&'a str, Fault> {
        let bytes = self.binary()?;
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::malformed("a string is not UTF-8"))?;
        if bytes.contains(&0) {
            return Err(Fault::malformed("a string contains U+0000"));
        }
        Ok(text)
    }
}

/// The variable byte integer at the start of `data` and the bytes it takes; `None` while more bytes are needed.
///
/// # Errors
/// It has more than four bytes.
pub fn variable(data: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let mut value = 0;
    for (i, byte) in data.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok(Some((value, i + 1)));
        }
    }
    if data.len() >= 4 { Err(Fault::malformed("a length has more than four bytes")) } else { Ok(None) }
}
