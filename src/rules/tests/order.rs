//! The order of arrival does not matter, nor do duplicates, nor a crash between any two steps.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::world::{World, local};
use crate::clock::Time;
use crate::domain::event::{Event, Reading};

/// Something that happened on a generated day: minutes after the day began, and what.
type Happened = (u32, u8, i32);

const BEDS: [&str; 2] = ["bed", "bed-2"];

fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(500)
}

/// Events of a day and a night, by their own times, as if received on time.
fn happen(world: &mut World, begin: Time, happened: &[Happened]) -> Vec<Event> {
    let mut events: Vec<Event> = happened
        .iter()
        .zip(0..)
        .map(|((minute, what, value), second)| {
            // No two at the same instant: which came first would be anybody's guess.
            let at = begin + TimeDelta::minutes(i64::from(*minute)) + TimeDelta::seconds(second);
            let bed = BEDS[usize::from(*what) % 2];
            match what % 8 {
                0 | 1 => world.make("gw", bed, "bed_left", at),
                2 | 3 => world.make("gw", bed, "bed_entered", at),
                4 => world.make("gw", "m1", "motion", at),
                5 => world.make("gw", "", "heartbeat", at),
                _ => {
                    let mut event = world.make("gw", "t1", "temperature", at);
                    event.body.value = Some(Reading::Number(f64::from(*value)));
                    event.body.unit = Some("Cel".to_owned());
                    event
                }
            }
        })
        .collect();
    events.sort_by_key(|event| (event.at, event.id.len(), event.id.clone()));
    events
}

fn day() -> impl Strategy<Value = Vec<Happened>> {
    proptest::collection::vec((0_u32..26 * 60, 0_u8..32, 10_i32..22), 1..60)
}

/// Everything raised: rule, subject, time, sentence.
fn raised(world: &mut World) -> Vec<(String, String, Time, String)> {
    let mut raised: Vec<_> =
        world.raised().into_iter().map(|raise| (raise.rule.id, raise.subject, raise.occurred_at, raise.explanation)).collect();
    raised.sort();
    raised
}

const BEGIN: &str = "2026-01-10 12:00";
const AFTER: &str = "2026-01-11 15:00";

/// All events arrive at one moment, after it was all over, in this order; then the clocks run.
fn arrive(happened: &[Happened], order: &[usize], repeat: &[usize]) -> (World, Vec<(String, String, Time, String)>) {
    let mut world = World::new(AFTER);
    let begin = local(world.home.zone, BEGIN);
    let events = happen(&mut world, begin, happened);
    for index in order.iter().chain(repeat) {
        world.hears(&events[index % events.len()]);
    }
    let before = world.memory.states();
    world.until_time(world.now + TimeDelta::minutes(10));
    let raised = raised(&mut world);
    assert!(before.len() <= 20);
    (world, raised)
}

proptest! {
    #![proptest_config(cases())]

    /// Any order and any duplicates, all before a clock runs: the same state in the end, and the same alerts to the word.
    #[test]
    fn order_and_duplicates_do_not_show(
        (happened, order) in day().prop_flat_map(|day| {
            let indices: Vec<usize> = (0..day.len()).collect();
            (Just(day), Just(indices).prop_shuffle())
        }),
        repeat in proptest::collection::vec(0_usize..60, 0..10),
    ) {
        let straight: Vec<usize> = (0..happened.len()).collect();
        let (one, raised_one) = arrive(&happened, &straight, &[]);
        let (two, raised_two) = arrive(&happened, &order, &repeat);
        prop_assert_eq!(one.memory.states(), two.memory.states());
        prop_assert_eq!(raised_one, raised_two);
    }

    /// What arrives as it happens raises the same as what arrives in order afterwards, except for what the silence itself was: the
    /// gateway was heard then, and is not now.
    #[test]
    fn a_replayed_day_raises_what_the_day_itself_did(happened in day()) {
        let mut live = World::new(BEGIN);
        let begin = local(live.home.zone, BEGIN);
        for event in happen(&mut live, begin, &happened) {
            live.until_time(event.at);
            let event = Event { received_at: live.now, ..event };
            live.hears(&Event { body: crate::domain::event::Body { marks: crate::domain::event::Marks::default(), ..event.body.clone() }, ..event });
        }
        live.until(AFTER);
        let straight: Vec<usize> = (0..happened.len()).collect();
        let (_, replayed) = arrive(&happened, &straight, &[]);
        let of_events = |raised: Vec<(String, String, Time, String)>| -> Vec<(String, String, Time)> {
            let of_events = |rule: &str| rule == "bed_not_returned" || rule.starts_with("temperature");
            raised.into_iter().filter(|(rule, ..)| of_events(rule)).map(|(rule, subject, at, _)| (rule, subject, at)).collect()
        };
        prop_assert_eq!(of_events(raised(&mut live)), of_events(replayed));
    }

    /// A process that dies between any two steps decides as one that lives on.
    #[test]
    fn a_crash_between_any_two_steps_changes_nothing(happened in day(), late in 0_i64..200) {
        let run = |crashing: bool| {
            let mut world = World::new(BEGIN);
            world.crashing = crashing;
            let begin = local(world.home.zone, BEGIN);
            let events = happen(&mut world, begin, &happened);
            for event in events {
                world.until_time(event.at + TimeDelta::seconds(late));
                let late_s = Some(late).filter(|late| *late > 60);
                let marks = crate::domain::event::Marks { late_s, ..Default::default() };
                let received_at = world.now;
                world.hears(&Event { received_at, body: crate::domain::event::Body { marks, ..event.body.clone() }, ..event });
            }
            world.until(AFTER);
            (raised(&mut world), world.stored)
        };
        prop_assert_eq!(run(false), run(true));
    }

}

proptest! {
    // A case is weeks of a busy home.
    #![proptest_config(super::everything::cases(12))]

    /// State stays small however long and busy it gets.
    #[test]
    fn state_is_bounded(seed in proptest::collection::vec((0_u8..32, 10_i32..22, 1_i64..90), 50..200)) {
        let mut world = World::new(BEGIN);
        for round in 0..8 {
            for (what, value, minutes) in &seed {
                world.until_time(world.now + TimeDelta::minutes(*minutes + round));
                let now = world.now;
                for event in happen(&mut world, now, &[(0, *what, *value)]) {
                    world.hears(&event);
                }
            }
        }
        for ((rule, subject), (state, _)) in &world.stored {
            let length = state.as_ref().map_or(0, |(_, state)| state.len());
            prop_assert!(length <= 4096, "{} {} takes {}", rule, subject, length);
        }
        // Beside what is remembered of the gateway, of no rule.
        prop_assert!(world.stored.keys().filter(|(rule, _)| !rule.starts_with('#')).count() < 16);
    }
}
