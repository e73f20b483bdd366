//! A gateway of the register: the box that speaks for a home's devices.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};

use super::organisation::archived;
use super::{Checks, Invalid, given};

/// A gateway. Its secret is never part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Gateway {
    /// Its id, unique in the installation.
    pub id: String,
    /// The home it stands in; absent while nobody registered it.
    pub home: Option<String>,
    /// The organisation that answers for the home; `unclaimed` without one.
    pub organisation: String,
    /// Whether somebody registered it. One that nobody registered was heard through a broker.
    pub registered: bool,
    /// Make and model.
    pub model: String,
    /// Whose network it speaks through, such as the name of a mobile operator: what silent homes are grouped by, beside their locality.
    pub network: String,
    /// Its own `tel:` or `sip:` address, which goes before the home's.
    pub call_back: Option<String>,
    /// SHA-256 sums of certificates that are refused.
    pub revoked_certificates: Vec<String>,
    /// What it last said of itself: `online` or `offline`.
    pub status: Option<String>,
    /// When it said so.
    pub status_at: Option<DateTime<Utc>>,
    /// When it was first heard.
    pub first_heard_at: Option<DateTime<Utc>>,
    /// When it was last heard.
    pub last_heard_at: Option<DateTime<Utc>>,
    /// When it was registered, or first heard when nobody did.
    pub created_at: DateTime<Utc>,
    /// When it was moved to its home; absent where it stands where it was registered.
    pub placed_at: Option<DateTime<Utc>>,
    /// When it was archived. Its alarms still raise, its silence no longer does.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A gateway with its secret, which is shown this once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct GatewayWithSecret {
    /// The gateway.
    #[serde(flatten)]
    pub gateway: Gateway,
    /// The password for MQTT; the user name is the gateway's id. It is kept as a hash only and cannot be shown again.
    pub secret: String,
}

/// A gateway to register.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGateway {
    /// Its id: `[A-Za-z0-9._-]{1,64}`, unique in the installation.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]{1,64}$")]
    pub id: String,
    /// The home it stands in.
    #[schema(min_length = 1, max_length = 100)]
    pub home: String,
    /// Make and model, up to 100 characters.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub model: String,
    /// Whose network it speaks through, up to 100 characters.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub network: String,
    /// Its own `tel:` or `sip:` address.
    #[serde(default)]
    #[schema(max_length = 200, pattern = "^(tel|sip):[!-~]+$")]
    pub call_back: Option<String>,
}

impl NewGateway {
    /// Checks the texts.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.chosen_id("id", &self.id).reference("home", &self.home).text("model", &self.model, 0, 100);
        checks.text("network", &self.network, 0, 100);
        checks.call_back("call_back", self.call_back.as_deref()).finish()
    }
}

/// A change of a gateway.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayPatch {
    /// Moves it, and the devices behind it, to another home. What was said before stays with the home where it was said.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub home: Option<String>,
    /// Another model.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub model: Option<String>,
    /// Another network.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub network: Option<String>,
    /// Another call-back address; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200, pattern = "^(tel|sip):[!-~]+$")]
    pub call_back: Option<Option<String>>,
    /// SHA-256 sums (hexadecimal) of certificates to refuse: the whole list.
    #[serde(default)]
    #[schema(schema_with = sums_schema)]
    pub revoked_certificates: Option<Vec<String>>,
    /// `true` archives, `false` brings back.
    #[serde(default)]
    pub archived: Option<bool>,
}

fn sums_schema() -> Schema {
    let sum = ObjectBuilder::new().schema_type(Type::String).max_length(Some(64)).pattern(Some("^[0-9A-Fa-f]{64}$"));
    ArrayBuilder::new().items(sum).max_items(Some(100)).build().into()
}

impl GatewayPatch {
    /// `before` with the change made to it. The organisation follows from the home and is the store's to fill in.
    pub fn apply(self, before: &Gateway, now: DateTime<Utc>) -> Result<Gateway, Invalid> {
        let mut checks = Checks::default();
        if let Some(home) = &self.home {
            checks.reference("home", home);
        }
        if let Some(sums) = &self.revoked_certificates {
            checks.certificate_sums("revoked_certificates", sums);
        }
        let lower = |sums: Vec<String>| sums.into_iter().map(|sum| sum.to_ascii_lowercase()).collect();
        let moves = self.home.is_some() && self.home != before.home;
        let after = Gateway {
            placed_at: if moves { Some(now) } else { before.placed_at },
            home: self.home.or_else(|| before.home.clone()),
            model: self.model.unwrap_or_else(|| before.model.clone()),
            network: self.network.unwrap_or_else(|| before.network.clone()),
            call_back: self.call_back.unwrap_or_else(|| before.call_back.clone()),
            revoked_certificates: self.revoked_certificates.map_or_else(|| before.revoked_certificates.clone(), lower),
            archived_at: archived(self.archived, before.archived_at, now),
            ..before.clone()
        };
        checks.text("model", &after.model, 0, 100).text("network", &after.network, 0, 100);
        checks.call_back("call_back", after.call_back.as_deref()).finish()?;
        Ok(after)
    }
}
