//! Events of our own making about a gateway: what the way in of an event says about the equipment. They are no rows among the events;
//! rules look at them like at any other.

use std::sync::Arc;

use super::catalogue::Class;
use super::event::{Body, Event, Marks, Reading};
use chrono::{DateTime, Utc};

/// The kind that stands for a message that could not be read and may have been a call for help.
pub const UNREADABLE_ALARM: &str = "unreadable_alarm";

/// The kind that says that a gateway's clock, which was off, is right again.
pub const GATEWAY_CLOCK_RIGHT: &str = "gateway_clock_right";

/// What the way in of `event` says about the equipment: one technical notice for each.
#[must_use]
pub fn notices(event: &Event) -> Vec<Event> {
    let Marks { retained, clock_off, clock_off_s, clock_right_again, reused_id, .. } = &event.body.marks;
    let flags = [
        (*retained, "retained_message"),
        (*clock_off, "gateway_clock"),
        (*clock_right_again, GATEWAY_CLOCK_RIGHT),
        (reused_id.is_some(), "event_id_reused"),
    ];
    let about = |(_, kind)| {
        let mut said = notice(kind, &event.gateway, event.id.clone(), event.received_at);
        said.body.value = clock_off_s.filter(|_| kind == "gateway_clock").map(|off| Reading::Text(difference(off)));
        said
    };
    flags.into_iter().filter(|(on, _)| *on).map(about).collect()
}

/// `2 h 5 min behind`, `3 min ahead`.
fn difference(seconds: i64) -> String {
    let (minutes, side) = (seconds.unsigned_abs() / 60, if seconds < 0 { "ahead" } else { "behind" });
    match minutes {
        0 => format!("{} s {side}", seconds.unsigned_abs()),
        1..60 => format!("{minutes} min {side}"),
        60..2880 => format!("{} h {} min {side}", minutes / 60, minutes % 60),
        _ => format!("{} days {side}", minutes / 1440),
    }
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
