//! The auditor: every minute it looks whether each open alert and each open visit has a next moment that is not overdue. It trusts no one else's book-keeping:
//! what it finds it sets right, and tells.

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::alert::{Queue, RuleRef};
use crate::domain::home::home_of_key;
use crate::response::lifecycle::NewAlert;
use crate::store::Result;
use crate::store::states::VISIT;
use crate::store::unattended::Unattended;

use super::Engine;
use super::unit::Unit;

/// How often it looks.
pub const EVERY: TimeDelta = TimeDelta::seconds(60);
/// What is set right in one transaction, at most.
const AT_ONCE: i64 = 200;

/// The rule id of the auditor's own alerts.
pub const UNATTENDED: &str = "unattended_alert";

impl Engine {
    /// When it looks next.
    pub(super) fn audit_due(&self) -> Time {
        self.audited.map_or(Time::MIN_UTC, |last| last + EVERY)
    }

    /// One look. What fell due before the look before this one, and is still there, was forgotten: we were up in between, and had the time. So what fell
    /// due while we were down, or our clock was moved, is work in hand and not a finding.
    ///
    /// # Errors
    /// When the database refuses; then nothing was set right.
    pub(super) async fn audit(&mut self) -> Result<()> {
        let now = self.clock.now();
        let overdue = self.audited.unwrap_or(Time::UNIX_EPOCH);
        let mut clean = true;
        loop {
            let found = self.store.unattended(overdue, AT_ONCE).await?;
            clean &= found.is_empty();
            let more = i64::try_from(found.len()).is_ok_and(|found| found == AT_ONCE);
            if !found.is_empty() {
                self.attend(&found, now).await?;
            }
            if !more {
                break;
            }
        }
        self.audited = Some(now);
        metrics::gauge!("harken_auditor_clean").set(if clean { 1.0 } else { 0.0 });
        self.clean_at.send_replace(clean.then_some(now));
        Ok(())
    }

    async fn attend(&mut self, found: &[Unattended], now: Time) -> Result<()> {
        let mut keys: Vec<&str> = found.iter().map(|each| each.home.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let tx = self.store.begin().await?;
        // What is in memory may be what is wrong.
        self.homes.clear();
        let mut unit = Unit::begin(tx, &mut self.homes, &keys, now, self.limits).await?;
        let mut raised = Vec::new();
        for each in found {
            let (home, id) = (each.home.as_str(), each.id.as_str());
            tracing::error!(home, what = each.rule, id, "something open had no next moment in time; it is set right now");
            metrics::counter!("harken_auditor_repairs_total").increment(1);
            let about_visit = each.rule == VISIT;
            if about_visit {
                self.visit_due(&mut unit, home, id, &mut raised).await?;
            } else {
                self.alert_due(&mut unit, home, id).await?;
                // Neither what is gone by now, nor what tells of such a thing itself.
                if unit.alert_mut(home, id).is_none_or(|alert| alert.rule.id == UNATTENDED) {
                    continue;
                }
            }
            let Some(known) = unit.homes.get(home) else { continue };
            let what = if about_visit { "Visit" } else { "Alert" };
            let new = NewAlert {
                organisation: known.home.organisation.clone(),
                home: home_of_key(home).map(str::to_owned),
                gateway: home.strip_prefix("unclaimed/").map(str::to_owned),
                subject: format!("{}:{id}", what.to_lowercase()),
                rule: RuleRef { id: UNATTENDED.to_owned(), revision: 0, title: format!("{what} without a next step") },
                queue: Queue::Technical,
                priority: 2,
                occurred_at: now,
                explanation: format!("{what} {id} was open and nothing was due for it in time. Its next step was taken now."),
                instructions: vec![
                    format!("See to that {} first.", what.to_lowercase()),
                    "Then tell whoever looks after this installation: a defect let it wait.".to_owned(),
                ],
                ..NewAlert::default()
            };
            unit.raise_new(home, new, Vec::new(), &self.clock, &mut raised).await?;
        }
        let done = unit.finish(&mut self.homes).await?;
        self.announce(&done, &raised);
        Ok(())
    }
}
