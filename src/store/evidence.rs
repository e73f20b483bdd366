//! What is kept of alerts, whole: for whoever has to prove what happened. Nothing is cut short here.

use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::alerts::read_alert;
use super::versions::json_list;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::alert::{Alert, Entry};

/// One alert with all that is kept of it.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// The alert.
    pub alert: Alert,
    /// Its history, oldest line first, with each line's place.
    pub timeline: Vec<Entry>,
    /// The events that it rests on, as they were copied.
    pub evidence: Vec<Value>,
    /// The visits on account of it.
    pub visits: Vec<Value>,
    /// The messages that went out about it, with what became of them. They are kept for `retention.outbox_days`.
    pub notifications: Vec<Value>,
}

/// Alerts and what surrounds them.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The alerts, oldest first.
    pub cases: Vec<CaseFile>,
    /// The sets of rules that raised them: number, author, reason, digest of the source, when, and the rules as JSON.
    pub revisions: Vec<Value>,
    /// The versions of the plans that bore on them, until the end of the period: each with who set it, when and why.
    pub plans: Vec<Value>,
    /// Who saw and did what: the trail about the alerts, their home, their people and their visits.
    pub trail: Vec<Value>,
}

type Revision = (i64, String, String, String, String, i64, Option<String>);
type PlanRow = (String, String, i64, String, String, Option<String>, String, i64);
type TrailRow = (i64, i64, String, Option<String>, String, String, String, Option<String>);
type OutboxRow = (String, String, String, String, i64, i64, String, Option<i64>, Option<String>, Option<i64>);

impl Store {
    /// Everything that is kept of these alerts of one home, as far as they lie within `scope`, and of `others` (ids of the home, of people).
    ///
    /// # Errors
    /// When the database is away.
    pub async fn case_files(&self, scope: &Scope, alerts: &[String], others: &[String], from: Option<Time>, until: Time) -> Result<Files> {
        let mut tx = self.snapshot().await?;
        let mut files = Files::default();
        for id in alerts {
            let Some(alert) = tx.alert(id).await?.filter(|alert| scope.covers(&alert.organisation)) else { continue };
            let case = tx.case_file(alert).await?;
            files.cases.push(case);
        }
        let mut revisions: Vec<i64> = files.cases.iter().map(|case| case.alert.rule.revision).collect();
        revisions.sort_unstable();
        revisions.dedup();
        let organisations: Vec<String> = files.cases.iter().map(|case| case.alert.organisation.clone()).collect();
        for revision in revisions {
            files.revisions.extend(tx.revision_made(&organisations, revision).await?);
        }
        let mut places: Vec<String> = others.to_vec();
        for case in &files.cases {
            places.extend(case.alert.home.clone());
            places.push(case.alert.organisation.clone());
        }
        places.sort();
        places.dedup();
        files.plans = tx.plans_until(&places, until).await?;
        let mut objects: Vec<String> = others.iter().chain(alerts).cloned().collect();
        objects.extend(files.cases.iter().filter_map(|case| case.alert.home.clone()));
        objects.extend(files.cases.iter().flat_map(|case| &case.visits).filter_map(|visit| visit["id"].as_str().map(str::to_owned)));
        objects.sort();
        objects.dedup();
        files.trail = tx.trail_about(scope, &objects, from, until).await?;
        Ok(files)
    }

    /// The alerts of a home raised from `from` until `to`, oldest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn alerts_of_home(&self, scope: &Scope, home: &str, from: Time, to: Time) -> Result<Vec<Alert>> {
        let text = "SELECT body FROM alerts WHERE home = $1 AND raised_us >= $2 AND raised_us < $3 ORDER BY raised_us, id";
        let rows: Vec<(String,)> = on_db!(self.reader(), pool =>
            sqlx::query_as(text).bind(home).bind(to_us(from)).bind(to_us(to)).fetch_all(pool).await)?;
        let alerts: Vec<Alert> = rows.iter().map(|(body,)| read_alert(body)).collect::<Result<_>>()?;
        Ok(alerts.into_iter().filter(|alert| scope.covers(&alert.organisation)).collect())
    }
}

impl Tx {
    async fn case_file(&mut self, alert: Alert) -> Result<CaseFile> {
        let id = alert.id.clone();
        let text = "SELECT at_us, what, who, text FROM alert_entries WHERE alert = $1 ORDER BY position";
        let rows: Vec<(i64, String, Option<String>, String)> = on_tx!(self, conn => sqlx::query_as(text).bind(&id).fetch_all(conn).await)?;
        let timeline = rows.into_iter().map(|(at, what, who, text)| Entry { at: from_us(at), what, who, text }).collect();
        let text = "SELECT body FROM alert_evidence WHERE alert = $1 ORDER BY gateway, event";
        let mut evidence = self.bodies(text, &id).await?;
        evidence.sort_by_key(|event| event["at"].as_str().unwrap_or_default().to_owned());
        let visits = self.bodies("SELECT body FROM visits WHERE alert = $1 ORDER BY id", &id).await?;
        let text = "SELECT id, channel, target, kind, created_us, attempts, state, last_status, last_error, delivered_us FROM outbox \
            WHERE alert = $1 ORDER BY created_us, id";
        let rows: Vec<OutboxRow> = on_tx!(self, conn => sqlx::query_as(text).bind(&id).fetch_all(conn).await)?;
        let told = |(id, channel, target, kind, created, attempts, state, status, error, delivered): OutboxRow| {
            json!({ "id": id, "channel": channel, "target": target, "kind": kind, "created_at": from_us(created), "attempts": attempts,
                "state": state, "last_status": status, "last_error": error, "delivered_at": delivered.map(from_us) })
        };
        let notifications = rows.into_iter().map(told).collect();
        Ok(CaseFile { alert, timeline, evidence, visits, notifications })
    }

    async fn bodies(&mut self, text: &'static str, alert: &str) -> Result<Vec<Value>> {
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(alert).fetch_all(conn).await)?;
        rows.iter().map(|(body,)| serde_json::from_str(body).map_err(StoreError::unreadable("evidence"))).collect()
    }

    /// One numbering serves all organisations: a revision that another one made was in force here too, but who made it and why is theirs.
    async fn revision_made(&mut self, organisations: &[String], revision: i64) -> Result<Option<Value>> {
        let text =
            "SELECT revision, rules, source_sha256, author, reason, created_us, organisation FROM rule_revisions WHERE revision = $1";
        let row: Option<Revision> = on_tx!(self, conn => sqlx::query_as(text).bind(revision).fetch_optional(conn).await)?;
        let Some((revision, rules, sha256, author, reason, created, organisation)) = row else { return Ok(None) };
        let theirs = organisation.is_some_and(|organisation| !organisations.contains(&organisation));
        let (author, reason) = if theirs { (None, None) } else { (Some(author), Some(reason)) };
        let rules: Value = serde_json::from_str(&rules).map_err(StoreError::unreadable("rule set"))?;
        Ok(Some(
            json!({ "revision": revision, "author": author, "reason": reason, "source_sha256": sha256, "made_at": from_us(created), "rules": rules }),
        ))
    }

    /// Plans of these organisations and homes, and of the homes' devices.
    async fn plans_until(&mut self, places: &[String], until: Time) -> Result<Vec<Value>> {
        let list = json_list(&places.iter().map(String::as_str).collect::<Vec<_>>());
        let text = format!(
            "SELECT p.scope_kind, p.scope_id, p.version, p.overrides, p.author, COALESCE(u.name, t.name), p.reason, p.created_us FROM plans p \
             LEFT JOIN users u ON u.id = p.author LEFT JOIN tokens t ON t.id = p.author WHERE p.created_us < $2 AND (p.scope_id IN {0} OR \
             (p.scope_kind = 'device' AND p.scope_id IN (SELECT id FROM devices WHERE home IN {0}))) ORDER BY p.created_us, p.scope_id, p.version",
            self.listed("$1")
        );
        let rows: Vec<PlanRow> =
            on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(&list).bind(to_us(until)).fetch_all(conn).await)?;
        let read = |(kind, id, version, overrides, author, name, reason, created): PlanRow| {
            let overrides: Value = serde_json::from_str(&overrides).map_err(StoreError::unreadable("plan"))?;
            Ok(json!({ "of": kind, "id": id, "version": version, "overrides": overrides, "author": author, "author_name": name,
                "reason": reason, "made_at": from_us(created) }))
        };
        rows.into_iter().map(read).collect()
    }

    async fn trail_about(&mut self, scope: &Scope, objects: &[String], from: Option<Time>, until: Time) -> Result<Vec<Value>> {
        let list = json_list(&objects.iter().map(String::as_str).collect::<Vec<_>>());
        let text = format!(
            "SELECT a.seq, a.at_us, a.who, COALESCE(u.name, t.name), a.action, a.object_kind, a.object_id, COALESCE(d.detail, a.detail) FROM audit a \
             LEFT JOIN audit_details d ON d.seq = a.seq LEFT JOIN users u ON u.id = a.who LEFT JOIN tokens t ON t.id = a.who \
             WHERE a.object_id IN {} AND a.at_us >= $2 AND a.at_us < $3 AND ($4 IS NULL OR a.organisation IN {}) ORDER BY a.seq",
            self.listed("$1"),
            self.listed("COALESCE($4, '[]')")
        );
        let (from, until, scope) = (from.map_or(i64::MIN, to_us), to_us(until), scope.as_json());
        let rows: Vec<TrailRow> = on_tx!(self, conn =>
            sqlx::query_as(AssertSqlSafe(text)).bind(&list).bind(from).bind(until).bind(scope).fetch_all(conn).await)?;
        let read = |(seq, at, who, name, action, kind, id, detail): TrailRow| {
            let detail: Value = detail.and_then(|detail| serde_json::from_str(&detail).ok()).unwrap_or_default();
            json!({ "seq": seq, "at": from_us(at), "who": who, "who_name": name, "action": action, "object_kind": kind, "object": id, "detail": detail })
        };
        Ok(rows.into_iter().map(read).collect())
    }
}
