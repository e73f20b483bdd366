//! The auditor: every minute it looks whether each open alert has a next moment that is not overdue. It trusts no one else's book-keeping: what it finds it
//! sets right, and tells.

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::alert::{Queue, RuleRef};
use crate::response::lifecycle::NewAlert;
use crate::store::Result;
use crate::store::unattended::Unattended;

use super::Engine;
use super::unit::Unit;

/// How often it looks.
pub(super) const EVERY: TimeDelta = TimeDelta::seconds(60);
/// A clock that is overdue by more than this was forgotten; less is work in hand.
const GRACE: TimeDelta = TimeDelta::seconds(60);
/// Alerts set right in one transaction, at most.
const AT_ONCE: i64 = 200;

/// The rule id of the auditor's own alerts.
pub const UNATTENDED: &str = "unattended_alert";

impl Engine {
    /// One look. Answers whether everything was as it must be.
    ///
    /// # Errors
    /// When the database refuses; then nothing was set right.
    pub(super) async fn audit(&mut self) -> Result<bool> {
        let now = self.clock.now();
        let mut clean = true;
        loop {
            let found = self.store.unattended(now - GRACE, AT_ONCE).await?;
            if found.is_empty() {
                break;
            }
            clean = false;
            self.attend(&found, now).await?;
            if i64::try_from(found.len()).is_ok_and(|found| found < AT_ONCE) {
                break;
            }
        }
        metrics::gauge!("harken_auditor_clean").set(if clean { 1.0 } else { 0.0 });
        Ok(clean)
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
        for Unattended { home, alert } in found {
            tracing::error!(home, alert, "an open alert had no next step in time; it is set right now");
            metrics::counter!("harken_auditor_repairs_total").increment(1);
            self.alert_due(&mut unit, home, alert).await?;
            let Some(about) = unit.alert_mut(home, alert).filter(|about| about.rule.id != UNATTENDED).map(|about| about.clone()) else {
                continue;
            };
            let new = NewAlert {
                organisation: about.organisation,
                home: about.home,
                gateway: about.gateway,
                subject: format!("alert:{alert}"),
                rule: RuleRef { id: UNATTENDED.to_owned(), revision: 0, title: "An alert was without a next step".to_owned() },
                queue: Queue::Technical,
                priority: 2,
                occurred_at: now,
                explanation: format!("Alert {alert} was open and nothing was due for it in time. Its next step was taken now."),
                instructions: vec![
                    "See to that alert first.".to_owned(),
                    "Then tell whoever looks after this installation: a defect or a stopped service let it wait.".to_owned(),
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
