//! What excuses the rules of care and equipment for a while, and the installer's test mode. Each has an end. None of them silences an alarm.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::clock::Time;

/// Why a rule rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExcuseKind {
    /// Nobody is at home.
    Away,
    /// The person is in hospital.
    Hospital,
    /// A carer is with the person.
    CarerPresent,
    /// Somebody works on the equipment.
    Maintenance,
}

impl ExcuseKind {
    /// The name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Hospital => "hospital",
            Self::CarerPresent => "carer_present",
            Self::Maintenance => "maintenance",
        }
    }

    /// Whether it empties the home: what was waited for when it began is then no longer waited for. A carer, or somebody who works on
    /// the equipment, only makes it wait: it is counted anew once they have gone.
    #[must_use]
    pub fn empties(self) -> bool {
        matches!(self, Self::Away | Self::Hospital)
    }

    /// How far ahead its end may lie: as long as it usually takes, and no longer than somebody would notice that it was forgotten.
    #[must_use]
    pub fn at_most(self) -> TimeDelta {
        match self {
            // A season with family, or a long stay; then somebody says it again.
            Self::Away | Self::Hospital => TimeDelta::days(92),
            // A visit, or a night of sitting up.
            Self::CarerPresent => TimeDelta::hours(24),
            // A repair that waits for a part.
            Self::Maintenance => TimeDelta::days(14),
        }
    }
}

/// How long a test mode may last: a long day of installing.
pub const TEST_AT_MOST: TimeDelta = TimeDelta::hours(24);
/// How long it lasts unless its end is named.
pub const TEST_UNLESS_TOLD: TimeDelta = TimeDelta::minutes(60);
/// How long after its end an excuse is still looked at: longer than events may be late and than most rules wait, so that what was
/// excused stays so when it is judged again.
pub const KEPT: TimeDelta = TimeDelta::days(100);

/// An excuse as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excuse {
    /// Why.
    pub kind: ExcuseKind,
    /// Of this device alone (its id in the register); the whole home without.
    pub device: Option<String>,
    /// From then on.
    pub from: Time,
    /// Until then, not included.
    pub until: Time,
}

/// A test mode as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestMode {
    /// The kinds under test; none named: all.
    pub kinds: Vec<String>,
    /// Of this device alone (its id in the register); the whole home without.
    pub device: Option<String>,
    /// From then on.
    pub from: Time,
    /// Until then, not included.
    pub until: Time,
}

impl TestMode {
    /// Whether it takes what `device` says at `at` for a test, when that is received at `received`. A press that comes late was made
    /// before the installer, or is not his: only what happens and arrives while he tests is a test.
    #[must_use]
    pub fn covers(&self, kind: &str, device: Option<&str>, at: Time, received: Time) -> bool {
        let inside = |time: Time| time >= self.from && time < self.until;
        let of_kind = self.kinds.is_empty() || self.kinds.iter().any(|each| each == kind);
        let of_device = self.device.is_none() || self.device.as_deref() == device;
        of_kind && of_device && inside(at) && inside(received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_happens_and_arrives_under_test_is_a_test() {
        let at = |minutes: i64| Time::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let test = TestMode { kinds: vec!["smoke".to_owned()], device: Some("d".to_owned()), from: at(10), until: at(20) };
        assert!(test.covers("smoke", Some("d"), at(10), at(11)));
        assert!(!test.covers("pendant", Some("d"), at(10), at(11)), "another kind");
        assert!(!test.covers("smoke", Some("e"), at(10), at(11)), "another device");
        assert!(!test.covers("smoke", Some("d"), at(9), at(11)), "pressed before, and buffered");
        assert!(!test.covers("smoke", Some("d"), at(15), at(25)), "arrived afterwards");
        assert!(!test.covers("smoke", Some("d"), at(20), at(20)), "the end is not part of it");
        let all = TestMode { kinds: Vec::new(), device: None, ..test };
        assert!(all.covers("pendant", None, at(10), at(11)));
    }
}
