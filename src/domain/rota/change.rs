//! What people enter of a rota: new ones, changes, overrides and swaps.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Layer;

/// A rota to enter.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRota {
    /// The organisation whose people it names.
    #[schema(min_length = 1, max_length = 100)]
    pub organisation: String,
    /// Its name, up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The IANA zone that its local times are meant in; the organisation's when absent.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub zone: Option<String>,
    /// From the lowest to the highest, 1 to 20.
    #[schema(min_items = 1, max_items = 20)]
    pub layers: Vec<Layer>,
}

/// A change of a rota.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotaPatch {
    /// A new name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// A new zone: local times stay as they are on the wall, and are meant there.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub zone: Option<String>,
    /// All layers anew.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 20)]
    pub layers: Option<Vec<Layer>>,
    /// `true` archives, `false` brings back.
    #[serde(default)]
    pub archived: Option<bool>,
    /// The version that the change was made from: refused when there is a later one.
    #[serde(default)]
    pub version: Option<i64>,
}

/// An override to make.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOverride {
    /// It begins then.
    pub from: DateTime<Utc>,
    /// It ends then, at most 366 days later.
    pub until: DateTime<Utc>,
    /// Id of the user who is on call instead; null or absent: nobody.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub person: Option<String>,
    /// Only where this person would be on call; absent: whoever is, and where nobody is.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub instead_of: Option<String>,
    /// In addition to whoever is on call, not in their place.
    #[serde(default)]
    pub beside: bool,
    /// Why, up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Two people take each other's shifts.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Swap {
    /// What the one gives to the other.
    pub one: SwapSide,
    /// What the other gives in return.
    pub other: SwapSide,
    /// Why, up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// One side of a swap: all of this person's shifts in a stretch of time.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwapSide {
    /// Id of the user who gives.
    #[schema(min_length = 1, max_length = 100)]
    pub person: String,
    /// From then.
    pub from: DateTime<Utc>,
    /// Until then.
    pub until: DateTime<Utc>,
}

impl Swap {
    /// The two overrides that it comes to.
    #[must_use]
    pub fn overrides(&self) -> [NewOverride; 2] {
        let give = |side: &SwapSide, to: &SwapSide| NewOverride {
            from: side.from,
            until: side.until,
            person: Some(to.person.clone()),
            instead_of: Some(side.person.clone()),
            beside: false,
            reason: self.reason.clone(),
        };
        [give(&self.one, &self.other), give(&self.other, &self.one)]
    }
}
