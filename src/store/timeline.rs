//! One line of time for a home: what its equipment said that is of note, and what became of its alerts.

use serde::{Deserialize, Serialize};
use sqlx::QueryBuilder;

use super::event_queries::{COLUMNS, EventRow, PlacedEvent};
use super::{Result, Store, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::catalogue::ROUTINE;
use crate::domain::register::{TimelineEntry, TimelineSource};

/// A place on the line. At one instant alert entries are newer than events: they follow from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimelineKey {
    /// At an entry of an alert: time in microseconds, alert, position.
    Alert(i64, String, i64),
    /// At an event: time in microseconds, number.
    Event(i64, i64),
    /// At the beginning (0) or end (1) of an excuse: time in microseconds, id, which.
    Excuse(i64, String, i64),
}

/// Which part of the line is asked for.
#[derive(Clone, Debug)]
pub struct TimelineQuery<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Whose: a home's id, or `unclaimed/{gateway}`.
    pub home: &'a str,
    /// Not before.
    pub from: Option<Time>,
    /// Before.
    pub to: Option<Time>,
    /// Every event, routine ones too.
    pub all: bool,
    /// The time: what has not ended by then has no end on the line.
    pub now: Time,
    /// Only what is older than this.
    pub after: Option<&'a TimelineKey>,
    /// At most so many.
    pub limit: i64,
}

type ExcuseRow = (i64, String, i32, String, Option<String>, Option<String>);
type EntryRow = (String, i64, i64, String, Option<String>, String);

impl Store {
    /// The line of a home, newest first, each entry with its place.
    ///
    /// # Errors
    /// `NotFound` when the home is not there or outside the scope.
    pub async fn timeline_of(&self, query: &TimelineQuery<'_>) -> Result<Vec<(TimelineKey, TimelineEntry)>> {
        let mut tx = self.snapshot().await?;
        tx.organisation_of_key(query.scope, query.home).await?;
        let mut line = tx.timeline_alerts(query).await?;
        line.extend(tx.timeline_excuses(query).await?);
        line.extend(tx.timeline_events(query).await?);
        line.sort_by(|(left, _), (right, _)| rank(right).cmp(&rank(left)));
        line.truncate(usize::try_from(query.limit).unwrap_or(0));
        Ok(line)
    }
}

/// What the line is sorted by.
fn rank(key: &TimelineKey) -> (i64, i64, &str, i64) {
    match key {
        TimelineKey::Event(at, seq) => (*at, 0, "", *seq),
        TimelineKey::Excuse(at, id, part) => (*at, 1, id, *part),
        TimelineKey::Alert(at, alert, position) => (*at, 2, alert, *position),
    }
}

impl Tx {
    async fn timeline_alerts(&mut self, query: &TimelineQuery<'_>) -> Result<Vec<(TimelineKey, TimelineEntry)>> {
        const SELECT: &str = "SELECT n.alert, n.position, n.at_us, n.what, n.who, n.text FROM alerts a \
            JOIN alert_entries n ON n.alert = a.id WHERE a.home = ";
        let rows: Vec<EntryRow> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push_bind(query.home.to_owned());
            for (clause, time) in [(" AND n.at_us >= ", query.from), (" AND n.at_us < ", query.to)] {
                if let Some(time) = time {
                    sql.push(clause).push_bind(to_us(time));
                }
            }
            match query.after {
                None => {}
                Some(TimelineKey::Alert(at, alert, position)) => {
                    sql.push(" AND (n.at_us, n.alert, n.position) < (").push_bind(*at).push(", ").push_bind(alert.clone()).push(", ")
                        .push_bind(*position).push(")");
                }
                Some(TimelineKey::Event(at, _) | TimelineKey::Excuse(at, ..)) => {
                    sql.push(" AND n.at_us < ").push_bind(*at);
                }
            }
            sql.push(" ORDER BY n.at_us DESC, n.alert DESC, n.position DESC LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(conn).await
        })?;
        let entry = |(alert, position, at, what, who, text): EntryRow| {
            let key = TimelineKey::Alert(at, alert.clone(), position);
            let source = TimelineSource::Alert;
            (key, TimelineEntry { at: from_us(at), source, what, text: Some(text), who, alert: Some(alert), event: None })
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    async fn timeline_excuses(&mut self, query: &TimelineQuery<'_>) -> Result<Vec<(TimelineKey, TimelineEntry)>> {
        const SELECT: &str = "SELECT line.at_us, line.id, line.part, line.kind, line.reason, COALESCE(u.name, t.name, line.who) FROM (\
            SELECT from_us AS at_us, id, 0 AS part, kind, reason, author AS who, home FROM excuses \
            UNION ALL SELECT until_us, id, 1, kind, reason, ended_by, home FROM excuses) line \
            LEFT JOIN users u ON u.id = line.who LEFT JOIN tokens t ON t.id = line.who WHERE line.home = ";
        let rows: Vec<ExcuseRow> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push_bind(query.home.to_owned()).push(" AND line.at_us <= ").push_bind(to_us(query.now));
            for (clause, time) in [(" AND line.at_us >= ", query.from), (" AND line.at_us < ", query.to)] {
                if let Some(time) = time {
                    sql.push(clause).push_bind(to_us(time));
                }
            }
            match query.after {
                None => {}
                Some(TimelineKey::Excuse(at, id, part)) => {
                    sql.push(" AND (line.at_us, line.id, line.part) < (").push_bind(*at).push(", ").push_bind(id.clone()).push(", ").push_bind(*part)
                        .push(")");
                }
                Some(TimelineKey::Event(at, _)) => {
                    sql.push(" AND line.at_us < ").push_bind(*at);
                }
                Some(TimelineKey::Alert(at, ..)) => {
                    sql.push(" AND line.at_us <= ").push_bind(*at);
                }
            }
            sql.push(" ORDER BY line.at_us DESC, line.id DESC, line.part DESC LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(conn).await
        })?;
        let entry = |(at, id, part, kind, text, who): ExcuseRow| {
            let what = if part == 0 { kind } else { format!("{kind}_over") };
            let entry = TimelineEntry { at: from_us(at), source: TimelineSource::Excuse, what, text, who, alert: None, event: None };
            (TimelineKey::Excuse(at, id, i64::from(part)), entry)
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    async fn timeline_events(&mut self, query: &TimelineQuery<'_>) -> Result<Vec<(TimelineKey, TimelineEntry)>> {
        let rows: Vec<EventRow> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(format!("SELECT {COLUMNS} FROM events e WHERE e.home = "));
            sql.push_bind(query.home.to_owned());
            for (clause, time) in [(" AND e.at_us >= ", query.from), (" AND e.at_us < ", query.to)] {
                if let Some(time) = time {
                    sql.push(clause).push_bind(to_us(time));
                }
            }
            if !query.all {
                sql.push(" AND e.kind NOT IN ('").push(ROUTINE.join("', '")).push("')");
            }
            match query.after {
                None => {}
                Some(TimelineKey::Event(at, seq)) => {
                    sql.push(" AND (e.at_us, e.seq) < (").push_bind(*at).push(", ").push_bind(*seq).push(")");
                }
                Some(TimelineKey::Alert(at, ..) | TimelineKey::Excuse(at, ..)) => {
                    sql.push(" AND e.at_us <= ").push_bind(*at);
                }
            }
            sql.push(" ORDER BY e.at_us DESC, e.seq DESC LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(conn).await
        })?;
        rows.into_iter().map(|row| PlacedEvent::try_from(row).map(of_event)).collect()
    }
}

fn of_event(PlacedEvent { key: (at, seq), event }: PlacedEvent) -> (TimelineKey, TimelineEntry) {
    let (what, source) = (event.kind.clone(), TimelineSource::Event);
    let entry = TimelineEntry { at: event.at, source, what, text: None, who: None, alert: None, event: Some(event) };
    (TimelineKey::Event(at, seq), entry)
}
