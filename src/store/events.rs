//! Events as stored: inserted once, found again when they are delivered again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::dialect::{Column, ManyRows, Numbered};
use super::versions::json_list;
use super::{Result, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::catalogue::class_of;
use crate::domain::event::Event;

/// What is stored under an id that came again.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its kind.
    pub kind: String,
    /// Its device.
    pub device: Option<String>,
    /// Its time.
    pub at: Time,
    /// What the device's clock said.
    pub claimed_at: Option<Time>,
    /// The alerts that it raised or added to.
    pub alerts: Vec<String>,
}

impl Tx {
    /// Stores those of `events` (each with its home key) whose (gateway, id) is new, and says of each whether it was. Of two in one call the
    /// first is stored.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_events(&mut self, events: &[(&Event, &str)]) -> Result<Vec<bool>> {
        let text = |field: &dyn Fn(&Event) -> String| Column::Text(events.iter().map(|(event, _)| field(event)).collect());
        let bodies: std::result::Result<Vec<String>, _> = events.iter().map(|(event, _)| serde_json::to_string(&event.body)).collect();
        let columns = vec![
            text(&|event| event.gateway.to_string()),
            text(&|event| event.id.clone()),
            Column::Text(events.iter().map(|(_, home)| (*home).to_owned()).collect()),
            Column::MaybeText(events.iter().map(|(event, _)| event.device.clone()).collect()),
            Column::MaybeText(events.iter().map(|(event, _)| event.resident.clone()).collect()),
            text(&|event| event.kind.clone()),
            Column::Int(events.iter().map(|(event, _)| to_us(event.at)).collect()),
            Column::MaybeInt(events.iter().map(|(event, _)| event.claimed_at.map(to_us)).collect()),
            Column::Int(events.iter().map(|(event, _)| to_us(event.received_at)).collect()),
            Column::Text(bodies.map_err(StoreError::unreadable("event"))?),
        ];
        let statement = ManyRows {
            head: "INSERT INTO events (gateway, id, home, device, resident, kind, at_us, claimed_us, received_us, body)",
            tail: "ON CONFLICT (gateway, id) DO NOTHING",
        };
        let numbered = Numbered { table: "events", pair: ("gateway", "id") };
        let Some(pairs) = self.insert_new(statement, numbered, columns).await? else { return Ok(vec![true; events.len()]) };
        let mut fresh: HashSet<(&str, &str)> = pairs.iter().map(|(gateway, id)| (gateway.as_str(), id.as_str())).collect();
        // Of two with the same id in one call, the set gives up its entry to the first.
        Ok(events.iter().map(|(event, _)| fresh.remove(&(&*event.gateway, event.id.as_str()))).collect())
    }

    /// What is stored under these (gateway, id) pairs, with the alerts of each.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn find_events(&mut self, pairs: &[(Arc<str>, String)]) -> Result<HashMap<(String, String), StoredEvent>> {
        type Row = (String, String, String, Option<String>, i64, Option<i64>, Option<String>);
        let mut found: HashMap<(String, String), StoredEvent> = HashMap::new();
        let mut by_gateway: HashMap<&str, Vec<&str>> = HashMap::new();
        for (gateway, id) in pairs {
            by_gateway.entry(gateway).or_default().push(id);
        }
        let text = format!(
            "SELECT e.gateway, e.id, e.kind, e.device, e.at_us, e.claimed_us, v.alert FROM events e
             LEFT JOIN alert_evidence v ON v.gateway = e.gateway AND v.event = e.id
             WHERE e.gateway = $1 AND e.id IN {} ORDER BY v.alert",
            self.listed("$2")
        );
        for (gateway, ids) in by_gateway {
            let list = json_list(&ids);
            let rows: Vec<Row> =
                on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text.clone())).bind(gateway).bind(list).fetch_all(conn).await?);
            for (gateway, id, kind, device, at, claimed, alert) in rows {
                let stored = StoredEvent { kind, device, at: from_us(at), claimed_at: claimed.map(from_us), alerts: Vec::new() };
                found.entry((gateway, id)).or_insert(stored).alerts.extend(alert);
            }
        }
        Ok(found)
    }

    /// The events of a home at one instant.
    ///
    /// # Errors
    /// When the database refuses, or a stored row cannot be read.
    pub async fn events_at(&mut self, home: &str, at: Time) -> Result<Vec<Event>> {
        let text = "SELECT gateway, id, device, resident, kind, at_us, claimed_us, received_us, body FROM events WHERE home = $1 AND at_us = $2 ORDER BY seq";
        let rows: Vec<EventRow> = on_tx!(self, conn => sqlx::query_as(text).bind(home).bind(to_us(at)).fetch_all(conn).await?);
        rows.into_iter().map(EventRow::read).collect()
    }

    /// The newest events of a home that happened at `since` or later: of these kinds, or of all where none is named; of this gateway, or of all.
    ///
    /// # Errors
    /// When the database refuses, or a stored row cannot be read.
    pub async fn events_since(
        &mut self,
        home: &str,
        since: Time,
        kinds: &[String],
        gateway: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Event>> {
        let of_kinds = if kinds.is_empty() { String::new() } else { format!("AND kind IN {}", self.listed("$5")) };
        let text = format!(
            "SELECT gateway, id, device, resident, kind, at_us, claimed_us, received_us, body FROM events
             WHERE home = $1 AND at_us >= $2 AND ($3 = '' OR gateway = $3) {of_kinds} ORDER BY at_us DESC LIMIT $4"
        );
        let list = json_list(&kinds.iter().map(String::as_str).collect::<Vec<_>>());
        let (gateway, limit) = (gateway.unwrap_or_default(), i64::try_from(limit).unwrap_or(i64::MAX));
        let rows: Vec<EventRow> = on_tx!(self, conn => {
            let query = sqlx::query_as(AssertSqlSafe(text)).bind(home).bind(to_us(since)).bind(gateway).bind(limit);
            let query = if kinds.is_empty() { query } else { query.bind(list) };
            query.fetch_all(conn).await?
        });
        rows.into_iter().map(EventRow::read).collect()
    }
}

/// An event as stored.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct EventRow {
    gateway: String,
    id: String,
    device: Option<String>,
    resident: Option<String>,
    kind: String,
    at_us: i64,
    claimed_us: Option<i64>,
    received_us: i64,
    body: String,
}

impl EventRow {
    /// The event.
    pub(super) fn read(self) -> Result<Event> {
        Ok(Event {
            gateway: self.gateway.into(),
            id: self.id,
            class: class_of(&self.kind),
            kind: self.kind,
            device: self.device,
            resident: self.resident,
            at: from_us(self.at_us),
            claimed_at: self.claimed_us.map(from_us),
            received_at: from_us(self.received_us),
            body: serde_json::from_str(&self.body).map_err(StoreError::unreadable("event"))?,
        })
    }
}
