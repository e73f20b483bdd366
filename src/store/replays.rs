//! How far recordings were shifted at their first replay, so that the next one sends the same events again.

use std::collections::BTreeMap;

use super::versions::json_list;
use super::{Result, Store};

impl Store {
    /// The shift that was remembered for `recording`, in microseconds.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn replay_shift(&self, recording: &str) -> Result<Option<i64>> {
        let text = "SELECT shift_us FROM replays WHERE recording = $1";
        let row: Option<(i64,)> = on_db!(self.reader(), pool => sqlx::query_as(text).bind(recording).fetch_optional(pool).await?);
        Ok(row.map(|(shift,)| shift))
    }

    /// Remembers a shift, unless one is remembered already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remember_replay_shift(&self, recording: &str, shift_us: i64) -> Result<()> {
        let text = "INSERT INTO replays (recording, shift_us) VALUES ($1, $2) ON CONFLICT (recording) DO NOTHING";
        let mut tx = self.begin().await?;
        on_tx!(tx, conn => sqlx::query(text).bind(recording).bind(shift_us).execute(conn).await.map(|_| ()))?;
        tx.commit().await
    }

    /// How many of these alerts each rule raised.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn alerts_by_rule(&self, ids: &[String]) -> Result<BTreeMap<String, u64>> {
        let mut tx = self.begin().await?;
        let mut counts = BTreeMap::new();
        for ids in ids.chunks(5_000) {
            let text = format!("SELECT rule, COUNT(*) FROM alerts WHERE id IN {} GROUP BY rule", tx.listed("$1"));
            let list = json_list(&ids.iter().map(String::as_str).collect::<Vec<_>>());
            let rows: Vec<(String, i64)> = on_tx!(tx, conn => sqlx::query_as(sqlx::AssertSqlSafe(text)).bind(list).fetch_all(conn).await?);
            for (rule, count) in rows {
                *counts.entry(rule).or_default() += u64::try_from(count).unwrap_or(0);
            }
        }
        Ok(counts)
    }
}
