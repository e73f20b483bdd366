//! The trail: who read or changed what. Appended in the transaction of the change itself, so that neither is true without the other.

use super::{Result, Tx, to_us};
use crate::clock::Time;

/// One line of the trail.
#[derive(Clone, Debug)]
pub struct AuditEntry<'a> {
    /// The organisation it concerns; `None` for what belongs to all.
    pub organisation: Option<&'a str>,
    /// Id of the user or token who did it.
    pub who: &'a str,
    /// What was done: `created`, `changed`, `archived`, `read` …
    pub action: &'a str,
    /// The kind of thing: `user`, `home` …
    pub object_kind: &'a str,
    /// Its id.
    pub object_id: &'a str,
    /// What changed; never a secret.
    pub detail: serde_json::Value,
}

impl Tx {
    /// Appends to the trail.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit(&mut self, at: Time, entry: AuditEntry<'_>) -> Result<()> {
        let text =
            "INSERT INTO audit (at_us, organisation, who, action, object_kind, object_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        on_tx!(self, conn => sqlx::query(text)
            .bind(to_us(at))
            .bind(entry.organisation)
            .bind(entry.who)
            .bind(entry.action)
            .bind(entry.object_kind)
            .bind(entry.object_id)
            .bind(entry.detail.to_string())
            .execute(conn)
            .await
            .map(|_| ()))?;
        Ok(())
    }
}
