//! A resident: the person at home.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::organisation::archived;
use super::{Checks, Invalid, given};
use crate::domain::incident::Vulnerability;

/// A person and what helpers must know of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Resident {
    /// Their id.
    pub id: String,
    /// Where they live.
    pub home: String,
    /// Full name.
    pub name: String,
    /// How they like to be called.
    pub preferred_name: Option<String>,
    /// The language to speak, as a BCP 47 tag.
    pub language: Option<String>,
    /// How well they hear, and what helps: a hearing aid, speak slowly, the left ear.
    pub hearing: String,
    /// Day of birth, `YYYY-MM-DD`.
    pub born: Option<String>,
    /// What else to know.
    pub notes: String,
    /// Conditions and medication.
    pub medical: String,
    /// Risks to the person and to who attends.
    pub risks: String,
    /// How much depends on their alarm: who is rung first when many homes are lost at once.
    pub vulnerability: Vulnerability,
    /// When they were entered.
    pub created_at: DateTime<Utc>,
    /// When they were archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A resident in a list: without what is recorded as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResidentSummary {
    /// Their id.
    pub id: String,
    /// Where they live.
    pub home: String,
    /// Full name.
    pub name: String,
    /// How they like to be called.
    pub preferred_name: Option<String>,
    /// When they were entered.
    pub created_at: DateTime<Utc>,
    /// When they were archived.
    pub archived_at: Option<DateTime<Utc>>,
}

impl From<Resident> for ResidentSummary {
    fn from(one: Resident) -> Self {
        Self {
            id: one.id,
            home: one.home,
            name: one.name,
            preferred_name: one.preferred_name,
            created_at: one.created_at,
            archived_at: one.archived_at,
        }
    }
}

/// A resident to enter.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResident {
    /// Where they live.
    #[schema(min_length = 1, max_length = 100)]
    pub home: String,
    /// Full name, up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// How they like to be called, up to 200 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub preferred_name: Option<String>,
    /// The language to speak, as a BCP 47 tag such as `cy`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 35)]
    pub language: Option<String>,
    /// How well they hear, and what helps, up to 1,000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub hearing: String,
    /// Day of birth, `YYYY-MM-DD`.
    #[serde(default)]
    #[schema(format = Date)]
    pub born: Option<String>,
    /// What else to know, up to 4,000 characters.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub notes: String,
    /// Conditions and medication, up to 8,000 characters.
    #[serde(default)]
    #[schema(max_length = 8000)]
    pub medical: String,
    /// Risks, up to 4,000 characters.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub risks: String,
    /// How much depends on their alarm; `usual` unless told.
    #[serde(default)]
    pub vulnerability: Vulnerability,
}

impl NewResident {
    /// The record it becomes.
    pub fn into_record(self, id: String, now: DateTime<Utc>) -> Result<Resident, Invalid> {
        let record = Resident {
            id,
            home: self.home,
            name: self.name,
            preferred_name: self.preferred_name,
            language: self.language,
            hearing: self.hearing,
            born: self.born,
            notes: self.notes,
            medical: self.medical,
            risks: self.risks,
            vulnerability: self.vulnerability,
            created_at: now,
            archived_at: None,
        };
        record.check()?;
        Ok(record)
    }
}

impl Resident {
    fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.reference("home", &self.home).text("name", &self.name, 1, 200);
        checks.maybe_text("preferred_name", self.preferred_name.as_deref(), 200).maybe_text("language", self.language.as_deref(), 35);
        checks.text("hearing", &self.hearing, 0, 1000);
        checks.day("born", self.born.as_deref()).text("notes", &self.notes, 0, 4000);
        checks.text("medical", &self.medical, 0, 8000).text("risks", &self.risks, 0, 4000);
        checks.finish()
    }
}

/// A change of a resident.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidentPatch {
    /// Moves them to another home. Devices that stay behind are no longer theirs.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub home: Option<String>,
    /// A new name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// A new preferred name; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub preferred_name: Option<Option<String>>,
    /// Another language; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 35)]
    pub language: Option<Option<String>>,
    /// How well they hear.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub hearing: Option<String>,
    /// Another day of birth; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = Date)]
    pub born: Option<Option<String>>,
    /// New notes.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub notes: Option<String>,
    /// New medical notes.
    #[serde(default)]
    #[schema(max_length = 8000)]
    pub medical: Option<String>,
    /// New risks.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub risks: Option<String>,
    /// How much depends on their alarm.
    #[serde(default)]
    pub vulnerability: Option<Vulnerability>,
    /// `true` archives, `false` brings back.
    #[serde(default)]
    pub archived: Option<bool>,
}

impl ResidentPatch {
    /// `before` with the change made to it.
    pub fn apply(self, before: &Resident, now: DateTime<Utc>) -> Result<Resident, Invalid> {
        let after = Resident {
            home: self.home.unwrap_or_else(|| before.home.clone()),
            name: self.name.unwrap_or_else(|| before.name.clone()),
            preferred_name: self.preferred_name.unwrap_or_else(|| before.preferred_name.clone()),
            language: self.language.unwrap_or_else(|| before.language.clone()),
            hearing: self.hearing.unwrap_or_else(|| before.hearing.clone()),
            born: self.born.unwrap_or_else(|| before.born.clone()),
            notes: self.notes.unwrap_or_else(|| before.notes.clone()),
            medical: self.medical.unwrap_or_else(|| before.medical.clone()),
            risks: self.risks.unwrap_or_else(|| before.risks.clone()),
            vulnerability: self.vulnerability.unwrap_or(before.vulnerability),
            archived_at: archived(self.archived, before.archived_at, now),
            ..before.clone()
        };
        after.check()?;
        Ok(after)
    }
}
