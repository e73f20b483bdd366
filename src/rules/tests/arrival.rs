//! Promise 5 for every condition: the order of arrival shows in nothing but what a late event explains, nor do duplicates, nor a crash.
//! And that a condition in which it does show is caught by the very same property.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};

use super::everything::{Happened, cases, days, days_of_limits, happen, of_all, of_limits, received, stands};
use super::world::{World, clearings, local, rules};
use crate::clock::Time;
use crate::domain::event::Event;
use crate::rules::{Input, RuleSet};

const BEGIN: &str = "2026-01-10 12:00";
/// Days on which things happen.
const DAYS: u32 = 5;
/// The gateway speaks so often, on time, whatever its sensors kept back.
const BEAT: TimeDelta = TimeDelta::minutes(25);

/// Lives through `deliveries` (when, what), clocks and all, for so many days.
fn live(rules: RuleSet, happened: &[Happened], delays: &[i64], repeat: &[usize], days: i64) -> World {
    let mut world = World::new(BEGIN).with(rules);
    let begin = local(world.home.zone, BEGIN);
    let events = happen(&mut world, begin, happened);
    let delay = |index: usize| TimeDelta::minutes(*delays.get(index % delays.len().max(1)).unwrap_or(&0));
    let mut deliveries: Vec<(Time, &Event)> = events.iter().enumerate().map(|(index, event)| (event.at + delay(index), event)).collect();
    for index in repeat {
        let (first, event) = deliveries[index % events.len()];
        deliveries.push((first + TimeDelta::minutes(7), event));
    }
    deliveries.sort_by_key(|(when, event)| (*when, event.at));
    let end = begin + TimeDelta::days(days);
    let mut deliveries = deliveries.into_iter().peekable();
    let mut beat = begin;
    while beat < end {
        while let Some((when, event)) = deliveries.next_if(|(when, _)| *when <= beat) {
            world.until_time(when);
            let event = received(&world, event);
            world.hears(&event);
        }
        world.until_time(beat);
        world.heard.insert("gw".into(), beat);
        beat += BEAT;
    }
    settle(&mut world, end);
    world
}

/// Everything looks once more at the same moment, so that all forget the same.
fn settle(world: &mut World, end: Time) {
    world.until_time(end);
    world.heard.insert("gw".into(), end - TimeDelta::minutes(5));
    for (rule, subject) in world.memory.states().into_keys() {
        world.step(Input::Clock { rule: &rule, subject: &subject, due: end });
    }
}

/// The property: whatever came late, all alerts of the same life on time were raised; what was raised beside them was taken back; and in the
/// end all is remembered alike.
fn same_but_for_what_is_explained(
    rules: fn() -> RuleSet,
    happened: &[Happened],
    delays: &[i64],
    repeat: &[usize],
) -> Result<(), TestCaseError> {
    let on_time = live(rules(), happened, &[0], &[], i64::from(DAYS) + 3);
    let late = live(rules(), happened, delays, repeat, i64::from(DAYS) + 3);
    prop_assert!(clearings(&on_time.outcomes).iter().all(|(_, explained)| !explained), "nothing is late in a life on time");
    let (wanted, mut found) = (stands(&on_time.outcomes), stands(&late.outcomes));
    for alert in &wanted {
        let place = found.iter().position(|other| other == alert);
        prop_assert!(place.is_some(), "not raised: {:?}; raised: {:?}", alert, found);
        found.remove(place.unwrap_or_default());
    }
    let mut beside: BTreeMap<String, i64> = BTreeMap::new();
    for (rule, ..) in &found {
        *beside.entry(rule.clone()).or_default() += 1;
    }
    for (rule, _) in clearings(&late.outcomes).into_iter().filter(|(_, explained)| *explained) {
        *beside.entry(rule).or_default() -= 1;
    }
    prop_assert!(beside.values().all(|left| *left == 0), "raised and not explained: {:?} {:?}", beside, found);
    let (one, two) = (on_time.memory.states(), late.memory.states());
    let unlike: Vec<_> = one.keys().chain(two.keys()).filter(|key| one.get(*key) != two.get(*key)).collect();
    let first = unlike.first().map(|key| (*key, format!("{:?}", one.get(*key)), format!("{:?}", two.get(*key))));
    prop_assert!(first.is_none(), "remembered unlike: {:#?}", first);
    Ok(())
}

/// All events arrive at one moment, after it was all over, in this order; then the clocks run.
fn burst(rules: RuleSet, happened: &[Happened], order: &[usize], repeat: &[usize]) -> World {
    let mut world = World::new(BEGIN).with(rules);
    let begin = local(world.home.zone, BEGIN);
    let events = happen(&mut world, begin, happened);
    // Later than all, but within the time in which all are judged.
    world.now = begin + TimeDelta::hours(70);
    for index in order.iter().chain(repeat) {
        let event = received(&world, &events[index % events.len()]);
        world.hears(&event);
    }
    let end = world.now + TimeDelta::minutes(10);
    settle(&mut world, end);
    world
}

fn delays() -> impl Strategy<Value = Vec<i64>> {
    // On time, a little late, or up to two days and a half.
    proptest::collection::vec(prop_oneof![3 => Just(0_i64), 2 => 0_i64..90, 2 => 0_i64..60 * 60], 1..40)
}

fn shuffled(days_: u32, most: usize) -> impl Strategy<Value = (Vec<Happened>, Vec<usize>)> {
    days(days_, most).prop_flat_map(|day| {
        let indices: Vec<usize> = (0..day.len()).collect();
        (Just(day), Just(indices).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn late_events_show_only_in_what_they_explain(
        happened in days(DAYS, 120), delays in delays(), repeat in proptest::collection::vec(0_usize..120, 0..12),
    ) {
        same_but_for_what_is_explained(of_all, &happened, &delays, &repeat)?;
    }

    /// Any order and any duplicates, all before a clock runs: the same state in the end, and the same alerts to the word.
    #[test]
    fn a_burst_is_judged_whole((happened, order) in shuffled(2, 80), repeat in proptest::collection::vec(0_usize..80, 0..12)) {
        let straight: Vec<usize> = (0..happened.len()).collect();
        let said = |world: World| {
            let mut raised: Vec<_> = world.outcomes.iter().filter_map(|outcome| match outcome {
                crate::rules::Outcome::Raise(raise) => Some((raise.rule.id.clone(), raise.subject.clone(), raise.occurred_at, raise.explanation.clone())),
                _ => None,
            }).collect();
            raised.sort();
            (raised, world.memory.states())
        };
        prop_assert_eq!(said(burst(of_all(), &happened, &straight, &[])), said(burst(of_all(), &happened, &order, &repeat)));
    }

}

proptest! {
    #![proptest_config(cases(300))]

    /// The same of limits and silences, which keep neither readings nor what broke a silence.
    #[test]
    fn late_readings_show_only_in_what_they_explain(
        happened in days_of_limits(DAYS, 70), delays in delays(), repeat in proptest::collection::vec(0_usize..70, 0..6),
    ) {
        same_but_for_what_is_explained(of_limits, &happened, &delays, &repeat)?;
    }
}

proptest! {
    // A case reads all states anew at each of its inputs.
    #![proptest_config(cases(16))]

    /// A process that dies between any two inputs decides as one that lives on, and leaves the same behind.
    #[test]
    fn a_crash_between_any_two_inputs_changes_nothing(happened in days(2, 80), late in 0_i64..600) {
        let run = |crashing: bool| {
            let mut world = World::new(BEGIN).with(of_all());
            world.crashing = crashing;
            let begin = local(world.home.zone, BEGIN);
            for event in happen(&mut world, begin, &happened) {
                world.until_time(event.at + TimeDelta::seconds(late));
                let event = received(&world, &event);
                world.hears(&event);
            }
            world.until_time(begin + TimeDelta::days(4));
            (stands(&world.outcomes), clearings(&world.outcomes), world.stored)
        };
        prop_assert_eq!(run(false), run(true));
    }
}

/// The property has teeth: a condition that remembers what came last, and not what happened last, fails it.
#[test]
fn a_condition_that_depends_on_the_order_of_arrival_is_caught() {
    let order_sensitive = || {
        rules(
            "[[rule]]\nid = \"tripwire\"\ntitle = \"T\"\nsubject = \"home\"\nqueue = \"care\"\npriority = 2\n\
             on = { kinds = [\"bed_left\", \"bed_entered\"] }\ncondition = { tripwire = { every = 3 } }\n",
        )
    };
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) });
    let strategy = (days(2, 60), delays());
    let found = runner.run(&strategy, |(happened, delays)| same_but_for_what_is_explained(order_sensitive, &happened, &delays, &[]));
    assert!(matches!(found, Err(TestError::Fail(..))), "{found:?}");
}
