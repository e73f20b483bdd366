//! One alert whole, on the wire.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::alert::{Alert, Entry};
use crate::domain::event::Event;
use crate::domain::visit::Visit;
use crate::store::alert_queries::WholeAlert;

/// An alert with everything that helps to deal with it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AlertWhole {
    #[serde(flatten)]
    alert: Alert,
    /// What has happened since, oldest first; the newest 1,000 lines.
    timeline: Vec<Entry>,
    /// The events that it rests on, with both their times; at most 1,000.
    #[schema(value_type = Vec<Event>)]
    evidence: Vec<Box<RawValue>>,
    /// Other open alerts of the home, in the order of the queue; at most 100.
    others: Vec<Alert>,
    /// The visits on account of it, oldest first; at most 100.
    visits: Vec<Visit>,
    /// The home, where there is one.
    home_details: Option<HomeCard>,
    /// Who lives there. The alert's `resident` says whom it is about, where that is known.
    residents: Vec<ResidentCard>,
    /// Who may be called, in calling order.
    contacts: Vec<ContactCard>,
}

/// Where an alert comes from.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct HomeCard {
    id: String,
    name: String,
    /// Street and number.
    address: String,
    /// Town or district.
    locality: String,
    /// IANA zone of its local time.
    zone: String,
}

/// Who lives there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ResidentCard {
    id: String,
    name: String,
    preferred_name: Option<String>,
    language: Option<String>,
}

/// Who may be called.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ContactCard {
    id: String,
    name: String,
    /// What they are to the person.
    relation: String,
    telephone: String,
    /// Whether they have a key.
    key_holder: bool,
    notes: String,
}

/// What was found, on the wire.
pub fn whole(found: WholeAlert) -> AlertWhole {
    let home =
        found.home.map(|home| HomeCard { id: home.id, name: home.name, address: home.address, locality: home.locality, zone: home.zone });
    let residents = found.residents.into_iter().map(|each| ResidentCard {
        id: each.id,
        name: each.name,
        preferred_name: each.preferred_name,
        language: each.language,
    });
    let contacts = found.contacts.into_iter().map(|each| ContactCard {
        id: each.id,
        name: each.name,
        relation: each.relation,
        telephone: each.telephone,
        key_holder: each.key_holder,
        notes: each.notes,
    });
    AlertWhole {
        alert: found.alert,
        timeline: found.timeline,
        evidence: found.evidence,
        others: found.others,
        visits: found.visits,
        home_details: home,
        residents: residents.collect(),
        contacts: contacts.collect(),
    }
}
