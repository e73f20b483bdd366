//! The version of each home: locked by every commit that decides about it, raised by every change that a decision reads.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::dialect::{Column, ManyRows};
use super::{Result, Tx};

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

    /// Raises the versions of homes, making their rows where they are missing. Whoever decides from an older picture then looks again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bump_homes(&mut self, keys: &[&str]) -> Result<()> {
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
        Ok(())
    }
}

/// A list of texts as the JSON array that [`Tx::listed`] reads.
pub(super) fn json_list(keys: &[&str]) -> String {
    serde_json::to_string(keys).unwrap_or_else(|_| "[]".to_owned())
}
