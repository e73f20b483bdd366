//! Reading alerts: the queue, and one alert whole.

use serde_json::value::RawValue;
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::alerts::read_alert;
use super::list::push_scope;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::alert::{Alert, Entry, Queue, State};
use crate::domain::visit::Visit;

/// Lines of history and pieces of evidence shown with an alert, at most: the newest.
const SHOWN: i64 = 1000;

/// Which alerts.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    /// This state; without one, all that are open.
    pub state: Option<State>,
    /// For whom they wait.
    pub queue: Option<Queue>,
    /// 1 to 5.
    pub priority: Option<i64>,
    /// Of this home.
    pub home: Option<String>,
    /// Of this organisation.
    pub organisation: Option<String>,
    /// Raised at or after.
    pub from: Option<Time>,
    /// Raised before.
    pub to: Option<Time>,
}

/// The place of an alert in a list: priority (0 where the list is by time alone), its rank or the time it was raised (µs), its id.
pub type AlertKey = (i64, i64, String);

/// One page of alerts, and the feed's position at the moment it was read.
#[derive(Clone, Debug)]
pub struct AlertPage {
    /// The alerts, in the order of the list.
    pub alerts: Vec<Alert>,
    /// Whoever follows the feed from here misses nothing that this page does not show.
    pub position: i64,
}

/// An alert with everything that helps to deal with it.
#[derive(Clone, Debug)]
pub struct WholeAlert {
    /// The alert.
    pub alert: Alert,
    /// Its history, oldest line first.
    pub timeline: Vec<Entry>,
    /// The events that it rests on, as they were copied.
    pub evidence: Vec<Box<RawValue>>,
    /// Other open alerts of the home, in the order of the queue.
    pub others: Vec<Alert>,
    /// Who was asked to go there, oldest first.
    pub visits: Vec<Visit>,
    /// The home, where there is one.
    pub home: Option<HomeCard>,
    /// Who lives there.
    pub residents: Vec<ResidentCard>,
    /// Who may be called, in calling order.
    pub contacts: Vec<ContactCard>,
}

/// Where an alert comes from.
#[derive(Clone, Debug)]
pub struct HomeCard {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Street and number.
    pub address: String,
    /// Town or district.
    pub locality: String,
    /// IANA zone of its local time.
    pub zone: String,
}

/// Who lives there.
#[derive(Clone, Debug)]
pub struct ResidentCard {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// How they like to be called.
    pub preferred_name: Option<String>,
    /// The language they speak.
    pub language: Option<String>,
}

/// Who may be called.
#[derive(Clone, Debug)]
pub struct ContactCard {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they are to the person.
    pub relation: String,
    /// Their number.
    pub telephone: String,
    /// Whether they have a key.
    pub key_holder: bool,
    /// What else to know.
    pub notes: String,
}

impl AlertFilter {
    /// Closed alerts are a record and not a queue: newest first.
    #[must_use]
    pub fn is_record(&self) -> bool {
        self.state == Some(State::Closed)
    }

    /// The place of `alert` in the list that this filter makes.
    #[must_use]
    pub fn key(&self, alert: &Alert) -> AlertKey {
        if self.is_record() {
            return (0, to_us(alert.raised_at), alert.id.clone());
        }
        (i64::from(alert.priority), to_us(alert.rank()), alert.id.clone())
    }

    fn push_conditions<DB: Database>(&self, sql: &mut QueryBuilder<DB>, scope: &Scope, after: Option<&AlertKey>)
    where
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> i64: Encode<'q, DB> + Type<DB>,
    {
        // In these words, so that the planner knows the index on open alerts to serve.
        sql.push(if self.is_record() { "state = 'closed'" } else { "state <> 'closed'" });
        push_scope(sql, "organisation", scope);
        let state = self.state.map(|state| state.as_str().to_owned());
        let texts = [
            ("state", state),
            ("queue", self.queue.map(|queue| queue.as_str().to_owned())),
            ("home", self.home.clone()),
            ("organisation", self.organisation.clone()),
        ];
        for (column, value) in texts {
            if let Some(value) = value {
                sql.push(" AND ").push(column).push(" = ").push_bind(value);
            }
        }
        for (condition, value) in
            [("priority = ", self.priority), ("raised_us >= ", self.from.map(to_us)), ("raised_us < ", self.to.map(to_us))]
        {
            if let Some(value) = value {
                sql.push(" AND ").push(condition).push_bind(value);
            }
        }
        if let Some((priority, place_us, id)) = after {
            if self.is_record() {
                sql.push(" AND (raised_us, id) < (");
            } else {
                sql.push(" AND (priority, rank_us, id) > (").push_bind(*priority).push(", ");
            }
            sql.push_bind(*place_us).push(", ").push_bind(id.clone()).push(")");
        }
        sql.push(if self.is_record() { " ORDER BY raised_us DESC, id DESC" } else { " ORDER BY priority, rank_us, id" });
    }
}

impl Store {
    /// Up to `limit` alerts after `after`: open ones by priority, then by rank, closed ones newest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn alerts(&self, scope: &Scope, filter: &AlertFilter, after: Option<&AlertKey>, limit: i64) -> Result<AlertPage> {
        let mut tx = self.snapshot().await?;
        let rows: Vec<(String,)> = on_tx!(&mut tx, conn => {
            let mut sql = QueryBuilder::new("SELECT body FROM alerts WHERE ");
            filter.push_conditions(&mut sql, scope, after);
            sql.push(" LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(conn).await
        })?;
        let (position,): (i64,) =
            on_tx!(&mut tx, conn => sqlx::query_as("SELECT value FROM counters WHERE name = 'feed'").fetch_one(conn).await)?;
        let alerts = rows.iter().map(|(body,)| read_alert(body)).collect::<Result<_>>()?;
        Ok(AlertPage { alerts, position })
    }

    /// One alert within `scope` with everything that helps to deal with it, all of one moment.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn whole_alert(&self, scope: &Scope, id: &str) -> Result<Option<WholeAlert>> {
        let mut tx = self.snapshot().await?;
        let Some(alert) = tx.alert(id).await?.filter(|alert| scope.covers(&alert.organisation)) else { return Ok(None) };
        let (timeline, evidence) = (tx.timeline_of(id).await?, tx.evidence_of(id).await?);
        let others = tx.other_open_alerts(&alert).await?;
        let visits = tx.visits_on(id).await?;
        let (mut home, mut residents, mut contacts) = (None, Vec::new(), Vec::new());
        if let Some(id) = &alert.home {
            home = tx.home_card(id).await?;
            residents = tx.resident_cards(id).await?;
            contacts = tx.contact_cards(id).await?;
        }
        Ok(Some(WholeAlert { alert, timeline, evidence, others, visits, home, residents, contacts }))
    }

    /// One alert by itself, within the scope.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn alert(&self, scope: &Scope, id: &str) -> Result<Option<Alert>> {
        Ok(self.snapshot().await?.alert(id).await?.filter(|alert| scope.covers(&alert.organisation)))
    }
}

impl Tx {
    async fn timeline_of(&mut self, alert: &str) -> Result<Vec<Entry>> {
        let text = "SELECT at_us, what, who, text FROM alert_entries WHERE alert = $1 ORDER BY position DESC LIMIT $2";
        let rows: Vec<(i64, String, Option<String>, String)> =
            on_tx!(self, conn => sqlx::query_as(text).bind(alert).bind(SHOWN).fetch_all(conn).await)?;
        Ok(rows.into_iter().rev().map(|(at_us, what, who, text)| Entry { at: from_us(at_us), what, who, text }).collect())
    }

    async fn evidence_of(&mut self, alert: &str) -> Result<Vec<Box<RawValue>>> {
        let text = "SELECT body FROM alert_evidence WHERE alert = $1 ORDER BY gateway, event LIMIT $2";
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(alert).bind(SHOWN).fetch_all(conn).await)?;
        let mut evidence = Vec::with_capacity(rows.len());
        for (body,) in rows {
            #[derive(serde::Deserialize)]
            struct Happened {
                at: Time,
            }
            let Happened { at } = serde_json::from_str(&body).map_err(StoreError::unreadable("evidence"))?;
            evidence.push((at, RawValue::from_string(body).map_err(StoreError::unreadable("evidence"))?));
        }
        evidence.sort_by_key(|(at, _)| *at);
        Ok(evidence.into_iter().map(|(_, body)| body).collect())
    }

    async fn other_open_alerts(&mut self, alert: &Alert) -> Result<Vec<Alert>> {
        let text = "SELECT body FROM alerts WHERE home = $1 AND organisation = $2 AND id <> $3 AND state <> 'closed' ORDER BY priority, rank_us, id LIMIT 100";
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text)
            .bind(alert.home_key()).bind(&alert.organisation).bind(&alert.id).fetch_all(conn).await)?;
        rows.iter().map(|(body,)| read_alert(body)).collect()
    }

    async fn home_card(&mut self, home: &str) -> Result<Option<HomeCard>> {
        let text = "SELECT id, name, address, locality, zone FROM homes WHERE id = $1";
        let row: Option<(String, String, String, String, String)> =
            on_tx!(self, conn => sqlx::query_as(text).bind(home).fetch_optional(conn).await)?;
        Ok(row.map(|(id, name, address, locality, zone)| HomeCard { id, name, address, locality, zone }))
    }

    async fn resident_cards(&mut self, home: &str) -> Result<Vec<ResidentCard>> {
        let text = "SELECT id, name, preferred_name, language FROM residents WHERE home = $1 AND archived_us IS NULL ORDER BY id LIMIT 100";
        let rows: Vec<(String, String, Option<String>, Option<String>)> =
            on_tx!(self, conn => sqlx::query_as(text).bind(home).fetch_all(conn).await)?;
        Ok(rows.into_iter().map(|(id, name, preferred_name, language)| ResidentCard { id, name, preferred_name, language }).collect())
    }

    async fn contact_cards(&mut self, home: &str) -> Result<Vec<ContactCard>> {
        type Row = (String, String, String, String, i64, String);
        let text = "SELECT id, name, relation, telephone, key_holder, notes FROM contacts WHERE home = $1 AND archived_us IS NULL \
             ORDER BY calling_order, id LIMIT 100";
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(text).bind(home).fetch_all(conn).await)?;
        let card = |(id, name, relation, telephone, key_holder, notes): Row| ContactCard {
            id,
            name,
            relation,
            telephone,
            key_holder: key_holder != 0,
            notes,
        };
        Ok(rows.into_iter().map(card).collect())
    }
}
