//! What rules remember and what they wait for: one row of state, one row of clock for each (home, rule, subject).

use sqlx::AssertSqlSafe;

use super::dialect::{Column, ManyRows};
use super::versions::json_list;
use super::{Result, Store, Tx, from_us, to_us};
use crate::clock::Time;

/// The clock rows that put a gateway under the watch of the rules on silence bear this in place of a rule's id; the subject is the gateway's.
pub const WATCH: &str = "#watch";
/// The clock rows of rotas bear this in place of a rule's id: the next look for hours with nobody to be reached. Their subject is the rota.
pub const COVERAGE: &str = "#coverage";
/// The clock rows of visits bear this in place of a rule's id; the subject is the visit's.
pub const VISIT: &str = "#visit";
/// The clock rows of open alerts bear this in place of a rule's id; the subject is the alert's. (The name is of the time when only leases had a clock; rows bear it.)
pub const ALERT: &str = "#lease";
/// The clock row of an organisation whose incidents are to be looked at bears this in place of a rule's id.
pub const INCIDENTS: &str = "#incidents";
/// The clock rows of alerts that an incident took in and that have not learnt it yet bear this; the subject is the alert's.
pub const GROUPED: &str = "#grouped";
/// Clocks that belong to no rule: what fires is the engine's own.
pub const OF_NO_RULE: [&str; 6] = [WATCH, COVERAGE, VISIT, ALERT, INCIDENTS, GROUPED];

/// A rule's memory about one subject, as stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StateRow {
    /// Home key.
    pub home: String,
    /// Rule id.
    pub rule: String,
    /// Subject.
    pub subject: String,
    /// Revision of the rule set that wrote it.
    pub revision: i64,
    /// JSON.
    pub state: String,
}

/// A clock that is set: when it fires, the rule looks at the subject again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockRow {
    /// Home key.
    pub home: String,
    /// Rule id, or one of [`OF_NO_RULE`].
    pub rule: String,
    /// Subject.
    pub subject: String,
    /// When.
    pub due: Time,
}

impl Tx {
    /// All states of these homes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn states_of(&mut self, homes: &[&str]) -> Result<Vec<StateRow>> {
        let text = format!("SELECT home, rule, subject, revision, state FROM rule_states WHERE home IN {}", self.listed("$1"));
        let list = json_list(homes);
        Ok(on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await?))
    }

    /// All clocks of these homes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn clocks_of(&mut self, homes: &[&str]) -> Result<Vec<ClockRow>> {
        let text = format!("SELECT home, rule, subject, due_us FROM clocks WHERE home IN {} ORDER BY due_us", self.listed("$1"));
        let list = json_list(homes);
        let rows: Vec<(String, String, String, i64)> =
            on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await?);
        Ok(rows.into_iter().map(|(home, rule, subject, due)| ClockRow { home, rule, subject, due: from_us(due) }).collect())
    }

    /// Writes states.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_states(&mut self, rows: Vec<StateRow>) -> Result<()> {
        let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            columns.0.push(row.home);
            columns.1.push(row.rule);
            columns.2.push(row.subject);
            columns.3.push(row.revision);
            columns.4.push(row.state);
        }
        let statement = ManyRows {
            head: "INSERT INTO rule_states (home, rule, subject, revision, state)",
            tail: "ON CONFLICT (home, rule, subject) DO UPDATE SET revision = excluded.revision, state = excluded.state",
        };
        let columns = vec![
            Column::Text(columns.0),
            Column::Text(columns.1),
            Column::Text(columns.2),
            Column::Int(columns.3),
            Column::Text(columns.4),
        ];
        self.many_rows(statement, columns).await?;
        Ok(())
    }

    /// Sets clocks.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_clocks(&mut self, rows: Vec<ClockRow>) -> Result<()> {
        let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            columns.0.push(row.home);
            columns.1.push(row.rule);
            columns.2.push(row.subject);
            columns.3.push(to_us(row.due));
        }
        let statement = ManyRows {
            head: "INSERT INTO clocks (home, rule, subject, due_us)",
            tail: "ON CONFLICT (home, rule, subject) DO UPDATE SET due_us = excluded.due_us",
        };
        self.many_rows(statement, vec![Column::Text(columns.0), Column::Text(columns.1), Column::Text(columns.2), Column::Int(columns.3)])
            .await?;
        Ok(())
    }

    /// Forgets states.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn drop_states(&mut self, keys: &[(String, String, String)]) -> Result<()> {
        for (home, rule, subject) in keys {
            let text = "DELETE FROM rule_states WHERE home = $1 AND rule = $2 AND subject = $3";
            on_tx!(self, conn => sqlx::query(text).bind(home).bind(rule).bind(subject).execute(conn).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// Stops clocks.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn drop_clocks(&mut self, keys: &[(String, String, String)]) -> Result<()> {
        for (home, rule, subject) in keys {
            let text = "DELETE FROM clocks WHERE home = $1 AND rule = $2 AND subject = $3";
            on_tx!(self, conn => sqlx::query(text).bind(home).bind(rule).bind(subject).execute(conn).await.map(|_| ()))?;
        }
        Ok(())
    }
}

impl Tx {
    /// Has the engine look again at every clock of `home`: each falls due now, and one that finds itself early arms itself anew, by the
    /// settings as they are then.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn look_again(&mut self, home: &str, now: Time) -> Result<()> {
        let text = "UPDATE clocks SET due_us = $2 WHERE home = $1 AND due_us > $2";
        on_tx!(self, conn => sqlx::query(text).bind(home).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// [`Tx::look_again`] for every home of `organisation`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn look_again_at_all_of(&mut self, organisation: &str, now: Time) -> Result<()> {
        let text = "UPDATE clocks SET due_us = $2 WHERE due_us > $2 AND home IN (SELECT id FROM homes WHERE organisation = $1)";
        on_tx!(self, conn => sqlx::query(text).bind(organisation).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}

/// Asked whenever a clock may be due: served by an index, however many alerts wait.
pub const HOMES_DUE: &str = "SELECT home FROM clocks WHERE due_us <= $1 ORDER BY due_us LIMIT $2";
/// The same.
pub const NEXT_DUE: &str = "SELECT MIN(due_us) FROM clocks";

impl Store {
    /// When the next clock is due.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn next_due(&self) -> Result<Option<Time>> {
        let (due,): (Option<i64>,) = on_db!(self.reader(), pool => sqlx::query_as(NEXT_DUE).fetch_one(pool).await?);
        Ok(due.map(from_us))
    }

    /// The homes of the clocks that are due at `now`, the longest due first, at most `limit` clocks looked at.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn homes_due(&self, now: Time, limit: i64) -> Result<Vec<String>> {
        let rows: Vec<(String,)> =
            on_db!(self.reader(), pool => sqlx::query_as(HOMES_DUE).bind(to_us(now)).bind(limit).fetch_all(pool).await?);
        let mut seen = std::collections::HashSet::new();
        Ok(rows.into_iter().map(|(home,)| home).filter(|home| seen.insert(home.clone())).collect())
    }
}
