//! A rota: who is on call when. Layers of people who take turns, later ones above earlier ones, and overrides above them all.
//! Who is on call at an instant is worked out in [`crate::response::rota`].

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};

use super::calendar::{Day, WallTime};

mod change;
mod entry;

pub use change::{NewOverride, NewRota, RotaPatch, Swap, SwapSide};

/// Layers of one rota, at most.
pub const LAYERS_MAX: usize = 20;
/// People in the turns of one layer, at most.
pub const PERSONS_MAX: usize = 100;
/// Windows of one layer, at most.
pub const WINDOWS_MAX: usize = 28;

/// Who is on call when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rota {
    /// Its id.
    pub id: String,
    /// The organisation whose people it names.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// The IANA zone that its local times are meant in.
    #[schema(value_type = String)]
    pub zone: Tz,
    /// From the lowest to the highest: where a higher one has somebody on call, the lower ones rest.
    pub layers: Vec<Layer>,
    /// Exceptions, above all layers, in the order in which they were made: a later one is applied to what the earlier ones left.
    pub overrides: Vec<Override>,
    /// Counts the changes, overrides included.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was archived. Nobody is on call by an archived rota.
    pub archived_at: Option<DateTime<Utc>>,
}

/// People who take turns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Its name, unique in the rota, up to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Ids of users in the order of their turns; the first has the turn in which the layer starts.
    #[schema(schema_with = persons_schema)]
    pub persons: Vec<String>,
    /// When they hand over.
    pub hand_over: Rotation,
    /// Only then is anybody of this layer on call, local time; none named: always. Turns pass on meanwhile.
    #[serde(default)]
    #[schema(max_items = 28)]
    pub windows: Vec<DutyWindow>,
    /// Its first turn begins then.
    pub starts_at: DateTime<Utc>,
    /// It ends then.
    #[serde(default)]
    pub ends_at: Option<DateTime<Utc>>,
}

/// When people of a layer hand over to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// What is counted.
    pub every: Every,
    /// So many of them make a turn; 1 unless told. At most 52 weeks, 366 days or 8784 hours.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 8784)]
    pub count: u32,
    /// The day of the week, for `weeks`.
    #[serde(default)]
    pub on: Option<Day>,
    /// The local time `hh:mm`, for `weeks` and `days`. It stays the same on the wall through both change days; a time that is skipped is the moment of
    /// the skip, of one that comes twice the first is meant. Hours are counted as they pass, from the start of the layer.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub at: Option<WallTime>,
}

/// What a turn is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Calendar weeks.
    Weeks,
    /// Calendar days.
    Days,
    /// Hours as they pass.
    Hours,
}

/// From one local time until another, on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyWindow {
    /// It begins then, local time `hh:mm`.
    #[schema(value_type = String, max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub from: WallTime,
    /// It ends then, on the next day where that is not later. The same as `from`: a whole day.
    #[schema(value_type = String, max_length = 5, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub to: WallTime,
    /// The days on which it begins; none named: every day.
    #[serde(default)]
    #[schema(max_items = 7)]
    pub days: Vec<Day>,
}

/// An exception for a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Override {
    /// Its number in the rota; counts from 1.
    pub n: i64,
    /// It begins then.
    pub from: DateTime<Utc>,
    /// It ends then.
    pub until: DateTime<Utc>,
    /// Who is on call instead; null: nobody.
    pub person: Option<String>,
    /// Only where this person would be on call; null: whoever is, and where nobody is.
    pub instead_of: Option<String>,
    /// In addition to whoever is on call, not in their place.
    pub beside: bool,
    /// Why.
    pub reason: String,
    /// Id of the user or token who made it.
    pub author: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Somebody's stretch of being on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Shift {
    /// Id of the user.
    pub person: String,
    /// From then.
    pub from: DateTime<Utc>,
    /// Until then.
    pub until: DateTime<Utc>,
    /// The layer that puts them there, unless an override does.
    pub layer: Option<String>,
    /// The number of the override that puts them there.
    #[serde(rename = "override")]
    pub by_override: Option<i64>,
}

/// A stretch of time with nobody on call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Gap {
    /// From then.
    pub from: DateTime<Utc>,
    /// Until then.
    pub until: DateTime<Utc>,
}

impl Rota {
    /// Everybody whom its layers or overrides name, each once.
    #[must_use]
    pub fn persons(&self) -> Vec<&str> {
        let of_layers = self.layers.iter().flat_map(|layer| &layer.persons);
        let of_overrides = self.overrides.iter().filter_map(|each| each.person.as_ref());
        let mut persons: Vec<&str> = of_layers.chain(of_overrides).map(String::as_str).collect();
        persons.sort_unstable();
        persons.dedup();
        persons
    }
}

fn persons_schema() -> Array {
    let id = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(100));
    ArrayBuilder::new().items(id).min_items(Some(1)).max_items(Some(PERSONS_MAX)).build()
}

fn one() -> u32 {
    1
}
