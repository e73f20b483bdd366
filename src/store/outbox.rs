//! The outbox: what is to be sent is written in the transaction that it tells of, so that neither is there without the other. Whoever sends
//! takes a row for a time; if nothing is heard of the try until then, the row is due again. So a message may go out twice, and none is lost.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, QueryBuilder};

use super::dialect::{Column, ManyRows, some_of_each};
use super::list::push_scope;
use super::mailings::MANY;
use super::versions::json_list;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::delivery::{Channel, Delivery, DeliveryState};
use crate::domain::message::REPORT;

/// Messages to one target that are looked up together.
pub const OF_ONE_TARGET: usize = 4;
/// The longest text kept of what went wrong.
const ERROR_MAX: usize = 500;

/// A message to be sent. It is due at once.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDelivery {
    /// Whose matter it is.
    pub organisation: String,
    /// By which way.
    pub channel: Channel,
    /// To whom: a webhook's id, a user's id, or an e-mail address.
    pub target: String,
    /// The alert that it tells of.
    pub alert: Option<String>,
    /// What it tells: `alert.raised`, `escalation.step` …
    pub kind: String,
    /// The message as JSON, see [`crate::domain::message`]. Many rows may hold the same.
    pub body: Arc<str>,
}

/// A message that is due, still to be claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its id.
    pub id: String,
    /// To whom.
    pub target: String,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The message.
    pub id: String,
    /// Which try it was: [`Delivery::attempts`] as claimed.
    pub attempt: i64,
    /// What the receiver answered.
    pub status: Option<i64>,
    /// How it goes on.
    pub fate: Fate,
}

/// How it goes on with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The receiver took it.
    Delivered,
    /// It is tried again then.
    Again(Time, String),
    /// It is given up.
    Dead(String),
}

/// Asks what is due: `$1` is the time now, `passed_over` a table of targets that are left out, `$3` how many at most. From target to target by the index, a
/// few rows of each: however much waits for targets that hang, none of it is read. `postgres`: for which database.
#[must_use]
pub fn due_question(reports: bool, passed_over: &str, postgres: bool) -> String {
    // Word for word what the indexes hold, and in their order.
    let waits = format!("next_us IS NOT NULL AND kind {} '{REPORT}'", if reports { "=" } else { "<>" });
    let order = "ORDER BY o.target, o.next_us, o.id LIMIT 1";
    let first = format!(
        "FROM outbox o WHERE o.target = waiting.name AND o.next_us <= $1 AND {waits} ORDER BY o.next_us, o.id LIMIT {OF_ONE_TARGET}"
    );
    let due = some_of_each("outbox", "due", "o", &first, postgres);
    format!(
        "WITH RECURSIVE waiting(name) AS (
           SELECT ''
           UNION ALL SELECT (SELECT o.target FROM outbox o WHERE o.target > waiting.name AND {waits} {order}) FROM waiting WHERE waiting.name IS NOT NULL)
         SELECT due.id, due.target FROM waiting {due}
         WHERE waiting.name <> '' AND waiting.name NOT IN {passed_over} ORDER BY due.next_us, due.target, due.id LIMIT $3"
    )
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organisation: String,
    channel: String,
    target: String,
    alert: Option<String>,
    kind: String,
    body: String,
    created_us: i64,
    next_us: Option<i64>,
    attempts: i64,
    state: String,
    last_status: Option<i64>,
    last_error: Option<String>,
    delivered_us: Option<i64>,
}

/// The head of a statement that adds rows.
pub(super) const INSERT: &str =
    "INSERT INTO outbox (id, organisation, channel, target, alert, kind, body, created_us, next_us, attempts, state)";

const COLUMNS: &str = "id, organisation, channel, target, alert, kind, body, created_us, next_us, attempts, state, last_status, last_error, \
    delivered_us";

impl TryFrom<Row> for Delivery {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let unknown = |what: &'static str, name: &str| StoreError::Unreadable { what, why: format!("`{name}` is not known") };
        Ok(Self {
            channel: Channel::parse(&row.channel).ok_or_else(|| unknown("channel", &row.channel))?,
            state: DeliveryState::parse(&row.state).ok_or_else(|| unknown("state of a delivery", &row.state))?,
            body: serde_json::from_str(&row.body).map_err(StoreError::unreadable("delivery"))?,
            id: row.id,
            organisation: row.organisation,
            target: row.target,
            alert: row.alert,
            kind: row.kind,
            created_at: from_us(row.created_us),
            next_at: row.next_us.map(from_us),
            attempts: row.attempts,
            last_status: row.last_status,
            last_error: row.last_error,
            delivered_at: row.delivered_us.map(from_us),
        })
    }
}

impl Tx {
    /// Puts messages into the outbox, due at `now`. They go out once this transaction is committed, and only then. What goes to many receivers is written
    /// once ([`super::mailings`]).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn enqueue(&mut self, rows: &[NewDelivery], now: Time) -> Result<()> {
        let same = |one: &NewDelivery, other: &NewDelivery| Arc::ptr_eq(&one.body, &other.body) && one.channel == other.channel;
        // Sorted, so that what one transaction tells goes out in its order.
        let mut ids: Vec<String> = rows.iter().map(|_| format!("msg_{}", new_id_at(now))).collect();
        ids.sort_unstable();
        let mut ids = ids.into_iter();
        let (mut mailings, mut single) = (Vec::new(), Vec::new());
        for rows in rows.chunk_by(same) {
            if rows.len() >= MANY {
                mailings.extend(ids.next().map(|id| (id, rows)));
            } else {
                single.extend(ids.by_ref().take(rows.len()).zip(rows));
            }
        }
        self.add_mailings(&mailings, now).await?;
        self.add_rows(&single, now).await
    }

    async fn add_rows(&mut self, rows: &[(String, &NewDelivery)], now: Time) -> Result<()> {
        let text = |field: &dyn Fn(&NewDelivery) -> String| Column::Text(rows.iter().map(|(_, row)| field(row)).collect());
        let columns = vec![
            Column::Text(rows.iter().map(|(id, _)| id.clone()).collect()),
            text(&|row| row.organisation.clone()),
            text(&|row| row.channel.as_str().to_owned()),
            text(&|row| row.target.clone()),
            Column::MaybeText(rows.iter().map(|(_, row)| row.alert.clone()).collect()),
            text(&|row| row.kind.clone()),
            text(&|row| row.body.as_ref().to_owned()),
            Column::Int(vec![to_us(now); rows.len()]),
            Column::Int(vec![to_us(now); rows.len()]),
            Column::Int(vec![0; rows.len()]),
            text(&|_| DeliveryState::Pending.as_str().to_owned()),
        ];
        self.many_rows(ManyRows { head: INSERT, tail: "" }, columns).await?;
        Ok(())
    }
}

impl Store {
    /// When the next message is due.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn next_delivery(&self) -> Result<Option<Time>> {
        let text = "SELECT MIN(next_us) FROM outbox WHERE next_us IS NOT NULL";
        let (next,): (Option<i64>,) = on_db!(self.reader(), pool => sqlx::query_as(text).fetch_one(pool).await)?;
        Ok(next.map(from_us))
    }

    /// What is due at `now`, longest due first, to other targets than those in `busy`: of each target the [`OF_ONE_TARGET`] that are due longest. Reports
    /// apart, which are large and can wait.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn due_deliveries(&self, now: Time, busy: &[&str], most: i64) -> Result<Vec<Due>> {
        self.due(now, busy, most, false).await
    }

    /// The same of reports.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn due_reports(&self, now: Time, busy: &[&str], most: i64) -> Result<Vec<Due>> {
        self.due(now, busy, most, true).await
    }

    async fn due(&self, now: Time, busy: &[&str], most: i64, reports: bool) -> Result<Vec<Due>> {
        let mut tx = self.snapshot().await?;
        let text = due_question(reports, &tx.listed("$2"), self.postgres().is_some());
        let list = json_list(busy);
        let rows: Vec<(String, String)> =
            on_tx!(&mut tx, conn => sqlx::query_as(AssertSqlSafe(text)).bind(to_us(now)).bind(list).bind(most).fetch_all(conn).await)?;
        Ok(rows.into_iter().map(|(id, target)| Due { id, target }).collect())
    }

    /// Takes messages for a try that counts as lost at `until`. Those that another replica takes at this moment are left to it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim_deliveries(&self, ids: &[&str], now: Time, until: Time) -> Result<Vec<Delivery>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let list = json_list(ids);
        let rows: Vec<Row> = in_tx!(self, tx => {
            let text = format!(
                "UPDATE outbox SET next_us = $3, attempts = attempts + 1 WHERE id IN \
                 (SELECT id FROM outbox WHERE id IN {} AND next_us <= $2 {}) RETURNING {COLUMNS}",
                tx.listed("$1"),
                tx.skip_locked()
            );
            on_tx!(tx, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list.clone()).bind(to_us(now)).bind(to_us(until)).fetch_all(conn).await)?
        })?;
        let mut claimed: Vec<Delivery> = rows.into_iter().map(Delivery::try_from).collect::<Result<_>>()?;
        claimed.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(claimed)
    }

    /// Writes down what became of tries. A try that was taken for lost meanwhile, and begun again, decides no more, unless it arrived.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_tries(&self, tries: &[Tried], now: Time) -> Result<()> {
        const DELIVERED: &str = "UPDATE outbox SET state = 'delivered', next_us = NULL, last_status = $2, last_error = NULL, delivered_us = $3 \
            WHERE id = $1 AND state <> 'delivered'";
        const OTHER: &str = "UPDATE outbox SET state = $3, next_us = $4, last_status = $5, last_error = $6, told = 0 \
            WHERE id = $1 AND attempts = $2 AND state = 'pending'";
        if tries.is_empty() {
            return Ok(());
        }
        in_tx!(self, tx => {
            for tried in tries {
                let (state, next, error) = match &tried.fate {
                    Fate::Delivered => {
                        on_tx!(tx, conn => sqlx::query(DELIVERED).bind(&tried.id).bind(tried.status).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
                        continue;
                    }
                    Fate::Again(at, error) => (DeliveryState::Pending, Some(to_us(*at)), error),
                    Fate::Dead(error) => (DeliveryState::Dead, None, error),
                };
                let error: String = error.chars().filter(|each| !each.is_control()).take(ERROR_MAX).collect();
                on_tx!(tx, conn => sqlx::query(OTHER).bind(&tried.id).bind(tried.attempt).bind(state.as_str()).bind(next).bind(tried.status)
                    .bind(error).execute(conn).await.map(|_| ()))?;
            }
        })
    }

    /// Makes due at once what was being tried when the server ended. Only for SQLite, which has one server: elsewhere another may be trying.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn resume_deliveries(&self, now: Time) -> Result<()> {
        // What waits for its next try has an error to show; what was cut off in its first try, or in a later one, is not told apart from
        // it, and one try too early does no harm.
        let text = "UPDATE outbox SET next_us = $1 WHERE next_us > $1";
        if self.postgres().is_some() {
            return Ok(());
        }
        in_tx!(self, tx => on_tx!(tx, conn => sqlx::query(text).bind(to_us(now)).execute(conn).await.map(|_| ()))?)
    }
}

impl Store {
    /// Messages to one target, newest first, those before `before`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn deliveries(&self, scope: &Scope, target: &str, before: Option<&str>, limit: i64) -> Result<Vec<Delivery>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(format!("SELECT {COLUMNS} FROM outbox WHERE target = "));
            sql.push_bind(target.to_owned());
            push_scope(&mut sql, "organisation", scope);
            if let Some(before) = before {
                sql.push(" AND id < ").push_bind(before.to_owned());
            }
            sql.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(Delivery::try_from).collect()
    }
}

impl Tx {
    /// Sends a message again that is finished: the same id, the tries counted anew. Answers with it, or `None` when this target has no such message.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is still under way.
    pub async fn replay_delivery(&mut self, scope: &Scope, target: &str, id: &str, now: Time) -> Result<Option<Delivery>> {
        const AGAIN: &str = "UPDATE outbox SET state = 'pending', next_us = $2, attempts = 0, told = 0 WHERE id = $1";
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(format!("SELECT {COLUMNS} FROM outbox WHERE id = "));
            sql.push_bind(id.to_owned()).push(" AND target = ").push_bind(target.to_owned());
            push_scope(&mut sql, "organisation", scope);
            sql.build_query_as().fetch_optional(conn).await
        })?;
        let Some(before) = row.map(Delivery::try_from).transpose()? else { return Ok(None) };
        if before.state == DeliveryState::Pending {
            return Err(StoreError::Conflict("this message is under way; it is tried again by itself".to_owned()));
        }
        on_tx!(self, conn => sqlx::query(AGAIN).bind(id).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(Some(Delivery { state: DeliveryState::Pending, next_at: Some(now), attempts: 0, ..before }))
    }
}
