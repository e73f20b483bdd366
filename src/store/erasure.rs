//! Erasing a person, or a home with everybody in it: names, words and readings go, from the register, the alerts, the messages and the trail; what reports
//! count stays, and the trail says what was erased. In batches, so that nobody waits long behind one; begun again it goes on where it was.

use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

use super::alerts::read_alert;
use super::audit::Actor;
use super::seals::Erased;
use super::versions::json_list;
use super::{Result, Store, StoreError, Tx, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;

/// What stands where words stood.
pub const WORDS: &str = "(erased)";
/// Alerts handled in one transaction.
const CHUNK: usize = 100;
/// Events deleted in one transaction.
const EVENTS: i64 = 5_000;

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ErasedCounts {
    /// People of the register.
    pub residents: u64,
    /// Alerts whose words and evidence went. They are counted in reports as before.
    pub alerts: u64,
    /// Single events. They stay in the daily sums.
    pub events: u64,
    /// Entries of the trail whose details went.
    pub entries: u64,
}

/// Whose things are erased.
#[derive(Clone, Debug)]
struct Subject {
    organisation: String,
    home: String,
    /// The people.
    residents: Vec<String>,
    /// Whether nobody else's things are at the home: what is attributed to nobody is theirs then.
    whole_home: bool,
    /// How the trail names it.
    object: (&'static str, String),
}

/// What there is of a subject.
struct Things {
    alerts: Vec<String>,
    /// Where events may be.
    homes: Vec<String>,
    /// Positions of the change feed.
    told: Vec<i64>,
}

impl Store {
    /// Erases a resident who is archived.
    ///
    /// # Errors
    /// `NotFound` also when they lie outside `scope`; `Conflict` while they are not archived, an alert of theirs is open, a legal hold keeps them (the text
    /// names it), or when they were erased.
    pub async fn erase_resident(&self, by: &Actor, now: Time, scope: &Scope, id: &str, reason: &str) -> Result<ErasedCounts> {
        let mut tx = self.snapshot().await?;
        let resident = tx.resident(scope, id).await?;
        let organisation = tx.home(&Scope::All, &resident.home).await?.organisation;
        if resident.archived_at.is_none() {
            let say = "This resident is still in the register. Archive them first (DELETE /residents/{id}): an alarm would name nobody.";
            return Err(StoreError::Conflict(say.to_owned()));
        }
        let text = "SELECT COUNT(*) FROM residents WHERE id = $1 AND erased_us IS NOT NULL";
        let (erased,): (i64,) = on_tx!(tx, conn => sqlx::query_as(text).bind(id).fetch_one(conn).await)?;
        if erased > 0 {
            return Err(StoreError::Conflict("This resident was erased already.".to_owned()));
        }
        let text = "SELECT COUNT(*) FROM residents WHERE home = $1 AND id <> $2 AND erased_us IS NULL";
        let (others,): (i64,) = on_tx!(tx, conn => sqlx::query_as(text).bind(&resident.home).bind(id).fetch_one(conn).await)?;
        drop(tx);
        let subject = Subject {
            organisation,
            home: resident.home,
            residents: vec![id.to_owned()],
            whole_home: others == 0,
            object: ("resident", id.to_owned()),
        };
        self.erase(by, now, &subject, reason).await
    }

    /// Erases an archived home and everybody who lived there.
    ///
    /// # Errors
    /// As [`Store::erase_resident`]; `Conflict` also while a resident or gateway of it is not archived.
    pub async fn erase_home(&self, by: &Actor, now: Time, scope: &Scope, id: &str, reason: &str) -> Result<ErasedCounts> {
        let mut tx = self.snapshot().await?;
        let home = tx.home(scope, id).await?;
        let conflict = |say: &str| Err(StoreError::Conflict(say.to_owned()));
        if home.archived_at.is_none() {
            return conflict("This home is still in the register. Archive it first (DELETE /homes/{id}).");
        }
        let text = "SELECT COUNT(*) FROM homes WHERE id = $1 AND erased_us IS NOT NULL";
        let (erased,): (i64,) = on_tx!(tx, conn => sqlx::query_as(text).bind(id).fetch_one(conn).await)?;
        if erased > 0 {
            return conflict("This home was erased already.");
        }
        let text = "SELECT (SELECT COUNT(*) FROM residents WHERE home = $1 AND archived_us IS NULL) \
            + (SELECT COUNT(*) FROM gateways WHERE home = $1 AND archived_us IS NULL)";
        let (there,): (i64,) = on_tx!(tx, conn => sqlx::query_as(text).bind(id).fetch_one(conn).await)?;
        if there > 0 {
            return conflict(
                "Residents or gateways of this home are not archived. Archive them first: an alarm from there would name nobody and no place.",
            );
        }
        let text = "SELECT id FROM residents WHERE home = $1 ORDER BY id";
        let rows: Vec<(String,)> = on_tx!(tx, conn => sqlx::query_as(text).bind(id).fetch_all(conn).await)?;
        drop(tx);
        let subject = Subject {
            organisation: home.organisation,
            home: id.to_owned(),
            residents: rows.into_iter().map(|(id,)| id).collect(),
            whole_home: true,
            object: ("home", id.to_owned()),
        };
        self.erase(by, now, &subject, reason).await
    }

    async fn erase(&self, by: &Actor, now: Time, subject: &Subject, reason: &str) -> Result<ErasedCounts> {
        let mut counts = ErasedCounts::default();
        in_tx!(self, tx => tx.may_erase(subject).await?)?;
        // What is to be counted is counted before it goes.
        while self.roll_up(now).await? {}
        self.catch_up_facts().await?;
        let Things { alerts, homes, told } = self.things_of(subject).await?;
        for chunk in alerts.chunks(CHUNK) {
            let ids: Vec<&str> = chunk.iter().map(String::as_str).collect();
            counts.entries += in_tx!(self, tx => {
                tx.may_erase(subject).await?;
                tx.erase_alerts(by, now, subject, &ids, reason).await?
            })?;
            counts.alerts += chunk.len() as u64;
        }
        // What the stream may still tell of them, from the alerts as they are now.
        in_tx!(self, tx => {
            for position in &told {
                let text = "UPDATE feed SET body = COALESCE((SELECT a.body FROM alerts a WHERE a.id = feed.alert), body) WHERE position = $1";
                on_tx!(tx, conn => sqlx::query(text).bind(*position).execute(conn).await.map(|_| ()))?;
            }
        })?;
        for home in &homes {
            loop {
                let gone = in_tx!(self, tx => {
                    tx.may_erase(subject).await?;
                    tx.erase_events(subject, home).await?
                })?;
                counts.events += gone;
                if gone == 0 {
                    break;
                }
            }
        }
        counts.entries += in_tx!(self, tx => {
            tx.may_erase(subject).await?;
            tx.erase_register(by, now, subject, reason).await?
        })?;
        counts.residents = subject.residents.len() as u64;
        Ok(counts)
    }

    async fn things_of(&self, subject: &Subject) -> Result<Things> {
        let mut tx = self.snapshot().await?;
        let text = format!(
            "SELECT alert, home FROM alert_facts WHERE organisation = $1 AND (resident IN {} OR (home = $3 AND $4 = 1)) ORDER BY alert",
            tx.listed("$2")
        );
        let people = json_list(&subject.residents.iter().map(String::as_str).collect::<Vec<_>>());
        let rows: Vec<(String, String)> = on_tx!(tx, conn => sqlx::query_as(AssertSqlSafe(text)).bind(&subject.organisation).bind(people)
            .bind(&subject.home).bind(i64::from(subject.whole_home)).fetch_all(conn).await)?;
        let mut homes: Vec<String> = rows.iter().map(|(_, home)| home.clone()).chain([subject.home.clone()]).collect();
        homes.sort_unstable();
        homes.dedup();
        let alerts: Vec<String> = rows.into_iter().map(|(alert, _)| alert).collect();
        let list = json_list(&alerts.iter().map(String::as_str).collect::<Vec<_>>());
        let text = format!("SELECT position FROM feed WHERE alert IN {} ORDER BY position", tx.listed("$1"));
        let rows: Vec<(i64,)> = on_tx!(tx, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await)?;
        Ok(Things { alerts, homes, told: rows.into_iter().map(|(position,)| position).collect() })
    }
}

impl Tx {
    /// Refuses while an alert is open or a hold stands. Locks the organisation's row, as whoever places a hold does.
    async fn may_erase(&mut self, subject: &Subject) -> Result<()> {
        self.organisation_to_change(&Scope::All, &subject.organisation).await?;
        self.refuse_if_held(&subject.organisation, &subject.home, &subject.residents).await?;
        let open = self.open_alerts_of(&[subject.home.as_str()]).await?;
        let theirs =
            open.iter().find(|alert| subject.whole_home || alert.resident.as_ref().is_some_and(|id| subject.residents.contains(id)));
        match theirs {
            Some(alert) => Err(StoreError::Conflict(format!("The alert {} is still open. Deal with it first.", alert.id))),
            None => Ok(()),
        }
    }

    async fn erase_alerts(&mut self, by: &Actor, now: Time, subject: &Subject, ids: &[&str], reason: &str) -> Result<u64> {
        let list = json_list(ids);
        let of = |tx: &Self, column: &str| format!("{column} IN {}", tx.listed("$1"));
        let text = format!("SELECT body FROM alerts WHERE {} AND state = 'closed' ORDER BY id", of(self, "id"));
        let bodies: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(&list).fetch_all(conn).await)?;
        let mut alerts = Vec::with_capacity(bodies.len());
        for (body,) in bodies {
            let mut alert = read_alert(&body)?;
            WORDS.clone_into(&mut alert.explanation);
            (alert.resident, alert.call_back) = (None, None);
            alert.instructions.clear();
            alert.breach_cause = alert.breach_cause.map(|_| WORDS.to_owned());
            if let Some(fault) = &mut alert.fault {
                WORDS.clone_into(&mut fault.interim);
            }
            alerts.push(alert);
        }
        self.save_alerts(&alerts).await?;
        self.erase_evidence(&list).await?;
        let changes = [
            format!("UPDATE alert_entries SET text = '{WORDS}' WHERE {}", of(self, "alert")),
            format!(
                "UPDATE alert_facts SET resident = NULL, cause = CASE WHEN cause IS NULL THEN NULL ELSE '{WORDS}' END WHERE {}",
                of(self, "alert")
            ),
            // Mailings first: one that is being spread is waited for, and its rows go with the others.
            format!("DELETE FROM mailings WHERE {}", of(self, "alert")),
            format!("DELETE FROM outbox WHERE {}", of(self, "alert")),
        ];
        for text in changes {
            on_tx!(self, conn => sqlx::query(AssertSqlSafe(text)).bind(&list).execute(conn).await.map(|_| ()))?;
        }
        let text = format!("SELECT id FROM visits WHERE is_open = 0 AND {}", of(self, "alert"));
        let visits: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(&list).fetch_all(conn).await)?;
        let visits: Vec<&str> = visits.iter().map(|(id,)| id.as_str()).collect();
        self.thin_visits(&visits).await?;
        let objects: Vec<&str> = ids.iter().copied().chain(visits.iter().copied()).collect();
        self.erase_trail_of(by, now, subject, &objects, reason, false).await
    }

    /// Readings and data go; what happened when, by which device, stays: kinds are counted.
    async fn erase_evidence(&mut self, list: &str) -> Result<()> {
        const KEPT: [&str; 8] = ["gateway", "id", "kind", "class", "device", "at", "claimed_at", "received_at"];
        const SQL: &str = "UPDATE alert_evidence SET body = $4 WHERE alert = $1 AND gateway = $2 AND event = $3";
        let text = format!("SELECT alert, gateway, event, body FROM alert_evidence WHERE alert IN {}", self.listed("$1"));
        let rows: Vec<(String, String, String, String)> =
            on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await)?;
        for (alert, gateway, event, body) in rows {
            let mut fields: Map<String, Value> = serde_json::from_str(&body).map_err(StoreError::unreadable("evidence"))?;
            fields.retain(|name, _| KEPT.contains(&name.as_str()));
            let body = Value::Object(fields).to_string();
            on_tx!(self, conn => sqlx::query(SQL).bind(alert).bind(gateway).bind(event).bind(body).execute(conn).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// The next events of the subject at this home. Those that are not in the daily sums yet stay without what they said.
    async fn erase_events(&mut self, subject: &Subject, home: &str) -> Result<u64> {
        let whole = i64::from(subject.whole_home && home == subject.home);
        let people = json_list(&subject.residents.iter().map(String::as_str).collect::<Vec<_>>());
        let theirs = format!("home = $1 AND (resident IN {} OR $3 = 1)", self.listed("$2"));
        let text = format!(
            "DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE {theirs} AND seq <= (SELECT value FROM counters WHERE name = 'rollups') \
             AND seq < (SELECT MAX(seq) FROM events) LIMIT $4)"
        );
        let gone = on_tx!(self, conn => sqlx::query(AssertSqlSafe(text)).bind(home).bind(&people).bind(whole).bind(EVENTS).execute(conn).await
            .map(|done| done.rows_affected()))?;
        if gone == 0 {
            let text = format!("UPDATE events SET resident = NULL, body = '{{}}' WHERE {theirs}");
            on_tx!(self, conn => sqlx::query(AssertSqlSafe(text)).bind(home).bind(&people).bind(whole).execute(conn).await.map(|_| ()))?;
            let text = format!(
                "DELETE FROM shadow_alerts WHERE home = $1 AND ($3 = 1 OR subject IN (SELECT 'resident:' || value FROM {} AS people))",
                self.listed("$2")
            );
            on_tx!(self, conn => sqlx::query(AssertSqlSafe(text)).bind(home).bind(&people).bind(whole).execute(conn).await.map(|_| ()))?;
        }
        Ok(gone)
    }

    /// The register, last: from then on it counts as erased.
    async fn erase_register(&mut self, by: &Actor, now: Time, subject: &Subject, reason: &str) -> Result<u64> {
        let Subject { home, residents, whole_home, object, .. } = subject;
        let now_us = to_us(now);
        self.bump_homes(&[home.as_str()]).await?;
        let mut objects = residents.clone();
        for id in residents {
            self.change(id, format!(
                "UPDATE residents SET name = '{WORDS}', preferred_name = NULL, language = NULL, hearing = '', born = NULL, notes = '', medical = '', risks = '', \
                 erased_us = {now_us} WHERE id = $1"
            )).await?;
            self.change(id, format!("UPDATE plans SET reason = '{WORDS}' WHERE scope_kind = 'resident' AND scope_id = $1")).await?;
            self.change(id, "UPDATE devices SET resident = NULL WHERE resident = $1".to_owned()).await?;
        }
        if *whole_home {
            let text = "SELECT id FROM contacts WHERE home = $1 UNION ALL SELECT id FROM excuses WHERE home = $1";
            let there: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(home).fetch_all(conn).await)?;
            objects.extend(there.into_iter().map(|(id,)| id));
            for text in [
                format!(
                    "UPDATE contacts SET name = '{WORDS}', relation = '', telephone = '', notes = '', archived_us = COALESCE(archived_us, {now_us}) \
                     WHERE home = $1"
                ),
                format!("UPDATE excuses SET reason = '{WORDS}' WHERE home = $1 AND reason IS NOT NULL AND until_us < {now_us}"),
                format!("UPDATE welfare_checks SET note = '{WORDS}' WHERE home = $1 AND note IS NOT NULL"),
            ] {
                self.change(home, text).await?;
            }
        }
        if object.0 == "home" {
            objects.push(home.clone());
            for text in [
                format!(
                    "UPDATE homes SET name = '{WORDS}', address = '', access_notes = '', key_safe = NULL, call_back = NULL, erased_us = {now_us} \
                     WHERE id = $1"
                ),
                "UPDATE gateways SET call_back = NULL WHERE home = $1".to_owned(),
                "UPDATE devices SET call_back = NULL WHERE home = $1".to_owned(),
                format!(
                    "UPDATE plans SET reason = '{WORDS}' WHERE (scope_kind = 'home' AND scope_id = $1) \
                     OR (scope_kind = 'device' AND scope_id IN (SELECT id FROM devices WHERE home = $1))"
                ),
                "DELETE FROM quarantine WHERE home = $1".to_owned(),
            ] {
                self.change(home, text).await?;
            }
        }
        let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
        self.erase_trail_of(by, now, subject, &objects, reason, true).await
    }

    /// Runs a statement about the thing of this id (`$1`).
    async fn change(&mut self, id: &str, text: String) -> Result<()> {
        on_tx!(self, conn => sqlx::query(AssertSqlSafe(text)).bind(id).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// The details of the trail about these things. With `say` that it was done is said in any case.
    async fn erase_trail_of(&mut self, by: &Actor, now: Time, subject: &Subject, objects: &[&str], reason: &str, say: bool) -> Result<u64> {
        let text = format!(
            "SELECT d.seq FROM audit_details d JOIN audit a ON a.seq = d.seq WHERE a.object_id IN {} ORDER BY d.seq",
            self.listed("$1")
        );
        let list = json_list(objects);
        let rows: Vec<(i64,)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await)?;
        let entries: Vec<i64> = rows.into_iter().map(|(seq,)| seq).collect();
        let count = entries.len() as u64;
        if count == 0 && !say {
            return Ok(0);
        }
        let (kind, id) = (subject.object.0, subject.object.1.as_str());
        self.erase_entries(by, now, Erased { organisation: Some(&subject.organisation), object: (kind, id), entries, reason }).await?;
        Ok(count)
    }
}
