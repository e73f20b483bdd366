//! Visits.

use sqlx::QueryBuilder;

use super::list::push_scope;
use super::{Result, Store, StoreError, Tx, to_us};
use crate::domain::access::Scope;
use crate::domain::visit::Visit;

/// Which visits are asked for.
#[derive(Clone, Debug)]
pub struct VisitQuery<'a> {
    /// Where the asker may read all.
    pub scope: &'a Scope,
    /// The asker, who may read their own.
    pub me: &'a str,
    /// Only those that are open.
    pub open: bool,
    /// Only on account of this alert.
    pub alert: Option<&'a str>,
    /// Only what comes after this id.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: i64,
}

fn read((body,): (String,)) -> Result<Visit> {
    serde_json::from_str(&body).map_err(StoreError::unreadable("visit"))
}

impl Store {
    /// Visits in the order of their ids: those within the scope, and the asker's own.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn visits(&self, query: &VisitQuery<'_>) -> Result<Vec<Visit>> {
        let rows: Vec<(String,)> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT body FROM visits WHERE (responder = ");
            sql.push_bind(query.me.to_owned()).push(" OR (1 = 1");
            push_scope(&mut sql, "organisation", query.scope);
            sql.push("))");
            if query.open {
                sql.push(" AND is_open = 1");
            }
            for (column, value) in [(" AND alert = ", query.alert), (" AND id > ", query.after)] {
                if let Some(value) = value {
                    sql.push(column).push_bind(value.to_owned());
                }
            }
            sql.push(" ORDER BY id LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(read).collect()
    }

    /// One visit, within the scope or the asker's own.
    ///
    /// # Errors
    /// `NotFound` also when it is neither.
    pub async fn visit(&self, scope: &Scope, me: &str, id: &str) -> Result<Visit> {
        let row: Option<(String,)> =
            on_db!(self.reader(), pool => sqlx::query_as("SELECT body FROM visits WHERE id = $1").bind(id).fetch_optional(pool).await)?;
        let visit = row.map(read).transpose()?;
        let theirs =
            |visit: &Visit| scope.covers(&visit.organisation) || visit.responder.as_ref().is_some_and(|responder| responder.id == me);
        visit.filter(theirs).ok_or(StoreError::NotFound("visit"))
    }
}

impl Tx {
    /// One visit.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn visit(&mut self, id: &str) -> Result<Option<Visit>> {
        let row: Option<(String,)> =
            on_tx!(self, conn => sqlx::query_as("SELECT body FROM visits WHERE id = $1").bind(id).fetch_optional(conn).await)?;
        row.map(read).transpose()
    }

    /// The open visits of a home, in the order of their ids.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_visits_of(&mut self, home: &str) -> Result<Vec<Visit>> {
        let text = "SELECT body FROM visits WHERE home = $1 AND is_open = 1 ORDER BY id";
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(home).fetch_all(conn).await)?;
        rows.into_iter().map(read).collect()
    }

    /// The visits on account of an alert, in the order of their ids; at most 100.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn visits_on(&mut self, alert: &str) -> Result<Vec<Visit>> {
        let text = "SELECT body FROM visits WHERE alert = $1 ORDER BY id LIMIT 100";
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(alert).fetch_all(conn).await)?;
        rows.into_iter().map(read).collect()
    }

    /// Writes a visit as it is now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_visit(&mut self, visit: &Visit) -> Result<()> {
        const SQL: &str = "INSERT INTO visits (id, organisation, home, alert, responder, state, is_open, created_us, body) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET responder = excluded.responder, state = excluded.state, \
            is_open = excluded.is_open, body = excluded.body";
        let body = serde_json::to_string(visit).map_err(StoreError::unreadable("visit"))?;
        let responder = visit.responder.as_ref().map(|responder| responder.id.clone());
        on_tx!(self, conn => sqlx::query(SQL).bind(&visit.id).bind(&visit.organisation).bind(&visit.home).bind(&visit.alert).bind(responder)
            .bind(visit.state.as_str()).bind(i64::from(visit.state.is_open())).bind(to_us(visit.created_at)).bind(body)
            .execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}
