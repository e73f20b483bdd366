//! What goes when an organisation's period for it is over: in small batches, never what a legal hold keeps, and never what reports count.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::audit::Actor;
use super::versions::json_list;
use super::{Result, Store, StoreError, Tx, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::retention::{OrganisationRetention, RetentionChange, RetentionClass};
use crate::domain::visit::Visit;

/// Things handled in one transaction.
const CHUNK: i64 = 500;

/// No hold keeps everything of the organisation `$1`.
const ORGANISATION_FREE: &str =
    "NOT EXISTS (SELECT 1 FROM legal_holds l WHERE l.organisation = $1 AND l.kind = 'organisation' AND l.lifted_us IS NULL)";
/// No hold keeps anything of it: for what cannot be told apart by homes.
const ALL_FREE: &str = "NOT EXISTS (SELECT 1 FROM legal_holds l WHERE l.organisation = $1 AND l.lifted_us IS NULL)";
/// The homes that are kept, each also by a hold on somebody who lives there.
pub(super) const HELD_HOMES: &str = "(SELECT l.object FROM legal_holds l WHERE l.kind = 'home' AND l.lifted_us IS NULL \
    UNION ALL SELECT r.home FROM legal_holds l JOIN residents r ON r.id = l.object WHERE l.kind = 'resident' AND l.lifted_us IS NULL)";
/// The residents that are kept, wherever they lived.
pub(super) const HELD_RESIDENTS: &str = "(SELECT l.object FROM legal_holds l WHERE l.kind = 'resident' AND l.lifted_us IS NULL)";

impl Store {
    /// The days that an organisation set itself.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn own_periods(&self, organisation: &str) -> Result<BTreeMap<RetentionClass, i64>> {
        let text = "SELECT class, days FROM retention_periods WHERE organisation = $1";
        let rows: Vec<(String, i64)> = on_db!(self.reader(), pool => sqlx::query_as(text).bind(organisation).fetch_all(pool).await)?;
        Ok(rows.into_iter().filter_map(|(class, days)| Some((RetentionClass::parse(&class)?, days))).collect())
    }

    /// How long everything of an organisation is kept.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn retention_of(
        &self,
        scope: &Scope,
        organisation: &str,
        settings: &crate::config::Retention,
    ) -> Result<OrganisationRetention> {
        self.organisation(scope, organisation).await?;
        Ok(OrganisationRetention::of(organisation, &self.own_periods(organisation).await?, settings))
    }

    /// Sets an organisation's periods, with the reason in the trail.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Invalid` names what is out of bounds.
    pub async fn set_retention(&self, by: &Actor, now: Time, scope: &Scope, organisation: &str, change: &RetentionChange) -> Result<()> {
        const SET: &str = "INSERT INTO retention_periods (organisation, class, days) VALUES ($1, $2, $3) \
            ON CONFLICT (organisation, class) DO UPDATE SET days = excluded.days";
        const DROP: &str = "DELETE FROM retention_periods WHERE organisation = $1 AND class = $2";
        change.check()?;
        in_tx!(self, tx => {
            tx.organisation_to_change(scope, organisation).await?;
            for (class, days) in &change.days {
                match days {
                    Some(days) => on_tx!(tx, conn => sqlx::query(SET).bind(organisation).bind(class.as_str()).bind(*days).execute(conn).await.map(|_| ()))?,
                    None => on_tx!(tx, conn => sqlx::query(DROP).bind(organisation).bind(class.as_str()).execute(conn).await.map(|_| ()))?,
                }
            }
            tx.look_at_all_events_again().await?;
            let detail = serde_json::json!({ "days": change.days, "reason": change.reason });
            tx.note_deed(by, now, organisation, "retention_changed", ("organisation", organisation), detail).await?;
        })
    }

    /// The organisations of the register.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn organisation_ids(&self) -> Result<Vec<String>> {
        let rows: Vec<(String,)> =
            on_db!(self.reader(), pool => sqlx::query_as("SELECT id FROM organisations ORDER BY id").fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Deletes the next things of a class of an organisation that are older than `before` and that no hold keeps. Answers how many; call it until none are
    /// left. Events go by themselves, and so do files of reports, which know until when they are kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_class(&self, class: RetentionClass, organisation: &str, before: Time, now: Time) -> Result<usize> {
        let Some(find) = candidates(class) else { return Ok(0) };
        // Looked for without the writer: mostly there is nothing.
        let found: Vec<(String,)> = on_db!(self.reader(), pool => sqlx::query_as(AssertSqlSafe(find.clone())).bind(organisation).bind(to_us(before))
            .bind(CHUNK).fetch_all(pool).await)?;
        if found.is_empty() {
            return Ok(0);
        }
        in_tx!(self, tx => {
            // Whoever places a hold does the same: what it keeps is not gone a moment later.
            tx.organisation_to_change(&Scope::All, organisation).await?;
            let ids: Vec<(String,)> = on_tx!(tx, conn => sqlx::query_as(AssertSqlSafe(find.clone())).bind(organisation).bind(to_us(before))
                .bind(CHUNK).fetch_all(conn).await)?;
            let ids: Vec<&str> = ids.iter().map(|(id,)| id.as_str()).collect();
            tx.delete_of(class, organisation, &ids, now).await?;
            ids.len()
        })
    }

    /// Deletes what is left of incidents of an organisation that were closed before, once their alerts are gone. Answers how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_incidents(&self, organisation: &str, before: Time) -> Result<u64> {
        const OVER: &str = "(SELECT i.id FROM incidents i WHERE i.organisation = $1 AND i.closed_us < $2 \
            AND NOT EXISTS (SELECT 1 FROM incident_members m WHERE m.incident = i.id) AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.id = i.alert) \
            AND NOT EXISTS (SELECT 1 FROM legal_holds l WHERE l.organisation = $1 AND l.lifted_us IS NULL))";
        in_tx!(self, tx => {
            let mut gone = 0;
            for (table, column) in [("welfare_checks", "incident"), ("incidents", "id")] {
                let text = format!("DELETE FROM {table} WHERE {column} IN {OVER}");
                gone = on_tx!(tx, conn => sqlx::query(AssertSqlSafe(text)).bind(organisation).bind(to_us(before)).execute(conn).await
                    .map(|done| done.rows_affected()))?;
            }
            gone
        })
    }
}

/// The ids of what may go of a class: of the organisation `$1`, older than `$2`, at most `$3`.
fn candidates(class: RetentionClass) -> Option<String> {
    let home_free = |column: &str| format!("{ORGANISATION_FREE} AND {column} NOT IN {HELD_HOMES}");
    let person_free =
        |alert: &str| format!("NOT EXISTS (SELECT 1 FROM alert_facts h WHERE h.alert = {alert} AND h.resident IN {HELD_RESIDENTS})");
    Some(match class {
        // What reports count must have been made of it, and what it was closed with must be in that.
        RetentionClass::Alerts => format!(
            "SELECT a.id FROM alerts a WHERE a.organisation = $1 AND a.raised_us < $2 AND a.state = 'closed' AND a.closed_us < $2 \
             AND EXISTS (SELECT 1 FROM alert_facts f WHERE f.alert = a.id AND f.closed_us IS NOT NULL) \
             AND NOT EXISTS (SELECT 1 FROM facts_due d WHERE d.alert = a.id) AND {} AND {} ORDER BY a.raised_us, a.id LIMIT $3",
            home_free("a.home"),
            person_free("a.id")
        ),
        RetentionClass::Visits => format!(
            "SELECT v.id FROM visits v WHERE v.organisation = $1 AND v.created_us < $2 AND v.is_open = 0 AND v.thinned = 0 AND {} AND {} \
             ORDER BY v.created_us, v.id LIMIT $3",
            home_free("v.home"),
            person_free("v.alert")
        ),
        RetentionClass::Messages => format!(
            "SELECT id FROM outbox WHERE organisation = $1 AND created_us < $2 AND next_us IS NULL AND (state <> 'dead' OR told = 1) AND {ALL_FREE} \
             ORDER BY created_us LIMIT $3"
        ),
        RetentionClass::Quarantine => format!(
            "SELECT id FROM quarantine WHERE organisation = $1 AND received_us < $2 AND {} ORDER BY received_us LIMIT $3",
            home_free("home")
        ),
        RetentionClass::Audit => format!(
            "SELECT CAST(a.seq AS TEXT) FROM audit a JOIN audit_details d ON d.seq = a.seq WHERE a.organisation = $1 AND a.at_us < $2 AND {ALL_FREE} \
             ORDER BY a.at_us LIMIT $3"
        ),
        RetentionClass::Events | RetentionClass::ReportFiles => return None,
    })
}

impl Tx {
    async fn delete_of(&mut self, class: RetentionClass, organisation: &str, ids: &[&str], now: Time) -> Result<()> {
        match class {
            RetentionClass::Alerts => self.delete_alerts(ids).await,
            RetentionClass::Visits => self.thin_visits(ids).await,
            RetentionClass::Messages => self.delete_listed("outbox", "id", ids).await,
            RetentionClass::Quarantine => self.delete_listed("quarantine", "id", ids).await,
            RetentionClass::Audit => {
                let entries = ids.iter().filter_map(|id| id.parse().ok()).collect::<Vec<i64>>();
                let by = Actor { id: "harken".to_owned() };
                let what = super::seals::Erased {
                    organisation: Some(organisation),
                    object: ("trail", organisation),
                    entries,
                    reason: "its period is over",
                };
                self.erase_entries(&by, now, what).await
            }
            RetentionClass::Events | RetentionClass::ReportFiles => Ok(()),
        }
    }

    /// The alerts with all that is kept of them, except what reports count.
    async fn delete_alerts(&mut self, ids: &[&str]) -> Result<()> {
        for (table, column) in [("alert_entries", "alert"), ("alert_evidence", "alert"), ("incident_members", "alert"), ("alerts", "id")] {
            self.delete_listed(table, column, ids).await?;
        }
        Ok(())
    }

    pub(super) async fn delete_listed(&mut self, table: &str, column: &str, ids: &[&str]) -> Result<()> {
        let text = format!("DELETE FROM {table} WHERE {column} IN {}", self.listed("$1"));
        let list = json_list(ids);
        on_tx!(self, conn => sqlx::query(AssertSqlSafe(text)).bind(list).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes the words out of visits. Who was asked, and when what happened, stays: attendance is counted from it.
    pub(super) async fn thin_visits(&mut self, ids: &[&str]) -> Result<()> {
        const SQL: &str = "UPDATE visits SET body = $2, thinned = 1 WHERE id = $1";
        let text = format!("SELECT body FROM visits WHERE id IN {} ORDER BY id", self.listed("$1"));
        let list = json_list(ids);
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await)?;
        for (body,) in rows {
            let visit: Visit = serde_json::from_str(&body).map_err(StoreError::unreadable("visit"))?;
            let thin = serde_json::to_string(&visit.without_words()).map_err(StoreError::unreadable("visit"))?;
            on_tx!(self, conn => sqlx::query(SQL).bind(&visit.id).bind(thin).execute(conn).await.map(|_| ()))?;
        }
        Ok(())
    }
}
