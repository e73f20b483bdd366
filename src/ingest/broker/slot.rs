//! Slots: the client sessions at the broker that all replicas share. A slot's name never changes, so that whoever holds it finds
//! the session, and what the broker kept in it, again.

use super::options::Options;
use crate::ingest::delivery::Topic;
use crate::store::advisory::LockName;

/// The class of the advisory locks of slots: "HKNS" in ASCII.
const SLOT_CLASS: i32 = 0x484B_4E53;
/// The class of the locks by which replicas show each other that they are there: "HKNP".
const PRESENCE_CLASS: i32 = 0x484B_4E50;
/// Lock numbers per kind; more than there can be slots of a kind.
const STRIDE: i32 = 10_000;

/// The classes of all locks of this kind.
pub(super) const CLASSES: [i32; 2] = [SLOT_CLASS, PRESENCE_CLASS];

/// One client session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Slot {
    pub kind: Kind,
    /// From 1.
    pub number: u16,
}

/// What a slot is subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Events,
    Alarms,
    /// One plain subscription: shared ones carry no retained messages, and `status` is retained.
    Status,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Events, Self::Alarms, Self::Status];

    /// The topic of the messages.
    pub(super) fn topic(self) -> Topic {
        match self {
            Self::Events => Topic::Events,
            Self::Alarms => Topic::Alarms,
            Self::Status => Topic::Status,
        }
    }

    /// For metrics.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Alarms => "alarms",
            Self::Status => "status",
        }
    }

    /// How many there are.
    pub(super) fn count(self, options: &Options) -> u16 {
        match self {
            Self::Events => options.slots,
            Self::Alarms => options.alarm_slots,
            Self::Status => 1,
        }
    }

    /// What is subscribed to. The two share names differ, as a broker may treat equal ones as one group.
    pub(super) fn filter(self) -> &'static str {
        match self {
            Self::Events => "$share/harken/telecare/v1/+/events",
            Self::Alarms => "$share/harken-alarms/telecare/v1/+/alarms",
            Self::Status => "telecare/v1/+/status",
        }
    }
}

impl Slot {
    /// All slots that the settings ask for.
    pub(super) fn all(options: &Options) -> Vec<Self> {
        Kind::ALL.into_iter().flat_map(|kind| (1..=kind.count(options)).map(move |number| Self { kind, number })).collect()
    }

    /// The client id at the broker.
    pub(super) fn client_id(self) -> String {
        match self.kind {
            Kind::Events => format!("harken-{}", self.number),
            Kind::Alarms => format!("harken-alarm-{}", self.number),
            Kind::Status => "harken-status".to_owned(),
        }
    }

    /// The lock that whoever holds the slot holds.
    pub(super) fn lock(self) -> LockName {
        let kind = match self.kind {
            Kind::Events => 0,
            Kind::Alarms => 1,
            Kind::Status => 2,
        };
        LockName { class: SLOT_CLASS, number: kind * STRIDE + i32::from(self.number) }
    }
}

/// The lock that every replica with the same number of slots takes in common. Replicas with other numbers (in the midst of a
/// change of settings) share out other slots, so they are not counted together.
pub(super) fn presence(options: &Options) -> LockName {
    LockName { class: PRESENCE_CLASS, number: i32::from(options.slots) * STRIDE + i32::from(options.alarm_slots) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn every_slot_has_a_name_and_a_lock_of_its_own() {
        let mut settings = Settings::default();
        settings.mqtt.url = "mqtt://broker".into();
        (settings.mqtt.slots, settings.mqtt.alarm_slots) = (999, 999);
        let slots = Slot::all(&Options::of(&settings).unwrap());
        assert_eq!(slots.len(), 999 + 999 + 1);
        let ids: std::collections::HashSet<_> = slots.iter().map(|slot| slot.client_id()).collect();
        let locks: std::collections::HashSet<_> = slots.iter().map(|slot| slot.lock()).collect();
        assert_eq!((ids.len(), locks.len()), (slots.len(), slots.len()));
        assert!(ids.contains("harken-1") && ids.contains("harken-alarm-999") && ids.contains("harken-status"));
    }
}
