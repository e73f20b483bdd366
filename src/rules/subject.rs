//! Subjects as text: `home`, `device:{gateway}/{address}`, `resident:{id}`, `resident:unattributed:{gateway}/{device}`.
//!
//! Gateway ids hold no `/`, so the first one ends the gateway; a device's address may hold anything.

use std::cell::OnceCell;

use super::rule::Subject;
use crate::domain::event::Event;
use crate::domain::home::Home;

/// The home as a whole.
pub(super) const HOME: &str = "home";

/// The subject of `event` for a rule that keeps its things per `subject`.
pub(super) fn of_event(subject: Subject, home: &Home, event: &Event) -> String {
    let address = event.device.as_deref().unwrap_or_default();
    match subject {
        Subject::Home => HOME.to_owned(),
        Subject::Device => format!("device:{}/{address}", event.gateway),
        Subject::Gateway => of_gateway(&event.gateway),
        Subject::Resident => match home.attribute(&event.gateway, event.device.as_deref(), event.resident.as_deref()) {
            Some(resident) => format!("resident:{resident}"),
            None => format!("resident:unattributed:{}/{address}", event.gateway),
        },
    }
}

/// The subjects of one event, each worked out once and only when a rule asks for it.
pub(super) struct Subjects<'a> {
    home: &'a Home,
    event: &'a Event,
    device: OnceCell<String>,
    gateway: OnceCell<String>,
    resident: OnceCell<String>,
}

impl<'a> Subjects<'a> {
    pub(super) fn new(home: &'a Home, event: &'a Event) -> Self {
        Self { home, event, device: OnceCell::new(), gateway: OnceCell::new(), resident: OnceCell::new() }
    }

    /// The subject for a rule that keeps its things per `subject`.
    pub(super) fn of(&self, subject: Subject) -> &str {
        let cell = match subject {
            Subject::Home => return HOME,
            Subject::Device => &self.device,
            Subject::Gateway => &self.gateway,
            Subject::Resident => &self.resident,
        };
        cell.get_or_init(|| of_event(subject, self.home, self.event))
    }
}

/// The subject that is a gateway.
pub(super) fn of_gateway(gateway: &str) -> String {
    format!("device:{gateway}/")
}

/// What a subject's text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose<'a> {
    /// The home's.
    Home,
    /// Of the device at an address behind a gateway; empty address: the gateway's own.
    Device { gateway: &'a str, address: &'a str },
    /// A person's.
    Resident(&'a str),
    /// Of somebody who wears or uses this device.
    Unattributed { gateway: &'a str, address: &'a str },
}

impl<'a> Whose<'a> {
    /// Reads a subject. What is none counts as the home's.
    pub(super) fn read(subject: &'a str) -> Self {
        if let Some((gateway, address)) = subject.strip_prefix("device:").and_then(|rest| rest.split_once('/')) {
            return Self::Device { gateway, address };
        }
        if let Some((gateway, address)) = subject.strip_prefix("resident:unattributed:").and_then(|rest| rest.split_once('/')) {
            return Self::Unattributed { gateway, address };
        }
        subject.strip_prefix("resident:").map_or(Self::Home, Self::Resident)
    }

    /// The gateway, where there is one.
    pub(super) fn gateway(&self) -> Option<&'a str> {
        match *self {
            Self::Device { gateway, .. } | Self::Unattributed { gateway, .. } => Some(gateway),
            _ => None,
        }
    }

    /// The device's address, where there is one.
    pub(super) fn address(&self) -> Option<&'a str> {
        match *self {
            Self::Device { address, .. } | Self::Unattributed { address, .. } if !address.is_empty() => Some(address),
            _ => None,
        }
    }

    /// The person, where there is one.
    pub(super) fn resident(&self) -> Option<&'a str> {
        if let Self::Resident(id) = self { Some(id) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_back() {
        assert_eq!(Whose::read("home"), Whose::Home);
        assert_eq!(Whose::read("device:gw-1/bed/2"), Whose::Device { gateway: "gw-1", address: "bed/2" });
        assert_eq!(Whose::read("device:gw-1/").address(), None);
        assert_eq!(Whose::read("resident:r1").resident(), Some("r1"));
        assert_eq!(Whose::read("resident:unattributed:gw/p"), Whose::Unattributed { gateway: "gw", address: "p" });
        assert_eq!(Whose::read("resident:unattributed:gw/p").resident(), None);
    }
}
