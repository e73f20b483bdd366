//! Out: one picture of the database at one moment, a row at a time.

use futures_util::TryStreamExt as _;
use sqlx::AssertSqlSafe;

use super::tables::{Kind, Table};
use crate::clock::Time;
use crate::store::{Db, Result, Store, StoreError, Tx};

/// A picture of the database as it was when it was begun, while others go on writing.
#[derive(Debug)]
pub struct Dump {
    tx: Tx,
    organisation: String,
    /// The newest of the organisation's events that the daily sums do not hold yet.
    pub unsummed: i64,
}

impl Store {
    /// Begins an export of `organisation`.
    ///
    /// # Errors
    /// `NotFound` when there is none; or the database is away.
    pub async fn export(&self, organisation: &str) -> Result<Dump> {
        let mut tx = self.snapshot().await?;
        let known = "SELECT COUNT(*) FROM organisations WHERE id = $1";
        let (known,): (i64,) = on_tx!(tx, conn => sqlx::query_as(known).bind(organisation).fetch_one(conn).await?);
        if known == 0 {
            return Err(StoreError::NotFound("the organisation"));
        }
        let text = "SELECT COUNT(*) FROM events WHERE home IN (SELECT id FROM homes WHERE organisation = $1)
                    AND seq > (SELECT value FROM counters WHERE name = 'rollups')";
        let (unsummed,): (i64,) = on_tx!(tx, conn => sqlx::query_as(text).bind(organisation).fetch_one(conn).await?);
        Ok(Dump { tx, organisation: organisation.to_owned(), unsummed })
    }
}

impl Store {
    /// Notes in the trail that the command line takes an organisation's data away.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_export(&self, organisation: &str, now: Time, words: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.note_in_trail(now, Some(organisation), "cli", "exported", ("organisation", organisation), words).await?;
        tx.commit().await
    }
}

impl Dump {
    /// Hands each row of `table` to `each`, as a JSON object, in the table's order. Holds one row in memory.
    ///
    /// # Errors
    /// When the database is away, or `each` says why it cannot go on.
    pub async fn rows(&mut self, table: &Table, each: &mut (dyn FnMut(String) -> std::result::Result<(), String> + Send)) -> Result<()> {
        let postgres = matches!(self.tx.inner, Db::Postgres(_));
        let pairs: Vec<String> = table.columns().map(|(name, kind)| format!("'{name}', {}", told(name, kind, postgres))).collect();
        let object = if postgres { "CAST(json_build_object" } else { "json_object" };
        let close = if postgres { " AS text)" } else { "" };
        let text = format!("SELECT {object}({}){close} FROM {} WHERE {}", pairs.join(", "), table.name, table.whose());
        on_tx!(self.tx, conn => {
            let mut rows = sqlx::query_as::<_, (String,)>(AssertSqlSafe(text)).bind(&self.organisation).fetch(conn);
            while let Some((row,)) = rows.try_next().await? {
                each(row).map_err(StoreError::Conflict)?;
            }
        });
        Ok(())
    }
}

fn told(name: &str, kind: Kind, postgres: bool) -> String {
    match kind {
        Kind::Text | Kind::Number => name.to_owned(),
        Kind::Bytes if postgres => format!("encode({name}, 'hex')"),
        // `hex` would make an empty text of nothing.
        Kind::Bytes => format!("CASE WHEN {name} IS NULL THEN NULL ELSE lower(hex({name})) END"),
    }
}
