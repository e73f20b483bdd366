//! An organisation: who answers for homes, and the boundary that nobody's view crosses.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Checks, DEFAULT_ZONE, Invalid};
use crate::domain::access::{CANARY, UNCLAIMED};

/// An organisation of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Organisation {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The IANA zone that its new homes get.
    pub zone: String,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was archived, if it was.
    pub archived_at: Option<DateTime<Utc>>,
}

/// An organisation to enter.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganisation {
    /// An id of your own choice; one is made when absent. `[A-Za-z0-9._-]{1,64}`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]{1,64}$")]
    pub id: Option<String>,
    /// Its name, up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The IANA zone that its homes get unless they name their own. `Europe/London` when absent.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub zone: Option<String>,
}

impl NewOrganisation {
    /// The zone, its default filled in.
    #[must_use]
    pub fn zone(&self) -> &str {
        self.zone.as_deref().unwrap_or(DEFAULT_ZONE)
    }

    /// Checks the texts.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.text("name", &self.name, 1, 200).zone("zone", self.zone());
        if let Some(id) = &self.id {
            checks.chosen_id("id", id);
            if id == CANARY {
                checks.fault("id", "is reserved for the service's own canary");
            }
            if id == UNCLAIMED {
                checks.fault("id", "is reserved for gateways that nobody registered");
            }
        }
        checks.finish()
    }
}

/// A change of an organisation.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationPatch {
    /// A new name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// A new zone for homes entered from now on; homes that exist keep theirs.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub zone: Option<String>,
    /// `true` archives, `false` brings back.
    #[serde(default)]
    pub archived: Option<bool>,
}

impl OrganisationPatch {
    /// `before` with the change made to it.
    pub fn apply(self, before: &Organisation, now: DateTime<Utc>) -> Result<Organisation, Invalid> {
        let after = Organisation {
            name: self.name.unwrap_or_else(|| before.name.clone()),
            zone: self.zone.unwrap_or_else(|| before.zone.clone()),
            archived_at: archived(self.archived, before.archived_at, now),
            ..before.clone()
        };
        Checks::default().text("name", &after.name, 1, 200).zone("zone", &after.zone).finish()?;
        Ok(after)
    }
}

/// The time of archiving after a change that may ask for either.
pub(super) fn archived(wanted: Option<bool>, before: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match wanted {
        Some(true) => before.or(Some(now)),
        Some(false) => None,
        None => before,
    }
}
