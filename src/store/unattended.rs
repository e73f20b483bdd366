//! Open alerts and visits for which nothing is due in time: what the auditor looks for.

use super::states::{ALERT, VISIT};
use super::{Result, Store, to_us};
use crate::clock::Time;

/// Something open that nothing and nobody will come back to.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Unattended {
    /// Home key.
    pub home: String,
    /// Whose clock it would be: [`ALERT`] or [`VISIT`].
    pub rule: String,
    /// Its id.
    pub id: String,
}

/// Three questions, each served by an index (asked for an order, SQLite would walk through all clocks for the third): open alerts and open visits without a clock, and clocks of either that are overdue.
pub const UNATTENDED: &str = "SELECT a.home, $2 AS rule, a.id FROM alerts a WHERE a.state <> 'closed' AND NOT EXISTS \
        (SELECT 1 FROM clocks c WHERE c.home = a.home AND c.rule = $2 AND c.subject = a.id) \
    UNION ALL SELECT v.home, $3 AS rule, v.id FROM visits v WHERE v.is_open = 1 AND NOT EXISTS \
        (SELECT 1 FROM clocks c WHERE c.home = v.home AND c.rule = $3 AND c.subject = v.id) \
    UNION ALL SELECT c.home, c.rule, c.subject AS id FROM clocks c WHERE c.due_us < $1 AND c.rule IN ($2, $3) LIMIT $4";

impl Store {
    /// Up to `limit` open alerts and visits that have no clock, or one that was due before `overdue`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn unattended(&self, overdue: Time, limit: i64) -> Result<Vec<Unattended>> {
        Ok(on_db!(self.reader(), pool => sqlx::query_as(UNATTENDED).bind(to_us(overdue)).bind(ALERT).bind(VISIT).bind(limit)
            .fetch_all(pool).await)?)
    }
}
