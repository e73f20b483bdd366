//! An event: what a device in a home said, with both its times.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::catalogue::Class;
use chrono::{DateTime, Utc};

/// How long after it happened an event may arrive and still be evaluated by every rule, in hours.
pub const LATENESS_WINDOW_H: i64 = 72;

/// A single value of a reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Reading {
    /// `true` or `false`.
    Bool(bool),
    /// A number in the event's unit.
    Number(f64),
    /// Text, such as a level of consciousness.
    Text(String),
}

/// Things worth knowing about how an event came in. They label; they never delete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[allow(clippy::struct_excessive_bools, reason = "labels, each of which stands by itself")]
pub struct Marks {
    /// Arrived later than usual: the gateway emptied its buffer. Seconds between happening and receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_s: Option<i64>,
    /// Beyond the lateness window: only `each` rules looked at it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub beyond_window: bool,
    /// Came with the retained flag.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retained: bool,
    /// The device's clock was not credible; `at` is the time of receipt.
    #[serde(default, skip_serializing_if = "is_false")]
    pub clock_off: bool,
    /// By how many seconds it differs from ours: behind, or ahead below 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_off_s: Option<i64>,
    /// The clock of its gateway was off, and this shows that it is right again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub clock_right_again: bool,
    /// An installer's test mode made a test of it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub test_mode: bool,
    /// The id had been used for other content; this one is derived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reused_id: Option<String>,
    /// Optional fields of an alarm that could not be read and were set aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<String>,
    /// The kind as sent, where it was treated as another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_as_sent: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// The part of an event that rules and people read but that no query searches.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Body {
    /// A single reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Reading>,
    /// Several named readings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<std::collections::BTreeMap<String, f64>>,
    /// UCUM code of the unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// A test activation.
    #[serde(default, skip_serializing_if = "is_false")]
    pub test: bool,
    /// Kept, not interpreted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub data: Option<Box<serde_json::value::RawValue>>,
    /// How it came in.
    #[serde(default)]
    pub marks: Marks,
}

/// What a device in a home said.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Event {
    /// The gateway that sent it.
    #[schema(value_type = String)]
    pub gateway: Arc<str>,
    /// Unique per gateway.
    pub id: String,
    /// From the catalogue, or any other text.
    pub kind: String,
    /// The class of the kind.
    pub class: Class,
    /// The sensor behind the gateway; absent: the gateway itself.
    pub device: Option<String>,
    /// The person it is about, once attributed.
    pub resident: Option<String>,
    /// When it happened: by the device's clock where that is credible, otherwise the time of receipt.
    pub at: DateTime<Utc>,
    /// What the device's clock said.
    pub claimed_at: Option<DateTime<Utc>>,
    /// When it was received here.
    pub received_at: DateTime<Utc>,
    /// Readings and labels.
    #[serde(flatten)]
    pub body: Body,
}

impl Event {
    /// The single number of a reading.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self.body.value {
            Some(Reading::Number(value)) => Some(value),
            Some(Reading::Bool(value)) => Some(f64::from(u8::from(value))),
            _ => None,
        }
    }
}
