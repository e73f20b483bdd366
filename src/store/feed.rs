//! The numbered change feed: every change of an alert, in the order of its commit.
//!
//! The number comes from a counter row in the same transaction, touched last: identity numbers become visible out of order on PostgreSQL, and a
//! reader that saw 8 would never look for 7 again.

use super::dialect::{Column, ManyRows};
use super::{Result, Store, StoreError, Tx, to_us};
use crate::clock::Time;
use crate::domain::alert::Alert;

impl Tx {
    /// Appends the alerts as they are now, and answers with the feed's last position. Call it last in a transaction: it takes the
    /// counter's lock.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn append_feed(&mut self, alerts: &[Alert], now: Time) -> Result<i64> {
        let count = i64::try_from(alerts.len()).unwrap_or(i64::MAX);
        let text = "UPDATE counters SET value = value + $1 WHERE name = 'feed' RETURNING value";
        let (last,): (i64,) = on_tx!(self, conn => sqlx::query_as(text).bind(count).fetch_one(conn).await?);
        let bodies: std::result::Result<Vec<String>, _> = alerts.iter().map(serde_json::to_string).collect();
        let columns = vec![
            Column::Int((last - count + 1..=last).collect()),
            Column::Int(vec![to_us(now); alerts.len()]),
            Column::Text(alerts.iter().map(|alert| alert.organisation.clone()).collect()),
            Column::Text(alerts.iter().map(|alert| alert.id.clone()).collect()),
            Column::Text(bodies.map_err(StoreError::unreadable("alert"))?),
        ];
        self.many_rows(ManyRows { head: "INSERT INTO feed (position, at_us, organisation, alert, body)", tail: "" }, columns).await?;
        Ok(last)
    }
}

impl Store {
    /// The feed's last committed position.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn feed_position(&self) -> Result<i64> {
        let (last,): (i64,) =
            on_db!(self.reader(), pool => sqlx::query_as("SELECT value FROM counters WHERE name = 'feed'").fetch_one(pool).await?);
        Ok(last)
    }
}
