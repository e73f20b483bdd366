//! What should be true, in as few words as possible: written from the contract, not from the engine.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Timelike, Utc};

type Time = DateTime<Utc>;

/// Seconds of the policy: the operators, then whoever is on call with the managers, and that again.
pub const FIRST_S: i64 = 60;
pub const SECOND_S: i64 = 60;
pub const REPEAT_S: i64 = 120;
/// Steps of it.
const STEPS: i64 = 2;
const LEASE: TimeDelta = TimeDelta::seconds(60);
const IDLE: TimeDelta = TimeDelta::minutes(5);
const ANSWER: TimeDelta = TimeDelta::seconds(180);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    Waiting,
    Taken(usize),
    Parked(usize),
    Over,
}

/// One call for help.
#[derive(Clone, Debug)]
pub struct Case {
    pub home: usize,
    pub at: Where,
    pub presses: i64,
    pub level: i64,
    pub step_at: Option<Time>,
    pub lease: Option<Time>,
    pub idle: Option<Time>,
    pub parked_until: Option<Time>,
    pub answered: Option<Time>,
    raised: Time,
}

/// The control room.
#[derive(Default)]
pub struct Model {
    /// By the alert's id; in the order in which they were raised.
    pub cases: BTreeMap<usize, Case>,
    pub ids: HashMap<String, usize>,
    pub names: Vec<String>,
    /// When each person said "I am here" last: operators, the responder, the manager.
    pub seen: HashMap<&'static str, Time>,
    /// Lines about steps that must be in the histories.
    pub steps_told: i64,
    pub happened: BTreeMap<&'static str, u64>,
}

impl Model {
    pub fn note(&mut self, what: &'static str) {
        *self.happened.entry(what).or_default() += 1;
    }

    fn here(&self, who: &str, now: Time) -> bool {
        self.seen.get(who).is_some_and(|seen| *seen > now - LEASE)
    }

    /// By day somebody is on call, at night nobody: eight to eight on the wall in London.
    pub fn on_call(now: Time) -> bool {
        (8..20).contains(&now.with_timezone(&chrono_tz::Europe::London).hour())
    }

    /// Whether the next step of a case reaches anybody.
    fn reaches(&mut self, level: i64, now: Time) -> bool {
        if level == 0 {
            return self.here("ann", now) || self.here("bob", now);
        }
        if !Self::on_call(now) {
            self.note("gap in the rota");
        }
        (Self::on_call(now) && self.here("rae", now)) || self.here("meg", now)
    }

    fn step(&mut self, n: usize, now: Time) -> bool {
        let level = self.cases[&n].level;
        let (told, last) = (self.reaches(level.min(STEPS - 1), now), level + 1 >= STEPS);
        let was_unheard = !told && last;
        self.steps_told += i64::from(!was_unheard);
        if level >= STEPS {
            self.note("last step repeated");
        }
        let case = self.cases.get_mut(&n).expect("a case");
        case.level += 1;
        let wait = if case.level == 1 { SECOND_S } else { REPEAT_S };
        let next = if !told && !last { now } else { now + TimeDelta::seconds(wait) };
        case.step_at = (case.at == Where::Waiting).then_some(next);
        told || last
    }

    fn back(case: &mut Case, now: Time) {
        *case = Case { at: Where::Waiting, level: 0, step_at: Some(now), lease: None, idle: None, parked_until: None, ..case.clone() };
    }

    /// Time has come to `now`.
    pub fn time(&mut self, now: Time) {
        let open: Vec<usize> = self.cases.iter().filter(|(_, case)| case.at != Where::Over).map(|(n, _)| *n).collect();
        for n in open {
            loop {
                let case = self.cases.get_mut(&n).expect("a case");
                let past = |at: Option<Time>| at.is_some_and(|at| at <= now);
                let what = match case.at {
                    Where::Waiting if past(case.step_at) => {
                        self.step(n, now);
                        continue;
                    }
                    Where::Taken(_) if past(case.lease) => "lease lost",
                    Where::Taken(_) if past(case.idle) => "idle",
                    Where::Parked(_) if past(case.parked_until) => "hold ended",
                    _ => break,
                };
                Self::back(case, now);
                self.note(what);
            }
        }
    }

    /// Somebody presses at `home`; the alert is called `id`.
    pub fn press(&mut self, home: usize, id: &str, now: Time) {
        if let Some(n) = self.ids.get(id).copied() {
            let case = self.cases.get_mut(&n).expect("a case");
            assert!(case.home == home && case.at != Where::Over, "a press was added to what is closed or another home's");
            case.presses += 1;
            if let Where::Parked(_) = case.at {
                Self::back(case, now);
                self.note("pressed while held");
            }
            return;
        }
        let another = self.cases.values().any(|case| case.home == home && case.at != Where::Over);
        assert!(!another, "a second alert was raised while one is open");
        let n = self.names.len();
        self.names.push(id.to_owned());
        self.ids.insert(id.to_owned(), n);
        let case = Case {
            home,
            at: Where::Waiting,
            presses: 1,
            level: 0,
            step_at: Some(now + TimeDelta::seconds(FIRST_S)),
            lease: None,
            idle: None,
            parked_until: None,
            answered: None,
            raised: now,
        };
        self.cases.insert(n, case);
    }

    fn work(case: &mut Case, now: Time) {
        case.lease = Some(now + LEASE);
        case.idle = Some(now + IDLE);
    }

    /// Whether `who` may take it; then it is theirs.
    pub fn take(&mut self, n: usize, who: usize, now: Time) -> bool {
        let case = self.cases.get_mut(&n).expect("a case");
        let may = match case.at {
            Where::Waiting => true,
            Where::Taken(other) | Where::Parked(other) => other == who,
            Where::Over => false,
        };
        if may {
            *case =
                Case { at: Where::Taken(who), step_at: None, parked_until: None, answered: case.answered.or(Some(now)), ..case.clone() };
            Self::work(case, now);
        }
        may
    }

    /// A note or a call: of its holder, a step in the case.
    pub fn deed(&mut self, n: usize, who: usize, now: Time) {
        let case = self.cases.get_mut(&n).expect("a case");
        if case.at == Where::Taken(who) {
            Self::work(case, now);
        }
    }

    fn has(&self, n: usize, who: usize) -> bool {
        matches!(self.cases[&n].at, Where::Taken(other) | Where::Parked(other) if other == who)
    }

    pub fn give_back(&mut self, n: usize, who: usize, now: Time) -> bool {
        let may = self.has(n, who);
        if may {
            let case = self.cases.get_mut(&n).expect("a case");
            Self::back(case, now + TimeDelta::seconds(FIRST_S));
        }
        may
    }

    pub fn park(&mut self, n: usize, who: usize, until: Time) -> bool {
        let may = self.has(n, who);
        if may {
            let case = self.cases.get_mut(&n).expect("a case");
            *case = Case { at: Where::Parked(who), lease: None, idle: None, parked_until: Some(until), ..case.clone() };
        }
        may
    }

    /// The next step is asked for.
    pub fn urge(&mut self, n: usize, who: usize, now: Time) -> bool {
        let may = self.cases[&n].at == Where::Waiting || self.has(n, who);
        if may {
            self.deed(n, who, now);
            while !self.step(n, now) {}
        }
        may
    }

    /// Whether it waited too long for its first answer.
    pub fn late(&self, n: usize) -> bool {
        let case = &self.cases[&n];
        case.answered.is_some_and(|at| at > case.raised + ANSWER)
    }

    pub fn close(&mut self, n: usize, who: usize, seen: i64, cause: bool) -> bool {
        let may = self.has(n, who) && seen == self.cases[&n].presses && (cause || !self.late(n));
        if may {
            let case = self.cases.get_mut(&n).expect("a case");
            *case = Case { at: Where::Over, step_at: None, lease: None, idle: None, parked_until: None, ..case.clone() };
        }
        may
    }

    pub fn reopen(&mut self, n: usize, now: Time) -> bool {
        let home = self.cases[&n].home;
        let successor = self.cases.values().any(|case| case.home == home && case.at != Where::Over);
        if !successor {
            Self::back(self.cases.get_mut(&n).expect("a case"), now);
            self.note("reopened");
        }
        !successor
    }

    /// "I am here."
    pub fn present(&mut self, who: &'static str, number: Option<usize>, now: Time) {
        self.seen.insert(who, now);
        for case in self.cases.values_mut() {
            if number.is_some_and(|number| case.at == Where::Taken(number)) {
                case.lease = Some(now + LEASE);
            }
        }
    }
}
