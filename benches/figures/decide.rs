//! What one decision costs: an event at a home with 25 rules, its memory as it is after some days.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta};
use harken::clock::Time;
use harken::domain::catalogue::{Class, class_of};
use harken::domain::event::{Body, Event, Reading};
use harken::domain::home::{Gateway, Home};
use harken::rules::{Context, Edit, Input, Limits, Memory, Outcome, RuleFile, RuleSet, Said, decide, default_rules};

/// Rules at the home.
const RULES: usize = 25;
/// Events that are decided upon and measured.
const EVENTS: u32 = 400_000;

/// What is said in turn: a device every twenty seconds.
const SAID: [(&str, &str); 8] = [
    ("hall", "motion"),
    ("kitchen", "temperature"),
    ("bath", "room_entered"),
    ("hall", "motion"),
    ("bath", "room_left"),
    ("front", "door_opened"),
    ("front", "door_closed"),
    ("kitchen", "motion"),
];

/// What was said lately, for rules that ask for it.
const KEPT: usize = 15_000;

/// Decides, and prints what it took. Not by criterion: a decision stands on what was remembered from those before it, so that none can be made
/// twice; all of a life are timed one by one instead.
pub fn measure() {
    let rules = rules();
    let begin = DateTime::parse_from_rfc3339("2026-10-01T08:00:00Z").expect("a time").to_utc();
    let mut home = Home::unclaimed("gw");
    "home".clone_into(&mut home.key);
    home.residents = vec!["anna".to_owned()];
    let gateway = Gateway { registered_at: begin, call_back: None, archived: false };
    home.gateways.insert("gw".into(), gateway);
    let mut heard: HashMap<Arc<str>, Time> = HashMap::new();
    let mut memory = Memory::new();
    let mut said: VecDeque<Event> = VecDeque::with_capacity(KEPT);
    let mut took: HashMap<&str, Vec<u32>> = HashMap::new();
    let mut written: BTreeMap<Arc<str>, (usize, usize)> = BTreeMap::new();
    for number in 0..EVENTS {
        let now = begin + TimeDelta::seconds(i64::from(number) * 20);
        let event = event(number, now);
        heard.insert("gw".into(), now);
        let limits = Limits {
            outage_grace: TimeDelta::minutes(5),
            lateness: TimeDelta::hours(72),
            late_after: TimeDelta::seconds(60),
            away: TimeDelta::hours(24),
        };
        let context = Context { home: &home, rules: &rules, now, down: &[], limits, heard: &heard, leaps: &[], said_away: Said::nothing() };
        while let Some((due, rule, subject)) = memory.next_clock().filter(|(due, ..)| *due <= now) {
            let outcomes = decide(&context, &mut memory, Input::Clock { rule: &rule, subject: &subject, due });
            for recall in outcomes.iter().filter_map(Outcome::asks) {
                let events: Vec<Event> = said.iter().filter(|event| recall.matches(event)).cloned().collect();
                decide(&context, &mut memory, Input::Past { rule: &recall.rule, subject: &recall.subject, events: &events });
            }
        }
        let begun = Instant::now();
        let outcomes = decide(&context, &mut memory, Input::Event(&event));
        let each = begun.elapsed();
        std::hint::black_box(outcomes);
        took.entry(SAID[number as usize % SAID.len()].1).or_default().push(u32::try_from(each.as_nanos()).unwrap_or(u32::MAX));
        for change in memory.take_changes() {
            if let Edit::Put((_, state)) = change.state {
                let (rows, bytes) = written.entry(change.rule).or_default();
                (*rows, *bytes) = (*rows + 1, *bytes + state.len());
            }
        }
        if said.len() == KEPT {
            said.pop_front();
        }
        said.push_back(event);
    }
    let mut all: Vec<u32> = took.values().flatten().copied().collect();
    println!("decide: {EVENTS} events at a home with {RULES} rules: {}", told(&mut all));
    let mut kinds: Vec<_> = took.into_iter().collect();
    kinds.sort_by_key(|(kind, _)| *kind);
    for (kind, mut of_kind) in kinds {
        println!("  {kind}: {}", told(&mut of_kind));
    }
    for (rule, (rows, bytes)) in written {
        let of_events = rows as f64 * 1e3 / f64::from(EVENTS);
        println!("  state of {rule}: written {of_events:.1} times in 1,000 events, {} bytes each", bytes / rows);
    }
    println!();
}

/// Nanoseconds in words.
fn told(took: &mut [u32]) -> String {
    took.sort_unstable();
    let (count, us) = (took.len(), |ns: u32| f64::from(ns) / 1e3);
    let mean = took.iter().map(|ns| f64::from(*ns)).sum::<f64>() / 1e3 / count as f64;
    format!(
        "{mean:.2} µs each; median {:.2}, 99th percentile {:.1}, slowest {:.0}",
        us(took[count / 2]),
        us(took[count / 100 * 99]),
        us(took[count - 1])
    )
}

/// The first of the built-in rules that look at what is said here, filled up with others.
fn rules() -> RuleSet {
    let all: Vec<_> = default_rules().expect("the built-in rules").into_iter().flat_map(|file| file.rules).collect();
    let (first, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|rule| !rule.raises_alarms());
    let chosen = first.into_iter().chain(rest).take(RULES).collect();
    RuleSet::compile(1, &[RuleFile::new("bench", chosen)]).expect("rules")
}

fn event(number: u32, at: Time) -> Event {
    let (device, kind) = SAID[number as usize % SAID.len()];
    let reading = (class_of(kind) == Class::Measurement).then(|| Reading::Number(20.0 + f64::from(number % 7) / 10.0));
    Event {
        gateway: "gw".into(),
        id: number.to_string(),
        kind: kind.to_owned(),
        class: class_of(kind),
        device: Some(device.to_owned()),
        resident: Some("anna".to_owned()),
        at,
        claimed_at: Some(at),
        received_at: at,
        body: Body { value: reading, unit: (kind == "temperature").then(|| "Cel".to_owned()), ..Body::default() },
    }
}
