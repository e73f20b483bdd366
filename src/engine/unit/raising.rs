//! How outcomes of rules become alerts: a new one, or one more activation of what is open.

use crate::clock::{Clock, Time};
use crate::domain::alert::Queue;
use crate::domain::event::Event;
use crate::domain::register::ShadowFound;
use crate::raising::{fault_alert, new_alert};
use crate::response::escalation::choose;
use crate::response::lifecycle::{self, NewAlert};
use crate::response::matter::{RULE_FAULT, TOLD_ONCE, rule_fault_subject};
use crate::rules::{Evidence, Raise};
use crate::store::Result;
use crate::store::shadow::NewShadow;

use super::Unit;

/// Pieces of evidence that are recorded with what a rule in shadow would have raised.
const SHADOW_EVIDENCE_AT_MOST: usize = 20;

impl Unit {
    pub(super) async fn raise(&mut self, key: &str, raise: Raise, clock: &Clock, raised: &mut Vec<Queue>) -> Result<String> {
        let evidence = self.evidence_of(key, &raise).await?;
        let Some(known) = self.homes.get(key) else { return Ok(String::new()) };
        let new = new_alert(&known.home, raise);
        self.raise_new(key, new, evidence, clock, raised).await
    }

    /// What is recorded in the place of an alert.
    pub(super) async fn shadow(&mut self, key: &str, raise: Raise, clock: &Clock) -> Result<NewShadow> {
        let mut evidence = self.evidence_of(key, &raise).await?;
        evidence.truncate(SHADOW_EVIDENCE_AT_MOST);
        let organisation = self.homes.get(key).map(|known| known.home.organisation.clone()).unwrap_or_default();
        Ok(NewShadow {
            id: crate::clock::new_id(clock),
            organisation,
            home: key.to_owned(),
            rule: raise.rule.id,
            revision: raise.rule.revision,
            subject: raise.subject,
            occurred_at: raise.occurred_at,
            recorded_at: self.now,
            found: ShadowFound {
                title: raise.rule.title,
                queue: raise.queue,
                priority: raise.priority,
                resident: raise.resident,
                device: raise.device,
                explanation: raise.explanation,
                marks: raise.marks,
                settings: raise.settings,
                evidence: evidence.iter().filter_map(|event| serde_json::to_value(event).ok()).collect(),
            },
        })
    }

    /// The events that a raising rests on.
    async fn evidence_of(&mut self, key: &str, raise: &Raise) -> Result<Vec<Event>> {
        let mut evidence = Vec::with_capacity(raise.evidence.len());
        for each in &raise.evidence {
            match each {
                Evidence::Event(event) => evidence.push((**event).clone()),
                Evidence::Stored(sought) => {
                    let stored = self.tx.events_at(key, sought.at).await?;
                    evidence.extend(stored.into_iter().filter(|event| sought.matches(event)));
                }
            }
        }
        Ok(evidence)
    }

    /// Adds to the open alert on the same matter, or raises a new one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn raise_new(
        &mut self,
        key: &str,
        new: NewAlert,
        evidence: Vec<Event>,
        clock: &Clock,
        raised: &mut Vec<Queue>,
    ) -> Result<String> {
        let now = self.now;
        self.load_policies(&new.organisation).await?;
        let new = NewAlert { received_at: self.received, ..new };
        let Some(known) = self.homes.get_mut(key) else { return Ok(String::new()) };
        if TOLD_ONCE.contains(&new.rule.id.as_str())
            && let Some(open) = known.open_on(new.queue, &new.rule.id, &new.subject)
            && !open.is_cleared()
        {
            return Ok(open.id.clone());
        }
        let (id, entry) = if let Some(open) = known.open_on(new.queue, &new.rule.id, &new.subject) {
            let entry = lifecycle::activate(open, &new, now, &self.limits);
            (open.id.clone(), entry)
        } else {
            let previous = self.tx.previous_alert(key, new.queue.as_str(), &new.rule.id, &new.subject).await?;
            raised.push(new.queue);
            let escalation = choose(self.policies.get(&new.organisation).map_or(&[], Vec::as_slice), new.policy.as_deref(), new.queue);
            let (alert, entry) = lifecycle::raise(crate::clock::new_id(clock), new, escalation, previous, now, &self.limits);
            let found = (alert.id.clone(), entry);
            known.open.push(alert);
            found
        };
        self.evidence.extend(evidence.into_iter().map(|event| (id.clone(), event)));
        self.changed(key, &id, Some(entry));
        Ok(id)
    }

    /// What is decided next comes from an event that reached us at `received`: answer times count from then.
    pub fn about_event(&mut self, received: Option<Time>) {
        self.received = received;
    }

    /// Makes sure that the policies of `organisation` are known.
    async fn load_policies(&mut self, organisation: &str) -> Result<()> {
        if !self.policies.contains_key(organisation) {
            let found = self.tx.policies_for(organisation).await?;
            self.policies.insert(organisation.to_owned(), found);
        }
        Ok(())
    }

    /// What raised an alert has lasted, and is more urgent now.
    pub(super) fn rise(&mut self, key: &str, rule: &str, subject: &str, priority: u8, text: &str) {
        let now = self.now;
        let Some(known) = self.homes.get_mut(key) else { return };
        let about = known.open.iter_mut().filter(|alert| alert.rule.id == rule && alert.subject == subject);
        let told: Vec<_> = about.filter_map(|alert| Some((alert.id.clone(), lifecycle::rise(alert, priority, text, now)?))).collect();
        for (id, entry) in told {
            self.changed(key, &id, Some(entry));
        }
    }

    /// What raised an alert is over.
    pub fn cleared(&mut self, key: &str, rule: &str, subject: &str, at: Time, explained: bool) {
        let now = self.now;
        let Some(known) = self.homes.get_mut(key) else { return };
        let limits = self.limits;
        let mut told = Vec::new();
        for alert in known.open.iter_mut().filter(|alert| alert.rule.id == rule && alert.subject == subject) {
            let entry = lifecycle::cleared(alert, at, explained, now, &limits);
            told.push((alert.id.clone(), entry));
        }
        for (id, entry) in told {
            self.changed(key, &id, Some(entry));
        }
    }

    /// One technical alert about a rule at this home, however often it fails: it is not counted up while it is open.
    pub(super) async fn fault(&mut self, key: &str, rule: &str, text: &str, clock: &Clock, raised: &mut Vec<Queue>) -> Result<()> {
        let Some(known) = self.homes.get_mut(key) else { return Ok(()) };
        if known.open_on(Queue::Technical, RULE_FAULT, &rule_fault_subject(rule)).is_some() {
            return Ok(());
        }
        let new = fault_alert(&known.home, rule, text, self.now);
        self.raise_new(key, new, Vec::new(), clock, raised).await?;
        Ok(())
    }
}
