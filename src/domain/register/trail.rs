//! What lists show that no person entered: the trail, messages refused, and who was turned away.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AuditRecord {
    /// Its number, rising with time.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The organisation concerned; absent for what belongs to none.
    pub organisation: Option<String>,
    /// Id of the user or token; `cli` for the command line.
    pub who: String,
    /// Their name.
    pub who_name: Option<String>,
    /// `created`, `changed`, `archived`, `restored`, `read` …
    pub action: String,
    /// `home`, `gateway` …
    pub object_kind: String,
    /// Its id.
    pub object_id: String,
    /// What it was before and after, as far as it changed. Never a secret.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

/// A message that was refused for good, and why.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct QuarantinedMessage {
    /// Its id.
    pub id: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// The gateway named by the topic; empty when the topic names none.
    pub gateway: String,
    /// The organisation concerned; `unclaimed` without one.
    pub organisation: String,
    /// The home, where the gateway has one.
    pub home: Option<String>,
    /// The topic it came on.
    pub topic: String,
    /// Its whole length in bytes.
    pub length: i64,
    /// Why it was refused.
    pub reason: String,
    /// The first 4 KiB as text; bytes that are not UTF-8 are shown as U+FFFD.
    pub head: String,
    /// The first 4 KiB exactly, in base64.
    pub head_base64: String,
}

/// Somebody who knocked at the listener under a gateway's id and was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Stranger {
    /// The id that was claimed.
    pub gateway: String,
    /// Why it was refused, the last time.
    pub reason: String,
    /// From which address, the last time.
    pub peer: String,
    /// First refused.
    pub first_at: DateTime<Utc>,
    /// Last refused.
    pub last_at: DateTime<Utc>,
    /// How often.
    pub refusals: i64,
}
