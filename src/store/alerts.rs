//! Alerts as written: the row, its history, its evidence. One open alert per (home, queue, rule, subject), held by a unique index.

use sqlx::AssertSqlSafe;

use super::audit::AuditEntry;
use super::dialect::{Column, ManyRows};
use super::versions::json_list;
use super::{Result, StoreError, Tx, to_us};
use crate::clock::Time;
use crate::domain::alert::{Alert, Entry};
use crate::domain::event::Event;

/// A line for the history of an alert. Its place is the alert's version at that moment.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The alert.
    pub alert: String,
    /// Its version then.
    pub position: i64,
    /// The line.
    pub entry: Entry,
}

/// The text of a stored alert, turned back.
pub(super) fn read_alert(body: &str) -> Result<Alert> {
    serde_json::from_str(body).map_err(StoreError::unreadable("alert"))
}

impl Tx {
    /// Writes alerts as they are now, new or changed.
    ///
    /// # Errors
    /// When the database refuses; a second open alert on the same matter is a unique violation.
    pub async fn save_alerts(&mut self, alerts: &[Alert]) -> Result<()> {
        let text = |field: &dyn Fn(&Alert) -> String| Column::Text(alerts.iter().map(field).collect());
        let int = |field: &dyn Fn(&Alert) -> i64| Column::Int(alerts.iter().map(field).collect());
        let bodies: std::result::Result<Vec<String>, _> = alerts.iter().map(serde_json::to_string).collect();
        let columns = vec![
            text(&|alert| alert.id.clone()),
            text(&|alert| alert.organisation.clone()),
            text(&Alert::home_key),
            text(&|alert| alert.rule.id.clone()),
            text(&|alert| alert.subject.clone()),
            text(&|alert| alert.queue.as_str().to_owned()),
            int(&|alert| i64::from(alert.priority)),
            text(&|alert| alert.state.as_str().to_owned()),
            Column::MaybeText(alerts.iter().map(|alert| alert.holder.as_ref().map(|holder| holder.id.clone())).collect()),
            Column::MaybeInt(alerts.iter().map(|alert| alert.lease_until.map(to_us)).collect()),
            int(&|alert| to_us(alert.raised_at)),
            Column::MaybeInt(alerts.iter().map(|alert| alert.closed_at.map(to_us)).collect()),
            int(&|alert| alert.version),
            int(&|alert| to_us(alert.rank())),
            Column::Text(bodies.map_err(StoreError::unreadable("alert"))?),
        ];
        let statement = ManyRows {
            head: "INSERT INTO alerts (id, organisation, home, rule, subject, queue, priority, state, holder, lease_us, raised_us, closed_us, version, rank_us, body)",
            tail: "ON CONFLICT (id) DO UPDATE SET organisation = excluded.organisation, home = excluded.home, priority = excluded.priority, state = excluded.state,
                   holder = excluded.holder, lease_us = excluded.lease_us, closed_us = excluded.closed_us, version = excluded.version,
                   rank_us = excluded.rank_us, body = excluded.body",
        };
        self.many_rows(statement, columns).await?;
        Ok(())
    }

    /// Appends lines to the histories of alerts.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_entries(&mut self, entries: Vec<NewEntry>) -> Result<()> {
        let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for NewEntry { alert, position, entry } in entries {
            columns.0.push(alert);
            columns.1.push(position);
            columns.2.push(to_us(entry.at));
            columns.3.push(entry.what);
            columns.4.push(entry.who);
            columns.5.push(entry.text);
        }
        let statement = ManyRows { head: "INSERT INTO alert_entries (alert, position, at_us, what, who, text)", tail: "" };
        let (alert, position, at, what, who, text) = columns;
        let columns = vec![
            Column::Text(alert),
            Column::Int(position),
            Column::Int(at),
            Column::Text(what),
            Column::MaybeText(who),
            Column::Text(text),
        ];
        self.many_rows(statement, columns).await?;
        Ok(())
    }

    /// Copies the events that alerts rest on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_evidence(&mut self, evidence: &[(String, Event)]) -> Result<()> {
        let bodies: std::result::Result<Vec<String>, _> = evidence.iter().map(|(_, event)| serde_json::to_string(event)).collect();
        let columns = vec![
            Column::Text(evidence.iter().map(|(alert, _)| alert.clone()).collect()),
            Column::Text(evidence.iter().map(|(_, event)| event.gateway.to_string()).collect()),
            Column::Text(evidence.iter().map(|(_, event)| event.id.clone()).collect()),
            Column::Text(bodies.map_err(StoreError::unreadable("evidence"))?),
        ];
        let statement = ManyRows {
            head: "INSERT INTO alert_evidence (alert, gateway, event, body)",
            tail: "ON CONFLICT (alert, gateway, event) DO NOTHING",
        };
        self.many_rows(statement, columns).await?;
        Ok(())
    }

    /// The open alerts of these homes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_alerts_of(&mut self, homes: &[&str]) -> Result<Vec<Alert>> {
        let text = format!("SELECT body FROM alerts WHERE home IN {} AND state <> 'closed'", self.listed("$1"));
        let list = json_list(homes);
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await?);
        rows.iter().map(|(body,)| read_alert(body)).collect()
    }

    /// One alert, whatever its state.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn alert(&mut self, id: &str) -> Result<Option<Alert>> {
        let row: Option<(String,)> =
            on_tx!(self, conn => sqlx::query_as("SELECT body FROM alerts WHERE id = $1").bind(id).fetch_optional(conn).await?);
        row.map(|(body,)| read_alert(&body)).transpose()
    }

    /// The ids of the alerts that `holder` has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn alerts_held_by(&mut self, holder: &str) -> Result<Vec<Alert>> {
        let text = "SELECT body FROM alerts WHERE holder = $1 AND state <> 'closed' ORDER BY id";
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(holder).fetch_all(conn).await?);
        rows.iter().map(|(body,)| read_alert(body)).collect()
    }

    /// The alert on the same matter that was closed last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn previous_alert(&mut self, home: &str, queue: &str, rule: &str, subject: &str) -> Result<Option<String>> {
        let text = "SELECT id FROM alerts WHERE home = $1 AND queue = $2 AND rule = $3 AND subject = $4 AND state = 'closed' ORDER BY raised_us DESC, id DESC LIMIT 1";
        let row: Option<(String,)> =
            on_tx!(self, conn => sqlx::query_as(text).bind(home).bind(queue).bind(rule).bind(subject).fetch_optional(conn).await?);
        Ok(row.map(|(id,)| id))
    }

    /// Appends one row to the trail: `who` is an id (`cli` for the command line), `words` what happened.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_in_trail(
        &mut self,
        at: Time,
        organisation: Option<&str>,
        who: &str,
        action: &str,
        (object_kind, object_id): (&str, &str),
        words: &str,
    ) -> Result<()> {
        let detail = serde_json::json!({ "text": words });
        self.audit(at, AuditEntry { organisation, who, action, object_kind, object_id, detail }).await
    }
}
