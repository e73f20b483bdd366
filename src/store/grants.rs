//! Grants: what a user or token (the holder) may do, and where.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Database, Encode, QueryBuilder, Type};

use super::list::push_scope;
use super::versions::json_list;
use super::{Result, Store, Tx};
use crate::domain::access::{Grant, Principal, Role, Scope};

/// A grant from its columns; a role that this program does not know grants nothing.
pub(super) fn from_columns(role: Option<&str>, organisation: Option<String>) -> Option<Grant> {
    Some(Grant { role: Role::parse(role?)?, organisation })
}

/// Restricts a query over holders (users or tokens, by their `id`) to those with a grant within `scope`. Who has no grant at all is
/// everybody's and nobody's: only a scope of all organisations shows them.
pub(super) fn push_holders<DB: Database>(sql: &mut QueryBuilder<DB>, scope: &Scope)
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    if *scope == Scope::All {
        return;
    }
    sql.push(" AND id IN (SELECT holder FROM grants WHERE organisation IS NOT NULL");
    push_scope(sql, "organisation", scope);
    sql.push(")");
}

impl Store {
    /// The person or token of this id with what they may do now; `None` when there is none, or it is archived.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn principal(&self, id: &str) -> Result<Option<Principal>> {
        let text = "SELECT name, CAST(1 AS BIGINT) FROM users WHERE id = $1 AND archived_us IS NULL \
            UNION ALL SELECT name, CAST(0 AS BIGINT) FROM tokens WHERE id = $1 AND archived_us IS NULL";
        let mut tx = self.snapshot().await?;
        let row: Option<(String, i64)> = on_tx!(&mut tx, conn => sqlx::query_as(text).bind(id).fetch_optional(conn).await)?;
        let Some((name, is_user)) = row else { return Ok(None) };
        Ok(Some(Principal { id: id.to_owned(), name, is_user: is_user != 0, grants: tx.grants(id).await? }))
    }
}

impl Tx {
    /// The grants of each of `holders`, by role and organisation.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn grants_of(&mut self, holders: &[&str]) -> Result<HashMap<String, Vec<Grant>>> {
        let text =
            format!("SELECT holder, role, organisation FROM grants WHERE holder IN {} ORDER BY role, organisation", self.listed("$1"));
        let list = json_list(holders);
        let rows: Vec<(String, String, Option<String>)> =
            on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await)?;
        let mut grants: HashMap<String, Vec<Grant>> = HashMap::new();
        for (holder, role, organisation) in rows {
            grants.entry(holder).or_default().extend(from_columns(Some(&role), organisation));
        }
        Ok(grants)
    }

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
        self.look_for_gaps_without(holder).await
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
