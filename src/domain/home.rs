//! A home as the rules see it: its equipment, its people's ids, its zone and its settings.

use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Tz;

use super::plan::Plan;
use crate::clock::Time;

pub mod excuse;

use excuse::{Excuse, TestMode};

/// The key under which everything of a home is kept: the home's id, `unclaimed/{gateway}` for a gateway that nobody registered, or
/// `organisation/{id}` for an organisation's own matters.
pub type HomeKey = String;

/// The key of a gateway without a home.
#[must_use]
pub fn unclaimed_key(gateway: &str) -> HomeKey {
    format!("unclaimed/{gateway}")
}

/// Whether `key` stands for a gateway without a home.
#[must_use]
pub fn is_unclaimed(key: &str) -> bool {
    key.starts_with("unclaimed/")
}

/// The key of what concerns an organisation and no home of it, such as hours with nobody on call. What concerns the whole installation belongs to the
/// organisation [`UNCLAIMED`](super::access::UNCLAIMED).
#[must_use]
pub fn organisation_key(organisation: &str) -> HomeKey {
    format!("organisation/{organisation}")
}

/// The organisation whose own matters `key` stands for.
#[must_use]
pub fn organisation_of_key(key: &str) -> Option<&str> {
    key.strip_prefix("organisation/")
}

/// The home that `key` stands for, if it is one.
#[must_use]
pub fn home_of_key(key: &str) -> Option<&str> {
    (!is_unclaimed(key) && organisation_of_key(key).is_none()).then_some(key)
}

/// Everything about a home that a decision may read. One version number guards all of it.
#[derive(Clone, Debug)]
pub struct Home {
    /// Its key.
    pub key: HomeKey,
    /// The organisation that answers for it; `unclaimed` without one.
    pub organisation: String,
    /// The IANA zone that its clocks on the wall show.
    pub zone: Tz,
    /// `tel:` or `sip:` address on which to speak to the person.
    pub call_back: Option<String>,
    /// Archived: alarms still raise.
    pub archived: bool,
    /// Its gateways by id.
    pub gateways: HashMap<Arc<str>, Gateway>,
    /// Its devices by gateway id and address.
    pub devices: HashMap<(Arc<str>, String), Device>,
    /// The ids of the people who live there.
    pub residents: Vec<String>,
    /// The settings in force.
    pub plan: Plan,
    /// What excuses its rules, and did lately.
    pub excuses: Vec<Excuse>,
    /// When installers test, and did lately.
    pub tests: Vec<TestMode>,
}

/// A gateway as the rules see it.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// When it was registered.
    pub registered_at: Time,
    /// Its own call-back address.
    pub call_back: Option<String>,
    /// Archived: its alarms still raise, its silence does not.
    pub archived: bool,
}

/// A sensor behind a gateway.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its id in the register.
    pub id: String,
    /// The person it belongs to.
    pub resident: Option<String>,
    /// Its own call-back address.
    pub call_back: Option<String>,
}

impl Home {
    /// The person an event of `device` is about: the one the event names when they live here, otherwise the device's, otherwise the
    /// only resident, otherwise nobody.
    #[must_use]
    pub fn attribute(&self, gateway: &Arc<str>, device: Option<&str>, named: Option<&str>) -> Option<String> {
        if let Some(named) = named.filter(|named| self.residents.iter().any(|each| each == named)) {
            return Some(named.to_owned());
        }
        let of_device = device.and_then(|address| self.device(gateway, address)).and_then(|device| device.resident.clone());
        of_device.or_else(|| if let [only] = self.residents.as_slice() { Some(only.clone()) } else { None })
    }

    /// The device at `address` behind `gateway`.
    #[must_use]
    pub fn device(&self, gateway: &Arc<str>, address: &str) -> Option<&Device> {
        if self.devices.is_empty() {
            return None;
        }
        self.devices.get(&(gateway.clone(), address.to_owned()))
    }

    /// A home for what a gateway that nobody registered says.
    #[must_use]
    pub fn unclaimed(gateway: &str) -> Self {
        Self::empty(unclaimed_key(gateway), super::access::UNCLAIMED.to_owned(), Tz::UTC)
    }

    /// A place for an organisation's own matters.
    #[must_use]
    pub fn of_organisation(organisation: &str, zone: Tz) -> Self {
        Self::empty(organisation_key(organisation), organisation.to_owned(), zone)
    }

    fn empty(key: HomeKey, organisation: String, zone: Tz) -> Self {
        Self {
            key,
            organisation,
            zone,
            call_back: None,
            archived: false,
            gateways: HashMap::new(),
            devices: HashMap::new(),
            residents: Vec::new(),
            plan: Plan::default(),
            excuses: Vec::new(),
            tests: Vec::new(),
        }
    }
}
