//! A transaction: the unit in which things are true together.

use sqlx::{Postgres, Sqlite, Transaction};

use super::{Db, Result};

/// An open transaction. Dropping it rolls back.
#[derive(Debug)]
pub struct Tx {
    pub(super) inner: Db<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>,
}

impl Tx {
    /// Makes it so, on the disk.
    ///
    /// # Errors
    /// When the database could not; then nothing of it holds.
    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Db::Sqlite(tx) => tx.commit().await?,
            Db::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
