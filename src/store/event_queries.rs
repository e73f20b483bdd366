//! Events as people ask for them: those of one home, newest first.

use sqlx::QueryBuilder;

use super::{Result, Store, StoreError, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::catalogue::class_of;
use crate::domain::event::Event;

/// The columns that [`EventRow`] reads.
pub(super) const COLUMNS: &str = "e.seq, e.gateway, e.id, e.device, e.resident, e.kind, e.at_us, e.claimed_us, e.received_us, e.body";

/// Where a page of events begins: before this time, in microseconds, and this number.
pub type EventKey = (i64, i64);

/// An event with its place in the order.
#[derive(Clone, Debug)]
pub struct PlacedEvent {
    /// Its key.
    pub key: EventKey,
    /// Itself.
    pub event: Event,
}

/// Which events are asked for.
#[derive(Clone, Debug)]
pub struct EventQuery<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Whose events: a home's id, or `unclaimed/{gateway}`.
    pub home: &'a str,
    /// That happened then or later.
    pub from: Option<Time>,
    /// That happened before.
    pub to: Option<Time>,
    /// Only this kind.
    pub kind: Option<&'a str>,
    /// Only of this device: its id in the register, or its address.
    pub device: Option<&'a str>,
    /// Only those that come after this one, which means: are older.
    pub after: Option<EventKey>,
    /// At most so many.
    pub limit: i64,
}

/// A stored event, not read yet: turning it into a [`PlacedEvent`] costs time, which the caller may spend elsewhere.
#[derive(Debug, sqlx::FromRow)]
pub struct EventRow {
    seq: i64,
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

impl TryFrom<EventRow> for PlacedEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self> {
        let event = Event {
            gateway: row.gateway.into(),
            id: row.id,
            class: class_of(&row.kind),
            kind: row.kind,
            device: row.device,
            resident: row.resident,
            at: from_us(row.at_us),
            claimed_at: row.claimed_us.map(from_us),
            received_at: from_us(row.received_us),
            body: serde_json::from_str(&row.body).map_err(StoreError::unreadable("event"))?,
        };
        Ok(Self { key: (row.at_us, row.seq), event })
    }
}

impl Store {
    /// The next events of `home` that happened before `to`, in the order in which they happened, after the place `after`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn events_in_order(&self, home: &str, after: EventKey, to: Time, limit: i64) -> Result<Vec<EventRow>> {
        let text = "SELECT e.seq, e.gateway, e.id, e.device, e.resident, e.kind, e.at_us, e.claimed_us, e.received_us, e.body FROM events e
            WHERE e.home = $1 AND e.at_us < $2 AND (e.at_us, e.seq) > ($3, $4) ORDER BY e.at_us, e.seq LIMIT $5";
        Ok(on_db!(self.reader(), pool => sqlx::query_as(text).bind(home).bind(to_us(to)).bind(after.0).bind(after.1).bind(limit)
            .fetch_all(pool).await?))
    }

    /// Events of a home, newest first.
    ///
    /// # Errors
    /// `NotFound` when the home is not there or outside the scope.
    pub async fn events_of(&self, query: &EventQuery<'_>) -> Result<Vec<PlacedEvent>> {
        let mut tx = self.snapshot().await?;
        tx.organisation_of_key(query.scope, query.home).await?;
        let rows: Vec<EventRow> = on_tx!(tx, conn => {
            let mut sql = QueryBuilder::new(format!("SELECT {COLUMNS} FROM events e WHERE e.home = "));
            sql.push_bind(query.home.to_owned());
            for (clause, time) in [(" AND e.at_us >= ", query.from), (" AND e.at_us < ", query.to)] {
                if let Some(time) = time {
                    sql.push(clause).push_bind(to_us(time));
                }
            }
            if let Some(kind) = query.kind {
                sql.push(" AND e.kind = ").push_bind(kind.to_owned());
            }
            if let Some(device) = query.device {
                sql.push(" AND (e.device = ").push_bind(device.to_owned())
                    .push(" OR EXISTS (SELECT 1 FROM devices d WHERE d.gateway = e.gateway AND d.address = e.device AND d.id = ")
                    .push_bind(device.to_owned()).push("))");
            }
            if let Some((at, seq)) = query.after {
                sql.push(" AND (e.at_us, e.seq) < (").push_bind(at).push(", ").push_bind(seq).push(")");
            }
            sql.push(" ORDER BY e.at_us DESC, e.seq DESC LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(conn).await
        })?;
        rows.into_iter().map(PlacedEvent::try_from).collect()
    }
}
