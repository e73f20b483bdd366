//! A contact: family or neighbour to call, perhaps with a key.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::organisation::archived;
use super::{Checks, Invalid};

/// Somebody to call for a home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Contact {
    /// Its id.
    pub id: String,
    /// The home it is for.
    pub home: String,
    /// Their name.
    pub name: String,
    /// Who they are to the resident.
    pub relation: String,
    /// Number to dial.
    pub telephone: String,
    /// Contacts are tried in ascending order.
    pub calling_order: i64,
    /// Whether they hold a key.
    pub key_holder: bool,
    /// What else to know.
    pub notes: String,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A contact to enter.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// The home it is for.
    #[schema(min_length = 1, max_length = 100)]
    pub home: String,
    /// Their name, up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Who they are to the resident, up to 100 characters.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub relation: String,
    /// Number to dial, up to 50 characters.
    #[schema(min_length = 1, max_length = 50)]
    pub telephone: String,
    /// Contacts are tried in ascending order, 0 to 1000.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1000)]
    pub calling_order: i64,
    /// Whether they hold a key.
    #[serde(default)]
    pub key_holder: bool,
    /// What else to know, up to 4,000 characters.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub notes: String,
}

impl NewContact {
    /// The record it becomes.
    pub fn into_record(self, id: String, now: DateTime<Utc>) -> Result<Contact, Invalid> {
        let record = Contact {
            id,
            home: self.home,
            name: self.name,
            relation: self.relation,
            telephone: self.telephone,
            calling_order: self.calling_order,
            key_holder: self.key_holder,
            notes: self.notes,
            created_at: now,
            archived_at: None,
        };
        record.check()?;
        Ok(record)
    }
}

impl Contact {
    fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.reference("home", &self.home).text("name", &self.name, 1, 200).text("relation", &self.relation, 0, 100);
        checks.text("telephone", &self.telephone, 1, 50).text("notes", &self.notes, 0, 4000);
        if !(0..=1000).contains(&self.calling_order) {
            checks.fault("calling_order", "must lie between 0 and 1000");
        }
        checks.finish()
    }
}

/// A change of a contact.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPatch {
    /// A new name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// A new relation.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub relation: Option<String>,
    /// A new number.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 50)]
    pub telephone: Option<String>,
    /// A new place in the order.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1000)]
    pub calling_order: Option<i64>,
    /// Whether they hold a key.
    #[serde(default)]
    pub key_holder: Option<bool>,
    /// New notes.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub notes: Option<String>,
    /// `true` archives, `false` brings back.
    #[serde(default)]
    pub archived: Option<bool>,
}

impl ContactPatch {
    /// `before` with the change made to it.
    pub fn apply(self, before: &Contact, now: DateTime<Utc>) -> Result<Contact, Invalid> {
        let after = Contact {
            name: self.name.unwrap_or_else(|| before.name.clone()),
            relation: self.relation.unwrap_or_else(|| before.relation.clone()),
            telephone: self.telephone.unwrap_or_else(|| before.telephone.clone()),
            calling_order: self.calling_order.unwrap_or(before.calling_order),
            key_holder: self.key_holder.unwrap_or(before.key_holder),
            notes: self.notes.unwrap_or_else(|| before.notes.clone()),
            archived_at: archived(self.archived, before.archived_at, now),
            ..before.clone()
        };
        after.check()?;
        Ok(after)
    }
}
