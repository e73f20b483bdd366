//! Rule sets as numbered revisions, one of them in force on every replica.

use sqlx::{AssertSqlSafe, QueryBuilder};

use super::audit::{Actor, AuditEntry};
use super::states::WATCH;
use super::versions::json_list;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::register::RuleRevision;

/// A stored revision.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RevisionRow {
    /// Its number.
    pub revision: i64,
    /// The rules as JSON.
    pub rules: String,
    /// SHA-256 of what it was imported from, in lower-case hex.
    pub source_sha256: String,
    /// Who imported it; `defaults` for the built-in set.
    pub author: String,
    /// The organisation whose rules it changes; none for the installation's.
    pub organisation: Option<String>,
}

impl Tx {
    /// The number of the revision in force; 0 before the first import.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn active_revision(&mut self) -> Result<i64> {
        let text = "SELECT value FROM counters WHERE name = 'rules'";
        let (revision,): (i64,) = on_tx!(self, conn => sqlx::query_as(text).fetch_one(conn).await?);
        Ok(revision)
    }

    /// One revision.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revision(&mut self, revision: i64) -> Result<Option<RevisionRow>> {
        let text = "SELECT revision, rules, source_sha256, author, organisation FROM rule_revisions WHERE revision = $1";
        Ok(on_tx!(self, conn => sqlx::query_as(text).bind(revision).fetch_optional(conn).await?))
    }

    /// Stores a rule set as the next revision and puts it in force.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn activate_rules(&mut self, rules: &str, source_sha256: &str, author: &str, reason: &str, now: Time) -> Result<i64> {
        // The counter's row is the lock: two replicas that start together import one after the other.
        let lock = "UPDATE counters SET value = value WHERE name = 'rules'";
        on_tx!(self, conn => sqlx::query(lock).execute(conn).await.map(|_| ()))?;
        let text = "INSERT INTO rule_revisions (revision, rules, source_sha256, author, reason, created_us)
                    SELECT COALESCE(MAX(revision), 0) + 1, $1, $2, $3, $4, $5 FROM rule_revisions RETURNING revision";
        let (revision,): (i64,) = on_tx!(self, conn => sqlx::query_as(text).bind(rules).bind(source_sha256).bind(author).bind(reason).bind(to_us(now))
            .fetch_one(conn).await?);
        let text = "UPDATE counters SET value = $1 WHERE name = 'rules'";
        on_tx!(self, conn => sqlx::query(text).bind(revision).execute(conn).await.map(|_| ()))?;
        Ok(revision)
    }
}

impl Store {
    /// Puts the built-in rules in force at the first start, and after an upgrade that brought others, as long as nobody put rules of their own in force.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_default_rules(&self, rules: &str, source_sha256: &str, now: Time) -> Result<i64> {
        let mut tx = self.begin().await?;
        let lock = "UPDATE counters SET value = value WHERE name = 'rules'";
        on_tx!(tx, conn => sqlx::query(lock).execute(conn).await.map(|_| ()))?;
        let active = tx.active_revision().await?;
        let current = tx.revision(active).await?;
        let keep = current.is_some_and(|row| row.author != "defaults" || row.source_sha256 == source_sha256);
        let revision = if keep { active } else { tx.activate_rules(rules, source_sha256, "defaults", "the built-in rules", now).await? };
        tx.commit().await?;
        Ok(revision)
    }
}

/// A revision to be stored.
#[derive(Clone, Debug)]
pub struct NewRevision {
    /// The rules as JSON.
    pub rules: String,
    /// The organisation whose rules it changes.
    pub organisation: Option<String>,
    /// The revision that it was made from.
    pub base: i64,
    /// Why.
    pub reason: String,
}

/// A revision to be put in force.
#[derive(Clone, Debug)]
pub struct Activation {
    /// Its number.
    pub revision: i64,
    /// The one in force, as whoever asks for it knows.
    pub instead_of: i64,
    /// Why.
    pub reason: String,
    /// The ids of the rules that differ: their clocks are looked at again.
    pub changed: Vec<String>,
    /// Among them are rules on the silence of gateways: all gateways are to be watched by them.
    pub watches: bool,
    /// Whose rules differ, for the trail; `None` for the installation's.
    pub organisations: Vec<Option<String>>,
}

type InfoRow = (i64, Option<String>, i64, String, Option<String>, String, i64, i64);

impl Store {
    /// Stores rules as the next revision, not in force. The same rules by the same person from the same revision are one revision, so that a request that is sent
    /// again makes no other.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_revision(&self, by: &Actor, now: Time, new: &NewRevision) -> Result<i64> {
        const SAME: &str =
            "SELECT revision FROM rule_revisions WHERE author = $1 AND base = $2 AND source_sha256 = $3 ORDER BY revision DESC LIMIT 1";
        const ADD: &str = "INSERT INTO rule_revisions (revision, rules, source_sha256, author, reason, created_us, organisation, base)
            SELECT COALESCE(MAX(revision), 0) + 1, $1, $2, $3, $4, $5, $6, $7 FROM rule_revisions RETURNING revision";
        let sha256 = crate::domain::secret::sha256_hex(new.rules.as_bytes());
        in_tx!(self, tx => {
            tx.lock_rules().await?;
            let same: Option<(i64,)> =
                on_tx!(tx, conn => sqlx::query_as(SAME).bind(&by.id).bind(new.base).bind(&sha256).fetch_optional(conn).await?);
            match same {
                Some((revision,)) => revision,
                None => {
                    let (revision,): (i64,) = on_tx!(tx, conn => sqlx::query_as(ADD).bind(&new.rules).bind(&sha256).bind(&by.id).bind(&new.reason)
                        .bind(to_us(now)).bind(&new.organisation).bind(new.base).fetch_one(conn).await?);
                    let detail = serde_json::json!({ "base": new.base, "reason": new.reason });
                    tx.note_rules(by, now, new.organisation.as_deref(), "created", revision, detail).await?;
                    revision
                }
            }
        })
    }

    /// Puts a stored revision in force on every replica. Clocks of the rules that differ fall due now, so that they are set by the rules as they are; gateways
    /// come under the watch of new rules on silence.
    ///
    /// # Errors
    /// `Conflict` when another revision came into force meanwhile; `NotFound` when there is no such revision.
    pub async fn put_in_force(&self, by: &Actor, now: Time, wanted: &Activation) -> Result<()> {
        const PUT: &str = "UPDATE counters SET value = $1 WHERE name = 'rules'";
        in_tx!(self, tx => {
            tx.lock_rules().await?;
            let active = tx.active_revision().await?;
            if active != wanted.instead_of && active != wanted.revision {
                Err(StoreError::Conflict(format!("revision {active} came into force at this moment; look at it and repeat")))?;
            }
            tx.revision(wanted.revision).await?.ok_or(StoreError::NotFound("revision"))?;
            if active != wanted.revision {
                on_tx!(tx, conn => sqlx::query(PUT).bind(wanted.revision).execute(conn).await.map(|_| ()))?;
                tx.look_again_by(&wanted.changed, now).await?;
                if wanted.watches {
                    tx.watch_all_for_silence(now).await?;
                }
                let mut told = wanted.organisations.clone();
                told.sort();
                told.dedup();
                if told.is_empty() {
                    told.push(None);
                }
                for organisation in told {
                    let detail = serde_json::json!({ "before": active, "reason": wanted.reason, "rules": wanted.changed });
                    tx.note_rules(by, now, organisation.as_deref(), "activated", wanted.revision, detail).await?;
                }
            }
        })
    }

    /// Revisions, newest first: the installation's, and those of the organisations in `scope`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn rule_revisions(&self, scope: &Scope, before: Option<i64>, limit: i64) -> Result<Vec<RuleRevision>> {
        self.revisions_told(scope, (" AND r.revision < ", before), limit).await
    }

    /// One revision: the installation's, or one of the organisations in `scope`.
    ///
    /// # Errors
    /// `NotFound` also when it changes the rules of others.
    pub async fn rule_revision(&self, scope: &Scope, number: i64) -> Result<RuleRevision> {
        let found = self.revisions_told(scope, (" AND r.revision = ", Some(number)), 1).await?;
        found.into_iter().next().ok_or(StoreError::NotFound("revision"))
    }

    async fn revisions_told(&self, scope: &Scope, (clause, value): (&str, Option<i64>), limit: i64) -> Result<Vec<RuleRevision>> {
        const SELECT: &str = "SELECT r.revision, r.organisation, r.base, r.author, COALESCE(u.name, t.name), r.reason, r.created_us, \
            (SELECT c.value FROM counters c WHERE c.name = 'rules') FROM rule_revisions r \
            LEFT JOIN users u ON u.id = r.author LEFT JOIN tokens t ON t.id = r.author WHERE 1 = 1";
        let rows: Vec<InfoRow> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            if let Scope::Only(organisations) = scope {
                sql.push(" AND (r.organisation IS NULL");
                for organisation in organisations {
                    sql.push(" OR r.organisation = ").push_bind(organisation.clone());
                }
                sql.push(")");
            }
            if let Some(value) = value {
                sql.push(clause).push_bind(value);
            }
            sql.push(" ORDER BY r.revision DESC LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        let told = |(revision, organisation, base, author, author_name, reason, created, active): InfoRow| RuleRevision {
            revision,
            active: revision == active,
            organisation,
            base,
            author,
            author_name,
            reason,
            created_at: from_us(created),
        };
        Ok(rows.into_iter().map(told).collect())
    }
}

impl Tx {
    /// The counter's row is the lock: two who make or activate revisions together do so one after the other.
    async fn lock_rules(&mut self) -> Result<()> {
        let lock = "UPDATE counters SET value = value WHERE name = 'rules'";
        on_tx!(self, conn => sqlx::query(lock).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    async fn note_rules(
        &mut self,
        by: &Actor,
        now: Time,
        organisation: Option<&str>,
        action: &str,
        revision: i64,
        detail: serde_json::Value,
    ) -> Result<()> {
        let object_id = &revision.to_string();
        self.audit(now, AuditEntry { organisation, who: &by.id, action, object_kind: "rules", object_id, detail }).await
    }

    /// Has the engine look again at every clock of these rules.
    async fn look_again_by(&mut self, rules: &[String], now: Time) -> Result<()> {
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        let text = format!("UPDATE clocks SET due_us = $2 WHERE due_us > $2 AND rule IN {}", self.listed("$1"));
        let list = json_list(&rules);
        on_tx!(self, conn => sqlx::query(AssertSqlSafe(text)).bind(list).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Has the engine put every gateway that is not archived under the watch of the rules on silence.
    async fn watch_all_for_silence(&mut self, now: Time) -> Result<()> {
        let text = "INSERT INTO clocks (home, rule, subject, due_us) SELECT home, $1, 'device:' || id || '/', $2 FROM gateways \
            WHERE registered = 1 AND archived_us IS NULL ON CONFLICT (home, rule, subject) DO UPDATE SET due_us = excluded.due_us";
        on_tx!(self, conn => sqlx::query(text).bind(WATCH).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}
