//! What people do about an incident: look after its homes one by one, and close it in bulk.

use crate::domain::access::Principal;
use crate::domain::alert::{Alert, Holder, Queue, RuleRef};
use crate::domain::home::organisation_key;
use crate::domain::incident::{CheckResult, Incident, WelfareCheck};
use crate::response::lifecycle::{NewAlert, case};
use crate::store::{Result, Tx};

use super::Engine;
use super::action::{ClosedInBulk, MAY_ACT, Refusal};
use super::people::{Answer, BY_HAND};
use super::unit::Unit;

/// Homes in one transaction of a bulk close, at most.
const AT_ONCE: usize = 100;

impl Engine {
    /// Somebody looked after a home. Who needs help gets a care alert of their own.
    pub(super) async fn check_home(
        &mut self,
        mut tx: Tx,
        by: &Principal,
        id: &str,
        home: &str,
        (result, note): (CheckResult, Option<&str>),
    ) -> Result<Answer> {
        let Some(incident) = tx.incident(&by.scope(&MAY_ACT), id).await? else { return Ok(Err(Refusal::NotFound("this incident"))) };
        if !tx.is_of_incident(id, home).await? {
            return Ok(Err(Refusal::Invalid("`home` is no home of this incident; take one from its list".to_owned())));
        }
        let mut unit = Unit::begin(tx, &mut self.homes, &[home], self.clock.now(), self.limits).await?;
        let (now, who) = (unit.now, Holder { id: by.id.clone(), name: by.name.clone() });
        let check = WelfareCheck { at: now, by: who.clone(), result, note: note.map(str::to_owned) };
        unit.tx.add_check(id, home, &check).await?;
        let words =
            format!("{} looked after this home: {}.{}", by.name, words(result), note.map_or_else(String::new, |note| format!(" {note}")));
        unit.tx.note_in_trail(now, Some(&incident.organisation), &by.id, "checked", ("home", home), &words).await?;
        for (_, alert) in unit.tx.open_members(id).await?.into_iter().filter(|(of, _)| of == home) {
            if let Some(open) = unit.alert_mut(home, &alert) {
                let entry = case::checked(open, &who, &words, now);
                unit.changed(home, &alert, Some(entry));
            }
        }
        let mut raised = Vec::new();
        let mut answer = Vec::new();
        if result == CheckResult::NeedsHelp {
            let needs = needs_help(&unit, &incident, home, &words);
            let alert = unit.raise_new(home, needs, Vec::new(), &self.clock, &mut raised).await?;
            answer.extend(unit.alert_mut(home, &alert).map(|alert| alert.clone()));
        }
        unit.tx.look_at_incidents(&organisation_key(&incident.organisation), now).await?;
        let done = unit.finish(&mut self.homes).await?;
        self.announce(&done, &raised);
        self.look_for_clocks = true;
        Ok(Ok(answer))
    }

    /// Closes the grouped alerts of all homes that were heard again or looked after; and, when none is left, the incident's own. Some homes at a time: what
    /// fails halfway is done by asking again.
    pub(super) async fn close_incident(&mut self, mut tx: Tx, by: &Principal, id: &str, closing: &ClosedInBulk) -> Result<Answer> {
        let Some(incident) = tx.incident(&by.scope(&MAY_ACT), id).await? else { return Ok(Err(Refusal::NotFound("this incident"))) };
        if !self.outcomes.is_offered(&closing.outcome) {
            let codes: Vec<&str> = self.outcomes.offered().map(|outcome| outcome.id.as_str()).collect();
            return Ok(Err(Refusal::Invalid(format!("`{}` is no outcome; use one of {}", closing.outcome, codes.join(", ")))));
        }
        let (members, settled) = (tx.open_members(id).await?, tx.settled_homes(id).await?);
        drop(tx);
        let mut closed = Vec::new();
        for some in members.chunks(AT_ONCE) {
            let mut keys: Vec<&str> = some.iter().map(|(home, _)| home.as_str()).collect();
            keys.dedup();
            let tx = self.store.begin().await?;
            let mut unit = Unit::begin(tx, &mut self.homes, &keys, self.clock.now(), self.limits).await?;
            for (home, alert) in some {
                closed.extend(close_one(&mut unit, home, alert, by, closing, settled.contains(home)).await?);
            }
            let done = unit.finish(&mut self.homes).await?;
            self.announce(&done, &[]);
        }
        let own = self.close_own(&incident, by, closing).await?;
        closed.extend(own);
        self.look_for_clocks = true;
        Ok(Ok(closed))
    }

    /// The incident itself, unless a home is left.
    async fn close_own(&mut self, incident: &Incident, by: &Principal, closing: &ClosedInBulk) -> Result<Option<Alert>> {
        let key = organisation_key(&incident.organisation);
        let tx = self.store.begin().await?;
        let mut unit = Unit::begin(tx, &mut self.homes, &[&key], self.clock.now(), self.limits).await?;
        if !unit.tx.open_members(&incident.id).await?.is_empty() {
            unit.give_up(&mut self.homes);
            return Ok(None);
        }
        let closed = close_one(&mut unit, &key, &incident.alert, by, closing, true).await?;
        if closed.is_some() {
            let now = unit.now;
            unit.tx.close_incident(&incident.id, now).await?;
            let trail = (Some(incident.organisation.as_str()), ("incident", incident.id.as_str()));
            unit.tx.note_in_trail(now, trail.0, &by.id, "closed", trail.1, closing.note.as_deref().unwrap_or_default()).await?;
        }
        let done = unit.finish(&mut self.homes).await?;
        self.announce(&done, &[]);
        Ok(closed)
    }
}

async fn close_one(unit: &mut Unit, home: &str, id: &str, by: &Principal, closing: &ClosedInBulk, settled: bool) -> Result<Option<Alert>> {
    let (now, who) = (unit.now, Holder { id: by.id.clone(), name: by.name.clone() });
    let Some(alert) = unit.alert_mut(home, id).filter(|alert| settled || alert.is_cleared()) else { return Ok(None) };
    // Somebody else's case, or one that is about a person, stays.
    let Ok(entry) = case::close_in_bulk(alert, &who, &closing.outcome, closing.note.as_deref(), now) else { return Ok(None) };
    let after = alert.clone();
    unit.tx.note_in_trail(now, Some(&after.organisation), &by.id, "closed", ("alert", id), &entry.text).await?;
    unit.changed(home, id, Some(entry));
    Ok(Some(after))
}

fn words(result: CheckResult) -> &'static str {
    match result {
        CheckResult::Well => "they are well",
        CheckResult::Away => "nobody is at home, as is known",
        CheckResult::NeedsHelp => "they need help",
        CheckResult::NoAnswer => "nobody answered",
    }
}

fn needs_help(unit: &Unit, incident: &Incident, home: &str, words: &str) -> NewAlert {
    NewAlert {
        organisation: incident.organisation.clone(),
        home: Some(home.to_owned()),
        subject: "home".to_owned(),
        rule: RuleRef { id: BY_HAND.to_owned(), revision: 0, title: "Raised by hand".to_owned() },
        queue: Queue::Care,
        priority: 1,
        occurred_at: unit.now,
        explanation: format!("Found while the homes of {} were looked after. {words}", incident.area.name),
        call_back: unit.homes.get(home).and_then(|known| known.home.call_back.clone()),
        ..NewAlert::default()
    }
}
