//! Nothing that a stranger sends makes a rule fall over, and a rule that cannot be evaluated is contained.

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::world::{World, faults, raises, rules};
use crate::clock::Time;
use crate::domain::catalogue;
use crate::domain::event::{Marks, Reading};
use crate::rules::{Input, Memory, Outcome};

fn any_reading() -> impl Strategy<Value = Option<Reading>> {
    let number = prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(f64::MIN), Just(0.0), Just(-0.0), 10.0..40.0_f64];
    prop_oneof![
        Just(None),
        number.prop_map(|value| Some(Reading::Number(value))),
        any::<bool>().prop_map(|on| Some(Reading::Bool(on))),
        ".*".prop_map(|text| Some(Reading::Text(text)))
    ]
}

fn any_time() -> impl Strategy<Value = Time> {
    let near = (-200_000_i64..200_000).prop_map(|s| DateTime::from_timestamp(1_767_000_000 + s, 0).unwrap());
    prop_oneof![
        4 => near,
        1 => Just(Time::MIN_UTC),
        1 => Just(Time::MAX_UTC),
        1 => any::<i64>().prop_map(|us| DateTime::from_timestamp_micros(us).unwrap_or(DateTime::UNIX_EPOCH)),
    ]
}

fn any_kind() -> impl Strategy<Value = String> {
    let kinds: Vec<String> = catalogue::all().map(|(_, kind)| kind.to_owned()).collect();
    prop_oneof![8 => proptest::sample::select(kinds), 1 => ".*"]
}

type Sent = (String, String, Time, Time, Option<Reading>, Option<String>, bool);

fn sent() -> impl Strategy<Value = Vec<Sent>> {
    let unit = proptest::option::of(prop_oneof![Just("Cel".to_owned()), Just("[degF]".to_owned()), ".*"]);
    let device = prop_oneof![4 => "[a-c]", 1 => ".*"];
    proptest::collection::vec((any_kind(), device, any_time(), any_time(), any_reading(), unit, any::<bool>()), 1..40)
}

proptest! {
    // Every rule there is looks at every event of a case, and reads its state anew each time.
    #![proptest_config(super::everything::cases(100))]

    #[test]
    fn nothing_falls_over(list in sent(), zone in 0_usize..600) {
        let mut world = World::new("2026-01-10 12:00");
        world.home.zone = chrono_tz::TZ_VARIANTS[zone % chrono_tz::TZ_VARIANTS.len()];
        for (kind, device, at, now, value, unit, test) in list {
            world.now = now;
            let mut event = world.make("gw", &device, &kind, at);
            (event.body.value, event.body.unit, event.body.test) = (value, unit, test);
            event.body.marks = Marks { late_s: Some(7), ..Marks::default() };
            let outcomes = world.hears(&event);
            let fell = faults(&outcomes).into_iter().find(|text| text.contains("fell over"));
            prop_assert!(fell.is_none(), "{:?}", fell);
            let alarm = catalogue::class_of(&kind) == catalogue::Class::Alarm;
            prop_assert!(!alarm || raises(&outcomes).len() == 1, "an alarm raises once");
            for (due, rule, subject) in world.memory.clocks() {
                let outcomes = world.step(Input::Clock { rule: &rule, subject: &subject, due });
                prop_assert!(!faults(&outcomes).iter().any(|text| text.contains("fell over")));
            }
            world.restart();
        }
        for ((rule, _), (state, _)) in &world.stored {
            let length = state.as_ref().map_or(0, |(_, state)| state.len());
            prop_assert!(length <= 16 * 1024, "{} takes {}", rule, length);
        }
    }

}

proptest! {
    #![proptest_config(super::everything::cases(200))]

    /// Clocks of rules and subjects that are none are taken away.
    #[test]
    fn strange_clocks_are_forgotten(rule in ".*", subject in ".*") {
        let mut world = World::new("2026-01-10 12:00");
        let due = world.now;
        let outcomes = world.step(Input::Clock { rule: &rule, subject: &subject, due });
        prop_assert!(outcomes.is_empty());
        let known = World::new("2026-01-10 12:00").rules.rules().map(|rule| rule.id.clone()).collect::<Vec<_>>();
        for rule in known {
            let outcomes = world.step(Input::Clock { rule: &rule, subject: &subject, due });
            prop_assert!(outcomes.is_empty(), "{:?}", outcomes);
        }
        prop_assert!(world.memory.clocks().is_empty());
    }
}

#[test]
fn a_rule_that_cannot_be_evaluated_is_contained() {
    let both = r#"
        [[rule]]
        id = "weight_low"
        title = "Weight low"
        subject = "home"
        on = { kinds = ["weight"] }
        queue = "health"
        priority = 3
        condition = { below = { limit = 50, hysteresis = 1, unit = "kg" } }
        [[rule]]
        id = "weighed"
        title = "Weighed"
        subject = "home"
        on = { kinds = ["weight"] }
        queue = "health"
        priority = 5
        condition = "each"
    "#;
    let mut world = World::new("2026-01-10 12:00").with(rules(both));
    let outcomes = world.reads("2026-01-10 12:00", "scales", "weight", 49.0, Some("st"));
    assert!(
        matches!(&outcomes[..], [Outcome::Fault { rule, .. }, Outcome::Raise(raise)] if rule == "weight_low" && raise.rule.id == "weighed")
    );
    let outcomes = world.reads("2026-01-10 12:01", "scales", "weight", 49.0, Some("kg"));
    assert_eq!(raises(&outcomes).len(), 2);
}

#[test]
fn a_state_that_cannot_be_read_begins_afresh_and_keeps_its_clock() {
    let mut memory = Memory::new();
    let due = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    let told = memory.insert("bed_not_returned", "device:gw/bed", 1, Some("{\"of\": 7}"), Some(due)).unwrap_err();
    assert!(told.contains("bed_not_returned") && told.contains("device:gw/bed"), "{told}");
    assert_eq!(memory.clocks().len(), 1);
}

#[test]
fn a_state_of_another_meaning_is_left_behind_and_one_of_the_same_is_kept() {
    let bed = |then: &str, within: u32| {
        format!(
            "[[rule]]\nid = \"bed\"\ntitle = \"B\"\nsubject = \"device\"\nqueue = \"care\"\npriority = 2\n[rule.condition.unfollowed]\n\
             first = [\"bed_left\"]\nthen = [\"{then}\"]\nwithin = {{ minutes = {within} }}\n"
        )
    };
    let left = |after: &str, within: u32| {
        let mut world = World::new("2026-01-10 12:00").with(rules(&bed("bed_entered", 30)));
        world.says("2026-01-10 12:00", "bed", "bed_left");
        let mut world = world.with(rules(&bed(after, within)));
        world.until("2026-01-10 14:00");
        world.raised_briefly()
    };
    assert_eq!(left("bed_entered", 30), ["bed device:gw/bed 12:30"]);
    assert_eq!(left("bed_entered", 60), ["bed device:gw/bed 13:00"], "a longer time keeps the running clock");
    assert_eq!(left("motion", 30), Vec::<String>::new(), "what should follow is another thing now");
}
