//! A home of the register: where the equipment is, and how to get in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::organisation::archived;
use super::{Checks, Invalid, given};

/// A home. The code of its key safe is never part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Home {
    /// Its id.
    pub id: String,
    /// The organisation that answers for it.
    pub organisation: String,
    /// What people call it.
    pub name: String,
    /// Postal address.
    pub address: String,
    /// Area, for example a scheme or a town: what silent homes are grouped by.
    pub locality: String,
    /// The IANA zone that its clocks on the wall show.
    pub zone: String,
    /// `tel:` or `sip:` address on which to speak to the person.
    pub call_back: Option<String>,
    /// How to get in, dogs, stairs.
    pub access_notes: String,
    /// Whether the code of a key safe is on record.
    pub has_key_safe: bool,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was archived. Alarms from an archived home still raise.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A home in a list: without what is recorded as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HomeSummary {
    /// Its id.
    pub id: String,
    /// The organisation that answers for it.
    pub organisation: String,
    /// What people call it.
    pub name: String,
    /// Postal address.
    pub address: String,
    /// Area.
    pub locality: String,
    /// The names of those who live there.
    pub residents: Vec<String>,
    /// Its IANA zone.
    pub zone: String,
    /// `tel:` or `sip:` address on which to speak to the person.
    pub call_back: Option<String>,
    /// Whether it is being installed: no gateway stands there, or a gateway or a device was never heard from there.
    pub installing: bool,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
}

impl From<Home> for HomeSummary {
    fn from(home: Home) -> Self {
        Self {
            id: home.id,
            organisation: home.organisation,
            name: home.name,
            address: home.address,
            locality: home.locality,
            residents: Vec::new(),
            zone: home.zone,
            call_back: home.call_back,
            installing: false,
            created_at: home.created_at,
            archived_at: home.archived_at,
        }
    }
}

/// A home to enter.
#[derive(Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHome {
    /// The organisation that answers for it.
    #[schema(min_length = 1, max_length = 100)]
    pub organisation: String,
    /// What people call it, up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Postal address, up to 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub address: String,
    /// Area, up to 100 characters.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub locality: String,
    /// IANA zone; the organisation's when absent.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub zone: Option<String>,
    /// `tel:` or `sip:` address on which to speak to the person.
    #[serde(default)]
    #[schema(max_length = 200, pattern = "^(tel|sip):[!-~]+$")]
    pub call_back: Option<String>,
    /// How to get in, up to 4,000 characters.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub access_notes: String,
    /// The code of the key safe, up to 100 characters. Kept encrypted; never shown with the home.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub key_safe: Option<String>,
}

impl NewHome {
    /// Checks the texts.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.reference("organisation", &self.organisation);
        home_texts(&mut checks, &self.name, &self.address, &self.locality, &self.access_notes);
        if let Some(zone) = &self.zone {
            checks.zone("zone", zone);
        }
        checks.call_back("call_back", self.call_back.as_deref()).maybe_text("key_safe", self.key_safe.as_deref(), 100);
        checks.finish()
    }
}

/// A change of a home. It stays with its organisation.
#[derive(Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HomePatch {
    /// A new name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// A new address.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub address: Option<String>,
    /// A new area.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub locality: Option<String>,
    /// A new IANA zone.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub zone: Option<String>,
    /// A new call-back address; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200, pattern = "^(tel|sip):[!-~]+$")]
    pub call_back: Option<Option<String>>,
    /// New access notes.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub access_notes: Option<String>,
    /// A new code of the key safe; null removes it.
    #[serde(default, deserialize_with = "given", skip_serializing)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub key_safe: Option<Option<String>>,
    /// `true` archives, `false` brings back.
    #[serde(default)]
    pub archived: Option<bool>,
}

impl HomePatch {
    /// `before` with the change made to it. The key-safe code goes its own way, encrypted.
    pub fn apply(self, before: &Home, now: DateTime<Utc>) -> Result<Home, Invalid> {
        let mut checks = Checks::default();
        let has_key_safe = match &self.key_safe {
            Some(code) => {
                checks.maybe_text("key_safe", code.as_deref(), 100);
                code.is_some()
            }
            None => before.has_key_safe,
        };
        let after = Home {
            name: self.name.unwrap_or_else(|| before.name.clone()),
            address: self.address.unwrap_or_else(|| before.address.clone()),
            locality: self.locality.unwrap_or_else(|| before.locality.clone()),
            zone: self.zone.unwrap_or_else(|| before.zone.clone()),
            call_back: self.call_back.unwrap_or_else(|| before.call_back.clone()),
            access_notes: self.access_notes.unwrap_or_else(|| before.access_notes.clone()),
            has_key_safe,
            archived_at: archived(self.archived, before.archived_at, now),
            ..before.clone()
        };
        home_texts(&mut checks, &after.name, &after.address, &after.locality, &after.access_notes);
        checks.zone("zone", &after.zone).call_back("call_back", after.call_back.as_deref()).finish()?;
        Ok(after)
    }
}

fn home_texts(checks: &mut Checks, name: &str, address: &str, locality: &str, access_notes: &str) {
    checks.text("name", name, 1, 200).text("address", address, 0, 500).text("locality", locality, 0, 100);
    checks.text("access_notes", access_notes, 0, 4000);
}
