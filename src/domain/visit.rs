//! A visit: a responder sent to a home on account of an alert.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::alert::Holder;

/// Where a visit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// Somebody is asked.
    Offered,
    /// They will go.
    Accepted,
    /// They are on their way.
    EnRoute,
    /// They are there.
    Arrived,
    /// They have left, and all is done.
    Completed,
    /// Everybody who could be asked declined or did not answer.
    Unfilled,
    /// Called off.
    Cancelled,
}

impl VisitState {
    /// The name as stored and as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::EnRoute => "en_route",
            Self::Arrived => "arrived",
            Self::Completed => "completed",
            Self::Unfilled => "unfilled",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether something is still to be done.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Offered | Self::Accepted | Self::EnRoute | Self::Arrived)
    }
}

/// Somebody who was asked and did not go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Declined {
    /// Who.
    pub person: Holder,
    /// When they declined, or were no longer waited for.
    pub at: DateTime<Utc>,
    /// Why; absent when no answer came.
    pub reason: Option<String>,
}

/// A visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Visit {
    /// Its id.
    pub id: String,
    /// The organisation that answers for the home.
    pub organisation: String,
    /// Where.
    pub home: String,
    /// On account of which alert.
    pub alert: String,
    /// Where it stands.
    pub state: VisitState,
    /// Who is asked, or goes.
    pub responder: Option<Holder>,
    /// The rota by which others are asked in turn.
    pub rota: Option<String>,
    /// Who was asked before.
    pub declined: Vec<Declined>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// The mark for being there.
    pub attend_by: DateTime<Utc>,
    /// The limit for being there.
    pub attend_limit: DateTime<Utc>,
    /// When the running timer ends; a visit that is open always has one.
    pub due_at: Option<DateTime<Utc>>,
    /// When somebody said that they will go.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When they set out.
    pub en_route_at: Option<DateTime<Utc>>,
    /// When they were there.
    pub arrived_at: Option<DateTime<Utc>>,
    /// Whether the home's own equipment reported the arrival (`responder_arrived`).
    pub arrival_proven: bool,
    /// When it was over.
    pub completed_at: Option<DateTime<Utc>>,
    /// What the responder found and did.
    pub note: Option<String>,
    /// Counts the changes.
    pub version: i64,
}

impl Visit {
    /// The same without what people wrote: who was asked, and when what happened, stays.
    #[must_use]
    pub fn without_words(&self) -> Self {
        let mut thin = self.clone();
        thin.note = None;
        for declined in &mut thin.declined {
            // Whether somebody answered at all is counted.
            if let Some(reason) = &mut declined.reason {
                reason.clear();
            }
        }
        thin
    }
}
