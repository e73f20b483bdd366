//! Incidents: which alerts they group, and who looked after the homes.

use sqlx::{AssertSqlSafe, QueryBuilder};

use super::alerts::read_alert;
use super::dialect::{Column, ManyRows};
use super::list::push_scope;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::alert::Alert;
use crate::domain::incident::{Area, AreaKind, Cause, Incident, WelfareCheck};

/// An open alert on a lost home that no incident has taken in.
#[derive(Clone, Debug)]
pub struct LostHome {
    /// The alert.
    pub alert: Alert,
    /// The home's locality.
    pub locality: String,
    /// The networks of its gateways.
    pub networks: Vec<String>,
    /// When its gateway was last heard.
    pub last_heard_at: Option<Time>,
}

/// An alert that an incident takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// The alert.
    pub alert: String,
    /// Its home.
    pub home: String,
    /// Since when the home is lost.
    pub since: Time,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organisation: String,
    cause: String,
    area_kind: String,
    area: String,
    alert: String,
    opened_us: i64,
    last_joined_us: i64,
    closed_us: Option<i64>,
    homes: i64,
    waiting: i64,
}

/// A home waits while one of its grouped alerts is open and not clear, and nobody's newest look at it settled that.
const SELECT: &str = "SELECT i.id, i.organisation, i.cause, i.area_kind, i.area, i.alert, i.opened_us, i.last_joined_us, i.closed_us, \
    (SELECT COUNT(DISTINCT m.home) FROM incident_members m WHERE m.incident = i.id) AS homes, \
    (SELECT COUNT(DISTINCT m.home) FROM incident_members m JOIN alerts a ON a.id = m.alert WHERE m.incident = i.id AND a.state <> 'closed' \
        AND a.body NOT LIKE '%\"condition_cleared\"%' AND NOT EXISTS (SELECT 1 FROM welfare_checks w WHERE w.incident = i.id AND w.home = m.home \
        AND w.result <> 'no_answer' AND NOT EXISTS (SELECT 1 FROM welfare_checks n WHERE n.incident = w.incident AND n.home = w.home AND n.n > w.n))) AS waiting \
    FROM incidents i WHERE 1 = 1";

impl TryFrom<Row> for Incident {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let unknown = |name: &str| StoreError::Unreadable { what: "incident", why: format!("`{name}` is not known") };
        Ok(Self {
            cause: Cause::parse(&row.cause).ok_or_else(|| unknown(&row.cause))?,
            area: Area { kind: AreaKind::parse(&row.area_kind).ok_or_else(|| unknown(&row.area_kind))?, name: row.area },
            id: row.id,
            organisation: row.organisation,
            alert: row.alert,
            opened_at: from_us(row.opened_us),
            last_joined_at: from_us(row.last_joined_us),
            closed_at: row.closed_us.map(from_us),
            homes: row.homes,
            waiting: row.waiting,
        })
    }
}

impl Store {
    /// Incidents, newest first: open ones, closed ones, or both.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn incidents(
        &self,
        scope: &Scope,
        organisation: Option<&str>,
        open: Option<bool>,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Incident>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "i.organisation", scope);
            for (column, value) in [(" AND i.organisation = ", organisation), (" AND i.id < ", before)] {
                if let Some(value) = value {
                    sql.push(column).push_bind(value.to_owned());
                }
            }
            if let Some(open) = open {
                sql.push(if open { " AND i.closed_us IS NULL" } else { " AND i.closed_us IS NOT NULL" });
            }
            sql.push(" ORDER BY i.id DESC LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(Incident::try_from).collect()
    }

    /// One incident.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn incident(&self, scope: &Scope, id: &str) -> Result<Incident> {
        self.snapshot().await?.incident(scope, id).await?.ok_or(StoreError::NotFound("incident"))
    }
}

impl Tx {
    /// One incident within `scope`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn incident(&mut self, scope: &Scope, id: &str) -> Result<Option<Incident>> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "i.organisation", scope);
            sql.push(" AND i.id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(Incident::try_from).transpose()
    }

    /// The open incidents of an organisation, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_incidents(&mut self, organisation: &str) -> Result<Vec<Incident>> {
        let text = format!("{SELECT} AND i.organisation = $1 AND i.closed_us IS NULL ORDER BY i.id");
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(organisation).fetch_all(conn).await)?;
        rows.into_iter().map(Incident::try_from).collect()
    }

    /// The open alerts of `rule` raised since then at homes of an organisation, that no incident ever took in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lost_homes(&mut self, organisation: &str, rule: &str, since: Time) -> Result<Vec<LostHome>> {
        let text = "SELECT a.body, h.locality, g.network, g.last_heard_us FROM alerts a JOIN homes h ON h.id = a.home \
            LEFT JOIN gateways g ON g.home = a.home AND g.archived_us IS NULL \
            WHERE a.organisation = $1 AND a.raised_us >= $3 AND a.rule = $2 AND a.queue = 'technical' AND a.state <> 'closed' \
            AND NOT EXISTS (SELECT 1 FROM incident_members m WHERE m.alert = a.id) ORDER BY a.raised_us, a.id";
        let rows: Vec<(String, String, Option<String>, Option<i64>)> =
            on_tx!(self, conn => sqlx::query_as(text).bind(organisation).bind(rule).bind(to_us(since)).fetch_all(conn).await)?;
        let mut found: Vec<LostHome> = Vec::new();
        for (body, locality, network, heard) in rows {
            let alert = read_alert(&body)?;
            if found.last().is_none_or(|last| last.alert.id != alert.id) {
                found.push(LostHome { alert, locality, networks: Vec::new(), last_heard_at: None });
            }
            if let Some(last) = found.last_mut() {
                last.networks.extend(network.filter(|network| !network.is_empty()));
                last.last_heard_at = last.last_heard_at.max(heard.map(from_us));
            }
        }
        Ok(found)
    }

    /// Opens an incident.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_incident(&mut self, incident: &Incident) -> Result<()> {
        const SQL: &str = "INSERT INTO incidents (id, organisation, cause, area_kind, area, alert, opened_us, last_joined_us) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
        on_tx!(self, conn => sqlx::query(SQL).bind(&incident.id).bind(&incident.organisation).bind(incident.cause.as_str())
            .bind(incident.area.kind.as_str()).bind(&incident.area.name).bind(&incident.alert).bind(to_us(incident.opened_at))
            .execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes alerts in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn join_incident(&mut self, incident: &str, members: &[NewMember], now: Time) -> Result<()> {
        let text = |field: &dyn Fn(&NewMember) -> String| Column::Text(members.iter().map(field).collect());
        let columns = vec![
            text(&|member| member.alert.clone()),
            Column::Text(vec![incident.to_owned(); members.len()]),
            text(&|member| member.home.clone()),
            Column::Int(members.iter().map(|member| to_us(member.since)).collect()),
            Column::Int(vec![to_us(now); members.len()]),
        ];
        let head = "INSERT INTO incident_members (alert, incident, home, since_us, joined_us)";
        self.many_rows(ManyRows { head, tail: "ON CONFLICT (alert) DO NOTHING" }, columns).await?;
        let grown = "UPDATE incidents SET last_joined_us = $2 WHERE id = $1";
        on_tx!(self, conn => sqlx::query(grown).bind(incident).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// The incident that took an alert in, with its area's name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn incident_of(&mut self, alert: &str) -> Result<Option<(String, String)>> {
        let text = "SELECT i.id, i.area FROM incident_members m JOIN incidents i ON i.id = m.incident WHERE m.alert = $1";
        Ok(on_tx!(self, conn => sqlx::query_as(text).bind(alert).fetch_optional(conn).await)?)
    }

    /// The alerts that an incident groups and that are open, as (home, alert), by home.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_members(&mut self, incident: &str) -> Result<Vec<(String, String)>> {
        let text = "SELECT m.home, m.alert FROM incident_members m JOIN alerts a ON a.id = m.alert \
            WHERE m.incident = $1 AND a.state <> 'closed' ORDER BY m.home, m.alert";
        Ok(on_tx!(self, conn => sqlx::query_as(text).bind(incident).fetch_all(conn).await)?)
    }

    /// The homes of an incident whose newest look settled them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn settled_homes(&mut self, incident: &str) -> Result<std::collections::HashSet<String>> {
        let text = "SELECT w.home FROM welfare_checks w WHERE w.incident = $1 AND w.result <> 'no_answer' AND NOT EXISTS \
            (SELECT 1 FROM welfare_checks n WHERE n.incident = w.incident AND n.home = w.home AND n.n > w.n)";
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(incident).fetch_all(conn).await)?;
        Ok(rows.into_iter().map(|(home,)| home).collect())
    }

    /// Whether an incident took this home in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_of_incident(&mut self, incident: &str, home: &str) -> Result<bool> {
        let text = "SELECT alert FROM incident_members WHERE incident = $1 AND home = $2 LIMIT 1";
        let row: Option<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(incident).bind(home).fetch_optional(conn).await)?;
        Ok(row.is_some())
    }

    /// Writes down that somebody looked after a home, which must be locked.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_check(&mut self, incident: &str, home: &str, check: &WelfareCheck) -> Result<()> {
        const SQL: &str = "INSERT INTO welfare_checks (incident, home, n, at_us, who, who_name, result, note) SELECT $1, $2, \
            COALESCE((SELECT MAX(n) FROM welfare_checks WHERE incident = $1 AND home = $2), 0) + 1, $3, $4, $5, $6, $7";
        on_tx!(self, conn => sqlx::query(SQL).bind(incident).bind(home).bind(to_us(check.at)).bind(&check.by.id).bind(&check.by.name)
            .bind(check.result.as_str()).bind(&check.note).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// The incident is over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close_incident(&mut self, id: &str, now: Time) -> Result<()> {
        let text = "UPDATE incidents SET closed_us = $2 WHERE id = $1 AND closed_us IS NULL";
        on_tx!(self, conn => sqlx::query(text).bind(id).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Has the engine look at the incidents of an organisation, at `due` or before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn look_at_incidents(&mut self, key: &str, due: Time) -> Result<()> {
        let text = "INSERT INTO clocks (home, rule, subject, due_us) VALUES ($1, $2, '', $3) \
            ON CONFLICT (home, rule, subject) DO UPDATE SET due_us = excluded.due_us WHERE clocks.due_us > excluded.due_us";
        on_tx!(self, conn => sqlx::query(text).bind(key).bind(super::states::INCIDENTS).bind(to_us(due)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}
