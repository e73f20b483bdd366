//! One MQTT message as a gateway sends it: events, their ids, and the topic they go to.

use bytes::Bytes;
use serde::Serialize;

/// The topic of a gateway that a message goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// `telecare/v1/{gateway}/events`
    Events,
    /// `telecare/v1/{gateway}/alarms`
    Alarms,
}

impl Lane {
    /// The whole topic for `gateway`.
    #[must_use]
    pub fn topic(self, gateway: &str) -> String {
        format!("telecare/v1/{gateway}/{}", if self == Self::Events { "events" } else { "alarms" })
    }
}

/// One message to publish. Each event in it has an id, because an answer can only be matched by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it goes.
    pub lane: Lane,
    /// The ids of the events in the payload, in its order.
    pub ids: Vec<String>,
    /// One event object, or an array of them, as JSON.
    pub payload: Bytes,
}

impl Message {
    /// A message with one event that is JSON already.
    #[must_use]
    pub fn of_json(lane: Lane, id: String, json: impl Into<Bytes>) -> Self {
        Self { lane, ids: vec![id], payload: json.into() }
    }

    /// A message with one event.
    #[must_use]
    pub fn single(lane: Lane, event: &Event) -> Self {
        Self::of_json(lane, event.id.clone(), to_json(event))
    }

    /// A message with several events as an array (the contract allows 500).
    #[must_use]
    pub fn array(lane: Lane, events: &[Event]) -> Self {
        Self { lane, ids: events.iter().map(|event| event.id.clone()).collect(), payload: to_json(events).into() }
    }
}

/// An event object of the contract, as far as a gateway of ours fills it in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Unique for the gateway, 1 to 64 printable characters.
    pub id: String,
    /// From the event catalogue.
    pub kind: &'static str,
    /// The sensor behind the gateway; `None`: the gateway itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// When it happened: RFC 3339 with the home's offset.
    pub at: String,
    /// What was read, if anything.
    #[serde(flatten)]
    pub reading: Reading,
    /// A test activation.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// Kept by the receiver, not interpreted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
}

/// What a measuring event carries.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reading {
    /// The event is the news itself.
    None {},
    /// A single number.
    One {
        /// The reading.
        value: f64,
        /// UCUM code.
        unit: &'static str,
    },
    /// Numbers that belong together.
    Several {
        /// Name to reading.
        values: std::collections::BTreeMap<&'static str, f64>,
        /// UCUM code of all of them.
        unit: &'static str,
    },
}

fn to_json<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    // Only strings, finite numbers and string keys are in these types, so there is nothing to fail on.
    serde_json::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_only_the_fields_that_it_needs() {
        let mut event = Event {
            id: "1".into(),
            kind: "pendant",
            device: None,
            at: "2026-01-01T08:00:00+00:00".into(),
            reading: Reading::None {},
            test: false,
            data: None,
        };
        assert_eq!(&Message::single(Lane::Alarms, &event).payload[..], br#"{"id":"1","kind":"pendant","at":"2026-01-01T08:00:00+00:00"}"#);
        event.kind = "temperature";
        event.reading = Reading::One { value: 21.5, unit: "Cel" };
        event.test = true;
        assert_eq!(
            &Message::array(Lane::Events, &[event]).payload[..],
            br#"[{"id":"1","kind":"temperature","at":"2026-01-01T08:00:00+00:00","value":21.5,"unit":"Cel","test":true}]"#
        );
        assert_eq!(Lane::Events.topic("g"), "telecare/v1/g/events");
    }
}
