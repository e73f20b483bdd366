//! The clock of an open alert: its lease, its hold, the next step of its escalation. Every open alert has one.

use crate::clock::Time;
use crate::domain::access::Role;
use crate::domain::escalation::{Step, Target};
use crate::response::escalation::choose;
use crate::response::lifecycle::queue::{Due, at_last_step, fall_due, stepped};
use crate::store::Result;
use crate::store::states::ALERT;

use super::Engine;
use super::telling::{Now, reach};
use super::unit::Unit;

impl Engine {
    /// Who was heard of after this time is present.
    pub(super) fn present_since(&self, now: Time) -> Time {
        now - self.limits.lease
    }

    /// The clock of alert `id` has fired: does what is due, and sets it again.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn alert_due(&mut self, unit: &mut Unit, home: &str, id: &str) -> Result<()> {
        let now = unit.now;
        unit.forget_alert_clock(home, id);
        self.adopt_policy(unit, home, id).await?;
        // A step that reaches nobody makes the next one due at once; there are as many rounds as steps at most.
        loop {
            let Some(alert) = unit.alert_mut(home, id) else {
                unit.stop_clock(home, ALERT, id);
                return Ok(());
            };
            match fall_due(alert, now, &self.limits) {
                Due::NotYet => {
                    unit.set_alert_clock(home, id);
                    return Ok(());
                }
                Due::Told(entry) => unit.changed(home, id, entry),
                Due::Step(step) => drop(self.take_step(unit, home, id, &step).await?),
            }
        }
    }

    /// The next step now, whoever has the alert: one that reaches nobody is skipped.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn step_now(&mut self, unit: &mut Unit, home: &str, id: &str) -> Result<()> {
        self.adopt_policy(unit, home, id).await?;
        loop {
            let Some((step, last)) = unit
                .alert_mut(home, id)
                .and_then(|alert| alert.escalation.step(alert.level).cloned().map(|step| (step, at_last_step(alert))))
            else {
                return Ok(());
            };
            if self.take_step(unit, home, id, &step).await? || last {
                return Ok(());
            }
        }
    }

    /// Answers whether it reached anybody.
    async fn take_step(&mut self, unit: &mut Unit, home: &str, id: &str, step: &Step) -> Result<bool> {
        let now = unit.now;
        let Some(alert) = unit.alert_mut(home, id).map(|alert| alert.clone()) else { return Ok(false) };
        let mut targets = step.targets.clone();
        let supervisors = Target::Role(Role::Manager);
        if at_last_step(&alert) && !targets.contains(&supervisors) {
            targets.push(supervisors);
        }
        let how = Now { now, since: self.present_since(now), emails: !self.settings.smtp.host.is_empty() };
        let reached = reach(&mut unit.tx, &alert, &targets, how).await?;
        let anybody = !reached.words.is_empty();
        let Some(alert) = unit.alert_mut(home, id) else { return Ok(false) };
        let entry = stepped(alert, &reached.words, now);
        let messages = reached.messages(alert, now);
        unit.messages.extend(messages);
        metrics::counter!("harken_escalation_steps_total", "told" => if anybody { "somebody" } else { "nobody" }).increment(1);
        unit.changed(home, id, entry);
        Ok(anybody)
    }

    /// An alert that was raised before there were policies gets the one that would be its own now.
    async fn adopt_policy(&mut self, unit: &mut Unit, home: &str, id: &str) -> Result<()> {
        let Some(alert) = unit.alert_mut(home, id).filter(|alert| alert.escalation.steps.is_empty()) else { return Ok(()) };
        let (organisation, queue) = (alert.organisation.clone(), alert.queue);
        let policies = unit.tx.policies_for(&organisation).await?;
        if let Some(alert) = unit.alert_mut(home, id) {
            alert.escalation = choose(&policies, None, queue);
        }
        Ok(())
    }
}
