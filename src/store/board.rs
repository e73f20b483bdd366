//! What stands now, for the wall board and the hand-over: the gateways that are silent, and the people who are there.

use sqlx::QueryBuilder;

use super::list::push_scope;
use super::reach::push_present;
use super::report_rows::Whose;
use super::{Result, Store};
use crate::clock::Time;
use crate::domain::access::Role;
use crate::domain::alert::Holder;

/// A gateway that fell silent and was not heard since.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SilentGateway {
    pub organisation: String,
    pub home: String,
    pub name: String,
    pub locality: String,
    pub zone: String,
    pub gateway: String,
    pub last_heard_us: Option<i64>,
    /// The open alert that tells of it.
    pub alert: String,
    pub raised_us: i64,
}

/// Gateways of homes with an open alert of the rule `gateway_silent` that were not heard since it was raised; oldest alert first. From the open alerts
/// (`CROSS JOIN` keeps SQLite to this order), which are few, to the homes and gateways, which are many.
pub const SILENT: &str = "SELECT a.organisation, h.id AS home, h.name, h.locality, h.zone, g.id AS gateway, g.last_heard_us, a.id AS alert, a.raised_us \
    FROM alerts a CROSS JOIN homes h CROSS JOIN gateways g WHERE a.state <> 'closed' AND a.rule = 'gateway_silent' AND h.id = a.home AND g.home = a.home \
    AND g.registered = 1 AND g.archived_us IS NULL AND (g.last_heard_us IS NULL OR g.last_heard_us < a.raised_us)";

impl Store {
    /// The gateways that are silent now. One whose home has several such alerts comes with each of them, oldest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn silent_gateways(&self, whose: Whose<'_>) -> Result<Vec<SilentGateway>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SILENT);
            push_scope(&mut sql, "a.organisation", whose.scope);
            if let Some(organisation) = whose.organisation {
                sql.push(" AND a.organisation = ").push_bind(organisation.to_owned());
            }
            sql.push(" ORDER BY a.raised_us, a.id");
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Who was heard of after `since` and holds one of `roles` in one of these organisations, in the order of their names.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn present(&self, whose: Whose<'_>, roles: &[Role], since: Time) -> Result<Vec<Holder>> {
        let rows: Vec<(String, String)> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("");
            push_present(&mut sql, roles, since);
            sql.push(" AND (g.organisation IS NULL OR (1 = 1");
            push_scope(&mut sql, "g.organisation", whose.scope);
            if let Some(organisation) = whose.organisation {
                sql.push(" AND g.organisation = ").push_bind(organisation.to_owned());
            }
            sql.push(")) ORDER BY 2, 1");
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(|(id, name)| Holder { id, name }).collect())
    }
}
