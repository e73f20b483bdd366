//! What the registers hold, as people read and write it: organisations, their homes, and who and what is in them. What a rule sees of a
//! home is narrower and stands in [`super::home`].
//!
//! Each noun has three shapes: the record as it is read, `New…` as it is entered, and `…Patch` for a change, in which a field that is
//! absent stays as it is. Texts are bounded, and no text holds the character NUL, which PostgreSQL cannot store.
#![allow(clippy::option_option, reason = "in a change a field is absent (leave it), null (clear it) or given")]

mod checks;
mod contact;
mod device;
mod excuse;
mod gateway;
mod home;
mod installation;
mod occupancy;
mod organisation;
mod plan;
mod policy;
mod resident;
mod revision;
mod shadow;
mod timeline;
mod trail;
mod webhook;

pub use checks::{Checks, Invalid, is_chosen_id, is_email};
pub use contact::{Contact, ContactPatch, NewContact};
pub use device::{Device, DevicePatch, NewDevice};
pub use excuse::{Excuse, ExcuseWhat, NewExcuse};
pub use gateway::{Gateway, GatewayPatch, GatewayWithSecret, NewGateway};
pub use home::{Home, HomePatch, HomeSummary, NewHome};
pub use installation::Installation;
pub use occupancy::{ENTERED_AND_LEFT, Occupancy, Sign};
pub use organisation::{NewOrganisation, Organisation, OrganisationPatch};
pub use plan::{OverrideDetail, PlanChange, PlanScope, PlanVersion};
pub use policy::{NewPolicy, Policy, PolicyPatch};
pub use resident::{NewResident, Resident, ResidentPatch, ResidentSummary};
pub use revision::RuleRevision;
pub use shadow::{ShadowAlert, ShadowCounts, ShadowFound};
pub use timeline::{HomeState, OpenFault, TimelineEntry, TimelineSource, Waiting};
pub use trail::{AuditRecord, QuarantinedMessage, Stranger};
pub use webhook::{NewWebhook, Webhook, WebhookPatch, WebhookWithSecret};

/// The zone of an organisation that names none.
pub const DEFAULT_ZONE: &str = "Europe/London";

/// Reads a field that may be absent (leave it), null (clear it) or given.
pub(in crate::domain) fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    serde::Deserialize::deserialize(from).map(Some)
}
