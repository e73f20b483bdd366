//! Adoption: a gateway that was heard (through a broker) before anybody registered it brings along what it said and what was raised. Everything moves
//! to its home in the transaction that registers it; nothing is closed and nothing is lost.

use super::alerts::{NewEntry, read_alert};
use super::{Result, Tx};
use crate::clock::Time;
use crate::domain::alert::{Alert, Entry};
use crate::domain::home::unclaimed_key;
use crate::domain::register::{Home, NewGateway};

/// What belongs to one key and may stand at the other already, for example a rule's state of subject `home`: what the home itself has stays, and
/// what cannot stand beside it goes. Clocks of the home are set due below, so that none is lost.
const DROP_DOUBLES: [&str; 2] = [
    "DELETE FROM rule_states WHERE home = $1 AND EXISTS \
        (SELECT 1 FROM rule_states o WHERE o.home = $2 AND o.rule = rule_states.rule AND o.subject = rule_states.subject)",
    "DELETE FROM clocks WHERE home = $1 AND EXISTS \
        (SELECT 1 FROM clocks o WHERE o.home = $2 AND o.rule = clocks.rule AND o.subject = clocks.subject)",
];

const MOVE: [&str; 4] = [
    "UPDATE rule_states SET home = $2 WHERE home = $1",
    "UPDATE clocks SET home = $2 WHERE home = $1",
    "UPDATE devices SET home = $2 WHERE home = $1",
    "UPDATE events SET home = $2 WHERE home = $1",
];

/// Daily sums add up where both have some for one day.
const ADD_ROLLUPS: &str = "INSERT INTO day_rollups (home, device, day, kind, events, first_us, last_us) \
    SELECT $2, device, day, kind, events, first_us, last_us FROM day_rollups WHERE home = $1 \
    ON CONFLICT (home, day, device, kind) DO UPDATE SET events = day_rollups.events + excluded.events, \
    first_us = CASE WHEN excluded.first_us < day_rollups.first_us THEN excluded.first_us ELSE day_rollups.first_us END, \
    last_us = CASE WHEN excluded.last_us > day_rollups.last_us THEN excluded.last_us ELSE day_rollups.last_us END";

impl Tx {
    /// Moves everything of the unclaimed gateway to `home`, and answers with its alerts as they are now, for the feed. The caller holds the
    /// locks of both keys.
    pub(super) async fn adopt(&mut self, gateway: &NewGateway, home: &Home, now: Time) -> Result<Vec<Alert>> {
        let from = unclaimed_key(&gateway.id);
        for sql in DROP_DOUBLES.into_iter().chain(MOVE).chain([ADD_ROLLUPS]) {
            on_tx!(self, conn => sqlx::query(sql).bind(&from).bind(&home.id).execute(conn).await.map(|_| ()))?;
        }
        on_tx!(self, conn => sqlx::query("DELETE FROM day_rollups WHERE home = $1").bind(&from).execute(conn).await.map(|_| ()))?;
        let quarantine = "UPDATE quarantine SET home = $2, organisation = $3 WHERE home = $1";
        on_tx!(self, conn => sqlx::query(quarantine).bind(&from).bind(&home.id).bind(&home.organisation).execute(conn).await.map(|_| ()))?;
        self.look_again(&home.id, now).await?;
        self.adopt_alerts(&from, gateway, home, now).await
    }

    async fn adopt_alerts(&mut self, from: &str, gateway: &NewGateway, home: &Home, now: Time) -> Result<Vec<Alert>> {
        self.keep_doubles_apart(from, gateway, home).await?;
        let rows: Vec<(String, String)> = on_tx!(self, conn => {
            sqlx::query_as("SELECT body, subject FROM alerts WHERE home = $1 ORDER BY raised_us, id").bind(from).fetch_all(conn).await?
        });
        let mut alerts = Vec::with_capacity(rows.len());
        let mut entries = Vec::with_capacity(rows.len());
        for (body, subject) in rows {
            let mut alert = read_alert(&body)?;
            alert.home = Some(home.id.clone());
            alert.organisation.clone_from(&home.organisation);
            alert.subject = subject;
            alert.call_back = alert.call_back.or_else(|| gateway.call_back.clone()).or_else(|| home.call_back.clone());
            alert.version += 1;
            let text = format!("Gateway {} was registered at this home.", gateway.id);
            let entry = Entry { at: now, what: "adopted".to_owned(), who: None, text };
            entries.push(NewEntry { alert: alert.id.clone(), position: alert.version, entry });
            alerts.push(alert);
        }
        self.save_alerts(&alerts).await?;
        self.add_entries(entries).await?;
        Ok(alerts)
    }

    /// At the home an alert may be open on what one of the gateway's is about too: same queue, rule and subject (which can only be `home`: any
    /// other names the gateway). Only one may be open on one subject, and only a person closes an alert; so the newcomer's subject becomes its
    /// gateway, and both stay open.
    async fn keep_doubles_apart(&mut self, from: &str, gateway: &NewGateway, home: &Home) -> Result<()> {
        let sql = "UPDATE alerts SET subject = $3 || id WHERE home = $1 AND state <> 'closed' AND EXISTS \
            (SELECT 1 FROM alerts o WHERE o.home = $2 AND o.state <> 'closed' AND o.queue = alerts.queue AND o.rule = alerts.rule \
            AND o.subject = alerts.subject)";
        // The alert's own id behind the gateway's keeps even two of them apart.
        let subject = format!("device:{}/#", gateway.id);
        on_tx!(self, conn => sqlx::query(sql).bind(from).bind(&home.id).bind(subject).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}
