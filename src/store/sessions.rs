//! Sessions of people at the console: the cookie's SHA-256, whose it is, and until when.

use super::{Result, Store, Tx, from_us, grants, to_us};
use crate::clock::Time;
use crate::domain::access::Principal;

/// A session that is in force.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose.
    pub principal: Principal,
    /// What a write must repeat in `X-CSRF-Token`.
    pub csrf: String,
    /// Since when.
    pub began_at: Time,
    /// Until when.
    pub expires_at: Time,
}

type Row = (String, String, String, i64, i64, Option<String>, Option<String>);

impl Store {
    /// The session whose secret hashes to `secret_sha256`, if it is in force at `now` and its person is not archived.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn session(&self, secret_sha256: &str, now: Time) -> Result<Option<Session>> {
        let text = "SELECT u.id, u.name, s.csrf, s.created_us, s.expires_us, g.role, g.organisation FROM sessions s JOIN users u ON u.id = s.person \
             LEFT JOIN grants g ON g.holder = u.id WHERE s.secret_sha256 = $1 AND s.expires_us > $2 AND u.archived_us IS NULL";
        let rows: Vec<Row> =
            on_db!(self.reader(), pool => sqlx::query_as(text).bind(secret_sha256).bind(to_us(now)).fetch_all(pool).await)?;
        let Some((id, name, csrf, began_us, expires_us, ..)) = rows.first().cloned() else { return Ok(None) };
        let grants = rows.into_iter().filter_map(|(.., role, organisation)| grants::from_columns(role.as_deref(), organisation)).collect();
        let principal = Principal { id, name, is_user: true, grants };
        Ok(Some(Session { principal, csrf, began_at: from_us(began_us), expires_at: from_us(expires_us) }))
    }
}

impl Tx {
    /// Begins a session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_session(&mut self, secret_sha256: &str, person: &str, csrf: &str, now: Time, expires_at: Time) -> Result<()> {
        let text = "INSERT INTO sessions (secret_sha256, person, csrf, created_us, expires_us) VALUES ($1, $2, $3, $4, $5)";
        on_tx!(self, conn => sqlx::query(text)
            .bind(secret_sha256)
            .bind(person)
            .bind(csrf)
            .bind(to_us(now))
            .bind(to_us(expires_at))
            .execute(conn)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Lets a session that has not ended at `now` last until `expires_at`. Answers whether there was one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn renew_session(&mut self, secret_sha256: &str, now: Time, expires_at: Time) -> Result<bool> {
        let text = "UPDATE sessions SET expires_us = $3 WHERE secret_sha256 = $1 AND expires_us > $2";
        let renewed = on_tx!(self, conn => sqlx::query(text).bind(secret_sha256).bind(to_us(now)).bind(to_us(expires_at))
            .execute(conn).await.map(|done| done.rows_affected()))?;
        Ok(renewed > 0)
    }

    /// Ends one session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delete_session(&mut self, secret_sha256: &str) -> Result<()> {
        on_tx!(self, conn => sqlx::query("DELETE FROM sessions WHERE secret_sha256 = $1").bind(secret_sha256).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Ends every session of a person: after a changed password, or when they are archived.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delete_sessions_of(&mut self, person: &str) -> Result<()> {
        on_tx!(self, conn => sqlx::query("DELETE FROM sessions WHERE person = $1").bind(person).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}
