//! What a rule in shadow would have raised.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::alert::Queue;
use crate::domain::event::Event;
use crate::domain::plan::SettingValue;

/// A raising that was recorded instead of told.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ShadowAlert {
    /// Its id.
    pub id: String,
    /// The home; absent for a gateway that nobody registered.
    pub home: Option<String>,
    /// The revision of the rules.
    pub revision: i64,
    /// What is kept apart.
    pub subject: String,
    /// When what it is about happened.
    pub occurred_at: DateTime<Utc>,
    /// When it would have been told.
    pub recorded_at: DateTime<Utc>,
    /// The rest.
    #[serde(flatten)]
    pub found: ShadowFound,
}

/// What the rule found.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShadowFound {
    /// The rule's title.
    pub title: String,
    /// Who the alert would have waited for.
    pub queue: Queue,
    /// 1 life … 5 information.
    pub priority: u8,
    /// The person, once attributed.
    pub resident: Option<String>,
    /// The device's address.
    pub device: Option<String>,
    /// Why, in a sentence.
    pub explanation: String,
    /// Labels.
    pub marks: Vec<String>,
    /// The settings in force.
    pub settings: BTreeMap<String, SettingValue>,
    /// What it rests on.
    #[schema(value_type = Vec<Event>)]
    pub evidence: Vec<serde_json::Value>,
}

/// How much a rule in shadow would have raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ShadowCounts {
    /// Raisings, further activations included.
    pub raised: i64,
    /// Different homes and subjects.
    pub matters: i64,
    /// Different homes.
    pub homes: i64,
}
