//! Reading the change feed: what the live stream resumes from.

use super::{Result, Store};

/// One entry of the feed.
#[derive(Clone, Debug)]
pub struct FeedEntry {
    /// Its place; without gaps.
    pub position: i64,
    /// Whose it is.
    pub organisation: String,
    /// The whole alert as it was, as JSON.
    pub body: String,
}

/// How far the feed reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedReach {
    /// Whoever has seen everything up to here can be told all that followed.
    pub resumable_from: i64,
    /// The last position.
    pub last: i64,
}

impl Store {
    /// Up to `limit` entries after `position`, in order.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn feed_after(&self, position: i64, limit: i64) -> Result<Vec<FeedEntry>> {
        let text = "SELECT position, organisation, body FROM feed WHERE position > $1 ORDER BY position LIMIT $2";
        let rows: Vec<(i64, String, String)> =
            on_db!(self.reader(), pool => sqlx::query_as(text).bind(position).bind(limit).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|(position, organisation, body)| FeedEntry { position, organisation, body }).collect())
    }

    /// How far the feed reaches at this moment.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn feed_reach(&self) -> Result<FeedReach> {
        let text = "SELECT value, (SELECT MIN(position) FROM feed) FROM counters WHERE name = 'feed'";
        let (last, oldest): (i64, Option<i64>) = on_db!(self.reader(), pool => sqlx::query_as(text).fetch_one(pool).await)?;
        Ok(FeedReach { resumable_from: oldest.map_or(last, |oldest| oldest - 1), last })
    }
}
