//! What a home costs: its state over a simulated year, and that rules which cannot match an event are not looked at for it.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::world::{World, defaults};
use crate::domain::catalogue;
use crate::domain::event::Reading;

/// No more is kept of one rule and subject.
const MOST: usize = 16 * 1024;

/// One day of a person who lives by the clock, more or less: what happens, by the minute of the day.
fn day(number: u32) -> Vec<(u32, &'static str, &'static str, Option<f64>)> {
    // Some irregularity, the same each time.
    let some = |salt: u32, below: u32| number.wrapping_mul(2_654_435_761).wrapping_add(salt.wrapping_mul(40_503)) / 7 % below;
    let mut said = vec![
        (420 + some(1, 50), "bed_left", "bed", None),
        (540 + some(2, 60), "daily_ok", "button", None),
        (560 + some(3, 40), "medication_taken", "dispenser", None),
        (600 + some(4, 30), "door_opened", "front", None),
        (633 + some(5, 30), "door_closed", "front", None),
        (700 + some(6, 60), "chair_entered", "chair", None),
        (800 + some(7, 60), "chair_left", "chair", None),
        (1350 + some(8, 40), "bed_entered", "bed", None),
    ];
    let hourly = (7..22).flat_map(|hour| {
        [
            (hour * 60 + some(hour, 59), "motion", "hall", None),
            (hour * 60 + 30, "temperature", "kitchen", Some(16.5 + f64::from(some(hour + 40, 60)) / 10.0)),
        ]
    });
    said.extend(hourly);
    said.extend((0..3 + some(9, 4)).map(|visit| (480 + visit * 140, "room_entered", "bathroom", None)));
    said.extend((0..3 + some(9, 4)).map(|visit| (486 + visit * 140, "room_left", "bathroom", None)));
    said.extend(
        (0..some(10, 4)).flat_map(|time| [(60 + time * 80, "bed_left", "bed", None), (70 + time * 80, "bed_entered", "bed", None)]),
    );
    if number.is_multiple_of(2) {
        said.extend([
            (590, "weight", "scale", Some(80.0 + f64::from(some(11, 30)) / 10.0)),
            (592, "heart_rate", "cuff", Some(70.0)),
            (593, "spo2", "clip", Some(96.0)),
        ]);
    }
    if some(12, 9) == 0 {
        said.push((615, "away_on", "panel", None));
        said.push((660 + some(13, 300), "away_off", "panel", None));
    }
    said.sort_by_key(|(minute, ..)| *minute);
    said
}

#[test]
fn state_is_small_and_does_not_grow_over_a_year() {
    let mut world = World::new("2026-01-01 00:00");
    let begin = world.now;
    let mut totals: BTreeMap<u32, usize> = BTreeMap::new();
    for number in 0..366 {
        for (minute, kind, device, value) in day(number) {
            let at = begin + TimeDelta::days(i64::from(number)) + TimeDelta::minutes(i64::from(minute));
            world.until_time(at);
            let mut event = world.make("gw", device, kind, at);
            event.body.value = value.map(Reading::Number);
            world.hears(&event);
        }
        world.raised();
        let sizes: Vec<usize> = world.stored.values().filter_map(|(state, _)| state.as_ref().map(|(_, text)| text.len())).collect();
        for ((rule, subject), (state, _)) in &world.stored {
            let size = state.as_ref().map_or(0, |(_, text)| text.len());
            assert!(size <= MOST, "{rule} {subject}: {size} bytes on day {number}");
        }
        totals.insert(number, sizes.iter().sum());
    }
    let mut sizes: Vec<usize> = world.stored.values().filter_map(|(state, _)| state.as_ref().map(|(_, text)| text.len())).collect();
    sizes.sort_unstable();
    assert!(sizes.len() > 10, "rules of many sorts remember something: {sizes:?}");
    assert!(sizes[sizes.len() / 2] < 1024, "typically below 1 KiB: {sizes:?}");
    let most = |days: std::ops::Range<u32>| totals.range(days).map(|(_, total)| *total).max().unwrap();
    let (spring, winter) = (most(60..120), most(300..366));
    assert!(winter * 10 <= spring * 11, "it does not grow: {spring} bytes in spring, {winter} in winter");
}

#[test]
fn only_rules_that_may_match_a_kind_are_looked_at() {
    let (rules, mut world) = (defaults(), World::new("2026-01-10 12:00"));
    let all = rules.rules().count();
    for (class, kind) in catalogue::all() {
        let event = world.make("gw", "d", kind, world.now);
        let candidates: Vec<_> = rules.candidates("north", &event).collect();
        for compiled in &candidates {
            let rule = &compiled.rule;
            let by_silence = matches!(rule.condition, crate::rules::Condition::Absence(_)) && rule.on.is_empty();
            let own = rule.condition.own();
            let concerned = rule.on.covers(kind, class) || rule.clear.covers(kind, class) || own.covers(kind, class) || by_silence;
            assert!(concerned, "{} is looked at for {kind}", rule.id);
        }
        assert!(candidates.len() * 3 < all, "{kind}: {} of {all}", candidates.len());
        let missed = rules.rules().filter(|rule| rule.on.covers(kind, class) || rule.condition.own().covers(kind, class));
        for rule in missed {
            assert!(candidates.iter().any(|compiled| *compiled.id == *rule.id), "{} is not looked at for {kind}", rule.id);
        }
    }
}
