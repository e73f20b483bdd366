//! How many client sessions Harken has ever used at its broker. The broker keeps filling each of them, so none may be forgotten.

use super::{Result, Store};

impl Store {
    /// Notes that slots of this kind are used up to number `count`, and returns the highest number ever noted.
    ///
    /// # Errors
    /// When the database is away or cannot be written.
    pub async fn note_slots(&self, kind: &'static str, count: u16) -> Result<u16> {
        let text = "INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET \
                    value = CASE WHEN counters.value < excluded.value THEN excluded.value ELSE counters.value END RETURNING value";
        let mut tx = self.begin().await?;
        let (highest,): (i64,) = on_tx!(&mut tx, conn => {
            sqlx::query_as(text).bind(format!("slots {kind}")).bind(i64::from(count)).fetch_one(conn).await?
        });
        tx.commit().await?;
        Ok(u16::try_from(highest).unwrap_or(count))
    }
}
