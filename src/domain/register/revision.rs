//! A numbered revision of the rules: who made it, why, and whether it is in force.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A revision of the rules, without the rules themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RuleRevision {
    /// Its number; counts from 1.
    pub revision: i64,
    /// Whether it is in force.
    pub active: bool,
    /// The organisation whose rules it changes; absent for the installation's.
    pub organisation: Option<String>,
    /// The revision that it was made from; 0 when it was made from none.
    pub base: i64,
    /// Id of the user or token who made it; `defaults` for the built-in rules, `cli` for the command line.
    pub author: String,
    /// Their name.
    pub author_name: Option<String>,
    /// Why.
    pub reason: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
