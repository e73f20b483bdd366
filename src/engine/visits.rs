//! Visits: asked for, moved on by the responder, watched by timers. Whatever goes wrong with one raises an alert of its own at the home.

use chrono::TimeDelta;

use crate::domain::access::{Principal, Role};
use crate::domain::alert::{Holder, Queue, RuleRef};
use crate::domain::visit::Visit;
use crate::response::lifecycle::{NewAlert, case};
use crate::response::visit::{self, Overdue, VisitTimes};
use crate::store::Result;
use crate::store::Tx;
use crate::store::states::{ClockRow, VISIT};

use super::Engine;
use super::action::{MAY_ACT, Refusal, SendTo, VisitStep};
use super::people::{Answer, refusal};
use super::telling::on_call_now;
use super::unit::Unit;

/// The rule ids of what can go wrong with a visit.
pub const VISIT_OVERDUE: &str = "visit_overdue";
/// The same: a responder who has been alone in a home for long.
pub const LONE_WORKER: &str = "lone_worker";

impl Engine {
    pub(super) fn visit_times(&self) -> VisitTimes {
        let minutes = |each: i64| TimeDelta::minutes(each);
        let settings = &self.settings.visits;
        VisitTimes {
            answer: minutes(settings.answer_min),
            set_out: minutes(settings.set_out_min),
            attend: minutes(settings.attend_min),
            attend_limit: minutes(settings.attend_limit_min),
            lone_worker: minutes(settings.lone_worker_min),
        }
    }

    /// Sends somebody on account of an alert: the holder asks.
    pub(super) async fn dispatch(&mut self, mut tx: Tx, by: &Principal, id: &str, alert: &str, to: &SendTo) -> Result<Answer> {
        let scope = by.scope(&MAY_ACT);
        let Some(about) = tx.alert(alert).await?.filter(|about| scope.covers(&about.organisation)) else {
            return Ok(Err(Refusal::NotFound("this alert")));
        };
        let Some(home) = about.home.clone() else {
            return Ok(Err(Refusal::Conflict("this alert has no home to go to; register its gateway first".to_owned())));
        };
        let mut unit = Unit::begin(tx, &mut self.homes, &[&home], self.clock.now(), self.limits).await?;
        let (candidates, rota) = match to {
            SendTo::Responder(id) => (unit.tx.responders(&[id], &about.organisation).await?, None),
            SendTo::Rota(id) => (on_call(&mut unit, id, &about.organisation).await?, Some(id.clone())),
        };
        let Some(first) = candidates.into_iter().next() else {
            unit.give_up(&mut self.homes);
            let say = "nobody can be sent so: name a responder of this organisation, or a rota of it that has one on call now";
            return Ok(Err(Refusal::Invalid(say.to_owned())));
        };
        let who = Holder { id: by.id.clone(), name: by.name.clone() };
        let (now, limits) = (unit.now, self.limits);
        let line = unit.alert_mut(&home, alert).map(|about| case::dispatch(about, &who, &first.name, now, &limits));
        let entry = match line {
            Some(Ok(entry)) => entry,
            other => {
                unit.give_up(&mut self.homes);
                let closed = || Refusal::Conflict("this alert is closed; reopen it, or raise one by hand".to_owned());
                return Ok(Err(other.and_then(std::result::Result::err).map_or_else(closed, refusal)));
            }
        };
        unit.changed(&home, alert, Some(entry));
        let place = (about.organisation.clone(), home.clone(), alert.to_owned());
        let visit = visit::offer(id.to_owned(), place, first, rota, now, &self.visit_times());
        keep(&mut unit, &visit).await?;
        trail(&mut unit, &visit, &by.id, "visit_offered", &format!("Offered to {}.", name_of(&visit))).await?;
        let after = unit.alert_mut(&home, alert).map(|alert| alert.clone());
        self.finish_visit(unit, Vec::new()).await?;
        Ok(Ok(after.into_iter().collect()))
    }

    /// A step of a visit: by its responder, or called off by the control room.
    pub(super) async fn visit_step(&mut self, mut tx: Tx, by: &Principal, id: &str, step: &VisitStep) -> Result<Answer> {
        let not_found = Ok(Err(Refusal::NotFound("this visit")));
        let Some(before) = tx.visit(id).await? else { return not_found };
        let own = before.responder.as_ref().is_some_and(|responder| responder.id == by.id);
        let controls = by.scope(&MAY_ACT).covers(&before.organisation);
        let responds = own && by.scope(&[Role::Responder]).covers(&before.organisation);
        if !responds && !controls {
            return not_found;
        }
        if matches!(step, VisitStep::Cancel { .. }) && !controls {
            return Ok(Err(Refusal::Forbidden("only the control room calls a visit off; decline it instead".to_owned())));
        }
        let mut unit = Unit::begin(tx, &mut self.homes, &[&before.home], self.clock.now(), self.limits).await?;
        // Again, under the lock of the home.
        let Some(mut visit) = unit.tx.visit(id).await? else { return not_found };
        let (who, now, times) = (Holder { id: by.id.clone(), name: by.name.clone() }, unit.now, self.visit_times());
        let done = match step {
            VisitStep::Accept => {
                visit::accept(&mut visit, &who, now, &times).map(|()| ("visit_accepted", format!("{} accepted the visit.", by.name)))
            }
            VisitStep::Decline { reason } => visit::decline(&mut visit, &who, reason, now)
                .map(|()| ("visit_declined", format!("{} declined the visit: {reason}", by.name))),
            VisitStep::EnRoute => visit::set_out(&mut visit, &who, now).map(|()| ("visit_en_route", format!("{} is on the way.", by.name))),
            VisitStep::Arrived => {
                visit::arrive(&mut visit, &who, now, &times).map(|()| ("visit_arrived", format!("{} is there.", by.name)))
            }
            VisitStep::Complete { note } => {
                let words = note.as_deref().map_or_else(String::new, |note| format!(" {note}"));
                visit::complete(&mut visit, &who, note.clone(), now)
                    .map(|()| ("visit_completed", format!("{} completed the visit.{words}", by.name)))
            }
            VisitStep::Cancel { reason } => {
                visit::cancel(&mut visit).map(|()| ("visit_cancelled", format!("{} called the visit off: {reason}", by.name)))
            }
        };
        let (what, words) = match done {
            Ok(done) => done,
            Err(error) => {
                unit.give_up(&mut self.homes);
                return Ok(Err(refusal(error)));
            }
        };
        line(&mut unit, &visit, what, Some(&by.name), &words);
        trail(&mut unit, &visit, &by.id, what, &words).await?;
        let mut raised = Vec::new();
        if matches!(step, VisitStep::Decline { .. }) {
            self.ask_next(&mut unit, &mut visit, &mut raised).await?;
        }
        keep(&mut unit, &visit).await?;
        self.finish_visit(unit, raised).await?;
        Ok(Ok(Vec::new()))
    }

    /// The timer of a visit has ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn visit_due(&mut self, unit: &mut Unit, home: &str, id: &str, raised: &mut Vec<Queue>) -> Result<()> {
        let Some(mut visit) = unit.tx.visit(id).await? else {
            unit.stop_clock(home, VISIT, id);
            return Ok(());
        };
        let (name, now) = (name_of(&visit), unit.now);
        match visit::fall_due(&mut visit, now, &self.visit_times()) {
            Overdue::No => {}
            Overdue::NoAnswer => {
                let words = format!("{name} did not answer.");
                line(unit, &visit, "visit_no_answer", None, &words);
                trail(unit, &visit, "system", "visit_no_answer", &words).await?;
                self.ask_next(unit, &mut visit, raised).await?;
            }
            Overdue::NotSetOut => {
                let words = format!("{name} accepted a visit and has not set out.");
                self.trouble(unit, &visit, VISIT_OVERDUE, &words, raised).await?;
            }
            Overdue::NotThere => {
                let minutes = (now - visit.created_at).num_minutes();
                let words = format!("{name} is on the way to this home and not there {minutes} min after a visit was asked for.");
                self.trouble(unit, &visit, VISIT_OVERDUE, &words, raised).await?;
            }
            Overdue::LoneWorker => {
                let words = format!("{name} has been in this home for long and has not completed the visit: ask whether they are well.");
                self.trouble(unit, &visit, LONE_WORKER, &words, raised).await?;
            }
        }
        keep(unit, &visit).await
    }

    /// The home's equipment reports that a responder is there.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn responder_arrived(&self, unit: &mut Unit, home: &str, at: crate::clock::Time) -> Result<()> {
        for mut visit in unit.tx.open_visits_of(home).await? {
            if at >= visit.created_at && visit::seen_arriving(&mut visit, at, &self.visit_times()) {
                let words = format!("The home reports that {} is there.", name_of(&visit));
                line(unit, &visit, "visit_arrived", None, &words);
                trail(unit, &visit, "system", "visit_arrived", &words).await?;
                keep(unit, &visit).await?;
            }
        }
        Ok(())
    }

    /// Asks the next of the rota; when there is nobody left, that is an alert.
    async fn ask_next(&mut self, unit: &mut Unit, visit: &mut Visit, raised: &mut Vec<Queue>) -> Result<()> {
        let candidates = match visit.rota.clone() {
            Some(rota) => on_call(unit, &rota, &visit.organisation).await?,
            None => Vec::new(),
        };
        if visit::ask_next(visit, &candidates, unit.now, &self.visit_times()) {
            let words = format!("Offered to {}.", name_of(visit));
            line(unit, visit, "visit_offered", None, &words);
            return trail(unit, visit, "system", "visit_offered", &words).await;
        }
        let words = "Nobody has taken the visit that was asked for: send somebody else.".to_owned();
        line(unit, visit, "visit_unfilled", None, &words);
        trail(unit, visit, "system", "visit_unfilled", &words).await?;
        self.trouble(unit, visit, VISIT_OVERDUE, &words, raised).await
    }

    async fn trouble(&mut self, unit: &mut Unit, visit: &Visit, rule: &str, words: &str, raised: &mut Vec<Queue>) -> Result<()> {
        let title = if rule == LONE_WORKER { "A responder may need help" } else { "A visit is late" };
        let call_back = unit.homes.get(&visit.home).and_then(|known| known.home.call_back.clone());
        let new = NewAlert {
            organisation: visit.organisation.clone(),
            home: Some(visit.home.clone()),
            subject: format!("visit:{}", visit.id),
            rule: RuleRef { id: rule.to_owned(), revision: 0, title: title.to_owned() },
            queue: Queue::Care,
            priority: 2,
            occurred_at: unit.now,
            explanation: words.to_owned(),
            call_back,
            instructions: vec![
                "Speak to the responder.".to_owned(),
                "If they cannot go or cannot be reached, send somebody else, and speak to the person at home meanwhile.".to_owned(),
            ],
            ..NewAlert::default()
        };
        unit.raise_new(&visit.home, new, Vec::new(), &self.clock, raised).await?;
        Ok(())
    }

    async fn finish_visit(&mut self, unit: Unit, raised: Vec<Queue>) -> Result<()> {
        let done = unit.finish(&mut self.homes).await?;
        self.announce(&done, &raised);
        self.look_for_clocks = true;
        Ok(())
    }
}

/// Those on call by a rota of this organisation who are responders in it.
async fn on_call(unit: &mut Unit, rota: &str, organisation: &str) -> Result<Vec<Holder>> {
    let on_call = on_call_now(&mut unit.tx, rota, organisation, unit.now).await?;
    let ids: Vec<&str> = on_call.iter().map(String::as_str).collect();
    unit.tx.responders(&ids, organisation).await
}

/// Writes the visit, and sets its clock or stops it.
async fn keep(unit: &mut Unit, visit: &Visit) -> Result<()> {
    unit.tx.save_visit(visit).await?;
    match visit.due_at {
        Some(due) => {
            let clock = ClockRow { home: visit.home.clone(), rule: VISIT.to_owned(), subject: visit.id.clone(), due };
            unit.tx.save_clocks(vec![clock]).await
        }
        None => unit.tx.drop_clocks(&[(visit.home.clone(), VISIT.to_owned(), visit.id.clone())]).await,
    }
}

async fn trail(unit: &mut Unit, visit: &Visit, who: &str, what: &str, words: &str) -> Result<()> {
    unit.tx.note_in_trail(unit.now, Some(&visit.organisation), who, what, ("visit", &visit.id), words).await
}

fn name_of(visit: &Visit) -> String {
    visit.responder.as_ref().map_or_else(|| "Nobody".to_owned(), |responder| responder.name.clone())
}

/// A line in the history of the alert, while it is open.
fn line(unit: &mut Unit, visit: &Visit, what: &str, who: Option<&str>, words: &str) {
    let now = unit.now;
    if let Some(alert) = unit.alert_mut(&visit.home, &visit.alert) {
        let entry = case::visit_line(alert, what, who, words, now);
        unit.changed(&visit.home, &visit.alert, Some(entry));
    }
}
