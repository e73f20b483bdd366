//! The native payload: one event object or an array of them, to events; each judged alone.
//!
//! The way in is a typed parse. Only what fails there is looked at leniently: an alarm keeps its alarm and sets a bad optional
//! field aside, anything else is rejected with the reason.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::delivery::Topic;
use crate::clock::Time;
use crate::domain::catalogue::{Class, class_of};
use crate::domain::dating::Dating;
use crate::domain::event::{Body, Event, Marks, Reading};
use crate::engine::delivery::hash_id;
pub use crate::engine::delivery::{Decoded, EVIDENCE_BYTES, Item, Rejection, reject};

/// Events in one array, at most.
pub const MAX_EVENTS: usize = 500;
/// Bytes of one event, at most.
pub const MAX_EVENT_BYTES: usize = 16 * 1024;
/// Bytes of one message, at most.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;
/// Where a payload came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The gateway.
    pub gateway: &'a Arc<str>,
    /// Events or alarms.
    pub topic: Topic,
    /// The retained flag.
    pub retained: bool,
    /// Time of receipt.
    pub received_at: Time,
}

/// Reads a payload.
#[must_use]
pub fn decode(payload: &[u8], origin: Origin<'_>, limits: Dating) -> Decoded {
    let whole = |reason: String| Decoded {
        items: vec![Item::Rejected(reject(payload, None, reason, origin.topic == Topic::Alarms))],
        array: false,
    };
    if payload.len() > MAX_MESSAGE_BYTES {
        return whole(format!("message of {} bytes; send at most {MAX_MESSAGE_BYTES}", payload.len()));
    }
    let Some(first) = payload.iter().find(|byte| !byte.is_ascii_whitespace()) else {
        return whole("empty message; send an event object as JSON".to_owned());
    };
    if *first != b'[' {
        return Decoded { items: vec![decode_one(payload, origin, limits)], array: false };
    }
    let elements: Vec<&RawValue> = match serde_json::from_slice(payload) {
        Ok(elements) => elements,
        Err(error) => {
            let alarming = origin.topic == Topic::Alarms || names_an_alarm(payload);
            let reason = format!("not a JSON array: {error}; send an event object or an array of them, in UTF-8");
            return Decoded { items: vec![Item::Rejected(reject(payload, None, reason, alarming))], array: false };
        }
    };
    if elements.is_empty() {
        return whole("empty array; send at least one event".to_owned());
    }
    let items = elements.iter().enumerate().map(|(n, element)| {
        let item = decode_one(element.get().as_bytes(), origin, limits);
        match item {
            Item::Event(event) if n >= MAX_EVENTS && event.class != Class::Alarm => Item::Rejected(reject(
                element.get().as_bytes(),
                Some(event.id),
                format!("beyond the first {MAX_EVENTS} of an array; send it again in another message"),
                false,
            )),
            other => other,
        }
    });
    Decoded { items: items.collect(), array: true }
}

/// The verdict on a message of which only the first `head` was taken in, since it was (or was going to be) `length` bytes long.
#[must_use]
pub fn oversized(head: &[u8], length: usize, topic: Topic) -> Decoded {
    let alarming = topic == Topic::Alarms || names_an_alarm(head);
    let rejection = reject(head, None, format!("message of {length} bytes; send at most {MAX_MESSAGE_BYTES}"), alarming);
    Decoded { items: vec![Item::Rejected(Rejection { length, ..rejection })], array: false }
}

/// The verdict on a message that is refused unread, for what is wrong around it.
#[must_use]
pub fn refused(payload: &[u8], reason: String, topic: Topic) -> Decoded {
    let alarming = topic == Topic::Alarms || names_an_alarm(payload);
    Decoded { items: vec![Item::Rejected(reject(payload, None, reason, alarming))], array: false }
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    device: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    resident: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    at: Option<Cow<'a, str>>,
    #[serde(default)]
    value: Option<Reading>,
    #[serde(default)]
    values: Option<BTreeMap<String, f64>>,
    #[serde(borrow, default)]
    unit: Option<Cow<'a, str>>,
    #[serde(default)]
    test: Option<bool>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// The fields of an event before they are judged.
struct Fields {
    id: Option<String>,
    kind: String,
    device: Option<String>,
    resident: Option<String>,
    at: Option<String>,
    body: Body,
}

fn decode_one(bytes: &[u8], origin: Origin<'_>, limits: Dating) -> Item {
    if bytes.len() > MAX_EVENT_BYTES {
        let peek = lenient_map(bytes).ok();
        let id = peek.as_ref().and_then(|map| map.get("id")).and_then(|id| id.as_str()).filter(|id| is_id(id)).map(str::to_owned);
        let alarming =
            peek.as_ref().and_then(|map| map.get("kind")).and_then(|kind| kind.as_str()).is_some_and(|kind| class_of(kind) == Class::Alarm);
        let reason = format!("event of {} bytes; send at most {MAX_EVENT_BYTES}", bytes.len());
        return Item::Rejected(reject(bytes, id, reason, alarming || origin.topic == Topic::Alarms));
    }
    let strict = serde_json::from_slice::<Wire<'_>>(bytes).ok().map(fields_of).filter(|fields| fault_of(fields).is_none());
    let fields = match strict {
        Some(fields) => fields,
        None => match lenient(bytes, origin.topic) {
            Ok(fields) => fields,
            Err(rejection) => return Item::Rejected(*rejection),
        },
    };
    Item::Event(Box::new(finish(fields, bytes, origin, limits)))
}

fn fields_of(wire: Wire<'_>) -> Fields {
    Fields {
        id: wire.id.map(Cow::into_owned),
        kind: wire.kind.into_owned(),
        device: wire.device.map(Cow::into_owned),
        resident: wire.resident.map(Cow::into_owned),
        at: wire.at.map(Cow::into_owned),
        body: Body {
            value: wire.value,
            values: wire.values,
            unit: wire.unit.map(Cow::into_owned),
            test: wire.test.unwrap_or(false),
            data: wire.data.map(ToOwned::to_owned),
            marks: Marks::default(),
        },
    }
}

/// The first thing that is wrong with the fields of an event: its field and the reason.
fn fault_of(fields: &Fields) -> Option<(&'static str, String)> {
    if !is_kind(&fields.kind) {
        return Some(("kind", "`kind` must be 1 to 64 characters a-z, A-Z, 0-9, `_`, `-` or `.`".to_owned()));
    }
    if fields.id.as_deref().is_some_and(|id| !is_id(id)) {
        return Some(("id", "`id` must be 1 to 64 printable ASCII characters".to_owned()));
    }
    for (name, field) in [("device", &fields.device), ("resident", &fields.resident), ("unit", &fields.body.unit)] {
        if field.as_deref().is_some_and(|text| !is_name(text)) {
            return Some((name, format!("`{name}` must be 1 to 64 characters without control characters")));
        }
    }
    if fields.at.as_deref().is_some_and(|at| parse_time(at).is_none()) {
        return Some(("at", "`at` must be an RFC 3339 time with its offset, like 2026-11-23T08:15:00+00:00".to_owned()));
    }
    if fields.body.data.as_deref().is_some_and(|data| !data.get().starts_with('{')) {
        return Some(("data", "`data` must be an object".to_owned()));
    }
    None
}

fn is_kind(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// A time that both databases and every calendar can hold: years 0001 to 9999.
fn parse_time(text: &str) -> Option<Time> {
    use chrono::{Datelike, SubsecRound};
    let time = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    (1..=9999).contains(&time.year()).then(|| time.trunc_subsecs(6))
}

fn lenient_map(bytes: &[u8]) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes)
        .map_err(|error| format!("not a JSON object: {error}; send an event object in UTF-8"))
}

/// The second look: says what is wrong; for an alarm, sets aside what is wrong and keeps the alarm.
fn lenient(bytes: &[u8], topic: Topic) -> Result<Fields, Box<Rejection>> {
    let on_alarms = topic == Topic::Alarms;
    let refuse = |id: Option<String>, reason: String, alarming: bool| Box::new(reject(bytes, id, reason, alarming));
    let mut map = lenient_map(bytes).map_err(|reason| refuse(None, reason, on_alarms || names_an_alarm(bytes)))?;
    let id = map.get("id").and_then(|id| id.as_str()).filter(|id| is_id(id)).map(str::to_owned);
    let kind = match map.get("kind") {
        Some(serde_json::Value::String(kind)) if is_kind(kind) => kind.clone(),
        Some(_) => return Err(refuse(id, "`kind` must be 1 to 64 characters a-z, A-Z, 0-9, `_`, `-` or `.`".to_owned(), on_alarms)),
        None => return Err(refuse(id, "no `kind`; name one of the event catalogue".to_owned(), on_alarms)),
    };
    let alarm = on_alarms || class_of(&kind) == Class::Alarm;
    let mut set_aside = Vec::new();
    loop {
        let tried = serde_json::to_vec(&map)
            .ok()
            .and_then(|text| serde_json::from_slice::<Wire<'_>>(&text).map(fields_of).map_err(|error| error.to_string()).into());
        let (field, reason) = match tried {
            Some(Ok(mut fields)) => match fault_of(&fields) {
                None => {
                    fields.body.marks.set_aside = set_aside;
                    return Ok(fields);
                }
                Some((field, reason)) => (Some(field), reason),
            },
            Some(Err(reason)) => (None, reason),
            None => (None, "not JSON".to_owned()),
        };
        let field = field.or_else(|| wrong_type(&map)).unwrap_or("data");
        if !alarm || !map.contains_key(field) || field == "kind" {
            return Err(refuse(id, reason, alarm));
        }
        let aside = map.remove(field).unwrap_or_default().to_string();
        set_aside.push(format!("{field}: {}", aside.chars().take(200).collect::<String>()));
    }
}

/// Whether bytes that are no JSON name an alarm kind all the same, as a cut-off or garbled message may.
fn names_an_alarm(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.split("\"kind\"").skip(1).any(|rest| rest.split('"').nth(1).is_some_and(|kind| class_of(kind) == Class::Alarm))
}

/// The first field whose type is wrong.
fn wrong_type(map: &serde_json::Map<String, serde_json::Value>) -> Option<&'static str> {
    let text = |value: &serde_json::Value| value.is_string() || value.is_null();
    for field in ["id", "device", "resident", "at", "unit"] {
        if map.get(field).is_some_and(|value| !text(value)) {
            return Some(field);
        }
    }
    if map.get("test").is_some_and(|value| !value.is_boolean() && !value.is_null()) {
        return Some("test");
    }
    if map.get("value").is_some_and(|value| value.is_array() || value.is_object()) {
        return Some("value");
    }
    map.contains_key("values").then_some("values")
}

/// Decides the id, the time and the labels.
fn finish(mut fields: Fields, bytes: &[u8], origin: Origin<'_>, limits: Dating) -> Event {
    let claimed_at = fields.at.as_deref().and_then(parse_time);
    let marks = &mut fields.body.marks;
    let received_at = origin.received_at;
    marks.retained = origin.retained;
    let mut kind = fields.kind;
    if origin.topic == Topic::Alarms && class_of(&kind) == Class::Unknown {
        marks.kind_as_sent = Some(std::mem::replace(&mut kind, "assistance".to_owned()));
    }
    let id = fields.id.unwrap_or_else(|| {
        if claimed_at.is_some() { hash_id(bytes) } else { format!("r-{}", uuid::Uuid::from_bytes(rand::random()).simple()) }
    });
    let class = class_of(&kind);
    let mut event = Event {
        gateway: origin.gateway.clone(),
        id,
        class,
        kind,
        device: fields.device,
        resident: fields.resident,
        at: received_at,
        claimed_at,
        received_at,
        body: fields.body,
    };
    limits.date(&mut event, None);
    event
}

#[cfg(test)]
mod tests;
