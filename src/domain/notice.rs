//! Events of our own making about a gateway: what the way in of an event says about the equipment. They are no rows among the events;
//! rules look at them like at any other.

use std::sync::Arc;

use super::catalogue::Class;
use super::event::{Body, Event, Marks};
use chrono::{DateTime, Utc};

/// The kind that stands for a message that could not be read and may have been a call for help.
pub const UNREADABLE_ALARM: &str = "unreadable_alarm";

/// What the way in of `event` says about the equipment: one technical notice for each.
#[must_use]
pub fn notices(event: &Event) -> Vec<Event> {
    let Marks { retained, clock_off, reused_id, .. } = &event.body.marks;
    let flags = [(*retained, "retained_message"), (*clock_off, "gateway_clock"), (reused_id.is_some(), "event_id_reused")];
    flags.into_iter().filter(|(on, _)| *on).map(|(_, kind)| notice(kind, &event.gateway, event.id.clone(), event.received_at)).collect()
}

/// An event of our own making about `gateway`.
#[must_use]
pub fn notice(kind: &str, gateway: &Arc<str>, id: String, at: DateTime<Utc>) -> Event {
    let class = if kind == UNREADABLE_ALARM { Class::Alarm } else { Class::Technical };
    Event {
        gateway: gateway.clone(),
        id,
        kind: kind.to_owned(),
        class,
        device: None,
        resident: None,
        at,
        claimed_at: None,
        received_at: at,
        body: Body::default(),
    }
}
