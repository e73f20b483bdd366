//! What one decision costs: an event at a home with 25 rules, its memory as it is after some days.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta};
use harken::clock::Time;
use harken::domain::catalogue::{Class, class_of};
use harken::domain::event::{Body, Event, Reading};
use harken::domain::home::{Gateway, Home};
use harken::rules::{Context, Input, Limits, Memory, RuleFile, RuleSet, Said, decide, default_rules};

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

/// Decides, and prints what it took.
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
    let (mut spent, mut slowest) = (std::time::Duration::ZERO, std::time::Duration::ZERO);
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
            decide(&context, &mut memory, Input::Clock { rule: &rule, subject: &subject, due });
        }
        let begun = Instant::now();
        let outcomes = decide(&context, &mut memory, Input::Event(&event));
        let took = begun.elapsed();
        std::hint::black_box(outcomes);
        spent += took;
        slowest = slowest.max(took);
        if number.is_multiple_of(16) {
            drop(memory.take_changes());
        }
    }
    let each = spent.as_secs_f64() * 1e6 / f64::from(EVENTS);
    println!(
        "decide: {EVENTS} events at a home with {RULES} rules: {each:.2} µs each, the slowest {:.0} µs\n",
        slowest.as_secs_f64() * 1e6
    );
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
