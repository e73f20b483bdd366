//! What is kept and for how long: daily sums for good, single events and other bulk for their time.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::dialect::{Column, ManyRows};
use super::{Result, Store, from_us, to_us};
use crate::clock::Time;

/// Pages (4 KiB each) that SQLite's log may grow by before they are copied back.
const LOG_PAGES: i64 = 16_384;
/// Rows handled in one transaction.
const CHUNK: i64 = 5_000;
/// Events younger than this are not summed yet: on PostgreSQL a transaction that took a lower number may still be open.
const SETTLED: TimeDelta = TimeDelta::seconds(60);

/// What can be pruned for all at once. What organisations have periods for stands in `pruning`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prune {
    /// The change feed.
    Feed,
    /// Refused messages that belong to no organisation of the register.
    Quarantine,
    /// What rules in shadow would have raised there.
    Shadow,
    /// Messages there that were delivered or given up.
    Outbox,
    /// Sessions that ended.
    Sessions,
    /// Answers kept for repeated requests.
    IdempotencyKeys,
}

impl Store {
    /// Adds the next events to the daily sums of their homes' local days. Answers whether there is more to do. Each event is counted once: the sums and
    /// the place reached are written together.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn roll_up(&self, now: Time) -> Result<bool> {
        type Sums = HashMap<(String, String, String, String), (i64, i64, i64)>;
        type Row = (i64, String, Option<String>, String, i64, Option<String>);
        let mut tx = self.begin().await?;
        let lock = "UPDATE counters SET value = value WHERE name = 'rollups' RETURNING value";
        let (reached,): (i64,) = on_tx!(tx, conn => sqlx::query_as(lock).fetch_one(conn).await?);
        let text = "SELECT e.seq, e.home, e.device, e.kind, e.at_us, h.zone FROM events e LEFT JOIN homes h ON h.id = e.home
                    WHERE e.seq > $1 AND e.received_us < $2 ORDER BY e.seq LIMIT $3";
        let settled = to_us(now - SETTLED);
        let rows: Vec<Row> = on_tx!(tx, conn => sqlx::query_as(text).bind(reached).bind(settled).bind(CHUNK).fetch_all(conn).await?);
        let Some((last, ..)) = rows.last() else { return Ok(false) };
        let (last, more) = (*last, i64::try_from(rows.len()).is_ok_and(|count| count == CHUNK));
        let mut sums: Sums = HashMap::new();
        for (_, home, device, kind, at, zone) in rows {
            let zone: chrono_tz::Tz = zone.and_then(|zone| zone.parse().ok()).unwrap_or(chrono_tz::Tz::UTC);
            let day = from_us(at).with_timezone(&zone).date_naive().to_string();
            let sum = sums.entry((home, device.unwrap_or_default(), day, kind)).or_insert((0, at, at));
            *sum = (sum.0 + 1, sum.1.min(at), sum.2.max(at));
        }
        let mut columns: [Vec<String>; 4] = Default::default();
        let mut numbers: [Vec<i64>; 3] = Default::default();
        for ((home, device, day, kind), (events, first, last)) in sums {
            for (column, value) in columns.iter_mut().zip([home, device, day, kind]) {
                column.push(value);
            }
            for (column, value) in numbers.iter_mut().zip([events, first, last]) {
                column.push(value);
            }
        }
        let tail = "ON CONFLICT (home, day, device, kind) DO UPDATE SET events = day_rollups.events + excluded.events,
                    first_us = CASE WHEN day_rollups.first_us < excluded.first_us THEN day_rollups.first_us ELSE excluded.first_us END,
                    last_us = CASE WHEN day_rollups.last_us > excluded.last_us THEN day_rollups.last_us ELSE excluded.last_us END";
        let all = columns.into_iter().map(Column::Text).chain(numbers.into_iter().map(Column::Int)).collect();
        tx.many_rows(ManyRows { head: "INSERT INTO day_rollups (home, device, day, kind, events, first_us, last_us)", tail }, all).await?;
        let text = "UPDATE counters SET value = $1 WHERE name = 'rollups'";
        on_tx!(tx, conn => sqlx::query(text).bind(last).execute(conn).await.map(|_| ()))?;
        tx.commit().await?;
        Ok(more)
    }

    /// The daily sums of a home: local day, kind, events of all devices together.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn day_sums(&self, home: &str) -> Result<Vec<(String, String, i64)>> {
        let text = "SELECT day, kind, CAST(SUM(events) AS BIGINT) FROM day_rollups WHERE home = $1 GROUP BY day, kind ORDER BY day, kind";
        Ok(on_db!(self.reader(), pool => sqlx::query_as(text).bind(home).fetch_all(pool).await?))
    }

    /// Deletes the next rows that are older than `before`. Answers how many went; call it until none do.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune(&self, what: Prune, before: Time) -> Result<u64> {
        let text = match what {
            Prune::Feed => {
                "DELETE FROM feed WHERE position IN (SELECT position FROM (SELECT position, at_us FROM feed ORDER BY position LIMIT $2) AS oldest WHERE at_us < $1)"
            }
            Prune::Quarantine => {
                "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE received_us < $1
                 AND organisation NOT IN (SELECT id FROM organisations) ORDER BY received_us LIMIT $2)"
            }
            Prune::Shadow => {
                "DELETE FROM shadow_alerts WHERE id IN (SELECT id FROM shadow_alerts WHERE recorded_us < $1
                 AND organisation NOT IN (SELECT id FROM organisations) ORDER BY recorded_us LIMIT $2)"
            }
            Prune::Outbox => {
                "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_us < $1 AND next_us IS NULL AND (state <> 'dead' OR told = 1)
                 AND organisation NOT IN (SELECT id FROM organisations) ORDER BY created_us LIMIT $2)"
            }
            Prune::Sessions => {
                "DELETE FROM sessions WHERE secret_sha256 IN (SELECT secret_sha256 FROM sessions WHERE expires_us < $1 ORDER BY expires_us LIMIT $2)"
            }
            Prune::IdempotencyKeys => {
                "DELETE FROM idempotency_keys WHERE (principal, idempotency_key) IN
                 (SELECT principal, idempotency_key FROM idempotency_keys WHERE created_us < $1 LIMIT $2)"
            }
        };
        let mut tx = self.begin().await?;
        let gone =
            on_tx!(tx, conn => sqlx::query(text).bind(to_us(before)).bind(CHUNK).execute(conn).await.map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(gone)
    }

    /// Copies SQLite's write-ahead log back into the database when it has grown by a few thousand pages: beside the writer, who would otherwise do it
    /// within a commit while everybody waits. Answers with the pages copied.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn copy_log_back(&self) -> Result<i64> {
        let super::Db::Sqlite(pool) = &self.reader else { return Ok(0) };
        let state = |mode: &'static str| sqlx::query_as::<_, (i64, i64, i64)>(mode).fetch_one(pool);
        let (_, pages, copied) = state("PRAGMA wal_checkpoint(NOOP)").await?;
        if pages - copied < LOG_PAGES {
            return Ok(0);
        }
        let (_, _, now) = state("PRAGMA wal_checkpoint(PASSIVE)").await?;
        Ok((now - copied).max(0))
    }

    /// Copies an SQLite database, as it is at this moment, into a new file, while the server goes on.
    ///
    /// # Errors
    /// When the file exists or cannot be written, or the database is PostgreSQL (use `pg_dump`).
    pub async fn backup(&self, file: &std::path::Path) -> Result<()> {
        let super::Db::Sqlite(pool) = &self.writer else {
            return Err(super::StoreError::Conflict(
                "this database is PostgreSQL: back it up with pg_dump, or with your provider's means".to_owned(),
            ));
        };
        if file.exists() {
            return Err(super::StoreError::Conflict(format!("{} exists; name a new file", file.display())));
        }
        sqlx::query("VACUUM INTO $1").bind(file.to_string_lossy().into_owned()).execute(pool).await?;
        Ok(())
    }
}
