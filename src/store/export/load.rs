//! In: what was exported, into an installation that is empty, in one transaction.

use sqlx::AssertSqlSafe;

use super::tables::{Kind, Table};
use crate::store::{Db, Result, Store, StoreError, Tx};

/// A password that no password is: it is not in the form that passwords are kept in.
const NO_PASSWORD: &str = "!";

/// An import under way. Dropping it leaves the installation as it was.
#[derive(Debug)]
pub struct Load {
    tx: Tx,
}

impl Store {
    /// Begins an import.
    ///
    /// # Errors
    /// `Conflict` when the installation has organisations, rules, alerts or events already; or the database is away.
    pub async fn import(&self) -> Result<Load> {
        let mut tx = self.begin().await?;
        for table in ["organisations", "rule_revisions", "alerts", "events", "users"] {
            let text = format!("SELECT COUNT(*) FROM {table}");
            let (there,): (i64,) = on_tx!(tx, conn => sqlx::query_as(AssertSqlSafe(text)).fetch_one(conn).await?);
            if there > 0 {
                let say = format!(
                    "this installation is in use ({there} rows in {table}). An export is read into an empty database, before the first `harken serve`"
                );
                return Err(StoreError::Conflict(say));
            }
        }
        Ok(Load { tx })
    }
}

impl Load {
    /// Enters these rows, JSON objects with all columns of `table`. Answers how many there are now more.
    ///
    /// # Errors
    /// When a row does not fit, or the database refuses.
    pub async fn rows(&mut self, table: &Table, rows: &[String]) -> Result<u64> {
        let names: Vec<&str> = table.columns().map(|(name, _)| name).collect();
        let mut into = names.join(", ");
        let postgres = matches!(self.tx.inner, Db::Postgres(_));
        let mut values: Vec<String> = table.columns().map(|(name, kind)| read(name, kind, postgres)).collect();
        if table.name == "users" {
            into += ", password";
            values.push(format!("'{NO_PASSWORD}'"));
        }
        let source = if postgres {
            let types = table.columns().map(|(name, kind)| format!("{name} {}", if kind == Kind::Number { "bigint" } else { "text" }));
            format!("json_to_recordset(CAST($1 AS json)) AS r ({})", types.collect::<Vec<_>>().join(", "))
        } else {
            "json_each($1) AS r".to_owned()
        };
        let text = format!("INSERT INTO {} ({into}) SELECT {} FROM {source} WHERE 1 = 1", table.name, values.join(", "));
        let list = format!("[{}]", rows.join(","));
        Ok(on_tx!(self.tx, conn => sqlx::query(AssertSqlSafe(text)).bind(list).execute(conn).await?.rows_affected()))
    }

    /// Makes it so. The newest `unsummed` events are not in the daily sums yet.
    ///
    /// # Errors
    /// When the database could not.
    pub async fn finish(mut self, unsummed: i64) -> Result<()> {
        let last =
            "UPDATE counters SET value = COALESCE((SELECT seq FROM events ORDER BY seq DESC LIMIT 1 OFFSET $1), 0) WHERE name = 'rollups'";
        on_tx!(self.tx, conn => sqlx::query(last).bind(unsummed).execute(conn).await.map(|_| ()))?;
        let rules = "UPDATE counters SET value = COALESCE((SELECT MAX(revision) FROM rule_revisions), 0) WHERE name = 'rules'";
        on_tx!(self.tx, conn => sqlx::query(rules).execute(conn).await.map(|_| ()))?;
        self.tx.commit().await
    }
}

fn read(name: &str, kind: Kind, postgres: bool) -> String {
    match (kind, postgres) {
        (Kind::Bytes, true) => format!("decode(r.{name}, 'hex')"),
        (Kind::Bytes, false) => format!("unhex(json_extract(r.value, '$.{name}'))"),
        (_, true) => format!("r.{name}"),
        (_, false) => format!("json_extract(r.value, '$.{name}')"),
    }
}
