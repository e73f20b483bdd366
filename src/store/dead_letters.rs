//! Messages that were given up and that nobody has been told of yet: kept until the alert about them is raised, whatever happens between.

use super::{Result, Store};
use crate::clock::Time;

/// A receiver that messages did not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// Whose matter it is.
    pub organisation: String,
    /// By which way: `webhook` or `email`.
    pub channel: String,
    /// To whom.
    pub target: String,
    /// How many messages.
    pub messages: i64,
    /// What went wrong with the last of them.
    pub last_error: Option<String>,
    /// The id of the last of them: [`Store::told_of_dead`] marks those up to it.
    pub last: String,
}

impl Store {
    /// The receivers of dead messages that were not told of yet, at most `most`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn unreached(&self, most: i64) -> Result<Vec<Unreached>> {
        type Row = (String, String, String, i64, Option<String>, String);
        let text = "SELECT g.organisation, g.channel, g.target, g.messages, o.last_error, g.last FROM \
            (SELECT organisation, channel, target, COUNT(*) AS messages, MAX(id) AS last FROM outbox WHERE state = 'dead' AND told = 0 \
             GROUP BY organisation, channel, target) AS g JOIN outbox o ON o.id = g.last ORDER BY g.last LIMIT $1";
        let rows: Vec<Row> = on_db!(self.reader(), pool => sqlx::query_as(text).bind(most).fetch_all(pool).await)?;
        let of = |(organisation, channel, target, messages, last_error, last)| Unreached {
            organisation,
            channel,
            target,
            messages,
            last_error,
            last,
        };
        Ok(rows.into_iter().map(of).collect())
    }

    /// The alert about these is raised.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn told_of_dead(&self, unreached: &Unreached) -> Result<()> {
        let text = "UPDATE outbox SET told = 1 WHERE state = 'dead' AND told = 0 AND organisation = $1 AND target = $2 AND id <= $3";
        let Unreached { organisation, target, last, .. } = unreached;
        in_tx!(self, tx => on_tx!(tx, conn => sqlx::query(text).bind(organisation).bind(target).bind(last).execute(conn).await.map(|_| ()))?)
    }

    /// Makes messages due at `now` that wait and have no next try. Answers how many of which organisation.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revive_forgotten_messages(&self, now: Time) -> Result<Vec<(String, i64)>> {
        let forgotten = "SELECT COUNT(*) FROM outbox WHERE state = 'pending' AND next_us IS NULL";
        let (count,): (i64,) = on_db!(self.reader(), pool => sqlx::query_as(forgotten).fetch_one(pool).await)?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let revive = "UPDATE outbox SET next_us = $1 WHERE state = 'pending' AND next_us IS NULL RETURNING organisation";
        let rows: Vec<(String,)> =
            in_tx!(self, tx => on_tx!(tx, conn => sqlx::query_as(revive).bind(super::to_us(now)).fetch_all(conn).await)?)?;
        let mut counted = std::collections::BTreeMap::new();
        for (organisation,) in rows {
            *counted.entry(organisation).or_insert(0) += 1;
        }
        Ok(counted.into_iter().collect())
    }

    /// How many messages of which organisation have been due since before `since`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn stuck_messages(&self, since: Time) -> Result<Vec<(String, i64)>> {
        let text = "SELECT organisation, CAST(SUM(messages) AS BIGINT) FROM (
               SELECT organisation, COUNT(*) AS messages FROM outbox WHERE next_us < $1 AND next_us IS NOT NULL GROUP BY organisation
               UNION ALL SELECT organisation, receivers - spread FROM mailings WHERE created_us < $1) AS waiting
             GROUP BY organisation ORDER BY organisation";
        Ok(on_db!(self.reader(), pool => sqlx::query_as(text).bind(super::to_us(since)).fetch_all(pool).await)?)
    }

    /// How many messages wait, and how many of them have been due since before `since`: what the auditor asks.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn outbox_backlog(&self, since: Time) -> Result<(i64, i64)> {
        let text = "SELECT CAST(COALESCE(SUM(messages), 0) AS BIGINT), CAST(COALESCE(SUM(late), 0) AS BIGINT) FROM (
               SELECT COUNT(*) AS messages, SUM(CASE WHEN next_us < $1 THEN 1 ELSE 0 END) AS late FROM outbox WHERE next_us IS NOT NULL
               UNION ALL SELECT receivers - spread, CASE WHEN created_us < $1 THEN receivers - spread ELSE 0 END FROM mailings) AS waiting";
        Ok(on_db!(self.reader(), pool => sqlx::query_as(text).bind(super::to_us(since)).fetch_one(pool).await)?)
    }
}
