//! The list of homes to look after when many were lost at once: who is most at risk and silent for longest stands first.

use std::collections::BTreeMap;

use serde::Serialize;

use super::alerts::read_alert;
use super::{Result, Store, StoreError, Tx, from_us};
use crate::domain::access::Scope;
use crate::domain::alert::Holder;
use crate::domain::incident::{CheckResult, Incident, Vulnerability, WelfareCheck};

/// A home of an incident.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WelfareEntry {
    /// The home.
    pub home: String,
    /// What people call it.
    pub name: String,
    /// Street and number.
    pub address: String,
    /// `tel:` or `sip:` address on which to speak to the person.
    pub call_back: Option<String>,
    /// The highest of the people who live there.
    pub vulnerability: Vulnerability,
    /// Who lives there.
    pub residents: Vec<String>,
    /// Since when the home is lost.
    pub since: chrono::DateTime<chrono::Utc>,
    /// Whether it was heard again: none of its grouped alerts is open any more, or each is clear.
    pub heard_again: bool,
    /// Its grouped alerts.
    pub alerts: Vec<String>,
    /// Other open alerts of the home in the care queue.
    pub open_care_alerts: i64,
    /// The newest look after it.
    pub checked: Option<WelfareCheck>,
}

impl WelfareEntry {
    /// Whether nobody needs to look after it any more on account of the incident.
    fn is_settled(&self) -> bool {
        self.heard_again || self.checked.as_ref().is_some_and(|check| check.result.settles())
    }
}

/// An incident with its list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct IncidentWhole {
    /// The incident.
    #[serde(flatten)]
    pub incident: Incident,
    /// Its homes: those that wait first, then by open care alerts, vulnerability and time.
    pub list: Vec<WelfareEntry>,
}

impl Store {
    /// An incident with its list, all of one moment.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn incident_whole(&self, scope: &Scope, id: &str) -> Result<IncidentWhole> {
        let mut tx = self.snapshot().await?;
        let incident = tx.incident(scope, id).await?.ok_or(StoreError::NotFound("incident"))?;
        let mut entries = tx.entries_of(id).await?;
        tx.residents_of(id, &mut entries).await?;
        tx.checks_of(id, &mut entries).await?;
        let mut list: Vec<WelfareEntry> = entries.into_values().collect();
        list.sort_by(|left, right| {
            let rank = |one: &WelfareEntry| {
                (one.is_settled(), std::cmp::Reverse((one.open_care_alerts > 0, one.vulnerability)), one.since, one.home.clone())
            };
            rank(left).cmp(&rank(right))
        });
        Ok(IncidentWhole { incident, list })
    }
}

impl Tx {
    async fn entries_of(&mut self, incident: &str) -> Result<BTreeMap<String, WelfareEntry>> {
        type Row = (String, String, String, Option<String>, i64, String, i64);
        let text = "SELECT m.home, h.name, h.address, h.call_back, m.since_us, a.body, \
            (SELECT COUNT(*) FROM alerts c WHERE c.home = m.home AND c.queue = 'care' AND c.state <> 'closed') AS care \
            FROM incident_members m JOIN homes h ON h.id = m.home JOIN alerts a ON a.id = m.alert WHERE m.incident = $1 ORDER BY m.home, m.alert";
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(text).bind(incident).fetch_all(conn).await)?;
        let mut entries: BTreeMap<String, WelfareEntry> = BTreeMap::new();
        for (home, name, address, call_back, since, body, care) in rows {
            let alert = read_alert(&body)?;
            let heard = !alert.is_open() || alert.is_cleared();
            let entry = entries.entry(home.clone()).or_insert_with(|| WelfareEntry {
                home,
                name,
                address,
                call_back,
                vulnerability: Vulnerability::default(),
                residents: Vec::new(),
                since: from_us(since),
                heard_again: true,
                alerts: Vec::new(),
                open_care_alerts: care,
                checked: None,
            });
            entry.since = entry.since.min(from_us(since));
            entry.heard_again &= heard;
            entry.alerts.push(alert.id);
        }
        Ok(entries)
    }

    async fn residents_of(&mut self, incident: &str, entries: &mut BTreeMap<String, WelfareEntry>) -> Result<()> {
        let text = "SELECT r.home, r.name, r.vulnerability FROM residents r WHERE r.archived_us IS NULL AND r.home IN \
            (SELECT m.home FROM incident_members m WHERE m.incident = $1) ORDER BY r.id";
        let rows: Vec<(String, String, i64)> = on_tx!(self, conn => sqlx::query_as(text).bind(incident).fetch_all(conn).await)?;
        for (home, name, vulnerability) in rows {
            if let Some(entry) = entries.get_mut(&home) {
                entry.residents.push(name);
                entry.vulnerability = entry.vulnerability.max(Vulnerability::of_number(vulnerability));
            }
        }
        Ok(())
    }

    async fn checks_of(&mut self, incident: &str, entries: &mut BTreeMap<String, WelfareEntry>) -> Result<()> {
        type Row = (String, i64, String, String, String, Option<String>);
        let text = "SELECT home, at_us, who, who_name, result, note FROM welfare_checks WHERE incident = $1 ORDER BY home, n";
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(text).bind(incident).fetch_all(conn).await)?;
        for (home, at, who, name, result, note) in rows {
            let unknown = || StoreError::Unreadable { what: "welfare check", why: format!("`{result}` is not known") };
            let result = CheckResult::parse(&result).ok_or_else(unknown)?;
            if let Some(entry) = entries.get_mut(&home) {
                entry.checked = Some(WelfareCheck { at: from_us(at), by: Holder { id: who, name }, result, note });
            }
        }
        Ok(())
    }
}
