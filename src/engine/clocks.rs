//! Due clocks: rows, not timers in memory. What fires early sets itself again; what is overdue after an outage fires once, with its true due time.

use crate::domain::alert::Queue;
use crate::rules::{Input, Outcome, RECALLED_AT_MOST, Recall, decide};
use crate::store::Result;
use crate::store::states::{ALERT, COVERAGE, ClockRow, GROUPED, INCIDENTS, VISIT, WATCH};

use super::Engine;
use super::unit::Unit;

/// Clocks looked at in one transaction, at most.
const AT_ONCE: i64 = 500;

impl Engine {
    /// Fires what is due now. Answers whether there may be more.
    ///
    /// # Errors
    /// When the database refuses; then the clocks are still due.
    pub(super) async fn fire_clocks(&mut self) -> Result<bool> {
        let now = self.clock.now();
        let homes = self.store.homes_due(now, AT_ONCE).await?;
        if homes.is_empty() {
            self.next_due = self.store.next_due().await?;
            return Ok(false);
        }
        let mut keys: Vec<&str> = homes.iter().map(String::as_str).collect();
        keys.sort_unstable();
        let mut tx = self.store.begin().await?;
        self.refresh_rules(&mut tx).await?;
        let mut unit = Unit::begin(tx, &mut self.homes, &keys, now, self.limits).await?;
        // Read again under the lock: another replica may have been here first.
        let due: Vec<_> = unit.tx.clocks_of(&keys).await?.into_iter().filter(|clock| clock.due <= now).collect();
        let mut raised = Vec::new();
        for clock in due {
            match clock.rule.as_str() {
                ALERT => self.alert_due(&mut unit, &clock.home, &clock.subject).await?,
                INCIDENTS => self.look_at_incidents(&mut unit, &clock, &mut raised).await?,
                GROUPED => self.label(&mut unit, &clock).await?,
                COVERAGE => self.look_for_gaps(&mut unit, &clock, &mut raised).await?,
                VISIT => self.visit_due(&mut unit, &clock.home, &clock.subject, &mut raised).await?,
                _ => self.rule_due(&mut unit, &clock, &mut raised).await?,
            }
        }
        let done = unit.finish(&mut self.homes).await?;
        self.announce(&done, &raised);
        self.next_due = self.store.next_due().await?;
        Ok(self.next_due.is_some_and(|due| due <= now))
    }

    /// The clock of a rule has fired, or one that puts a gateway under watch.
    async fn rule_due(&mut self, unit: &mut Unit, clock: &ClockRow, raised: &mut Vec<Queue>) -> Result<()> {
        let now = unit.now;
        let Some(known) = unit.homes.get_mut(&clock.home) else { return Ok(()) };
        let context = self.context(&known.home, &known.heard, now);
        let input = match clock.rule.as_str() {
            WATCH => Input::Watch { gateway: gateway_of(&clock.subject) },
            rule => Input::Clock { rule, subject: &clock.subject, due: clock.due },
        };
        let mut outcomes = decide(&context, &mut known.memory, input);
        let asked: Vec<Recall> = outcomes.iter().filter_map(Outcome::asks).cloned().collect();
        for recall in asked {
            let Recall { rule, subject, since, kinds, gateway } = &recall;
            let events = unit.tx.events_since(&clock.home, *since, kinds, gateway.as_deref(), RECALLED_AT_MOST).await?;
            outcomes.extend(decide(&context, &mut known.memory, Input::Past { rule, subject, events: &events }));
        }
        // The row is spent; a rule that looks again later has set it anew.
        unit.stop_clock(&clock.home, &clock.rule, &clock.subject);
        unit.apply(&clock.home, outcomes, &self.clock, raised).await?;
        Ok(())
    }
}

/// The gateway that a subject names: `device:{gateway}/`.
fn gateway_of(subject: &str) -> &str {
    subject.strip_prefix("device:").and_then(|rest| rest.strip_suffix('/')).unwrap_or(subject)
}
