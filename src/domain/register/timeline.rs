//! What a home's page shows beside the register: its line of time, and how things stand there now.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Device, Excuse, Gateway, Installation, Occupancy};
use crate::domain::alert::Alert;
use crate::domain::event::Event;
use crate::domain::incident::Fault;

/// Where an entry of the line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimelineSource {
    /// Something the equipment said.
    Event,
    /// Something that became of an alert.
    Alert,
    /// What excuses rules began or ended.
    Excuse,
}

/// One entry on a home's line of time.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TimelineEntry {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Where it comes from.
    pub source: TimelineSource,
    /// The event's kind; what became of the alert: `raised`, `accepted`, `note`, `closed` …; or the excuse: `away`, `away_over` …
    pub what: String,
    /// Words, of an alert's or an excuse's entry.
    pub text: Option<String>,
    /// Who, of an alert's or an excuse's entry; absent for the system itself.
    pub who: Option<String>,
    /// The alert's id.
    pub alert: Option<String>,
    /// The event.
    pub event: Option<Event>,
}

/// How things stand in a home now.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct HomeState {
    /// The home; for a gateway that nobody registered `unclaimed/{gateway}`.
    pub home: String,
    /// Its gateways: what each last said of itself, and when it was last heard.
    pub gateways: Vec<Gateway>,
    /// Its devices: when each was last heard, and its battery.
    pub devices: Vec<Device>,
    /// Whether it is installed, and what is missing.
    pub installation: Installation,
    /// Where people are, as far as sensors say.
    pub occupancy: Occupancy,
    /// What each rule remembers and waits for.
    pub waiting: Vec<Waiting>,
    /// What excuses its rules now, and test modes.
    pub excuses: Vec<Excuse>,
    /// Its open alerts.
    pub open_alerts: Vec<Alert>,
    /// The faults that somebody owns, until they are over: those due first stand first.
    pub faults: Vec<OpenFault>,
}

/// A fault of a home that somebody owns.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct OpenFault {
    /// The alert.
    pub alert: String,
    /// What it is about.
    pub title: String,
    /// The device's address behind its gateway.
    pub device: Option<String>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Whether it should be over by now.
    pub overdue: bool,
    /// Who owns it, until when, and what is done until then.
    #[serde(flatten)]
    pub fault: Fault,
}

impl OpenFault {
    /// The fault that `alert` is at `now`, if somebody owns it.
    #[must_use]
    pub fn of(alert: &Alert, now: DateTime<Utc>) -> Option<Self> {
        let fault = alert.fault.clone()?;
        Some(Self {
            alert: alert.id.clone(),
            title: alert.rule.title.clone(),
            device: alert.device.clone(),
            since: alert.raised_at,
            overdue: fault.due_at <= now,
            fault,
        })
    }
}

/// What one rule remembers about one subject, and when it looks again.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Waiting {
    /// Rule id.
    pub rule: String,
    /// The rule's title; its id where it is no longer in force.
    pub title: String,
    /// `home`, `device:{gateway}/{address}` or `resident:{id}`.
    pub subject: String,
    /// When the rule looks at the subject again and fires if nothing happens before; absent when no clock runs. What happens in between can move it later.
    pub would_fire_at: Option<DateTime<Utc>>,
    /// What it remembers, in the form of its condition.
    #[schema(value_type = Option<Object>)]
    pub state: Option<serde_json::Value>,
}
