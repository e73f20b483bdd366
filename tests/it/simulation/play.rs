//! One day: what happens is thrown by dice, done to the real thing and to the model, and both are held against each other.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use harken::domain::access::{Role, Scope};
use harken::domain::alert::{Alert, State};
use harken::engine::action::{Action, CallResult, Closing, Deed, PlatformTrouble, Refusal, SendTo, VisitStep, Whom};
use harken::store::alert_queries::AlertFilter;
use harken::store::outbox::{Fate, Tried};
use harken::store::visits::VisitQuery;

use super::dice::Dice;
use super::model::{Model, Where};
use super::world::{HOMES, ORGANISATION, World};
use crate::support::sql;

/// The night in which the clocks go forward lies ahead.
const BEGIN: &str = "2026-03-28T12:00:00Z";
const CHANGE: &str = "2026-03-29T01:00:00Z";
const OPERATORS: [&str; 2] = ["ann", "bob"];
/// Tries of a message before it is given up.
const TRIES: i64 = 3;

pub struct Play {
    seed: u64,
    steps: u64,
    dice: Dice,
    world: World,
    model: Model,
    /// Until when each of them has left the console: operators, then the responder, then the manager.
    gone: [DateTime<Utc>; 4],
}

impl Drop for Play {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "seed {}, step {}, at {}; again: HARKEN_SEED={} cargo test --test it simulation",
                self.seed,
                self.steps,
                self.world.clock.now(),
                self.seed
            );
        }
    }
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

impl Play {
    pub async fn day(seed: u64, hours: i64) -> BTreeMap<&'static str, u64> {
        let begin = time(BEGIN);
        let world = Box::pin(World::new(begin)).await;
        let mut play = Self { seed, steps: 0, dice: Dice::new(seed), world, model: Model::default(), gone: [begin; 4] };
        let end = begin + TimeDelta::hours(hours);
        while play.now() < end {
            play.steps += 1;
            play.let_time_pass().await;
            play.say_who_is_here().await;
            for _ in 0..play.dice.between(0, 2) {
                play.something().await;
            }
            play.send_messages().await;
            play.hold_against_the_model().await;
        }
        play.hold_the_histories_against_the_model().await;
        play.world.end(true).await;
        std::mem::take(&mut play.model.happened)
    }

    fn now(&self) -> DateTime<Utc> {
        self.world.clock.now()
    }

    async fn let_time_pass(&mut self) {
        // Busy hours, in which presence counts, and quiet ones.
        let busy = self.steps % 55 < 40;
        let by = if busy && self.dice.percent(98) { self.dice.between(1, 40) } else { self.dice.between(41, 900) };
        let before = self.now();
        // Now and then the service is away meanwhile, in order or not.
        let away = self.dice.percent(4);
        if away {
            let in_order = self.dice.percent(50);
            self.world.end(in_order).await;
            self.model.note("service ended");
        }
        self.world.clock.advance(TimeDelta::seconds(by));
        if away {
            self.world.start().await;
        }
        if before < time(CHANGE) && self.now() >= time(CHANGE) {
            self.model.note("change of clocks");
        }
        self.world.settle().await;
        let now = self.now();
        self.model.time(now);
    }

    async fn say_who_is_here(&mut self) {
        let now = self.now();
        let people = [("ann", Role::Operator), ("bob", Role::Operator), ("rae", Role::Responder), ("meg", Role::Manager)];
        for (n, (who, role)) in people.into_iter().enumerate() {
            if self.gone[n] > now {
                continue;
            }
            if self.dice.percent(2) {
                // The console vanishes, or its owner forgets.
                self.gone[n] = now + TimeDelta::seconds(self.dice.between(30, 3000));
                continue;
            }
            self.world.act(who, role, Action::Present).await.expect("here");
            self.model.present(who, OPERATORS.iter().position(|each| *each == who), now);
        }
    }

    async fn something(&mut self) {
        if self.dice.percent(12) {
            return self.press().await;
        }
        if self.dice.percent(20) {
            return self.visit().await;
        }
        if self.dice.percent(20) {
            return self.tidy_up().await;
        }
        if self.model.names.is_empty() {
            return;
        }
        // Rather one of the newest.
        let many = self.model.names.len();
        let n = many - 1 - self.dice.of(many.min(6));
        let who = self.dice.of(OPERATORS.len());
        self.deal(n, who).await;
    }

    async fn press(&mut self) {
        let home = self.dice.of(HOMES);
        let press = self.world.new_press(home);
        if self.dice.percent(10) {
            // Killed while it is being stored; the gateway sends it again.
            drop(self.world.submit(&press).await);
            self.world.end(false).await;
            self.world.start().await;
            self.model.note("event sent again after a crash");
        }
        let (alert, _) = World::answered(self.world.submit(&press).await).await;
        let now = self.now();
        self.model.press(home, &alert, now);
        if self.dice.percent(20) {
            let (again, duplicate) = World::answered(self.world.submit(&press).await).await;
            assert!(duplicate && again == alert, "a repetition is recognised");
        }
        self.world.settle().await;
        self.model.time(now);
    }

    async fn deal(&mut self, n: usize, who: usize) {
        let (now, over) = (self.now(), self.model.cases[&n].at == Where::Over);
        let presses = self.model.cases[&n].presses;
        let throw = self.dice.between(0, 99);
        let (deed, may) = match throw {
            0..=29 => (Deed::Accept, self.model.take(n, who, now)),
            30..=36 => (Deed::Note { text: "a note".to_owned() }, {
                self.model.deed(n, who, now);
                true
            }),
            37..=42 => {
                self.model.deed(n, who, now);
                (Deed::Call { whom: Whom::Other("the home".to_owned()), result: CallResult::NoAnswer }, !over)
            }
            43..=56 => {
                let until = now + TimeDelta::seconds(self.dice.between(20, 600));
                (Deed::Hold { until, why: "she rings back".to_owned() }, self.model.park(n, who, until))
            }
            57..=61 => (Deed::Release, self.model.give_back(n, who, now)),
            62..=69 => (Deed::Escalate, !over && self.model.urge(n, who, now)),
            70..=85 => {
                let seen = presses - i64::from(presses > 1 && self.dice.percent(20));
                let cause = self.dice.percent(70).then(|| "many calls".to_owned());
                let may = self.model.close(n, who, seen, cause.is_some());
                (
                    Deed::Close {
                        closing: Closing { outcome: "reassured".to_owned(), note: None, activations_seen: seen, breach_cause: cause },
                    },
                    may,
                )
            }
            _ => (Deed::Reopen { why: "she rang again".to_owned() }, over && self.model.reopen(n, now)),
        };
        let said = format!("{deed:?} by {} of {:?}", OPERATORS[who], self.model.cases[&n]);
        let action = Action::Deal { alert: self.model.names[n].clone(), deed };
        let done = self.world.act(OPERATORS[who], Role::Operator, action).await;
        assert_eq!(done.is_ok(), may, "{said}: {done:?}");
        self.world.settle().await;
        self.model.time(now);
    }

    /// What else is open, visits that are late and messages that were given up, is dealt with now and then.
    async fn tidy_up(&mut self) {
        let found = self.world.store.alerts(&Scope::All, &AlertFilter::default(), None, 1000).await.expect("alerts");
        let others = found.alerts.into_iter().filter(|alert| alert.rule.id != "pendant" && alert.organisation == ORGANISATION);
        for alert in others {
            let closing = Closing {
                outcome: "service_request".to_owned(),
                note: None,
                activations_seen: alert.activations,
                breach_cause: Some("other work".to_owned()),
            };
            for deed in [Deed::Accept, Deed::Close { closing }] {
                self.world.act("ann", Role::Operator, Action::Deal { alert: alert.id.clone(), deed }).await.expect("dealt with");
            }
        }
        self.world.settle().await;
    }

    /// Somebody is sent, or whoever was sent moves on.
    async fn visit(&mut self) {
        let scope = Scope::All;
        let asked = VisitQuery { scope: &scope, me: "", open: true, alert: None, after: None, limit: 50 };
        let mut open = self.world.store.visits(&asked).await.expect("visits");
        // By what does not depend on chance: ids do.
        open.sort_by_key(|visit| (visit.created_at, self.model.ids.get(&visit.alert).copied()));
        let now = self.now();
        if open.is_empty() || self.dice.percent(30) {
            let taken: Vec<usize> = (0..self.model.names.len()).filter(|n| matches!(self.model.cases[n].at, Where::Taken(_))).collect();
            let Some(n) = (!taken.is_empty()).then(|| taken[self.dice.of(taken.len())]) else { return };
            let Where::Taken(who) = self.model.cases[&n].at else { return };
            let action = Action::Dispatch {
                visit: format!("visit-{}-{}", self.steps, self.dice.between(0, 1_000_000)),
                alert: self.model.names[n].clone(),
                to: SendTo::Responder("rae".to_owned()),
            };
            self.world.act(OPERATORS[who], Role::Operator, action).await.expect("sent");
            self.model.deed(n, who, now);
        } else {
            let visit = &open[self.dice.of(open.len())];
            let step = match self.dice.between(0, 5) {
                0 | 1 => VisitStep::Accept,
                2 => VisitStep::Decline { reason: "ill".to_owned() },
                3 => VisitStep::EnRoute,
                4 => VisitStep::Arrived,
                _ => VisitStep::Complete { note: None },
            };
            let declines = matches!(step, VisitStep::Decline { .. });
            let done = self.world.act("rae", Role::Responder, Action::Visit { visit: visit.id.clone(), step }).await;
            assert!(!matches!(done, Err(Refusal::Unavailable(_))), "{done:?}");
            if declines && done.is_ok() {
                self.model.note("visit declined");
            }
        }
        self.world.settle().await;
        self.model.time(now);
    }

    /// The outbox's far end: receivers that answer or do not.
    async fn send_messages(&mut self) {
        let now = self.now();
        let due = self.world.store.due_deliveries(now, &[], 200).await.expect("the outbox");
        let ids: Vec<&str> = due.iter().map(|due| due.id.as_str()).collect();
        let claimed = self.world.store.claim_deliveries(&ids, now, now + TimeDelta::seconds(20)).await.expect("claimed");
        let well = self.dice.percent(60);
        let tried = claimed.into_iter().map(|message| {
            let fate = match (well, message.attempts >= TRIES) {
                (true, _) => Fate::Delivered,
                (false, true) => Fate::Dead("nobody there".to_owned()),
                (false, false) => Fate::Again(now + TimeDelta::seconds(5 * message.attempts), "nobody there".to_owned()),
            };
            Tried { id: message.id, attempt: message.attempts, status: None, fate }
        });
        let tried: Vec<Tried> = tried.collect();
        self.world.store.record_tries(&tried, now).await.expect("recorded");
        for unreached in self.world.store.unreached(10).await.expect("the dead") {
            self.model.note("message given up");
            let trouble = PlatformTrouble {
                organisation: ORGANISATION.to_owned(),
                rule: "messages_undelivered".to_owned(),
                title: "Messages were not delivered".to_owned(),
                subject: unreached.target.clone(),
                priority: 3,
                explanation: "given up".to_owned(),
                instructions: Vec::new(),
            };
            self.world.engine().tell_trouble(trouble).await.expect("told");
            self.world.store.told_of_dead(&unreached).await.expect("noted");
        }
        self.world.settle().await;
    }

    async fn hold_against_the_model(&mut self) {
        let found = self.world.store.alerts(&Scope::All, &AlertFilter::default(), None, 1000).await.expect("alerts");
        let calls: Vec<&Alert> = found.alerts.iter().filter(|alert| alert.rule.id == "pendant").collect();
        let open = self.model.cases.values().filter(|case| case.at != Where::Over).count();
        assert_eq!(calls.len(), open, "as many open calls as there should be");
        for alert in calls {
            let case = &self.model.cases[&self.model.ids[&alert.id]];
            let holder = |who: usize| Some(OPERATORS[who].to_owned());
            let (state, has) = match case.at {
                Where::Waiting => (State::Raised, None),
                Where::Taken(who) => (State::Accepted, holder(who)),
                Where::Parked(who) => (State::Held, holder(who)),
                Where::Over => (State::Closed, None),
            };
            assert_eq!(
                (alert.state, alert.holder.as_ref().map(|holder| holder.id.clone()), alert.activations, alert.level, alert.next_step_at),
                (state, has, case.presses, case.level, case.step_at),
                "{case:?}"
            );
            assert_eq!((alert.lease_until, alert.idle_until, alert.held_until), (case.lease, case.idle, case.parked_until), "{case:?}");
        }
        for alert in &found.alerts {
            assert!(alert.next_moment().is_some_and(|at| at > self.now()), "nobody is left waiting: {alert:?}");
        }
        let forgotten = self.world.store.unattended(self.now(), 10).await.expect("the database");
        assert!(forgotten.is_empty(), "{forgotten:?}");
    }

    /// Every step once, every press once, every message with a next try.
    async fn hold_the_histories_against_the_model(&self) {
        let count = async |text: &str| sql::number(&self.world.url, text).await;
        let of_calls = "FROM alert_entries e JOIN alerts a ON a.id = e.alert WHERE a.rule = 'pendant' AND";
        assert_eq!(
            count(&format!("SELECT COUNT(*) {of_calls} e.what IN ('escalated', 'escalation_skipped')")).await,
            self.model.steps_told
        );
        let presses: i64 = self.model.cases.values().map(|case| case.presses).sum();
        assert_eq!(count(&format!("SELECT COUNT(*) {of_calls} e.what IN ('raised', 'activation')")).await, presses);
        assert_eq!(count("SELECT COUNT(*) FROM events WHERE kind = 'pendant'").await, presses);
        assert_eq!(count("SELECT COUNT(*) FROM outbox WHERE state = 'pending' AND next_us IS NULL").await, 0);
        assert_eq!(
            count("SELECT COUNT(*) FROM alerts WHERE rule IN ('unattended_alert', 'messages_unsent')").await,
            0,
            "the auditor found nothing"
        );
    }
}
