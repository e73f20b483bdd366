//! One event of a recording, and how it becomes a message.

use std::sync::Arc;

use chrono::{NaiveDateTime, SecondsFormat, TimeDelta};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use crate::clock::Time;
use crate::domain::catalogue::{Class, class_of};
use crate::sim::local_time::instant;
use crate::sim::message::{Event, Lane, Message, Reading};

/// The events of one gateway.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The gateway's id.
    pub gateway: Arc<str>,
    /// What its home is called.
    pub home: String,
    /// In the order in which they are to be sent.
    pub events: Vec<Recorded>,
}

/// One event as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Where in the file it comes from, e.g. `2` for line 2: the end of its id.
    pub row: Row,
    /// When it happened; `None` when the recording does not say.
    pub at: Option<Time>,
    /// What happened.
    pub content: Content,
}

/// Where in a file an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The line, counted from 1.
    Line(u64),
    /// The begin that a line tells of, when it tells of a begin and an end.
    Begin(u64),
    /// The end that a line tells of.
    End(u64),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Of a foreign format, in our words.
    Told {
        /// From the event catalogue.
        kind: &'static str,
        /// The sensor.
        device: Arc<str>,
        /// What was measured.
        reading: Reading,
        /// What the recording calls it, when that says more than the device.
        source: Option<Arc<str>>,
    },
    /// An event object as it stands, without `gateway` and `at`.
    Native(Map<String, Value>),
}

/// Makes the ids and times of a recording: the same ones for the same file, zone and shift, and others for any other.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The beginning of every id.
    pub prefix: String,
    /// How far times are moved.
    pub shift: TimeDelta,
    /// The zone in whose offset times are written.
    pub zone: Tz,
}

impl Stamp {
    /// The message for an event.
    #[must_use]
    pub fn message(&self, event: &Recorded) -> Message {
        let at = event.at.map(|at| (at + self.shift).with_timezone(&self.zone).to_rfc3339_opts(SecondsFormat::AutoSi, false));
        let id = match event.row {
            Row::Line(line) => format!("{}-{line}", self.prefix),
            Row::Begin(line) => format!("{}-{line}b", self.prefix),
            Row::End(line) => format!("{}-{line}e", self.prefix),
        };
        match &event.content {
            Content::Told { kind, device, reading, source } => {
                let data = source.as_ref().map(|source| serde_json::json!({ "source": &**source }));
                let at = at.unwrap_or_default();
                let event = Event { id, kind, device: Some(device.to_string()), at, reading: reading.clone(), test: false, data };
                Message::single(lane(kind), &event)
            }
            Content::Native(object) => {
                let mut object = object.clone();
                let id = object.get("id").and_then(Value::as_str).map_or(id, str::to_owned);
                object.insert("id".into(), id.clone().into());
                if let Some(at) = at {
                    object.insert("at".into(), at.into());
                }
                let kind = object.get("kind").and_then(Value::as_str).map_or(Lane::Events, lane);
                Message::of_json(kind, id, Value::Object(object).to_string())
            }
        }
    }
}

fn lane(kind: &str) -> Lane {
    if class_of(kind) == Class::Alarm { Lane::Alarms } else { Lane::Events }
}

/// Reads `2019-04-15 13:22:50` or `2019-04-15T13:22:50` as local time of `zone`.
#[must_use]
pub fn local_time(text: &str, zone: Tz) -> Option<Time> {
    let parsed = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f");
    parsed.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")).ok().map(|local| instant(zone, local))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_right_on_both_change_days() {
        let utc = |text: &str| local_time(text, Tz::Europe__London).map(|at| at.to_rfc3339());
        assert_eq!(utc("2019-04-15 13:22:50").unwrap(), "2019-04-15T12:22:50+00:00");
        assert_eq!(utc("2019-10-27 01:30:00").unwrap(), "2019-10-27T00:30:00+00:00", "the first of two");
        assert_eq!(utc("2019-10-27T02:30:00").unwrap(), "2019-10-27T02:30:00+00:00");
        assert_eq!(utc("2019-03-31 01:30:00").unwrap(), "2019-03-31T01:30:00+00:00", "left out");
        assert_eq!(utc("2019-03-31 02:30:00").unwrap(), "2019-03-31T01:30:00+00:00");
        assert_eq!(utc("31.03.2019"), None);
    }

    #[test]
    fn a_shift_moves_the_instant_and_writes_it_in_the_homes_offset() {
        let at = local_time("2019-06-30 23:59:59", Tz::Europe__London);
        let content = Content::Told { kind: "motion", device: "lounge".into(), reading: Reading::None {}, source: None };
        let event = Recorded { row: Row::Line(7), at, content };
        let stamp = Stamp { prefix: "ab".into(), shift: TimeDelta::days(180), zone: Tz::Europe__London };
        let message = stamp.message(&event);
        let text = std::str::from_utf8(&message.payload).unwrap();
        assert_eq!(text, r#"{"id":"ab-7","kind":"motion","device":"lounge","at":"2019-12-27T22:59:59+00:00"}"#);
    }
}
