//! Plain rows of the registers that reports count: few enough to be counted in the program. The scope is part of each query.

use sqlx::QueryBuilder;

use super::list::push_scope;
use super::{Result, Store, StoreError, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::visit::Visit;

/// Whose rows are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Only of this organisation.
    pub organisation: Option<&'a str>,
}

/// A home.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the names say it")]
pub struct HomeRow {
    pub id: String,
    pub organisation: String,
    pub name: String,
    pub locality: String,
    pub created_us: i64,
    pub archived_us: Option<i64>,
}

/// A resident.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ResidentRow {
    pub organisation: String,
    pub locality: String,
    pub created_us: i64,
    pub archived_us: Option<i64>,
}

/// A registered gateway, with how long it was up within the period.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the names say it")]
pub struct GatewayRow {
    pub id: String,
    pub organisation: String,
    pub home: String,
    pub model: String,
    pub first_heard_us: Option<i64>,
    pub last_heard_us: Option<i64>,
    pub archived_us: Option<i64>,
    pub up_us: i64,
}

/// Sensors of one model: how many there are, and how many with what.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ModelRow {
    pub organisation: String,
    pub model: String,
    pub sensors: i64,
    pub battery_low: i64,
    pub never_heard: i64,
    pub never_tested: i64,
}

/// A set of rules that was put in force.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RevisionMade {
    pub revision: i64,
    pub author: String,
    pub reason: String,
    pub created_us: i64,
}

/// The gateway of an alert that speaks of the gateway itself: its `device` has no address.
const GATEWAY: &str = "SUBSTR(f.device, 1, LENGTH(f.device) - 1)";

/// Adds the restriction to an organisation to a query.
macro_rules! whose {
    ($sql:expr, $column:expr, $whose:expr) => {
        push_scope(&mut $sql, $column, $whose.scope);
        if let Some(organisation) = $whose.organisation {
            $sql.push(" AND ").push($column).push(" = ").push_bind(organisation.to_owned());
        }
    };
}

impl Store {
    /// Organisations, archived ones too: id, name, zone.
    ///
    /// # Errors
    /// When the database is away. So with all here.
    pub async fn report_organisations(&self, whose: Whose<'_>) -> Result<Vec<(String, String, String)>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT id, name, zone FROM organisations WHERE 1 = 1");
            whose!(sql, "id", whose);
            sql.push(" ORDER BY id");
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Homes, archived ones too.
    pub async fn report_homes(&self, whose: Whose<'_>) -> Result<Vec<HomeRow>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT id, organisation, name, locality, created_us, archived_us FROM homes WHERE 1 = 1");
            whose!(sql, "organisation", whose);
            sql.push(" ORDER BY id");
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Residents, archived ones too.
    pub async fn report_residents(&self, whose: Whose<'_>) -> Result<Vec<ResidentRow>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(
                "SELECT h.organisation, h.locality, r.created_us, r.archived_us FROM residents r JOIN homes h ON h.id = r.home WHERE 1 = 1");
            whose!(sql, "h.organisation", whose);
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Registered gateways, with the microseconds between `from` and `to` in which each was up while it was in use: from its first word until it was archived.
    pub async fn report_gateways(&self, whose: Whose<'_>, from: Time, to: Time) -> Result<Vec<GatewayRow>> {
        let (from, to) = (to_us(from), to_us(to));
        let begin = format!("CASE WHEN g.first_heard_us > {from} THEN g.first_heard_us ELSE {from} END");
        let end = format!("CASE WHEN g.archived_us < {to} THEN g.archived_us ELSE {to} END");
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(format!(
                "SELECT g.id, h.organisation, g.home, g.model, g.first_heard_us, g.last_heard_us, g.archived_us, COALESCE(CAST(SUM( \
                 CASE WHEN u.until_us < {end} THEN u.until_us ELSE {end} END - CASE WHEN u.from_us > {begin} THEN u.from_us ELSE {begin} END) AS BIGINT), 0) AS up_us \
                 FROM gateways g JOIN homes h ON h.id = g.home LEFT JOIN up_intervals u ON u.path = g.id AND u.until_us > {begin} AND u.from_us < {end} \
                 WHERE g.registered = 1"));
            whose!(sql, "h.organisation", whose);
            sql.push(" GROUP BY g.id, h.organisation ORDER BY g.id");
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Open alerts that tell of a silent gateway, oldest first: gateway, alert, when it was raised (microseconds).
    pub async fn open_silences(&self, whose: Whose<'_>) -> Result<Vec<(String, String, i64)>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(format!(
                "SELECT {GATEWAY}, f.alert, f.raised_us FROM alert_facts f WHERE f.rule = 'gateway_silent' AND f.closed_us IS NULL"));
            whose!(sql, "f.organisation", whose);
            sql.push(" ORDER BY f.raised_us, f.alert");
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Sensors that are in use, by organisation and model. Tested is one that was in an alert of the test lane, or sent a test call.
    pub async fn report_models(&self, whose: Whose<'_>) -> Result<Vec<ModelRow>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT h.organisation, d.model, COUNT(*) AS sensors, \
                CAST(SUM(CASE WHEN d.battery = 'low' THEN 1 ELSE 0 END) AS BIGINT) AS battery_low, \
                CAST(SUM(CASE WHEN d.first_heard_us IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS never_heard, \
                CAST(SUM(CASE WHEN t.device IS NULL AND r.device IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS never_tested \
                FROM devices d JOIN homes h ON h.id = d.home \
                LEFT JOIN (SELECT DISTINCT device FROM alert_facts WHERE lane = 'test' AND device <> '') t ON t.device = d.gateway || '/' || d.address \
                LEFT JOIN (SELECT DISTINCT home, device FROM day_rollups WHERE kind = 'test_call') r ON r.home = d.home AND r.device = d.address \
                WHERE d.archived_us IS NULL AND h.archived_us IS NULL");
            whose!(sql, "h.organisation", whose);
            sql.push(" GROUP BY h.organisation, d.model ORDER BY h.organisation, d.model");
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Homes that were said to be empty at some time between `from` and `to`: organisation, locality, home.
    pub async fn report_away(&self, whose: Whose<'_>, from: Time, to: Time) -> Result<Vec<(String, String, String)>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT DISTINCT h.organisation, h.locality, h.id FROM excuses e JOIN homes h ON h.id = e.home \
                WHERE e.kind = 'away' AND e.until_us > ");
            sql.push_bind(to_us(from)).push(" AND e.from_us < ").push_bind(to_us(to));
            whose!(sql, "h.organisation", whose);
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Visits asked for from `from` until `to`, in the order of their asking, after the one asked for then with that id.
    pub async fn report_visits(
        &self,
        whose: Whose<'_>,
        from: Time,
        to: Time,
        after: Option<&(i64, String)>,
        limit: i64,
    ) -> Result<Vec<Visit>> {
        let rows: Vec<(String,)> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT body FROM visits WHERE created_us >= ");
            sql.push_bind(to_us(from)).push(" AND created_us < ").push_bind(to_us(to));
            whose!(sql, "organisation", whose);
            if let Some((created, id)) = after {
                sql.push(" AND (created_us, id) > (").push_bind(*created).push(", ").push_bind(id.clone()).push(")");
            }
            sql.push(" ORDER BY created_us, id LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.iter().map(|(body,)| serde_json::from_str(body).map_err(StoreError::unreadable("visit"))).collect()
    }

    /// In which organisations people go to homes: person, organisation (none means in all).
    pub async fn responders_grants(&self) -> Result<Vec<(String, Option<String>)>> {
        let text = "SELECT holder, organisation FROM grants WHERE role = 'responder' ORDER BY holder, organisation";
        Ok(on_db!(self.reader(), pool => sqlx::query_as(text).fetch_all(pool).await)?)
    }

    /// Names of people and tokens.
    pub async fn names_of_principals(&self) -> Result<std::collections::HashMap<String, String>> {
        let text = "SELECT id, name FROM users UNION ALL SELECT id, name FROM tokens";
        let rows: Vec<(String, String)> = on_db!(self.reader(), pool => sqlx::query_as(text).fetch_all(pool).await)?;
        Ok(rows.into_iter().collect())
    }

    /// Titles of rules, as their alerts have them.
    pub async fn titles_of_rules(&self, whose: Whose<'_>) -> Result<std::collections::HashMap<String, String>> {
        let rows: Vec<(String, String)> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT rule, MAX(title) FROM (SELECT rule, title FROM alert_facts WHERE 1 = 1");
            whose!(sql, "organisation", whose);
            sql.push(" ORDER BY raised_us DESC LIMIT 20000) latest GROUP BY rule");
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().collect())
    }

    /// Gateways that fell silent and were told of from `from` until `to`: organisation, when the alert was raised, when the gateway was last up before
    /// (microseconds). Intervals of one path lie apart, so the last that began before is the last that ended.
    pub async fn silences(&self, whose: Whose<'_>, from: Time, to: Time) -> Result<Vec<(String, i64, Option<i64>)>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(format!(
                "SELECT f.organisation, f.raised_us, (SELECT u.until_us FROM up_intervals u WHERE u.path = {GATEWAY} AND u.from_us < f.raised_us \
                 AND u.until_us <= f.raised_us ORDER BY u.from_us DESC LIMIT 1) FROM alert_facts f WHERE f.rule = 'gateway_silent' AND f.raised_us >= "));
            sql.push_bind(to_us(from)).push(" AND f.raised_us < ").push_bind(to_us(to));
            whose!(sql, "f.organisation", whose);
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Sets of rules made from `from` until `to` that the asker may see.
    pub async fn revisions_made(&self, whose: Whose<'_>, from: Time, to: Time) -> Result<Vec<RevisionMade>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT revision, author, reason, created_us FROM rule_revisions WHERE created_us >= ");
            sql.push_bind(to_us(from)).push(" AND created_us < ").push_bind(to_us(to)).push(" AND (organisation IS NULL OR (1 = 1");
            whose!(sql, "organisation", whose);
            sql.push(")) ORDER BY revision");
            sql.build_query_as().fetch_all(pool).await
        })?)
    }
}
