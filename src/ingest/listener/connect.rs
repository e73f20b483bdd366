//! The CONNECT packet, in one form for MQTT 3.1.1 and 5, read strictly.

use bytes::Bytes;

use super::cursor::Cursor;
use super::fault::Fault;
use super::packet::{Qos, Version, ended};
use super::properties;

/// What a client says when it connects.
#[derive(Clone, PartialEq, Eq)]
pub struct Connect {
    pub version: Version,
    pub client_id: String,
    pub clean_start: bool,
    /// In seconds; 0 means none.
    pub keep_alive: u16,
    pub will: Option<Will>,
    pub user_name: Option<String>,
    pub password: Option<Bytes>,
    /// How many of our messages the client takes unacknowledged.
    pub receive_maximum: u16,
    /// The largest packet that the client takes, in bytes.
    pub maximum_packet: u32,
    /// Whether the client asks for a session that outlives the connection.
    pub session_expiry: bool,
    /// Whether the client asks for an authentication method of its own.
    pub authentication_method: bool,
}

/// The last will: published for the client when it goes without a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    pub topic: Bytes,
    pub payload: Bytes,
    pub retain: bool,
}

impl std::fmt::Debug for Connect {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connect").field("version", &self.version).field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// The outcome of reading a CONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Greeting {
    Connect(Box<Connect>),
    /// Well-formed as far as one can tell, but of a protocol version that is not spoken here.
    OtherVersion,
}

/// Reads the body of a CONNECT.
///
/// # Errors
/// It is malformed, or not MQTT at all.
pub fn read(body: &Bytes) -> Result<Greeting, Fault> {
    let mut cursor = Cursor::new(body);
    let name = cursor.text()?;
    let version = match (name, cursor.byte()?) {
        ("MQTT", 4) => Version::V4,
        ("MQTT", 5) => Version::V5,
        ("MQTT" | "MQIsdp", _) => return Ok(Greeting::OtherVersion),
        _ => return Err(Fault::protocol("the protocol is not MQTT")),
    };
    let flags = Flags::check(version, cursor.byte()?)?;
    let keep_alive = cursor.two()?;
    let (mut receive_maximum, mut maximum_packet) = (u16::MAX, u32::MAX);
    let (mut session_expiry, mut authentication_method) = (false, false);
    if version == Version::V5 {
        properties::read(&mut cursor, properties::CONNECT, |id, value| match id {
            properties::RECEIVE_MAXIMUM => receive_maximum = u16::try_from(value).unwrap_or(u16::MAX),
            properties::MAXIMUM_PACKET_SIZE => maximum_packet = value,
            properties::SESSION_EXPIRY_INTERVAL => session_expiry = value != 0,
            properties::AUTHENTICATION_METHOD => authentication_method = true,
            _ => {}
        })?;
    }
    let client_id = cursor.text()?.to_owned();
    let will = if flags.will { Some(read_will(version, &mut cursor, flags.will_retain)?) } else { None };
    let user_name = if flags.user_name { Some(cursor.text()?.to_owned()) } else { None };
    let password = if flags.password { Some(Bytes::copy_from_slice(cursor.binary()?)) } else { None };
    ended(&cursor)?;
    Ok(Greeting::Connect(Box::new(Connect {
        version,
        client_id,
        clean_start: flags.clean_start,
        keep_alive,
        will,
        user_name,
        password,
        receive_maximum,
        maximum_packet,
        session_expiry,
        authentication_method,
    })))
}

#[allow(clippy::struct_excessive_bools, reason = "they are the flags of the CONNECT packet")]
struct Flags {
    clean_start: bool,
    will: bool,
    will_retain: bool,
    user_name: bool,
    password: bool,
}

impl Flags {
    fn check(version: Version, bits: u8) -> Result<Self, Fault> {
        let flags = Self {
            clean_start: bits & 0x02 != 0,
            will: bits & 0x04 != 0,
            will_retain: bits & 0x20 != 0,
            user_name: bits & 0x80 != 0,
            password: bits & 0x40 != 0,
        };
        if bits & 1 != 0 {
            return Err(Fault::malformed("the reserved connect flag is set"));
        }
        Qos::from_bits(bits >> 3 & 3)?;
        if !flags.will && bits & 0x38 != 0 {
            return Err(Fault::malformed("flags for a last will without one"));
        }
        if version == Version::V4 && flags.password && !flags.user_name {
            return Err(Fault::malformed("a password without a user name"));
        }
        Ok(flags)
    }
}

/// The delay, expiry and other properties of a will are checked and not used: see `docs` in `mod.rs`.
fn read_will(version: Version, cursor: &mut Cursor<'_>, retain: bool) -> Result<Will, Fault> {
    if version == Version::V5 {
        properties::read(cursor, properties::WILL, |_, _| ())?;
    }
    let topic = Bytes::copy_from_slice(cursor.text()?.as_bytes());
    let payload = Bytes::copy_from_slice(cursor.binary()?);
    Ok(Will { topic, payload, retain })
}
