//! Open alerts for which nothing is due in time: what the auditor looks for.

use super::{Result, Store, to_us};
use crate::clock::Time;

/// An open alert that nothing and nobody will come back to.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Unattended {
    /// Home key.
    pub home: String,
    /// Its id.
    pub alert: String,
}

/// Two questions, each served by an index: open alerts without a clock, and clocks of alerts that are overdue.
pub const UNATTENDED: &str = "SELECT a.home, a.id AS alert FROM alerts a WHERE a.state <> 'closed' AND NOT EXISTS \
        (SELECT 1 FROM clocks c WHERE c.home = a.home AND c.rule = '#lease' AND c.subject = a.id) \
    UNION SELECT c.home, c.subject AS alert FROM clocks c WHERE c.due_us < $1 AND c.rule = '#lease' \
    ORDER BY 1, 2 LIMIT $2";

impl Store {
    /// Up to `limit` open alerts that have no clock, or one that was due before `overdue`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn unattended(&self, overdue: Time, limit: i64) -> Result<Vec<Unattended>> {
        Ok(on_db!(self.reader(), pool => sqlx::query_as(UNATTENDED).bind(to_us(overdue)).bind(limit).fetch_all(pool).await)?)
    }
}
