//! Tokens of other systems: kept as SHA-256, looked up at every request, so that revoking one works at once.

use sqlx::QueryBuilder;

use super::grants::{self, push_holders};
use super::{Result, Store, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::{Grant, Principal, Scope};

/// A token as the register shows it; the secret itself is not kept.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
    /// When it was revoked.
    pub archived_at: Option<Time>,
}

const SELECT: &str = "SELECT id, name, created_us, last_used_us, archived_us FROM tokens";

type Row = (String, String, i64, Option<i64>, Option<i64>);

impl Store {
    /// Who holds the token whose secret hashes to `secret_sha256`, and when it was last used; `None` when there is none or it is revoked.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn token_holder(&self, secret_sha256: &str) -> Result<Option<(Principal, Option<Time>)>> {
        type Row = (String, String, Option<i64>, Option<String>, Option<String>);
        let text = "SELECT t.id, t.name, t.last_used_us, g.role, g.organisation FROM tokens t LEFT JOIN grants g ON g.holder = t.id \
             WHERE t.secret_sha256 = $1 AND t.archived_us IS NULL";
        let rows: Vec<Row> = on_db!(self.reader(), pool => sqlx::query_as(text).bind(secret_sha256).fetch_all(pool).await)?;
        let Some((id, name, last_used_us, ..)) = rows.first().cloned() else { return Ok(None) };
        let grants = rows.into_iter().filter_map(|(.., role, organisation)| grants::from_columns(role.as_deref(), organisation)).collect();
        Ok(Some((Principal { id, name, is_user: false, grants }, last_used_us.map(from_us))))
    }

    /// Tokens with a grant within `scope`, those that are revoked only when they are asked for, after `after` by id, at most `limit`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn tokens(&self, scope: &Scope, archived: bool, after: Option<&str>, limit: i64) -> Result<Vec<Token>> {
        let mut tx = self.snapshot().await?;
        let rows: Vec<Row> = on_tx!(&mut tx, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push(" WHERE substr(id, 1, 13) <> 'harken-canary' AND id > ").push_bind(after.unwrap_or_default().to_owned());
            if !archived {
                sql.push(" AND archived_us IS NULL");
            }
            push_holders(&mut sql, scope);
            sql.push(" ORDER BY id LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(conn).await
        })?;
        let holders: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
        let mut grants = tx.grants_of(&holders).await?;
        Ok(rows.into_iter().map(|row| from_row(grants.remove(&row.0).unwrap_or_default(), row)).collect())
    }

    /// One token with a grant within `scope`, revoked ones too.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn token(&self, scope: &Scope, id: &str) -> Result<Option<Token>> {
        self.snapshot().await?.token(scope, id).await
    }
}

impl Tx {
    /// One token with a grant within `scope`, revoked ones too.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn token(&mut self, scope: &Scope, id: &str) -> Result<Option<Token>> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push(" WHERE id = ").push_bind(id.to_owned());
            push_holders(&mut sql, scope);
            sql.build_query_as().fetch_optional(conn).await
        })?;
        match row {
            Some(row) => Ok(Some(from_row(self.grants(&row.0).await?, row))),
            None => Ok(None),
        }
    }

    /// Adds a token. Its grants are set apart ([`Tx::set_grants`]).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_token(&mut self, id: &str, name: &str, secret_sha256: &str, now: Time) -> Result<()> {
        let text = "INSERT INTO tokens (id, name, secret_sha256, created_us) VALUES ($1, $2, $3, $4)";
        on_tx!(self, conn => sqlx::query(text).bind(id).bind(name).bind(secret_sha256).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_token_used(&mut self, id: &str, at: Time) -> Result<()> {
        let text = "UPDATE tokens SET last_used_us = $2 WHERE id = $1 AND (last_used_us IS NULL OR last_used_us < $2)";
        on_tx!(self, conn => sqlx::query(text).bind(id).bind(to_us(at)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Renames a token.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rename_token(&mut self, id: &str, name: &str) -> Result<()> {
        on_tx!(self, conn => sqlx::query("UPDATE tokens SET name = $2 WHERE id = $1").bind(id).bind(name).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Revokes a token. Revoking it again changes nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn archive_token(&mut self, id: &str, now: Time) -> Result<()> {
        let text = "UPDATE tokens SET archived_us = $2 WHERE id = $1 AND archived_us IS NULL";
        on_tx!(self, conn => sqlx::query(text).bind(id).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}

fn from_row(grants: Vec<Grant>, (id, name, created_us, last_used_us, archived_us): Row) -> Token {
    Token {
        id,
        name,
        grants,
        created_at: from_us(created_us),
        last_used_at: last_used_us.map(from_us),
        archived_at: archived_us.map(from_us),
    }
}
