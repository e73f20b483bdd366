//! A legal hold: while it stands, nothing of a resident, a home or an organisation is deleted or erased, whatever the periods say.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::register::{Checks, Invalid};

/// What a hold is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// Everything of an organisation.
    Organisation,
    /// Everything of a home.
    Home,
    /// Everything of a resident, and of the home in which they live.
    Resident,
}

impl HoldKind {
    /// The name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Home => "home",
            Self::Resident => "resident",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Organisation, Self::Home, Self::Resident].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A legal hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LegalHold {
    /// Its id.
    pub id: String,
    /// Whose matter it is.
    pub organisation: String,
    /// What it is on.
    pub kind: HoldKind,
    /// The id of that.
    pub object: String,
    /// Why.
    pub reason: String,
    /// Id of the user or token who placed it.
    pub author: String,
    /// Since when it stands.
    pub since: DateTime<Utc>,
    /// Until when; null: until it is lifted.
    pub until: Option<DateTime<Utc>>,
    /// When it was lifted, or had run out.
    pub lifted_at: Option<DateTime<Utc>>,
    /// Id of who lifted it; `harken` when it had run out.
    pub lifted_by: Option<String>,
    /// Why it was lifted.
    pub lift_reason: Option<String>,
}

/// A hold to place.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLegalHold {
    /// What it is on.
    pub kind: HoldKind,
    /// The id of that.
    #[schema(min_length = 1, max_length = 100)]
    pub object: String,
    /// Why, up to 500 characters: the case or inquiry, without personal details.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// Until when; absent: until it is lifted.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
}

/// Why something is done.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeedReason {
    /// Why, up to 500 characters. It stays in the trail for good: name nobody.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

impl DeedReason {
    /// Whether it says something.
    pub fn check(&self) -> Result<(), Invalid> {
        Checks::default().text("reason", &self.reason, 1, 500).finish()
    }
}

impl NewLegalHold {
    /// The record it becomes.
    pub fn into_record(self, id: String, organisation: String, author: &str, now: DateTime<Utc>) -> Result<LegalHold, Invalid> {
        let mut checks = Checks::default();
        checks.reference("object", &self.object).text("reason", &self.reason, 1, 500);
        let until = self.until.map(|until| until.trunc_subsecs(6));
        if until.is_some_and(|until| until <= now) {
            checks.fault("until", "is over already; leave it out, or name a later time");
        }
        checks.finish()?;
        Ok(LegalHold {
            id,
            organisation,
            kind: self.kind,
            object: self.object,
            reason: self.reason,
            author: author.to_owned(),
            since: now,
            until,
            lifted_at: None,
            lifted_by: None,
            lift_reason: None,
        })
    }
}
