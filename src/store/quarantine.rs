//! Quarantine as people read it: messages that were refused, and why.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sqlx::QueryBuilder;

use super::list::push_scope;
use super::{Result, Store, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::home::is_unclaimed;
use crate::domain::register::QuarantinedMessage;

/// Which messages are asked for.
#[derive(Clone, Debug)]
pub struct QuarantineQuery<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Only of this organisation.
    pub organisation: Option<&'a str>,
    /// Only from this gateway.
    pub gateway: Option<&'a str>,
    /// Only of this home.
    pub home: Option<&'a str>,
    /// Received then or later.
    pub from: Option<Time>,
    /// Received before.
    pub to: Option<Time>,
    /// Only those older than the one received then (in microseconds) with this id.
    pub after: Option<(i64, String)>,
    /// At most so many.
    pub limit: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    received_us: i64,
    gateway: String,
    organisation: String,
    home: String,
    topic: String,
    length: i64,
    reason: String,
    head: Vec<u8>,
}

impl From<Row> for QuarantinedMessage {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            received_at: from_us(row.received_us),
            gateway: row.gateway,
            organisation: row.organisation,
            home: if row.home.is_empty() || is_unclaimed(&row.home) { None } else { Some(row.home) },
            topic: row.topic,
            length: row.length,
            reason: row.reason,
            head: String::from_utf8_lossy(&row.head).into_owned(),
            head_base64: STANDARD.encode(&row.head),
        }
    }
}

impl Store {
    /// Messages refused for good, newest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn quarantined(&self, query: &QuarantineQuery<'_>) -> Result<Vec<QuarantinedMessage>> {
        const SELECT: &str = "SELECT id, received_us, gateway, organisation, home, topic, length, reason, head FROM quarantine WHERE 1 = 1";
        let filters = [(" AND organisation = ", query.organisation), (" AND gateway = ", query.gateway), (" AND home = ", query.home)];
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "organisation", query.scope);
            for (clause, value) in filters {
                if let Some(value) = value {
                    sql.push(clause).push_bind(value.to_owned());
                }
            }
            for (clause, time) in [(" AND received_us >= ", query.from), (" AND received_us < ", query.to)] {
                if let Some(time) = time {
                    sql.push(clause).push_bind(to_us(time));
                }
            }
            if let Some((at, id)) = &query.after {
                sql.push(" AND (received_us, id) < (").push_bind(*at).push(", ").push_bind(id.clone()).push(")");
            }
            sql.push(" ORDER BY received_us DESC, id DESC LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(QuarantinedMessage::from).collect())
    }
}
