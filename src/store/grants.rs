//! Grants: what a user or token (the holder) may do, and where.

use super::{Result, Tx};
use crate::domain::access::{Grant, Role, Scope};

/// A grant from its columns; a role that this program does not know grants nothing.
pub(super) fn from_columns(role: Option<&str>, organisation: Option<String>) -> Option<Grant> {
    Some(Grant { role: Role::parse(role?)?, organisation })
}

impl Tx {
    /// The grants of `holder`, by role and organisation.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn grants(&mut self, holder: &str) -> Result<Vec<Grant>> {
        let text = "SELECT role, organisation FROM grants WHERE holder = $1 ORDER BY role, organisation";
        let rows: Vec<(String, Option<String>)> = on_tx!(self, conn => sqlx::query_as(text).bind(holder).fetch_all(conn).await)?;
        Ok(rows.into_iter().filter_map(|(role, organisation)| from_columns(Some(&role), organisation)).collect())
    }

    /// Replaces the grants of `holder`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_grants(&mut self, holder: &str, grants: &[Grant]) -> Result<()> {
        on_tx!(self, conn => sqlx::query("DELETE FROM grants WHERE holder = $1").bind(holder).execute(conn).await.map(|_| ()))?;
        for grant in grants {
            on_tx!(self, conn => sqlx::query("INSERT INTO grants (holder, role, organisation) VALUES ($1, $2, $3)")
                .bind(holder)
                .bind(grant.role.as_str())
                .bind(grant.organisation.as_deref())
                .execute(conn)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// Those of `organisations` that do not exist within `scope`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn unknown_organisations(&mut self, scope: &Scope, organisations: &[String]) -> Result<Vec<String>> {
        let text = "SELECT COUNT(*) FROM organisations WHERE id = $1 AND archived_us IS NULL";
        let mut unknown = Vec::new();
        for organisation in organisations {
            let (found,): (i64,) = on_tx!(self, conn => sqlx::query_as(text).bind(organisation).fetch_one(conn).await)?;
            if found == 0 || !scope.covers(organisation) {
                unknown.push(organisation.clone());
            }
        }
        Ok(unknown)
    }
}
