//! A device of the register: a sensor or button behind a gateway.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::organisation::archived;
use super::{Checks, Invalid, given};

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Device {
    /// Its id.
    pub id: String,
    /// The gateway it is behind.
    pub gateway: String,
    /// How the gateway calls it: the `device` of its events.
    pub address: String,
    /// The home; absent while nobody registered the gateway.
    pub home: Option<String>,
    /// Whose it is.
    pub resident: Option<String>,
    /// Make and model.
    pub model: String,
    /// The room it is in.
    pub room: String,
    /// Its own `tel:` or `sip:` address, which goes before the gateway's.
    pub call_back: Option<String>,
    /// Whether a person entered or confirmed it. One that was only heard is unconfirmed.
    pub confirmed: bool,
    /// When it was first heard.
    pub first_heard_at: Option<DateTime<Utc>>,
    /// When it was last heard.
    pub last_heard_at: Option<DateTime<Utc>>,
    /// What it last said of its battery: `low` or `ok`.
    pub battery: Option<String>,
    /// When it was entered or first heard.
    pub created_at: DateTime<Utc>,
    /// When it was archived. Its alarms still raise.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A device to enter.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDevice {
    /// The gateway it is behind.
    #[schema(min_length = 1, max_length = 100)]
    pub gateway: String,
    /// How the gateway calls it, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    pub address: String,
    /// Whose it is: a resident of the gateway's home.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub resident: Option<String>,
    /// Make and model, up to 100 characters.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub model: String,
    /// The room it is in, up to 100 characters.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub room: String,
    /// Its own `tel:` or `sip:` address.
    #[serde(default)]
    #[schema(max_length = 200, pattern = "^(tel|sip):[!-~]+$")]
    pub call_back: Option<String>,
}

impl NewDevice {
    /// Checks the texts.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.reference("gateway", &self.gateway).text("address", &self.address, 1, 64);
        device_texts(&mut checks, &self.model, &self.room, self.call_back.as_deref(), self.resident.as_deref());
        checks.finish()
    }
}

/// A change of a device. Any change by a person confirms it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DevicePatch {
    /// Whose it is; null: nobody's in particular.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub resident: Option<Option<String>>,
    /// Another model.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub model: Option<String>,
    /// Another room.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub room: Option<String>,
    /// Another call-back address; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200, pattern = "^(tel|sip):[!-~]+$")]
    pub call_back: Option<Option<String>>,
    /// `false` takes a confirmation back.
    #[serde(default)]
    pub confirmed: Option<bool>,
    /// `true` archives, `false` brings back.
    #[serde(default)]
    pub archived: Option<bool>,
}

impl DevicePatch {
    /// `before` with the change made to it.
    pub fn apply(self, before: &Device, now: DateTime<Utc>) -> Result<Device, Invalid> {
        let after = Device {
            resident: self.resident.unwrap_or_else(|| before.resident.clone()),
            model: self.model.unwrap_or_else(|| before.model.clone()),
            room: self.room.unwrap_or_else(|| before.room.clone()),
            call_back: self.call_back.unwrap_or_else(|| before.call_back.clone()),
            confirmed: self.confirmed.unwrap_or(true),
            archived_at: archived(self.archived, before.archived_at, now),
            ..before.clone()
        };
        let mut checks = Checks::default();
        device_texts(&mut checks, &after.model, &after.room, after.call_back.as_deref(), after.resident.as_deref());
        checks.finish()?;
        Ok(after)
    }
}

fn device_texts(checks: &mut Checks, model: &str, room: &str, call_back: Option<&str>, resident: Option<&str>) {
    checks.text("model", model, 0, 100).text("room", room, 0, 100).call_back("call_back", call_back);
    if let Some(resident) = resident {
        checks.reference("resident", resident);
    }
}
