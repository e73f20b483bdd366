//! How long what is kept: classes of what is stored, each with a period that an organisation may set within bounds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::register::{Checks, Invalid};
use crate::config::Retention;

/// What is kept for a time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetentionClass {
    /// What sensors said, and what rules in shadow would have raised. Daily sums stay.
    Events,
    /// Closed alerts with their history and evidence, and closed incidents. What reports count stays.
    Alerts,
    /// The words of finished visits: notes, and reasons for declining. Their times stay.
    Visits,
    /// Messages that were delivered or given up.
    Messages,
    /// Messages that could not be understood.
    Quarantine,
    /// The details of the trail. That somebody did something stays, and is verified.
    Audit,
    /// Files of scheduled reports. A change counts for those made from then on.
    ReportFiles,
}

impl RetentionClass {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Events, Self::Alerts, Self::Visits, Self::Messages, Self::Quarantine, Self::Audit, Self::ReportFiles];

    /// The name as stored and as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Alerts => "alerts",
            Self::Visits => "visits",
            Self::Messages => "messages",
            Self::Quarantine => "quarantine",
            Self::Audit => "audit",
            Self::ReportFiles => "report_files",
        }
    }

    /// The class of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// The fewest and the most days that an organisation may set.
    #[must_use]
    pub fn bounds(self) -> (i64, i64) {
        match self {
            // A re-delivery is recognised, and a rule knows what is usual, within what is kept.
            Self::Events => (30, 3_650),
            Self::Alerts | Self::Visits | Self::Audit => (365, 36_500),
            Self::Messages | Self::Quarantine => (7, 3_650),
            Self::ReportFiles => (1, 3_650),
        }
    }

    /// The days in the settings of the installation.
    #[must_use]
    pub fn days(self, settings: &Retention) -> i64 {
        match self {
            Self::Events => settings.events_days,
            Self::Alerts => settings.alerts_days,
            Self::Visits => settings.visits_days,
            Self::Messages => settings.outbox_days,
            Self::Quarantine => settings.quarantine_days,
            Self::Audit => settings.audit_days,
            Self::ReportFiles => settings.report_files_days,
        }
    }
}

/// How long a class is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct KeptFor {
    /// What.
    pub class: RetentionClass,
    /// So many days.
    pub days: i64,
    /// Whether the organisation set them; otherwise they are the installation's.
    pub own: bool,
    /// The installation's.
    pub default_days: i64,
    /// The fewest that may be set.
    pub least: i64,
    /// The most that may be set.
    pub most: i64,
}

/// How long an organisation's things are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrganisationRetention {
    /// Whose.
    pub organisation: String,
    /// Each class.
    pub periods: Vec<KeptFor>,
}

impl OrganisationRetention {
    /// From the organisation's own days, and the settings for the rest.
    #[must_use]
    pub fn of(organisation: &str, own: &BTreeMap<RetentionClass, i64>, settings: &Retention) -> Self {
        let periods = RetentionClass::ALL.map(|class| {
            let (default_days, (least, most)) = (class.days(settings), class.bounds());
            let set = own.get(&class).copied();
            KeptFor { class, days: set.unwrap_or(default_days), own: set.is_some(), default_days, least, most }
        });
        Self { organisation: organisation.to_owned(), periods: periods.to_vec() }
    }
}

/// A change of an organisation's periods.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionChange {
    /// Days by class; null: as the installation. A class that is not named stays as it is.
    #[schema(value_type = BTreeMap<String, Option<i64>>)]
    pub days: BTreeMap<RetentionClass, Option<i64>>,
    /// Why, up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

impl RetentionChange {
    /// Whether it keeps within the bounds.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.text("reason", &self.reason, 1, 500);
        for (class, days) in &self.days {
            let (least, most) = class.bounds();
            if days.is_some_and(|days| !(least..=most).contains(&days)) {
                checks
                    .fault(&format!("days.{}", class.as_str()), &format!("must be {least} to {most} days, or null for the installation's"));
            }
        }
        checks.finish()
    }
}
