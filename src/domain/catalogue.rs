//! The event catalogue: every kind of event that Harken knows, and its class. One table in one place.
//!
//! Kinds stay text: an unknown kind is stored like any other and shown to the technical queue.

use serde::{Deserialize, Serialize};

/// What a kind is for, which decides how it is treated before any rule looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Somebody or something asks for a human now. Never suppressed.
    Alarm,
    /// The wearer cancelled an alarm on the device; logged and counted, closes nothing.
    Cancel,
    /// What goes on in the home.
    Activity,
    /// A reading.
    Measurement,
    /// The state of the equipment.
    Technical,
    /// Not in the catalogue.
    Unknown,
}

const TABLE: &[(Class, &[&str])] = &[
    (
        Class::Alarm,
        &[
            "pendant",
            "pull_cord",
            "fall",
            "panic",
            "bogus_caller",
            "smoke",
            "heat",
            "carbon_monoxide",
            "gas",
            "flood",
            "seizure",
            "enuresis",
            "intruder",
            "medication_missed",
            "no_voice_contact",
            "assistance",
        ],
    ),
    (Class::Cancel, &["alarm_cancelled"]),
    (
        Class::Activity,
        &[
            "motion",
            "door_opened",
            "door_closed",
            "bed_entered",
            "bed_left",
            "chair_entered",
            "chair_left",
            "room_entered",
            "room_left",
            "appliance_on",
            "appliance_off",
            "daily_ok",
            "medication_taken",
            "away_on",
            "away_off",
            "responder_arrived",
            "responder_left",
        ],
    ),
    (
        Class::Measurement,
        &[
            "temperature",
            "humidity",
            "carbon_dioxide",
            "blood_pressure",
            "spo2",
            "heart_rate",
            "respiration_rate",
            "body_temperature",
            "weight",
            "glucose",
            "consciousness",
            "supplemental_oxygen",
            "peak_flow",
            "questionnaire",
        ],
    ),
    (
        Class::Technical,
        &[
            "heartbeat",
            "battery_low",
            "battery_ok",
            "mains_lost",
            "mains_restored",
            "tamper",
            "radio_interference",
            "sensor_missing",
            "sensor_restored",
            "fault",
            "fault_cleared",
            "test_call",
        ],
    ),
];

/// Kinds that come by the hundred and say little one by one: a home's line of time leaves them out unless asked.
pub const ROUTINE: &[&str] = &[
    "motion",
    "door_opened",
    "door_closed",
    "bed_entered",
    "bed_left",
    "chair_entered",
    "chair_left",
    "room_entered",
    "room_left",
    "appliance_on",
    "appliance_off",
    "temperature",
    "humidity",
    "carbon_dioxide",
    "heartbeat",
];

/// The class of `kind`, [`Class::Unknown`] when the catalogue does not list it.
#[must_use]
pub fn class_of(kind: &str) -> Class {
    TABLE.iter().find(|(_, kinds)| kinds.contains(&kind)).map_or(Class::Unknown, |(class, _)| *class)
}

/// All kinds of `class`, in the order of the catalogue.
#[must_use]
pub fn kinds_of(class: Class) -> &'static [&'static str] {
    TABLE.iter().find(|(listed, _)| *listed == class).map_or(&[], |(_, kinds)| kinds)
}

/// Every kind of the catalogue with its class.
pub fn all() -> impl Iterator<Item = (Class, &'static str)> {
    TABLE.iter().flat_map(|(class, kinds)| kinds.iter().map(|kind| (*class, *kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_once_and_has_its_class() {
        let mut kinds: Vec<_> = all().map(|(_, kind)| kind).collect();
        assert_eq!(kinds.len(), 60);
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), 60);
        assert!(ROUTINE.iter().all(|kind| [Class::Activity, Class::Measurement, Class::Technical].contains(&class_of(kind))));
        assert_eq!(class_of("smoke"), Class::Alarm);
        assert_eq!(class_of("alarm_cancelled"), Class::Cancel);
        assert_eq!(class_of("dishwasher"), Class::Unknown);
    }
}
