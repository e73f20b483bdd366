//! Keys of requests that must not be done twice, with the answers they got.

use super::{Result, Store, to_us};
use crate::clock::Time;

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Nothing was: it is reserved now.
    New,
    /// The same request was done.
    Done {
        /// Its HTTP status.
        status: i64,
        /// Its answer; `None` where that was not to be kept.
        body: Option<String>,
    },
    /// The same request was begun and has no answer yet.
    UnderWay,
    /// It was used for another request.
    OtherRequest,
}

impl Store {
    /// Reserves `key` of `principal` for the request with this hash. A key from before `expired` counts as unused.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reserve_key(&self, principal: &str, key: &str, request_sha256: &str, now: Time, expired: Time) -> Result<Reservation> {
        let text = "INSERT INTO idempotency_keys (principal, idempotency_key, request_sha256, created_us) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (principal, idempotency_key) DO UPDATE SET request_sha256 = excluded.request_sha256, status = NULL, body = NULL, \
             created_us = excluded.created_us WHERE idempotency_keys.created_us < $5";
        let mut tx = self.begin().await?;
        let reserved = on_tx!(&mut tx, conn => sqlx::query(text).bind(principal).bind(key).bind(request_sha256).bind(to_us(now)).bind(to_us(expired))
            .execute(conn).await.map(|done| done.rows_affected()))?;
        let text = "SELECT request_sha256, status, body FROM idempotency_keys WHERE principal = $1 AND idempotency_key = $2";
        let (known_sha256, status, body): (String, Option<i64>, Option<String>) =
            on_tx!(&mut tx, conn => sqlx::query_as(text).bind(principal).bind(key).fetch_one(conn).await)?;
        tx.commit().await?;
        Ok(match status {
            _ if reserved > 0 => Reservation::New,
            _ if known_sha256 != request_sha256 => Reservation::OtherRequest,
            Some(status) => Reservation::Done { status, body },
            None => Reservation::UnderWay,
        })
    }

    /// Keeps the answer to the request that reserved `key`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn keep_answer(&self, principal: &str, key: &str, status: i64, body: Option<&str>) -> Result<()> {
        let text = "UPDATE idempotency_keys SET status = $3, body = $4 WHERE principal = $1 AND idempotency_key = $2";
        let mut tx = self.begin().await?;
        on_tx!(&mut tx, conn => sqlx::query(text).bind(principal).bind(key).bind(status).bind(body).execute(conn).await.map(|_| ()))?;
        tx.commit().await
    }

    /// Gives `key` free again: what it was used for was refused.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_key(&self, principal: &str, key: &str) -> Result<()> {
        let text = "DELETE FROM idempotency_keys WHERE principal = $1 AND idempotency_key = $2 AND status IS NULL";
        let mut tx = self.begin().await?;
        on_tx!(&mut tx, conn => sqlx::query(text).bind(principal).bind(key).execute(conn).await.map(|_| ()))?;
        tx.commit().await
    }
}
