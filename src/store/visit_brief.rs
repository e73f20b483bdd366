//! What a responder has to know before the door is opened: it travels with the visit.

use serde::Serialize;

use super::reach::Callable;
use super::{Result, Store};
use crate::domain::visit::Visit;

/// What happened, where, and who lives there.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Brief {
    /// What raised the alert, as a title.
    pub alarm: String,
    /// Why, in a sentence.
    pub circumstances: String,
    /// The device that reported.
    pub device: Option<String>,
    /// Name of the home.
    pub home: String,
    /// Street and number.
    pub address: String,
    /// Town or district.
    pub locality: String,
    /// `tel:` or `sip:` address on which to speak to the person.
    pub call_back: Option<String>,
    /// How to get in.
    pub access_notes: String,
    /// Whether a code is kept: see `/visits/{id}/key-safe`.
    pub has_key_safe: bool,
    /// Who lives there.
    pub residents: Vec<BriefResident>,
    /// Who has a key.
    pub key_holders: Vec<KeyHolder>,
}

/// Who lives there.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct BriefResident {
    /// Their name.
    pub name: String,
    /// How they like to be called.
    pub preferred_name: Option<String>,
    /// The language they speak.
    pub language: Option<String>,
    /// How well they hear, and what helps.
    pub hearing: String,
    /// What to know of their health.
    pub medical: String,
    /// What to beware of.
    pub risks: String,
}

/// Who has a key.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct KeyHolder {
    /// Their name.
    pub name: String,
    /// What they are to the person.
    pub relation: String,
    /// Their number.
    pub telephone: String,
}

impl Store {
    /// The zone of local time where a visit goes that the caller may read.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn visit_zone(&self, visit: &Visit) -> Result<Option<String>> {
        let row: Option<(String,)> = on_db!(self.reader(), pool => sqlx::query_as("SELECT zone FROM homes WHERE id = $1").bind(&visit.home)
            .fetch_optional(pool).await)?;
        Ok(row.map(|(zone,)| zone))
    }

    /// The brief of a visit that the caller may read; none when its home or alert is gone.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn visit_brief(&self, visit: &Visit) -> Result<Option<Brief>> {
        type Home = (String, String, String, Option<String>, String, i32);
        const HOME: &str = "SELECT name, address, locality, call_back, access_notes, CASE WHEN key_safe IS NULL THEN 0 ELSE 1 END FROM homes WHERE id = $1";
        const RESIDENTS: &str = "SELECT name, preferred_name, language, hearing, medical, risks FROM residents WHERE home = $1 AND archived_us IS NULL ORDER BY id LIMIT 100";
        const KEYS: &str = "SELECT name, relation, telephone FROM contacts WHERE home = $1 AND key_holder = 1 AND archived_us IS NULL \
            ORDER BY calling_order, id LIMIT 100";
        let mut tx = self.snapshot().await?;
        let Some(alert) = tx.alert(&visit.alert).await? else { return Ok(None) };
        let home: Option<Home> = on_tx!(&mut tx, conn => sqlx::query_as(HOME).bind(&visit.home).fetch_optional(conn).await)?;
        let Some((home, address, locality, call_back, access_notes, has_key_safe)) = home else { return Ok(None) };
        let residents = on_tx!(&mut tx, conn => sqlx::query_as(RESIDENTS).bind(&visit.home).fetch_all(conn).await)?;
        let keys: Vec<Callable> = on_tx!(&mut tx, conn => sqlx::query_as(KEYS).bind(&visit.home).fetch_all(conn).await)?;
        let key_holders = keys.into_iter().map(|Callable { name, relation, telephone }| KeyHolder { name, relation, telephone }).collect();
        Ok(Some(Brief {
            alarm: alert.rule.title,
            circumstances: alert.explanation,
            device: alert.device,
            home,
            address,
            locality,
            call_back: alert.call_back.or(call_back),
            access_notes,
            has_key_safe: has_key_safe != 0,
            residents,
            key_holders,
        }))
    }
}
