//! Plays the engine for one home: events in the order of their receipt, clocks when they are due. Time is handed in; nothing waits.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::board::{Board, TrialAlert};
use super::history::History;
use crate::clock::Time;
use crate::domain::event::Event;
use crate::domain::home::Home;
use crate::domain::notice::{notice, notices};
use crate::rules::{Context, Input, Interval, Limits, Memory, Outcome, Recall, RuleSet, Said, decide};

/// Clocks that may fire at one instant before a moment passes, as it does in the engine between two looks.
const AT_ONE_INSTANT: u32 = 500;
/// That moment.
const MOMENT: TimeDelta = TimeDelta::seconds(1);

/// What a trial stands on beside the home, the rules and the events.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// Tolerances of the installation.
    pub limits: Limits,
    /// When our own path was down: the earliest first, none overlapping another.
    pub down: Arc<[Interval]>,
    /// When gateways were heard beside what is among the events (heartbeats are kept so): by gateway, the earliest first.
    pub up: HashMap<Arc<str>, Vec<Interval>>,
    /// When gateways were heard last before the beginning.
    pub heard: HashMap<Arc<str>, Time>,
    /// How long after its raising an alert is taken to be closed; never, without. What happens again while it is open is one more
    /// activation of it.
    pub closed_after: Option<TimeDelta>,
}

/// When a gateway was heard beside its events, and how far we are in that.
#[derive(Debug)]
struct Up {
    gateway: Arc<str>,
    intervals: Vec<Interval>,
    /// Intervals that have begun.
    begun: usize,
}

/// One home in a trial.
#[derive(Debug)]
pub struct Player {
    home: Home,
    rules: Arc<RuleSet>,
    limits: Limits,
    down: Arc<[Interval]>,
    up: Vec<Up>,
    memory: Memory,
    now: Time,
    heard: HashMap<Arc<str>, Time>,
    history: History,
    board: Board,
    next: Option<Time>,
    tidied: Time,
}

impl Player {
    /// A home whose rules begin to look at `begin`, remembering nothing from before.
    #[must_use]
    pub fn new(home: Home, rules: Arc<RuleSet>, circumstances: Circumstances, begin: Time) -> Self {
        let Circumstances { limits, down, up, heard, closed_after } = circumstances;
        let mut up: Vec<Up> = up.into_iter().map(|(gateway, intervals)| Up { gateway, intervals, begun: 0 }).collect();
        up.sort_by(|one, two| one.gateway.cmp(&two.gateway));
        let mut player = Self {
            home,
            rules,
            limits,
            down,
            up,
            memory: Memory::new(),
            now: begin,
            heard,
            history: History::default(),
            board: Board::new(closed_after),
            next: None,
            tidied: begin,
        };
        player.look_at_gateways();
        let mut gateways: Vec<Arc<str>> = player.home.gateways.keys().cloned().collect();
        gateways.sort();
        for gateway in gateways {
            player.step(Input::Watch { gateway: &gateway });
        }
        player.next = player.memory.next_due();
        player
    }

    /// Takes in what was received together, at one instant, each event for the first time. Whatever falls due before fires before.
    pub fn receive(&mut self, together: &[Arc<Event>]) {
        let Some(at) = together.iter().map(|event| event.received_at).max() else { return };
        self.until(at);
        for event in together.iter().filter(|event| !event.body.marks.retained) {
            self.hear(&event.gateway, event.received_at);
        }
        let mut order: Vec<&Arc<Event>> = together.iter().collect();
        order.sort_by_key(|event| event.at);
        for event in together {
            self.history.push(event.clone());
        }
        for event in order {
            self.step(Input::Event(event));
            for said in notices(event) {
                self.step(Input::Event(&said));
            }
        }
        self.next = self.memory.next_due();
        self.tidy();
    }

    /// Time goes on to `end`; what falls due on the way fires.
    pub fn until(&mut self, end: Time) {
        let mut at_once = 0;
        loop {
            let due = self.next.map(|due| self.awake(due.max(self.now)));
            let rise = self.next_rise();
            match (due, rise) {
                (due, Some((rise, place))) if rise <= end && due.is_none_or(|due| rise < due) => self.rise(rise, place),
                (Some(due), _) if due <= end => {
                    at_once = if due > self.now { 0 } else { at_once + 1 };
                    self.now = if at_once > AT_ONE_INSTANT { self.now + MOMENT } else { due };
                    self.fire();
                }
                _ => break,
            }
        }
        self.now = self.now.max(end);
    }

    /// What came of it.
    #[must_use]
    pub fn finish(self) -> Vec<TrialAlert> {
        self.board.into_alerts()
    }

    fn fire(&mut self) {
        let Some((due, rule, subject)) = self.memory.next_clock() else { return };
        self.look_at_gateways();
        self.step(Input::Clock { rule: &rule, subject: &subject, due });
        self.next = self.memory.next_due();
    }

    /// A gateway is heard again: the first heartbeat after a silence, which is not among the events.
    fn rise(&mut self, at: Time, place: usize) {
        self.now = self.now.max(at);
        let gateway = self.up[place].gateway.clone();
        self.look_at_gateways();
        let beat = notice("heartbeat", &gateway, String::new(), at);
        self.step(Input::Event(&beat));
        self.next = self.memory.next_due();
    }

    fn next_rise(&self) -> Option<(Time, usize)> {
        let rises = self.up.iter().enumerate().filter_map(|(place, up)| Some((up.intervals.get(up.begun)?.from, place)));
        rises.min()
    }

    fn step(&mut self, input: Input) {
        let known = self.down.partition_point(|down| down.until <= self.now);
        let oldest = self.now.checked_sub_signed(self.limits.lateness).unwrap_or(Time::MIN_UTC);
        let first = self.down.partition_point(|down| down.until < oldest);
        let context = Context {
            home: &self.home,
            rules: &self.rules,
            now: self.now,
            down: self.down.get(first..known).unwrap_or_default(),
            limits: self.limits,
            heard: &self.heard,
            leaps: &[],
            said_away: Said::nothing(),
        };
        let mut outcomes = decide(&context, &mut self.memory, input);
        let asked: Vec<Recall> = outcomes.iter().filter_map(Outcome::asks).cloned().collect();
        for recall in asked {
            let (rule, subject, events) = (&recall.rule, &recall.subject, self.history.recall(&recall));
            outcomes.extend(decide(&context, &mut self.memory, Input::Past { rule, subject, events: &events }));
        }
        if !outcomes.is_empty() {
            self.board.apply(&self.home, outcomes, &self.history, self.now);
        }
    }

    /// When we are there to look at what falls due at `due`: after an outage of our own, if it falls into one.
    fn awake(&self, due: Time) -> Time {
        let place = self.down.partition_point(|down| down.until <= due);
        self.down.get(place).filter(|down| down.from < due).map_or(due, |down| down.until)
    }

    fn hear(&mut self, gateway: &Arc<str>, at: Time) {
        match self.heard.get_mut(gateway) {
            Some(heard) => *heard = (*heard).max(at),
            None => drop(self.heard.insert(gateway.clone(), at)),
        }
    }

    /// What is known by now of when gateways were heard.
    fn look_at_gateways(&mut self) {
        let now = self.now;
        let mut heard = Vec::new();
        for up in &mut self.up {
            while up.intervals.get(up.begun).is_some_and(|next| next.from <= now) {
                up.begun += 1;
            }
            if let Some(last) = up.begun.checked_sub(1).and_then(|last| up.intervals.get(last)) {
                heard.push((up.gateway.clone(), last.until.min(now)));
            }
        }
        for (gateway, at) in heard {
            self.hear(&gateway, at);
        }
    }

    /// Once a day the memory lets go of what it no longer needs, as it does when it is stored.
    fn tidy(&mut self) {
        if self.now.signed_duration_since(self.tidied) >= TimeDelta::days(1) {
            self.tidied = self.now;
            drop(self.memory.take_changes());
        }
    }
}
