//! The version of each home: locked by every commit that decides about it, raised by every change that a decision reads.
//!
//! On SQLite one engine decides, under the one writer's lock; what it decided itself it knows. There only changes of the registers raise versions, and a
//! count of such changes says whether any version need be looked at.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::dialect::{Column, ManyRows};
use super::{Db, Result, Tx};

impl Tx {
    /// Locks the homes of `keys` until the end of the transaction, in key order so that two transactions never wait for each other, and
    /// answers with the version of each that exists.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lock_homes(&mut self, keys: &[&str]) -> Result<HashMap<String, i64>> {
        let text =
            format!("SELECT home, version FROM home_versions WHERE home IN {} ORDER BY home {}", self.listed("$1"), self.for_update());
        let list = json_list(keys);
        let rows: Vec<(String, i64)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await?);
        Ok(rows.into_iter().collect())
    }

    /// Raises the versions of homes whose registers changed, making their rows where they are missing. Whoever decides from an older picture
    /// then looks again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bump_homes(&mut self, keys: &[&str]) -> Result<()> {
        self.raise_versions(keys).await?;
        self.count_register_change().await
    }

    /// After a decision about these homes: raises their versions for the other replicas. SQLite has none. Answers whether they were raised.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn decided_homes(&mut self, keys: &[&str]) -> Result<bool> {
        let shared = matches!(self.inner, Db::Postgres(_));
        if shared {
            self.raise_versions(keys).await?;
        }
        Ok(shared)
    }

    /// How often the registers were changed: while it stays, so do the versions of all homes. `None` where other engines decide as well.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn register_changes(&mut self) -> Result<Option<i64>> {
        if matches!(self.inner, Db::Postgres(_)) {
            return Ok(None);
        }
        let text = "SELECT COALESCE(MAX(value), 0) FROM counters WHERE name = 'registers'";
        let (changes,): (i64,) = on_tx!(self, conn => sqlx::query_as(text).fetch_one(conn).await?);
        Ok(Some(changes))
    }

    /// Counted on SQLite alone: on PostgreSQL one row that every change touches would make them wait for each other.
    async fn count_register_change(&mut self) -> Result<()> {
        if matches!(self.inner, Db::Sqlite(_)) {
            let text =
                "INSERT INTO counters (name, value) VALUES ('registers', 1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1";
            on_tx!(self, conn => sqlx::query(text).execute(conn).await.map(|_| ()))?;
        }
        Ok(())
    }

    async fn raise_versions(&mut self, keys: &[&str]) -> Result<()> {
        let mut sorted: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let versions = vec![1; sorted.len()];
        let statement = ManyRows {
            head: "INSERT INTO home_versions (home, version)",
            tail: "ON CONFLICT (home) DO UPDATE SET version = home_versions.version + 1",
        };
        self.many_rows(statement, vec![Column::Text(sorted), Column::Int(versions)]).await?;
        Ok(())
    }
}

impl Tx {
    /// Makes the rows of those of `keys` that have none yet, so that [`Tx::lock_homes`] has something to lock.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn make_lockable(&mut self, keys: &[&str]) -> Result<()> {
        let mut sorted: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let versions = vec![1; sorted.len()];
        let statement = ManyRows { head: "INSERT INTO home_versions (home, version)", tail: "ON CONFLICT (home) DO NOTHING" };
        self.many_rows(statement, vec![Column::Text(sorted), Column::Int(versions)]).await?;
        Ok(())
    }
}

impl Tx {
    /// [`Tx::bump_homes`] for one home.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bump_home(&mut self, key: &str) -> Result<()> {
        self.bump_homes(&[key]).await
    }

    /// Raises the version of every home of `organisation`.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn bump_homes_of(&mut self, organisation: &str) -> Result<()> {
        // An UPDATE locks rows in the order in which it happens to find them; this takes them in the order that everybody keeps.
        let lock = format!(
            "SELECT home FROM home_versions WHERE home IN (SELECT id FROM homes WHERE organisation = $1) ORDER BY home {}",
            self.for_update()
        );
        let bump = "UPDATE home_versions SET version = version + 1 WHERE home IN (SELECT id FROM homes WHERE organisation = $1)";
        on_tx!(self, conn => sqlx::query(AssertSqlSafe(lock)).bind(organisation).execute(conn).await.map(|_| ()))?;
        on_tx!(self, conn => sqlx::query(bump).bind(organisation).execute(conn).await.map(|_| ()))?;
        self.count_register_change().await
    }
}

/// A list of texts as the JSON array that [`Tx::listed`] reads.
pub(super) fn json_list(keys: &[&str]) -> String {
    serde_json::to_string(keys).unwrap_or_else(|_| "[]".to_owned())
}
