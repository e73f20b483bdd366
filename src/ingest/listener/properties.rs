//! Reads the property section of an MQTT 5 packet strictly: only properties that belong to the packet, none twice, no byte over.

use super::cursor::Cursor;
use super::fault::{Code, Fault};

pub const SESSION_EXPIRY_INTERVAL: u8 = 17;
pub const AUTHENTICATION_METHOD: u8 = 21;
pub const AUTHENTICATION_DATA: u8 = 22;
pub const RECEIVE_MAXIMUM: u8 = 33;
pub const TOPIC_ALIAS: u8 = 35;
pub const SUBSCRIPTION_IDENTIFIER: u8 = 11;
pub const MAXIMUM_PACKET_SIZE: u8 = 39;
const USER_PROPERTY: u8 = 38;

/// Properties of a CONNECT.
pub const CONNECT: &[u8] = &[17, 21, 22, 23, 25, 33, 34, 38, 39];
/// Properties of a last will.
pub const WILL: &[u8] = &[1, 2, 3, 8, 9, 24, 38];
/// Properties of a PUBLISH from a client (a subscription identifier may only come from a server).
pub const PUBLISH: &[u8] = &[1, 2, 3, 8, 9, 35, 38];
/// Properties of a SUBSCRIBE.
pub const SUBSCRIBE: &[u8] = &[11, 38];
/// Properties of an UNSUBSCRIBE.
pub const UNSUBSCRIBE: &[u8] = &[38];
/// Properties of PUBACK, PUBREC, PUBREL and PUBCOMP.
pub const ACKNOWLEDGEMENT: &[u8] = &[31, 38];
/// Properties of a DISCONNECT from a client.
pub const DISCONNECT: &[u8] = &[17, 31, 38];

/// Reads a property section whose properties must be among `allowed`, and hands each number among them to `take`. Of strings
/// and binary data only the form is checked: nothing of ours depends on their content.
///
/// # Errors
/// The section is malformed, holds a property twice, or one that does not belong there.
pub fn read(cursor: &mut Cursor<'_>, allowed: &[u8], mut take: impl FnMut(u8, u32)) -> Result<(), Fault> {
    let length = cursor.variable()?;
    let mut section = Cursor::new(cursor.take(length)?);
    let mut seen = 0_u64;
    while !section.is_empty() {
        let id = section.byte()?;
        if !allowed.contains(&id) {
            return Err(Fault::malformed("a property does not belong to its packet"));
        }
        let bit = 1_u64 << id;
        if id != USER_PROPERTY && seen & bit != 0 {
            return Err(Fault::protocol("a property is given twice"));
        }
        seen |= bit;
        take(id, value(&mut section, id)?);
    }
    if seen & (1 << AUTHENTICATION_DATA) != 0 && seen & (1 << AUTHENTICATION_METHOD) == 0 {
        return Err(Fault::protocol("authentication data without a method"));
    }
    Ok(())
}

/// The value of property `id`: its number, or 0 for a string, binary data or a pair.
fn value(section: &mut Cursor<'_>, id: u8) -> Result<u32, Fault> {
    Ok(match id {
        1 | 23 | 25 => match section.byte()? {
            value @ 0..=1 => value.into(),
            _ => return Err(Fault::protocol("a property may only be 0 or 1")),
        },
        2 | SESSION_EXPIRY_INTERVAL | 24 => section.four()?,
        MAXIMUM_PACKET_SIZE => match section.four()? {
            0 => return Err(Fault::protocol("a maximum packet size of 0")),
            value => value,
        },
        RECEIVE_MAXIMUM => match section.two()? {
            0 => return Err(Fault::protocol("a receive maximum of 0")),
            value => value.into(),
        },
        34 => section.two()?.into(),
        TOPIC_ALIAS => match section.two()? {
            0 => return Err(Fault::new(Code::TopicAliasInvalid, "a topic alias of 0")),
            value => value.into(),
        },
        SUBSCRIPTION_IDENTIFIER => match section.variable()? {
            0 => return Err(Fault::protocol("a subscription identifier of 0")),
            value => u32::try_from(value).unwrap_or(u32::MAX),
        },
        9 | AUTHENTICATION_DATA => {
            section.binary()?;
            0
        }
        USER_PROPERTY => {
            section.text()?;
            section.text()?;
            0
        }
        _ => {
            section.text()?;
            0
        }
    })
}
