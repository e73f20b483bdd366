//! What people do with alerts: each action in a transaction of its own, decided by the lifecycle.

use crate::clock::Time;
use crate::domain::access::{CANARY, Principal, Scope};
use crate::domain::alert::{Alert, Entry, Holder};
use crate::domain::home::home_of_key;
use crate::domain::outcome::Outcomes;
use crate::response::lifecycle::{LifecycleError, Limits, NewAlert, case, fault};
use crate::store::{Result, Tx};

use super::Engine;
use super::action::{Action, Deed, MAY_ACT, RaisedByHand, Refusal, Request, Whom};
use super::telling::operators_present;
use super::unit::Unit;

/// The rule id of alerts raised by hand.
pub const BY_HAND: &str = "raised_by_hand";

pub(super) type Answer = std::result::Result<Vec<Alert>, Refusal>;

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
            Action::Dispatch { visit, alert, to } => self.dispatch(tx, by, visit, alert, to).await,
            Action::Visit { visit, step } => self.visit_step(tx, by, visit, step).await,
            Action::HandOver { to, alerts, note } => self.hand_over(tx, by, to, alerts.as_deref(), note).await,
            Action::Deal { alert, deed } => self.deal(tx, by, alert, deed).await,
            Action::SetExcuse { home, id, new } => self.set_excuse(tx, by, home, id, new).await,
            Action::EndExcuses { home, which, device } => self.end_excuses(tx, by, home, which, device.as_deref()).await,
            Action::CheckHome { incident, home, result, note } => self.check_home(tx, by, incident, home, (*result, note.as_deref())).await,
            Action::CloseIncident { incident, closing } => self.close_incident(tx, by, incident, closing).await,
            Action::Trouble(trouble) => self.raise_trouble(tx, by, trouble).await,
        }
    }

    async fn deal(&mut self, mut tx: Tx, by: &Principal, id: &str, deed: &Deed) -> Result<Answer> {
        let scope = by.scope(&MAY_ACT);
        let Some(alert) = tx.alert(id).await?.filter(|alert| scope.covers(&alert.organisation)) else {
            return Ok(Err(Refusal::NotFound("this alert")));
        };
        let whom = match self.whom(&mut tx, &alert, deed).await? {
            Ok(whom) => whom,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let key = alert.home_key();
        let mut unit = Unit::begin(tx, &mut self.homes, &[&key], self.clock.now(), self.limits).await?;
        let who = Holder { id: by.id.clone(), name: by.name.clone() };
        let now = unit.now;
        let done = match unit.alert_mut(&key, id) {
            Some(alert) => on_open(alert, &who, deed, &whom, &self.outcomes, now, &self.limits).map(|entry| (alert.clone(), entry)),
            None => after_closing(&mut unit, &key, alert, &who, deed, &self.limits),
        };
        let (mut after, entry) = match done {
            Ok(done) => done,
            Err(error) => {
                unit.give_up(&mut self.homes);
                return Ok(Err(refusal(error)));
            }
        };
        // What the service's own canary does every minute is nobody's deed.
        if after.organisation != CANARY {
            let (object, words) = about(&after, deed, &entry);
            unit.tx.note_in_trail(now, Some(&after.organisation), &by.id, &entry.what, object, &words).await?;
        }
        match deed {
            Deed::Reopen { .. } => unit.reopened(&key, after.clone(), entry),
            _ if !after.is_open() && unit.alert_mut(&key, id).is_none() => unit.note_on_closed(after.clone(), entry),
            _ => unit.changed(&key, id, Some(entry)),
        }
        if matches!(deed, Deed::Escalate) {
            self.step_now(&mut unit, &key, id).await?;
            after = unit.alert_mut(&key, id).map_or(after, |alert| alert.clone());
        }
        let finished = unit.finish(&mut self.homes).await?;
        self.announce(&finished, &[]);
        Ok(Ok(vec![after]))
    }

    /// Who was called, in words; empty for everything else that is done.
    async fn whom(&mut self, tx: &mut Tx, alert: &Alert, deed: &Deed) -> Result<std::result::Result<String, Refusal>> {
        let Deed::Call { whom, .. } = deed else { return Ok(Ok(String::new())) };
        let id = match whom {
            Whom::Other(words) => return Ok(Ok(words.clone())),
            Whom::Contact(id) => id,
        };
        let contact = match &alert.home {
            Some(home) => tx.contact_of(home, id).await?,
            None => None,
        };
        Ok(contact.map(|contact| format!("{} ({})", contact.name, contact.relation)).ok_or_else(|| {
            Refusal::Invalid(
                "`contact` is no contact of this home; take an id from the alert's contacts, or say in `to` who was called".to_owned(),
            )
        }))
    }

    /// At a change of shift: what the caller has goes to somebody who is there, in one step.
    async fn hand_over(&mut self, mut tx: Tx, by: &Principal, to: &str, which: Option<&[String]>, note: &str) -> Result<Answer> {
        let now = self.clock.now();
        let held = tx.alerts_held_by(&by.id).await?;
        if let Some(other) = which.and_then(|which| which.iter().find(|id| !held.iter().any(|alert| alert.id == **id))) {
            return Ok(Err(Refusal::Conflict(format!("you do not have alert {other}; nothing was handed over"))));
        }
        let held: Vec<Alert> = held.into_iter().filter(|alert| which.is_none_or(|which| which.contains(&alert.id))).collect();
        let mut organisations: Vec<&str> = held.iter().map(|alert| alert.organisation.as_str()).collect();
        organisations.sort_unstable();
        organisations.dedup();
        let mut receiver = None;
        for organisation in organisations {
            let there = operators_present(&mut tx, organisation, self.present_since(now)).await?;
            receiver = there.into_iter().find(|person| person.id == to && person.id != by.id);
            if receiver.is_none() {
                let say = "`to` must be another operator of the same organisation who is present now; nothing was handed over";
                return Ok(Err(Refusal::Conflict(say.to_owned())));
            }
        }
        let Some(receiver) = receiver else { return Ok(Ok(Vec::new())) };
        let mut keys: Vec<String> = held.iter().map(Alert::home_key).collect();
        keys.sort_unstable();
        keys.dedup();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut unit = Unit::begin(tx, &mut self.homes, &keys, now, self.limits).await?;
        let who = Holder { id: by.id.clone(), name: by.name.clone() };
        let mut handed = Vec::new();
        for before in held {
            let key = before.home_key();
            let Some(alert) = unit.alert_mut(&key, &before.id) else { continue };
            let Ok(mut entry) = case::hand_over(alert, &who, &receiver, now, &self.limits) else { continue };
            if !note.is_empty() {
                entry.text = format!("{} {note}", entry.text);
            }
            handed.push(alert.clone());
            let trail = (Some(before.organisation.as_str()), ("alert", before.id.as_str()));
            unit.tx.note_in_trail(now, trail.0, &by.id, &entry.what, trail.1, &entry.text).await?;
            unit.changed(&key, &before.id, Some(entry));
        }
        let finished = unit.finish(&mut self.homes).await?;
        self.announce(&finished, &[]);
        Ok(Ok(handed))
    }

    async fn raise_by_hand(&mut self, tx: Tx, by: &Principal, home: &str, hand: &RaisedByHand) -> Result<Answer> {
        let now = self.clock.now();
        let mut unit = Unit::begin(tx, &mut self.homes, &[home], now, self.limits).await?;
        let known = unit.homes.get(home).filter(|_| home_of_key(home).is_some());
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
        let mut unit = Unit::begin(tx, &mut self.homes, &keys, now, self.limits).await?;
        let limits = self.limits;
        let mut renewed = Vec::new();
        for before in held {
            let key = before.home_key();
            let Some(alert) = unit.alert_mut(&key, &before.id) else { continue };
            if alert.holder.as_ref().is_some_and(|holder| holder.id == by.id) && case::renew(alert, now, &limits) {
                renewed.push(alert.clone());
                unit.changed(&key, &before.id, None);
            }
        }
        unit.finish(&mut self.homes).await?;
        Ok(Ok(renewed))
    }
}

/// What somebody does with an open alert.
fn on_open(
    alert: &mut Alert,
    who: &Holder,
    deed: &Deed,
    whom: &str,
    outcomes: &Outcomes,
    now: Time,
    limits: &Limits,
) -> std::result::Result<Entry, LifecycleError> {
    match deed {
        Deed::Accept => case::accept(alert, who, now, limits),
        Deed::Release => case::release(alert, who, now, limits),
        Deed::Note { text } => Ok(case::note(alert, who, text, now, limits)),
        Deed::Call { result, .. } => case::call(alert, who, whom, *result, now, limits),
        Deed::Escalate => case::escalate(alert, who, now, limits),
        Deed::Hold { until, why } => case::hold(alert, who, *until, why, now, limits),
        Deed::Fault { owner, due_at, interim } => fault::take_on(alert, who, (owner, *due_at, interim), now, limits),
        Deed::Priority { priority, why } => case::set_priority(alert, who, *priority, why, now, limits),
        Deed::Close { closing } => case::close(alert, who, closing, outcomes, now, limits),
        Deed::Reopen { why } => case::reopen(alert, who, why, None, now, limits),
        Deed::ReadKeySafe { why } => case::read_key_safe(alert, who, why, now, limits),
    }
}

/// What the trail says that it was done to: the alert, or the home whose key safe was read, as when its responder reads it.
fn about<'a>(alert: &'a Alert, deed: &Deed, entry: &Entry) -> ((&'static str, &'a str), String) {
    match (deed, &alert.home) {
        (Deed::ReadKeySafe { .. }, Some(home)) => (("home", home), format!("{} On account of alert {}.", entry.text, alert.id)),
        _ => (("alert", &alert.id), entry.text.clone()),
    }
}

/// A closed alert takes notes and can be opened again, and nothing else.
fn after_closing(
    unit: &mut Unit,
    key: &str,
    mut alert: Alert,
    who: &Holder,
    deed: &Deed,
    limits: &Limits,
) -> std::result::Result<(Alert, Entry), LifecycleError> {
    let now = unit.now;
    let entry = match deed {
        Deed::Note { text } => case::note(&mut alert, who, text, now, limits),
        Deed::Reopen { why } => {
            let successor = unit
                .homes
                .get_mut(key)
                .and_then(|known| known.open_on(alert.queue, &alert.rule.id, &alert.subject))
                .map(|open| open.id.clone());
            case::reopen(&mut alert, who, why, successor.as_deref(), now, limits)?
        }
        _ => return Err(LifecycleError::Conflict("this alert is closed; a new activation raises a new one".to_owned())),
    };
    Ok((alert, entry))
}

pub(super) fn refusal(error: LifecycleError) -> Refusal {
    match error {
        LifecycleError::Invalid(text) => Refusal::Invalid(text),
        LifecycleError::Conflict(text) => Refusal::Conflict(text),
    }
}
