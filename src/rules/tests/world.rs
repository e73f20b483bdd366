//! A home to play in: it keeps time, hears gateways, fires clocks when they are due and stores what changed, as the engine does.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use chrono::{NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::clock::Time;
use crate::domain::catalogue::class_of;
use crate::domain::event::{Body, Event, Marks, Reading};
use crate::domain::home::{Device, Gateway, Home};
use crate::domain::plan::{Overrides, Plan, SettingValue};
use crate::rules::{
    Context, Edit, Input, Interval, Limits, Memory, Outcome, Raise, Recall, RuleFile, RuleSet, Said, decide, default_rules,
};

/// Rows as stored: state with its revision, clock.
type Rows = BTreeMap<(String, String), (Option<(i64, String)>, Option<Time>)>;

pub(super) struct World {
    pub(super) home: Home,
    pub(super) rules: Arc<RuleSet>,
    pub(super) memory: Memory,
    pub(super) now: Time,
    pub(super) down: Vec<Interval>,
    pub(super) leaps: Vec<Interval>,
    pub(super) heard: HashMap<Arc<str>, Time>,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) stored: Rows,
    /// Forget everything that is not stored before each step.
    pub(super) crashing: bool,
    /// Events made.
    made: u64,
    /// Events as they are stored, by gateway and id.
    events: BTreeMap<(Arc<str>, String), Event>,
}

pub(super) fn limits() -> Limits {
    let (outage_grace, lateness, late_after) = (TimeDelta::minutes(5), TimeDelta::hours(72), TimeDelta::seconds(60));
    Limits { outage_grace, lateness, late_after, away: TimeDelta::hours(24) }
}

pub(super) fn defaults() -> Arc<RuleSet> {
    static DEFAULTS: LazyLock<Arc<RuleSet>> = LazyLock::new(|| Arc::new(RuleSet::compile(1, &default_rules().unwrap()).unwrap()));
    DEFAULTS.clone()
}

/// Rules from TOML.
pub(super) fn rules(text: &str) -> RuleSet {
    RuleSet::compile(1, &[RuleFile::from_toml("test.toml", text).unwrap()]).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// `2026-01-10 02:14` on the wall of `zone`; the earlier of two where the hour comes twice.
pub(super) fn local(zone: Tz, text: &str) -> Time {
    let naive = NaiveDateTime::parse_from_str(&format!("{text}:00"), "%Y-%m-%d %H:%M:%S").unwrap();
    zone.from_local_datetime(&naive).earliest().unwrap_or_else(|| panic!("{text} never shows in {zone}")).to_utc()
}

impl World {
    /// A home in London with one person, one gateway `gw`, and a bed sensor `bed`, by the default rules.
    pub(super) fn new(now: &str) -> Self {
        let zone = Tz::Europe__London;
        let now = local(zone, now);
        let gateway = Gateway { registered_at: now - TimeDelta::days(30), call_back: Some("tel:+441".to_owned()), archived: false };
        let device = Device { id: "d-bed".to_owned(), resident: Some("anna".to_owned()), call_back: None };
        let home = Home {
            key: "home-1".to_owned(),
            organisation: "north".to_owned(),
            zone,
            call_back: Some("tel:+442".to_owned()),
            archived: false,
            gateways: HashMap::from([(Arc::from("gw"), gateway)]),
            devices: HashMap::from([((Arc::from("gw"), "bed".to_owned()), device)]),
            residents: vec!["anna".to_owned()],
            plan: Plan::default(),
            excuses: Vec::new(),
            tests: Vec::new(),
        };
        let (heard, memory) = (HashMap::new(), Memory::new());
        let (down, leaps, outcomes, stored) = (Vec::new(), Vec::new(), Vec::new(), Rows::new());
        Self {
            home,
            rules: defaults(),
            memory,
            now,
            down,
            leaps,
            heard,
            outcomes,
            stored,
            crashing: false,
            made: 0,
            events: BTreeMap::new(),
        }
    }

    pub(super) fn with(mut self, rules: RuleSet) -> Self {
        self.rules = Arc::new(rules);
        self
    }

    /// A setting of the home's own.
    pub(super) fn set(&mut self, name: &str, value: f64) {
        self.home.plan.home.insert(name.to_owned(), SettingValue::Number(value));
    }

    /// A setting of one device.
    pub(super) fn set_device(&mut self, device: &str, name: &str, value: f64) {
        let one = Overrides::from([(name.to_owned(), SettingValue::Number(value))]);
        self.home.plan.devices.insert(device.to_owned(), one);
    }

    /// An event of device `device` behind `gw` that happened at `at` (local time) and is received now.
    pub(super) fn event(&mut self, device: &str, kind: &str, at: &str) -> Event {
        let at = local(self.home.zone, at);
        self.make("gw", device, kind, at)
    }

    pub(super) fn make(&mut self, gateway: &str, device: &str, kind: &str, at: Time) -> Event {
        self.made += 1;
        let late_s = Some((self.now - at).num_seconds()).filter(|late| *late > 60);
        Event {
            gateway: Arc::from(gateway),
            id: format!("e{}", self.made),
            kind: kind.to_owned(),
            class: class_of(kind),
            device: Some(device.to_owned()).filter(|device| !device.is_empty()),
            resident: None,
            at,
            claimed_at: Some(at),
            received_at: self.now,
            body: Body { marks: Marks { late_s, ..Marks::default() }, ..Body::default() },
        }
    }

    /// The clock goes on to `at` (local time), and a device reports that something happens just now. Answers what that alone came to.
    pub(super) fn says(&mut self, at: &str, device: &str, kind: &str) -> Vec<Outcome> {
        self.until(at);
        let event = self.event(device, kind, at);
        self.hears(&event)
    }

    /// The same with a reading.
    pub(super) fn reads(&mut self, at: &str, device: &str, kind: &str, value: f64, unit: Option<&str>) -> Vec<Outcome> {
        self.until(at);
        let event = self.reading(device, kind, at, value, unit);
        self.hears(&event)
    }

    pub(super) fn reading(&mut self, device: &str, kind: &str, at: &str, value: f64, unit: Option<&str>) -> Event {
        let mut event = self.event(device, kind, at);
        event.body.value = Some(Reading::Number(value));
        event.body.unit = unit.map(str::to_owned);
        event
    }

    /// Receives an event now.
    pub(super) fn hears(&mut self, event: &Event) -> Vec<Outcome> {
        self.heard.insert(event.gateway.clone(), self.now);
        self.stores(event);
        self.step(Input::Event(event))
    }

    /// It is among what is stored, whether it was judged or not.
    pub(super) fn stores(&mut self, event: &Event) {
        self.events.entry((event.gateway.clone(), event.id.clone())).or_insert_with(|| event.clone());
    }

    pub(super) fn watch(&mut self) -> Vec<Outcome> {
        self.step(Input::Watch { gateway: "gw" })
    }

    /// The clock goes on to `at` (local time), and what falls due on the way fires.
    pub(super) fn until(&mut self, at: &str) {
        self.until_time(local(self.home.zone, at));
    }

    pub(super) fn until_time(&mut self, end: Time) {
        let mut fired = 0;
        while let Some((due, rule, subject)) = self.memory.next_clock().filter(|(due, ..)| *due <= end) {
            self.now = self.now.max(due);
            self.step(Input::Clock { rule: &rule, subject: &subject, due });
            fired += 1;
            assert!(fired < 100_000, "a clock is set again and again: {rule} {subject} {due}");
        }
        self.now = self.now.max(end);
    }

    pub(super) fn step(&mut self, input: Input) -> Vec<Outcome> {
        if self.crashing {
            self.restart();
        }
        let context = Context {
            home: &self.home,
            rules: &self.rules,
            now: self.now,
            down: &self.down,
            limits: limits(),
            heard: &self.heard,
            leaps: &self.leaps,
            said_away: Said::nothing(),
        };
        let mut outcomes = decide(&context, &mut self.memory, input);
        let asked: Vec<Recall> = outcomes.iter().filter_map(Outcome::asks).cloned().collect();
        outcomes.retain(|outcome| outcome.asks().is_none());
        for recall in asked {
            let events: Vec<Event> = self.events.values().filter(|event| recall.matches(event)).cloned().collect();
            let input = Input::Past { rule: &recall.rule, subject: &recall.subject, events: &events };
            outcomes.extend(decide(&context, &mut self.memory, input));
        }
        self.store();
        self.outcomes.extend(outcomes.iter().cloned());
        outcomes
    }

    fn store(&mut self) {
        for change in self.memory.take_changes() {
            let key = (change.rule.to_string(), change.subject);
            let row = self.stored.entry(key.clone()).or_default();
            match change.state {
                Edit::Keep => {}
                Edit::Put(state) => row.0 = Some(state),
                Edit::Delete => row.0 = None,
            }
            match change.due {
                Edit::Keep => {}
                Edit::Put(due) => row.1 = Some(due),
                Edit::Delete => row.1 = None,
            }
            if *row == (None, None) {
                self.stored.remove(&key);
            }
        }
    }

    /// A new process: only what was stored is known.
    pub(super) fn restart(&mut self) {
        self.memory = Memory::new();
        for ((rule, subject), (state, due)) in &self.stored {
            let revision = state.as_ref().map_or(0, |(revision, _)| *revision);
            self.memory.insert(rule, subject, revision, state.as_ref().map(|(_, state)| state.as_str()), *due).unwrap();
        }
    }

    /// What was raised since the last time this was asked.
    pub(super) fn raised(&mut self) -> Vec<Raise> {
        raises(&std::mem::take(&mut self.outcomes))
    }

    /// The same, as `rule subject hh:mm` in local time.
    pub(super) fn raised_briefly(&mut self) -> Vec<String> {
        let zone = self.home.zone;
        let brief =
            |raise: &Raise| format!("{} {} {}", raise.rule.id, raise.subject, raise.occurred_at.with_timezone(&zone).format("%H:%M"));
        self.raised().iter().map(brief).collect()
    }
}

/// The alerts among outcomes.
pub(super) fn raises(outcomes: &[Outcome]) -> Vec<Raise> {
    outcomes.iter().filter_map(|outcome| if let Outcome::Raise(raise) = outcome { Some((**raise).clone()) } else { None }).collect()
}

/// The endings among outcomes: rule, and whether a late event explains it.
pub(super) fn clearings(outcomes: &[Outcome]) -> Vec<(String, bool)> {
    let clearing = |outcome: &Outcome| match outcome {
        Outcome::Cleared { rule, explained_by_late_event, .. } => Some((rule.clone(), *explained_by_late_event)),
        _ => None,
    };
    outcomes.iter().filter_map(clearing).collect()
}

/// The faults among outcomes.
pub(super) fn faults(outcomes: &[Outcome]) -> Vec<String> {
    outcomes.iter().filter_map(|outcome| if let Outcome::Fault { text, .. } = outcome { Some(text.clone()) } else { None }).collect()
}
