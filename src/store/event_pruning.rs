//! Old events: they go in the order of their number, from the place up to which everything was looked at, except where an organisation has a period of its
//! own (its homes are looked at by themselves) and what a legal hold keeps.

use chrono::TimeDelta;
use sqlx::AssertSqlSafe;

use super::pruning::{HELD_HOMES, HELD_RESIDENTS};
use super::versions::json_list;
use super::{Result, Store, Tx, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;

/// Rows handled in one transaction.
const CHUNK: i64 = 5_000;
/// By how much the time of receipt may run against the order of the numbers.
const OUT_OF_ORDER: TimeDelta = TimeDelta::minutes(10);
/// Homes looked at together.
const HOMES: i64 = 200;
/// What may go at all: what is summed, and not the last one. SQLite would give its number again, below the point that the daily sums have reached.
const SUMMED: &str = "seq <= (SELECT value FROM counters WHERE name = 'rollups') AND seq < (SELECT MAX(seq) FROM events)";
/// Homes of organisations that have a period of their own.
const OWN: &str = "(SELECT h.id FROM homes h JOIN retention_periods p ON p.organisation = h.organisation WHERE p.class = 'events')";
/// Homes of organisations that are kept whole.
const HELD_WHOLE: &str = "(SELECT h.id FROM homes h JOIN legal_holds l ON l.organisation = h.organisation WHERE l.kind = 'organisation' AND l.lifted_us IS NULL)";

/// How far the events were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Events deleted.
    pub gone: u64,
    /// Whether there may be more that are old enough.
    pub more: bool,
}

fn free() -> String {
    format!("home NOT IN {HELD_HOMES} AND home NOT IN {HELD_WHOLE} AND (resident IS NULL OR resident NOT IN {HELD_RESIDENTS})")
}

impl Store {
    /// Deletes the next events that were received before `before`, where the installation's period holds. Call it until there is no more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_events(&self, before: Time) -> Result<Looked> {
        const PLACE: &str = "SELECT COALESCE(MAX(value), 0) FROM counters WHERE name = 'events_pruned'";
        const MOVE: &str =
            "INSERT INTO counters (name, value) VALUES ('events_pruned', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        in_tx!(self, tx => {
            let (place,): (i64,) = on_tx!(tx, conn => sqlx::query_as(PLACE).fetch_one(conn).await)?;
            let next = format!(
                "SELECT MAX(seq), MAX(CASE WHEN received_us < $4 THEN seq ELSE NULL END), COUNT(*) FROM
                 (SELECT seq, received_us FROM events WHERE seq > $1 ORDER BY seq LIMIT $3) AS oldest WHERE received_us < $2 AND {SUMMED}"
            );
            // Replicas number what they receive nearly in the order of time: behind the place nothing may lie that was not old enough when it was looked at.
            let sure = to_us(before - OUT_OF_ORDER);
            let (last, reached, rows): (Option<i64>, Option<i64>, i64) = on_tx!(tx, conn => sqlx::query_as(AssertSqlSafe(next)).bind(place)
                .bind(to_us(before)).bind(CHUNK).bind(sure).fetch_one(conn).await)?;
            match last {
                None => Looked { gone: 0, more: false },
                Some(last) => {
                    let text = format!(
                        "DELETE FROM events WHERE seq > $1 AND seq <= $2 AND received_us < $3 AND home NOT IN {OWN} AND {}",
                        free()
                    );
                    let gone = on_tx!(tx, conn => sqlx::query(AssertSqlSafe(text)).bind(place).bind(last).bind(to_us(before)).execute(conn).await
                        .map(|done| done.rows_affected()))?;
                    if let Some(reached) = reached {
                        on_tx!(tx, conn => sqlx::query(MOVE).bind(reached).execute(conn).await.map(|_| ()))?;
                    }
                    Looked { gone, more: rows == CHUNK && reached.is_some() }
                }
            }
        })
    }

    /// Deletes the next events of an organisation that has a period of its own. Answers how many; call it until none are left.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_events_of(&self, organisation: &str, before: Time) -> Result<u64> {
        let mut after = String::new();
        let mut gone = 0;
        loop {
            let text = "SELECT id FROM homes WHERE organisation = $1 AND id > $2 ORDER BY id LIMIT $3";
            let rows: Vec<(String,)> =
                on_db!(self.reader(), pool => sqlx::query_as(text).bind(organisation).bind(&after).bind(HOMES).fetch_all(pool).await)?;
            let Some((last,)) = rows.last() else { return Ok(gone) };
            after.clone_from(last);
            let homes: Vec<&str> = rows.iter().map(|(id,)| id.as_str()).collect();
            loop {
                let went = self.prune_events_at(organisation, &homes, before).await?;
                gone += went;
                if went == 0 {
                    break;
                }
            }
        }
    }

    async fn prune_events_at(&self, organisation: &str, homes: &[&str], before: Time) -> Result<u64> {
        let list = json_list(homes);
        let old = |listed: String| {
            // By the home's own index, which runs by the time of the happening.
            format!(
                "SELECT seq FROM events WHERE home IN {listed} AND at_us < $2 AND received_us < $2 AND {SUMMED} AND {} LIMIT $3",
                free()
            )
        };
        let mut looking = self.snapshot().await?;
        let text = format!("SELECT COUNT(*) FROM ({}) AS old", old(looking.listed("$1")));
        let (found,): (i64,) =
            on_tx!(looking, conn => sqlx::query_as(AssertSqlSafe(text)).bind(&list).bind(to_us(before)).bind(1_i64).fetch_one(conn).await)?;
        drop(looking);
        if found == 0 {
            return Ok(0);
        }
        in_tx!(self, tx => {
            tx.organisation_to_change(&Scope::All, organisation).await?;
            let text = format!("DELETE FROM events WHERE seq IN ({})", old(tx.listed("$1")));
            on_tx!(tx, conn => sqlx::query(AssertSqlSafe(text)).bind(list.clone()).bind(to_us(before)).bind(CHUNK).execute(conn).await
                .map(|done| done.rows_affected()))?
        })
    }

    /// Deletes what rules in shadow would have raised in an organisation. Answers how many; call it until none are left.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_shadows_of(&self, organisation: &str, before: Time) -> Result<u64> {
        let text = format!(
            "DELETE FROM shadow_alerts WHERE id IN (SELECT id FROM shadow_alerts WHERE organisation = $1 AND recorded_us < $2
             AND home NOT IN {HELD_HOMES} AND home NOT IN {HELD_WHOLE} ORDER BY recorded_us LIMIT $3)"
        );
        in_tx!(self, tx => on_tx!(tx, conn => sqlx::query(AssertSqlSafe(text.clone())).bind(organisation).bind(to_us(before)).bind(CHUNK).execute(conn).await
            .map(|done| done.rows_affected()))?)
    }
}

impl Tx {
    /// Has old events looked at from the first on: what was passed over may go now.
    pub(super) async fn look_at_all_events_again(&mut self) -> Result<()> {
        let text = "UPDATE counters SET value = 0 WHERE name = 'events_pruned'";
        on_tx!(self, conn => sqlx::query(text).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}
