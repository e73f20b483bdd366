//! What reports count: one narrow row for each alert, kept up with the change feed. It is made from the alert as it stands, its evidence and its
//! equipment, so that every figure can be led back to them; and it is made beside the ingest, which pays nothing for it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Datelike, Timelike, Utc};
use sqlx::AssertSqlSafe;

use super::alerts::read_alert;
use super::dialect::{Column, ManyRows};
use super::versions::json_list;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::CANARY;
use crate::domain::alert::{Alert, Queue};

/// Alerts made into rows in one transaction: short, as SQLite's one writer waits meanwhile.
const CHUNK: i64 = 500;

/// Under what an alert counts: tests and faults are never mixed with calls for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// Queue `care`, not a test.
    Emergency,
    /// Queue `health`, not a test.
    Health,
    /// Queue `technical`, not a test.
    Fault,
    /// A test.
    Test,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Emergency, Self::Health, Self::Fault, Self::Test];

    /// The lane of an alert.
    #[must_use]
    pub fn of(alert: &Alert) -> Self {
        match alert.queue {
            _ if alert.test => Self::Test,
            Queue::Care => Self::Emergency,
            Queue::Health => Self::Health,
            Queue::Technical => Self::Fault,
            Queue::Test => Self::Test,
        }
    }

    /// The name as stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Health => "health",
            Self::Fault => "fault",
            Self::Test => "test",
        }
    }
}

/// What is needed of an alert's surroundings.
#[derive(Default)]
struct Around {
    /// The kind of the first event that it rests on, with its time.
    kinds: HashMap<String, (Time, String)>,
    /// Models by gateway and address.
    models: HashMap<(String, String), String>,
}

impl Store {
    /// Brings the rows that reports count up to what is committed now. Reports call it before they count.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn catch_up_facts(&self) -> Result<()> {
        // Looked at first without the writer: mostly there is nothing to do.
        while self.facts_waiting().await? && self.make_facts().await? {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn facts_waiting(&self) -> Result<bool> {
        let text = "SELECT CASE WHEN (SELECT value FROM counters WHERE name = 'facts') < (SELECT value FROM counters WHERE name = 'feed') \
            OR EXISTS (SELECT 1 FROM facts_due) THEN 1 ELSE 0 END";
        let (waiting,): (i32,) = on_db!(self.reader(), pool => sqlx::query_as(text).fetch_one(pool).await)?;
        Ok(waiting != 0)
    }

    /// The next rows. Answers whether there may be more to do.
    async fn make_facts(&self) -> Result<bool> {
        let mut tx = self.begin().await?;
        let lock = "UPDATE counters SET value = value WHERE name = 'facts' RETURNING value";
        let (reached,): (i64,) = on_tx!(tx, conn => sqlx::query_as(lock).fetch_one(conn).await)?;
        let text = "SELECT position, alert FROM feed WHERE position > $1 ORDER BY position LIMIT $2";
        let told: Vec<(i64, String)> = on_tx!(tx, conn => sqlx::query_as(text).bind(reached).bind(CHUNK).fetch_all(conn).await)?;
        let text = "SELECT alert FROM facts_due ORDER BY alert LIMIT $1";
        let due: Vec<(String,)> = on_tx!(tx, conn => sqlx::query_as(text).bind(CHUNK).fetch_all(conn).await)?;
        let (told_count, due_count) = (told.len(), due.len());
        if told.is_empty() && due.is_empty() {
            return Ok(false);
        }
        // Not the feed's counter: what is committed between two statements would be passed over.
        let last = told.last().map_or(reached, |(position, _)| *position);
        let mut ids: BTreeSet<String> = told.into_iter().map(|(_, alert)| alert).collect();
        ids.extend(due.into_iter().map(|(alert,)| alert));
        let list = json_list(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        tx.write_facts(&list).await?;
        let text = format!("DELETE FROM facts_due WHERE alert IN {}", tx.listed("$1"));
        on_tx!(tx, conn => sqlx::query(AssertSqlSafe(text)).bind(&list).execute(conn).await.map(|_| ()))?;
        let text = "UPDATE counters SET value = $1 WHERE name = 'facts'";
        on_tx!(tx, conn => sqlx::query(text).bind(last).execute(conn).await.map(|_| ()))?;
        tx.commit().await?;
        let full = |count: usize| i64::try_from(count).is_ok_and(|count| count == CHUNK);
        Ok(full(told_count) || full(due_count))
    }
}

impl Tx {
    /// Has the rows of an organisation's alerts made anew: its months have other ends now.
    pub(super) async fn facts_of_organisation_due(&mut self, organisation: &str) -> Result<()> {
        let text = "INSERT INTO facts_due (alert) SELECT id FROM alerts WHERE organisation = $1 ON CONFLICT DO NOTHING";
        on_tx!(self, conn => sqlx::query(text).bind(organisation).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Has the rows of these alerts made anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn facts_due(&mut self, alerts: Vec<String>) -> Result<()> {
        let statement = ManyRows { head: "INSERT INTO facts_due (alert)", tail: "ON CONFLICT (alert) DO NOTHING" };
        self.many_rows(statement, vec![Column::Text(alerts)]).await?;
        Ok(())
    }

    /// The canary's alerts, one a minute, are counted nowhere, and so not kept here either.
    async fn write_facts(&mut self, list: &str) -> Result<()> {
        let text = format!(
            "SELECT a.body, o.zone FROM alerts a LEFT JOIN organisations o ON o.id = a.organisation WHERE a.id IN {} AND a.organisation <> $2 ORDER BY a.id",
            self.listed("$1")
        );
        let rows: Vec<(String, Option<String>)> =
            on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).bind(CANARY).fetch_all(conn).await)?;
        let around = self.around(list).await?;
        let mut alerts = Vec::with_capacity(rows.len());
        for (body, zone) in rows {
            let zone: chrono_tz::Tz = zone.and_then(|zone| zone.parse().ok()).unwrap_or(chrono_tz::Tz::UTC);
            alerts.push((read_alert(&body)?, zone));
        }
        self.many_rows(INSERT, columns(&alerts, &around)).await?;
        Ok(())
    }

    async fn around(&mut self, list: &str) -> Result<Around> {
        #[derive(serde::Deserialize)]
        struct Happened {
            at: Time,
            kind: String,
        }
        let mut around = Around::default();
        let text = format!("SELECT alert, body FROM alert_evidence WHERE alert IN {} ORDER BY alert, gateway, event", self.listed("$1"));
        let rows: Vec<(String, String)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await)?;
        for (alert, body) in rows {
            let Happened { at, kind } = serde_json::from_str(&body).map_err(StoreError::unreadable("evidence"))?;
            let first = around.kinds.entry(alert).or_insert_with(|| (at, kind.clone()));
            if at < first.0 {
                *first = (at, kind);
            }
        }
        let text = format!(
            "SELECT gateway, address, model FROM devices WHERE model <> '' AND home IN (SELECT home FROM alerts WHERE id IN {})",
            self.listed("$1")
        );
        let rows: Vec<(String, String, String)> =
            on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await)?;
        around.models = rows.into_iter().map(|(gateway, address, model)| ((gateway, address), model)).collect();
        Ok(around)
    }
}

const INSERT: ManyRows = ManyRows {
    head: "INSERT INTO alert_facts (alert, organisation, home, resident, rule, title, kind, model, device, lane, operator, owner, outcome, cause, priority,
           raised_us, occurred_us, month, hour, weekday, activations, wait_s, accepted_us, closed_us)",
    tail: "ON CONFLICT (alert) DO UPDATE SET organisation = excluded.organisation, home = excluded.home, resident = excluded.resident,
           rule = excluded.rule, title = excluded.title, kind = excluded.kind, model = excluded.model, device = excluded.device, lane = excluded.lane,
           operator = excluded.operator, owner = excluded.owner, outcome = excluded.outcome, cause = excluded.cause, priority = excluded.priority,
           raised_us = excluded.raised_us, occurred_us = excluded.occurred_us, month = excluded.month, hour = excluded.hour,
           weekday = excluded.weekday, activations = excluded.activations, wait_s = excluded.wait_s,
           accepted_us = excluded.accepted_us, closed_us = excluded.closed_us",
};

/// Whole seconds from the first receipt to the first acceptance; a part of a second counts as one, so that what is within a mark was within it.
fn waited(alert: &Alert) -> Option<i64> {
    let since = alert.received_at.unwrap_or(alert.raised_at);
    let waited_us = (alert.accepted_at? - since).num_microseconds().unwrap_or(i64::MAX).max(0);
    Some(waited_us / 1_000_000 + i64::from(waited_us % 1_000_000 > 0))
}

fn columns(alerts: &[(Alert, chrono_tz::Tz)], around: &Around) -> Vec<Column> {
    let text = |field: &dyn Fn(&Alert) -> String| Column::Text(alerts.iter().map(|(alert, _)| field(alert)).collect());
    let maybe = |field: &dyn Fn(&Alert) -> Option<String>| Column::MaybeText(alerts.iter().map(|(alert, _)| field(alert)).collect());
    let int = |field: &dyn Fn(&Alert) -> i64| Column::Int(alerts.iter().map(|(alert, _)| field(alert)).collect());
    let maybe_int = |field: &dyn Fn(&Alert) -> Option<i64>| Column::MaybeInt(alerts.iter().map(|(alert, _)| field(alert)).collect());
    let wall = |field: &dyn Fn(DateTime<chrono_tz::Tz>) -> i64| {
        Column::Int(alerts.iter().map(|(alert, zone)| field(alert.raised_at.with_timezone(zone))).collect())
    };
    let device = |alert: &Alert| Some((alert.gateway.clone()?, alert.device.clone()?));
    vec![
        text(&|alert| alert.id.clone()),
        text(&|alert| alert.organisation.clone()),
        text(&Alert::home_key),
        maybe(&|alert| alert.resident.clone()),
        text(&|alert| alert.rule.id.clone()),
        text(&|alert| alert.rule.title.clone()),
        text(&|alert| around.kinds.get(&alert.id).map(|(_, kind)| kind.clone()).unwrap_or_default()),
        text(&|alert| device(alert).and_then(|key| around.models.get(&key).cloned()).unwrap_or_default()),
        // A gateway speaks for itself under no address: `gateway/`.
        text(&|alert| {
            alert.gateway.as_ref().map(|gateway| format!("{gateway}/{}", alert.device.as_deref().unwrap_or_default())).unwrap_or_default()
        }),
        text(&|alert| Lane::of(alert).as_str().to_owned()),
        maybe(&|alert| alert.accepted_by.as_ref().map(|holder| holder.id.clone())),
        maybe(&|alert| alert.fault.as_ref().map(|fault| fault.owner.clone())),
        maybe(&|alert| alert.outcome.clone()),
        maybe(&|alert| alert.breach_cause.clone()),
        int(&|alert| i64::from(alert.priority)),
        int(&|alert| to_us(alert.raised_at)),
        int(&|alert| to_us(alert.occurred_at)),
        wall(&|at| i64::from(at.year()) * 100 + i64::from(at.month())),
        wall(&|at| i64::from(at.hour())),
        wall(&|at| i64::from(at.weekday().number_from_monday())),
        int(&|alert| alert.activations),
        maybe_int(&waited),
        maybe_int(&|alert| alert.accepted_at.map(to_us)),
        maybe_int(&|alert| alert.closed_at.map(to_us)),
    ]
}

/// One alert as reports count it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Fact {
    /// Its id.
    pub alert: String,
    /// Who answers for it.
    pub organisation: String,
    /// The home, or the key under which it is kept.
    pub home: String,
    /// The rule's id.
    pub rule: String,
    /// The rule's title then.
    pub title: String,
    /// The kind of the first event that it rests on; empty without one.
    pub kind: String,
    /// The sensor's model; empty when it is not known.
    pub model: String,
    /// `emergency`, `health`, `fault` or `test`.
    pub lane: String,
    /// 1 life … 5 information.
    pub priority: i64,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Whole seconds until it was accepted first; absent when nobody has.
    pub wait_s: Option<i64>,
    /// Id of who accepted it first.
    pub operator: Option<String>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Why the answer came too late, in the operator's words.
    pub cause: Option<String>,
    /// How often it was activated.
    pub activations: i64,
}

/// The columns of [`Fact`], in the order of [`FactRow`].
pub(super) const FACT: &str = "alert, organisation, home, rule, title, kind, model, lane, priority, raised_us, wait_s, operator, closed_us, outcome, cause, activations";

/// A row of them.
#[derive(sqlx::FromRow)]
pub(super) struct FactRow {
    alert: String,
    organisation: String,
    home: String,
    rule: String,
    title: String,
    kind: String,
    model: String,
    lane: String,
    priority: i64,
    raised_us: i64,
    wait_s: Option<i64>,
    operator: Option<String>,
    closed_us: Option<i64>,
    outcome: Option<String>,
    cause: Option<String>,
    activations: i64,
}

impl From<FactRow> for Fact {
    fn from(row: FactRow) -> Self {
        Self {
            alert: row.alert,
            organisation: row.organisation,
            home: row.home,
            rule: row.rule,
            title: row.title,
            kind: row.kind,
            model: row.model,
            lane: row.lane,
            priority: row.priority,
            raised_at: from_us(row.raised_us),
            wait_s: row.wait_s,
            operator: row.operator,
            closed_at: row.closed_us.map(from_us),
            outcome: row.outcome,
            cause: row.cause,
            activations: row.activations,
        }
    }
}
