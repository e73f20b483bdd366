//! Technical alerts about the service itself, for an organisation and no home of it: what Harken notices of its own work.

use crate::domain::access::Principal;
use crate::domain::alert::{Queue, RuleRef};
use crate::domain::home::organisation_key;
use crate::response::lifecycle::NewAlert;
use crate::store::{Result, Tx};

use super::Engine;
use super::action::{PlatformTrouble, Refusal};
use super::people::Answer;
use super::unit::Unit;

impl Engine {
    /// Raises the alert, unless one on the same matter is open: then that one is the answer.
    pub(super) async fn raise_trouble(&mut self, tx: Tx, by: &Principal, trouble: &PlatformTrouble) -> Result<Answer> {
        let now = self.clock.now();
        let key = organisation_key(&trouble.organisation);
        let mut unit = Unit::begin(tx, &mut self.homes, &[&key], now, self.limits).await?;
        let open = |known: &mut super::homes::Known| known.open_on(Queue::Technical, &trouble.rule, &trouble.subject).cloned();
        if let Some(open) = unit.homes.get_mut(&key).and_then(open) {
            unit.give_up(&mut self.homes);
            return Ok(Ok(vec![open]));
        }
        let new = NewAlert {
            organisation: trouble.organisation.clone(),
            subject: trouble.subject.clone(),
            rule: RuleRef { id: trouble.rule.clone(), revision: 0, title: trouble.title.clone() },
            queue: Queue::Technical,
            priority: trouble.priority,
            occurred_at: now,
            explanation: trouble.explanation.clone(),
            instructions: trouble.instructions.clone(),
            ..NewAlert::default()
        };
        let mut raised = Vec::new();
        let id = unit.raise_new(&key, new, Vec::new(), &self.clock, &mut raised).await?;
        unit.tx.note_in_trail(now, Some(&trouble.organisation), &by.id, "raised", ("alert", &id), &trouble.explanation).await?;
        let alert = unit.alert_mut(&key, &id).cloned();
        let finished = unit.finish(&mut self.homes).await?;
        self.announce(&finished, &raised);
        Ok(alert.map(|alert| vec![alert]).ok_or(Refusal::NotFound("this alert")))
    }
}
