//! Excuses and test modes as people enter and read them.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Checks, Invalid};
use crate::clock::Time;
use crate::domain::home::excuse::{ExcuseKind, TEST_AT_MOST};

/// What is in force at a home for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExcuseWhat {
    /// Nobody is at home.
    Away,
    /// The person is in hospital.
    Hospital,
    /// A carer is with the person.
    CarerPresent,
    /// Somebody works on the equipment.
    Maintenance,
    /// An installer tests.
    TestMode,
}

impl ExcuseWhat {
    /// All that a path of its own stands for: what `POST /homes/{id}/away` may say.
    pub const OF_PEOPLE: [Self; 3] = [Self::Away, Self::Hospital, Self::CarerPresent];

    /// The name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.excuses().map_or("test_mode", ExcuseKind::as_str)
    }

    /// From the stored name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Away, Self::Hospital, Self::CarerPresent, Self::Maintenance, Self::TestMode].into_iter().find(|what| what.as_str() == name)
    }

    /// The excuse that rules know; a test mode is none.
    #[must_use]
    pub fn excuses(self) -> Option<ExcuseKind> {
        Some(match self {
            Self::Away => ExcuseKind::Away,
            Self::Hospital => ExcuseKind::Hospital,
            Self::CarerPresent => ExcuseKind::CarerPresent,
            Self::Maintenance => ExcuseKind::Maintenance,
            Self::TestMode => return None,
        })
    }

    fn at_most(self) -> TimeDelta {
        self.excuses().map_or(TEST_AT_MOST, ExcuseKind::at_most)
    }
}

/// An excuse or a test mode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Excuse {
    /// Its id; absent where the home said it itself (`away_on`).
    pub id: Option<String>,
    /// The home.
    pub home: String,
    /// What.
    pub kind: ExcuseWhat,
    /// Of this device alone (its id); the whole home without.
    pub device: Option<String>,
    /// The kinds under test; none named: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Its end, as it was set or as it came.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// Who set it: the id of a user or token; absent where the home said it itself.
    pub author: Option<String>,
    /// Their name.
    pub author_name: Option<String>,
    /// Who ended it before its time.
    pub ended_by: Option<String>,
}

/// An excuse or a test mode, to be set.
#[derive(Clone, Debug, PartialEq)]
pub struct NewExcuse {
    /// What.
    pub kind: ExcuseWhat,
    /// Of this device alone.
    pub device: Option<String>,
    /// The kinds under test.
    pub kinds: Vec<String>,
    /// Its end.
    pub until: Time,
    /// Why.
    pub reason: Option<String>,
}

impl NewExcuse {
    /// Checks its end, and that the kinds are kinds.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self, now: Time) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        let most = self.kind.at_most();
        if self.until <= now {
            checks.fault("until", "lies in the past; name an end that is still to come");
        } else if self.until - now > most {
            let hours = most.num_hours();
            let most = if hours <= 48 { format!("{hours} hours") } else { format!("{} days", most.num_days()) };
            checks.fault("until", &format!("lies more than {most} ahead; name a nearer end, and say it again then if it still holds"));
        }
        if let Some(reason) = &self.reason {
            checks.text("reason", reason, 1, 1000);
        }
        if self.kinds.len() > 64 {
            checks.fault("kinds", "names more than 64 kinds; leave it out to test all");
        }
        for kind in self.kinds.iter().take(64) {
            if crate::domain::catalogue::class_of(kind) == crate::domain::catalogue::Class::Unknown {
                checks.fault("kinds", &format!("names {kind:?}, which is no kind of the event catalogue"));
            }
        }
        checks.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_lies_ahead_and_not_too_far() {
        let now = Time::UNIX_EPOCH;
        let say = |kind: ExcuseWhat, hours: i64| {
            let new = NewExcuse { kind, device: None, kinds: Vec::new(), until: now + TimeDelta::hours(hours), reason: None };
            new.check(now).err().map(|invalid| invalid.to_string())
        };
        assert_eq!(say(ExcuseWhat::Away, 24 * 92), None);
        assert!(say(ExcuseWhat::Away, 24 * 92 + 1).unwrap().contains("92 days"));
        assert!(say(ExcuseWhat::CarerPresent, 25).unwrap().contains("24 hours"));
        assert!(say(ExcuseWhat::TestMode, 25).unwrap().contains("24 hours"));
        assert!(say(ExcuseWhat::Hospital, 0).unwrap().contains("in the past"));
    }
}
