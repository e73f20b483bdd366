//! What people do with alerts: each action in a transaction of its own, decided by the lifecycle.

use crate::domain::access::{Principal, Role, Scope};
use crate::domain::alert::{Alert, Entry, Holder};
use crate::domain::home::is_unclaimed;
use crate::response::lifecycle::{self, LifecycleError, NewAlert};
use crate::store::{Result, Tx};

use super::Engine;
use super::action::{Action, Closing, RaisedByHand, Refusal, Request};
use super::unit::Unit;

/// Who may deal with alerts.
const MAY_ACT: [Role; 2] = [Role::Administrator, Role::Operator];

/// The rule id of alerts raised by hand.
pub const BY_HAND: &str = "raised_by_hand";

type Answer = std::result::Result<Vec<Alert>, Refusal>;

impl Engine {
    /// Does what a person asked, and answers.
    pub(super) async fn serve(&mut self, request: Request) {
        let Request { by, action, answer } = request;
        let mut tries = 0;
        let outcome = loop {
            match self.act(&by, &action).await {
                Ok(outcome) => break outcome,
                Err(error) if tries < 3 && (error.is_contention() || error.is_unique_violation()) => {
                    tries += 1;
                    self.homes.clear();
                }
                Err(error) => {
                    tracing::error!(%error, "an action could not be stored");
                    self.homes.clear();
                    break Err(Refusal::Unavailable("the database cannot store it now; try again in a moment".to_owned()));
                }
            }
        };
        // Whoever asked may have gone away; what was done stays done.
        let _ = answer.send(outcome);
    }

    async fn act(&mut self, by: &Principal, action: &Action) -> Result<Answer> {
        let tx = self.store.begin().await?;
        match action {
            Action::RaiseByHand { home, hand } => self.raise_by_hand(tx, by, home, hand).await,
            Action::Present => self.present(tx, by).await,
            Action::Accept { alert } | Action::Release { alert } | Action::Note { alert, .. } | Action::Close { alert, .. } => {
                self.change(tx, by, alert, action).await
            }
        }
    }

    async fn change(&mut self, mut tx: Tx, by: &Principal, id: &str, action: &Action) -> Result<Answer> {
        let scope = by.scope(&MAY_ACT);
        let Some(alert) = tx.alert(id).await?.filter(|alert| scope.covers(&alert.organisation)) else {
            return Ok(Err(Refusal::NotFound("this alert")));
        };
        let key = alert.home_key();
        let now = self.clock.now();
        let mut unit = Unit::begin(tx, &mut self.homes, &[&key], now).await?;
        let lease = self.lease();
        let limits = self.limits();
        let who = Holder { id: by.id.clone(), name: by.name.clone() };
        let Some(alert) = unit.alert_mut(&key, id) else { return self.after_closing(unit, alert, by, action).await };
        let done: std::result::Result<Entry, LifecycleError> = match action {
            Action::Accept { .. } => lifecycle::accept(alert, &who, now, lease),
            Action::Release { .. } => lifecycle::release(alert, &who, now),
            Action::Note { text, .. } => Ok(lifecycle::note(alert, &who, text, now, lease)),
            Action::Close { closing, .. } => lifecycle::close(alert, &who, &to_lifecycle(closing), now, &limits),
            Action::RaiseByHand { .. } | Action::Present => return Ok(Err(Refusal::Invalid("not an action on an alert".to_owned()))),
        };
        let entry = match done {
            Ok(entry) => entry,
            Err(error) => {
                // Nothing was changed: what is known goes back as it was.
                self.homes.check_in(std::mem::take(&mut unit.homes));
                return Ok(Err(refusal(error)));
            }
        };
        let after = alert.clone();
        unit.tx.note_in_trail(now, Some(&after.organisation), &by.id, &entry.what, ("alert", id), &entry.text).await?;
        unit.changed(&key, id, Some(entry));
        let finished = unit.finish(&mut self.homes).await?;
        self.announce(&finished, &[]);
        Ok(Ok(vec![after]))
    }

    /// A closed alert takes notes, and nothing else.
    async fn after_closing(&mut self, mut unit: Unit, mut alert: Alert, by: &Principal, action: &Action) -> Result<Answer> {
        let Action::Note { text, .. } = action else {
            self.homes.check_in(std::mem::take(&mut unit.homes));
            return Ok(Err(Refusal::Conflict("this alert is closed; a new activation raises a new one".to_owned())));
        };
        let who = Holder { id: by.id.clone(), name: by.name.clone() };
        let entry = lifecycle::note(&mut alert, &who, text, unit.now, self.lease());
        unit.tx.note_in_trail(unit.now, Some(&alert.organisation), &by.id, &entry.what, ("alert", &alert.id), &entry.text).await?;
        unit.note_on_closed(alert.clone(), entry);
        let finished = unit.finish(&mut self.homes).await?;
        self.announce(&finished, &[]);
        Ok(Ok(vec![alert]))
    }

    async fn raise_by_hand(&mut self, tx: Tx, by: &Principal, home: &str, hand: &RaisedByHand) -> Result<Answer> {
        let now = self.clock.now();
        let mut unit = Unit::begin(tx, &mut self.homes, &[home], now).await?;
        let known = unit.homes.get(home).filter(|_| !is_unclaimed(home));
        let scope: Scope = by.scope(&MAY_ACT);
        let Some(known) = known.filter(|known| scope.covers(&known.home.organisation)) else {
            return Ok(Err(Refusal::NotFound("this home")));
        };
        if hand.resident.as_ref().is_some_and(|resident| !known.home.residents.contains(resident)) {
            return Ok(Err(Refusal::Invalid("this resident does not live in this home".to_owned())));
        }
        let new = NewAlert {
            organisation: known.home.organisation.clone(),
            home: Some(home.to_owned()),
            resident: hand.resident.clone(),
            subject: hand.resident.as_ref().map_or_else(|| "home".to_owned(), |resident| format!("resident:{resident}")),
            rule: crate::domain::alert::RuleRef { id: BY_HAND.to_owned(), revision: 0, title: "Raised by hand".to_owned() },
            queue: hand.queue,
            priority: hand.priority,
            occurred_at: now,
            explanation: format!("Raised by hand by {}: {}", by.name, hand.text),
            call_back: known.home.call_back.clone(),
            test: hand.queue == crate::domain::alert::Queue::Test,
            ..NewAlert::default()
        };
        let organisation = new.organisation.clone();
        let mut raised = Vec::new();
        let id = unit.raise_new(home, new, Vec::new(), &self.clock, &mut raised).await?;
        unit.tx.note_in_trail(now, Some(&organisation), &by.id, "raised", ("alert", &id), &hand.text).await?;
        let alert = unit.alert_mut(home, &id).cloned();
        let finished = unit.finish(&mut self.homes).await?;
        self.announce(&finished, &raised);
        Ok(alert.map(|alert| vec![alert]).ok_or(Refusal::NotFound("this home")))
    }

    /// "I am here": renews every lease that the caller holds. Not announced: nothing changed for anybody else.
    async fn present(&mut self, mut tx: Tx, by: &Principal) -> Result<Answer> {
        let now = self.clock.now();
        let held = tx.alerts_held_by(&by.id).await?;
        tx.note_presence(&by.id, now).await?;
        let mut keys: Vec<String> = held.iter().map(Alert::home_key).collect();
        keys.sort_unstable();
        keys.dedup();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut unit = Unit::begin(tx, &mut self.homes, &keys, now).await?;
        let lease = self.lease();
        let mut renewed = Vec::new();
        for before in held {
            let key = before.home_key();
            let Some(alert) = unit.alert_mut(&key, &before.id) else { continue };
            if alert.holder.as_ref().is_some_and(|holder| holder.id == by.id) && lifecycle::renew(alert, now, lease) {
                renewed.push(alert.clone());
                unit.changed(&key, &before.id, None);
            }
        }
        unit.finish(&mut self.homes).await?;
        Ok(Ok(renewed))
    }
}

fn to_lifecycle(closing: &Closing) -> lifecycle::Closing {
    lifecycle::Closing {
        outcome: closing.outcome.clone(),
        note: closing.note.clone(),
        activations_seen: closing.activations_seen,
        breach_cause: closing.breach_cause.clone(),
    }
}

fn refusal(error: LifecycleError) -> Refusal {
    match error {
        LifecycleError::Invalid(text) => Refusal::Invalid(text),
        LifecycleError::Conflict(text) => Refusal::Conflict(text),
    }
}
