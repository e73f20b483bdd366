//! Rule sets as numbered revisions, one of them in force on every replica.

use super::{Result, Store, Tx, to_us};
use crate::clock::Time;

/// A stored revision.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RevisionRow {
    /// Its number.
    pub revision: i64,
    /// The rules as JSON.
    pub rules: String,
    /// SHA-256 of what it was imported from, in lower-case hex.
    pub source_sha256: String,
    /// Who imported it; `defaults` for the built-in set.
    pub author: String,
}

impl Tx {
    /// The number of the revision in force; 0 before the first import.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn active_revision(&mut self) -> Result<i64> {
        let text = "SELECT value FROM counters WHERE name = 'rules'";
        let (revision,): (i64,) = on_tx!(self, conn => sqlx::query_as(text).fetch_one(conn).await?);
        Ok(revision)
    }

    /// One revision.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revision(&mut self, revision: i64) -> Result<Option<RevisionRow>> {
        let text = "SELECT revision, rules, source_sha256, author FROM rule_revisions WHERE revision = $1";
        Ok(on_tx!(self, conn => sqlx::query_as(text).bind(revision).fetch_optional(conn).await?))
    }

    /// Stores a rule set as the next revision and puts it in force.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn activate_rules(&mut self, rules: &str, source_sha256: &str, author: &str, reason: &str, now: Time) -> Result<i64> {
        // The counter's row is the lock: two replicas that start together import one after the other.
        let lock = "UPDATE counters SET value = value WHERE name = 'rules'";
        on_tx!(self, conn => sqlx::query(lock).execute(conn).await.map(|_| ()))?;
        let text = "INSERT INTO rule_revisions (revision, rules, source_sha256, author, reason, created_us)
                    SELECT COALESCE(MAX(revision), 0) + 1, $1, $2, $3, $4, $5 FROM rule_revisions RETURNING revision";
        let (revision,): (i64,) = on_tx!(self, conn => sqlx::query_as(text).bind(rules).bind(source_sha256).bind(author).bind(reason).bind(to_us(now))
            .fetch_one(conn).await?);
        let text = "UPDATE counters SET value = $1 WHERE name = 'rules'";
        on_tx!(self, conn => sqlx::query(text).bind(revision).execute(conn).await.map(|_| ()))?;
        Ok(revision)
    }
}

impl Store {
    /// Puts the built-in rules in force at the first start, and after an upgrade that brought others, as long as nobody put rules of their own in force.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_default_rules(&self, rules: &str, source_sha256: &str, now: Time) -> Result<i64> {
        let mut tx = self.begin().await?;
        let lock = "UPDATE counters SET value = value WHERE name = 'rules'";
        on_tx!(tx, conn => sqlx::query(lock).execute(conn).await.map(|_| ()))?;
        let active = tx.active_revision().await?;
        let current = tx.revision(active).await?;
        let keep = current.is_some_and(|row| row.author != "defaults" || row.source_sha256 == source_sha256);
        let revision = if keep { active } else { tx.activate_rules(rules, source_sha256, "defaults", "the built-in rules", now).await? };
        tx.commit().await?;
        Ok(revision)
    }
}
