//! What goes out of the house: one message to one receiver, from the moment it is due until it is delivered or given up.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// By which way a message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// An HTTP request to a registered webhook; the target is the webhook's id.
    Webhook,
    /// An e-mail; the target is a user's id, or an address.
    Email,
}

impl Channel {
    /// The name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Email => "email",
        }
    }

    /// The channel of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Webhook, Self::Email].into_iter().find(|channel| channel.as_str() == name)
    }
}

/// How far a message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its next try.
    Pending,
    /// The receiver took it.
    Delivered,
    /// Given up after too many tries, or because it can never arrive. It can be sent again.
    Dead,
}

impl DeliveryState {
    /// The name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead].into_iter().find(|state| state.as_str() == name)
    }
}

/// One message on its way out.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Delivery {
    /// Its id, the same at every try: what a receiver recognises a repetition by.
    pub id: String,
    /// Whose matter it is.
    pub organisation: String,
    /// By which way.
    pub channel: Channel,
    /// To whom: a webhook's id, a user's id or an address.
    pub target: String,
    /// The alert that it tells of.
    pub alert: Option<String>,
    /// What it tells: `alert.raised`, `escalation.step` …
    pub kind: String,
    /// The message.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
    /// When it came about.
    pub created_at: DateTime<Utc>,
    /// When it is tried next; absent when it is finished.
    pub next_at: Option<DateTime<Utc>>,
    /// Tries begun.
    pub attempts: i64,
    /// How far it got.
    pub state: DeliveryState,
    /// What the receiver answered last: an HTTP status or SMTP code.
    pub last_status: Option<i64>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When the receiver took it.
    pub delivered_at: Option<DateTime<Utc>>,
}
