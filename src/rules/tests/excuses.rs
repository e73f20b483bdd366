//! Excuses and test modes: what rests, what waits anew, and that no alarm is ever excused.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::everything::cases;
use super::world::{World, local, raises, rules};
use crate::domain::alert::Queue;
use crate::domain::catalogue::{Class, kinds_of};
use crate::domain::home::excuse::{Excuse, ExcuseKind, TestMode};
use crate::rules::{RuleFile, RuleSet};

const KINDS: [ExcuseKind; 4] = [ExcuseKind::Away, ExcuseKind::Hospital, ExcuseKind::CarerPresent, ExcuseKind::Maintenance];

/// An excuse from one local time until another.
fn excuse(world: &mut World, kind: ExcuseKind, from: &str, until: &str) {
    let (from, until) = (local(world.home.zone, from), local(world.home.zone, until));
    world.home.excuses.push(Excuse { kind, device: None, from, until });
}

proptest! {
    #![proptest_config(cases(300))]

    /// Whatever is excused, by whomever, for however long: every event of the alarm class raises, and in the lane of tests only what an
    /// installer tests just then.
    #[test]
    fn an_alarm_is_never_excused(
        excuses in proptest::collection::vec((0_usize..4, any::<bool>(), -600_i64..600, 1_i64..2_000), 0..6),
        tests in proptest::collection::vec((proptest::option::of(0_usize..16), any::<bool>(), -120_i64..120, 1_i64..200), 0..3),
        away in any::<bool>(),
        presses in proptest::collection::vec((0_usize..16, any::<bool>(), 0_i64..400, prop_oneof![2 => Just(0_i64), 1 => 0_i64..300]), 1..20),
    ) {
        let mut world = World::new("2026-01-10 12:00");
        let begin = world.now;
        let at = |minutes: i64| begin + TimeDelta::minutes(minutes);
        let kinds = kinds_of(Class::Alarm);
        let device = |of_bed: bool| of_bed.then(|| "d-bed".to_owned());
        for (kind, of_bed, from, length) in excuses {
            world.home.excuses.push(Excuse { kind: KINDS[kind], device: device(of_bed), from: at(from), until: at(from + length) });
        }
        for (kind, of_bed, from, length) in tests {
            let kinds = kind.map(|kind| kinds[kind % kinds.len()].to_owned()).into_iter().collect();
            world.home.tests.push(TestMode { kinds, device: device(of_bed), from: at(from), until: at(from + length) });
        }
        if away {
            world.says("2026-01-10 12:00", "panel", "away_on");
        }
        for (kind, of_bed, minute, delay) in presses {
            world.until_time(at(minute + delay).max(world.now));
            let kind = kinds[kind % kinds.len()];
            let event = world.make("gw", if of_bed { "bed" } else { "p1" }, kind, at(minute));
            let raised = raises(&world.hears(&event));
            prop_assert_eq!(raised.len(), 1, "{:?}", event);
            let device = of_bed.then_some("d-bed");
            let tested = world.home.tests.iter().any(|test| test.covers(kind, device, event.at, event.received_at));
            prop_assert_eq!((raised[0].test, raised[0].queue == Queue::Test), (tested, tested), "{:?} {:?}", event, world.home.tests);
            prop_assert!(raised[0].rule.id == kind);
        }
    }

    /// The end of an excuse is the only thing about it that counts: set in one piece or in pieces that touch, the same alerts.
    #[test]
    fn an_excuse_in_pieces_is_one(cuts in proptest::collection::vec(1_i64..600, 0..5), kind in 0_usize..3) {
        let life = |cuts: &[i64]| {
            let mut world = World::new("2026-01-10 12:00");
            world.set("inactivity.hours", 4.0);
            let begin = world.now;
            let mut edges: Vec<i64> = cuts.iter().copied().chain([0, 600]).collect();
            edges.sort_unstable();
            for pair in edges.windows(2) {
                let (from, until) = (begin + TimeDelta::minutes(pair[0]), begin + TimeDelta::minutes(pair[1]));
                world.home.excuses.push(Excuse { kind: KINDS[kind], device: None, from, until });
            }
            world.says("2026-01-10 12:00", "m1", "motion");
            world.says("2026-01-10 21:59", "bed", "bed_left");
            world.heard.insert("gw".into(), begin + TimeDelta::days(3));
            world.until("2026-01-12 12:00");
            world.raised_briefly()
        };
        prop_assert_eq!(life(&[]), life(&cuts));
    }
}

#[test]
fn what_ends_before_its_time_is_counted_from_its_end() {
    let mut world = World::new("2026-01-10 12:00");
    world.set("inactivity.hours", 4.0);
    world.says("2026-01-10 12:00", "m1", "motion");
    excuse(&mut world, ExcuseKind::Away, "2026-01-10 13:00", "2026-01-12 13:00");
    world.heard.insert("gw".into(), local(world.home.zone, "2026-01-12 12:00"));
    world.until("2026-01-10 18:00");
    // Somebody ends it, and every clock of the home looks again.
    world.home.excuses[0].until = world.now;
    for (_, rule, subject) in world.memory.clocks() {
        let due = world.now;
        world.step(crate::rules::Input::Clock { rule: &rule, subject: &subject, due });
    }
    world.until("2026-01-11 12:00");
    assert_eq!(world.raised_briefly(), ["inactivity home 22:00"]);
}

#[test]
fn a_rule_names_what_it_rests_for() {
    let rule = |excused_by: &str| {
        format!(
            "[[rule]]\nid = \"door\"\ntitle = \"Door\"\nsubject = \"home\"\nqueue = \"care\"\npriority = 2\n{excused_by}\n\
             condition = {{ lasting = {{ begin = [\"door_opened\"], end = [\"door_closed\"], for = {{ minutes = 20 }} }} }}\n"
        )
    };
    let opened = |excused_by: &str, kind: ExcuseKind| {
        let mut world = World::new("2026-01-10 12:00").with(rules(&rule(excused_by)));
        excuse(&mut world, kind, "2026-01-10 12:05", "2026-01-10 13:00");
        world.says("2026-01-10 12:00", "front", "door_opened");
        world.until("2026-01-10 16:00");
        world.raised_briefly()
    };
    assert!(opened("", ExcuseKind::Away).is_empty(), "by default nobody is waited for who is away");
    assert_eq!(opened("excused_by = []", ExcuseKind::Away), ["door home 12:20"]);
    assert_eq!(opened("excused_by = [\"carer_present\"]", ExcuseKind::CarerPresent), ["door home 13:20"], "a carer only makes it wait");
    assert_eq!(opened("", ExcuseKind::CarerPresent), ["door home 12:20"]);
}

#[test]
fn a_rule_that_raises_alarms_cannot_be_excused() {
    let text = "[[rule]]\nid = \"x\"\ntitle = \"X\"\nsubject = \"home\"\nqueue = \"care\"\npriority = 1\non = { kinds = [\"smoke\"] }\n\
                condition = \"each\"\nexcused_by = [\"away\"]\n";
    let faults = RuleSet::compile(1, &[RuleFile::from_toml("x.toml", text).unwrap()]).unwrap_err();
    assert!(faults[0].to_string().contains("never excused"), "{faults:?}");
    // Even where it is written in a class that holds no alarm, an event of the alarm class is not excused.
    let mut world = World::new("2026-01-10 12:00").with(rules(&text.replace("smoke", "fault")));
    excuse(&mut world, ExcuseKind::Away, "2026-01-10 11:00", "2026-01-10 13:00");
    assert!(raises(&world.says("2026-01-10 12:00", "d", "fault")).is_empty());
    let mut event = world.event("d", "fault", "2026-01-10 12:00");
    event.class = Class::Alarm;
    let raised = raises(&world.hears(&event));
    assert_eq!((raised.len(), raised[0].rule.id.as_str()), (1, "x"), "by the rule itself, not only by what stands in for it");
}

#[test]
fn holidays_do_not_cost_the_habit() {
    let mut world = World::new("2026-01-01 06:00");
    excuse(&mut world, ExcuseKind::Away, "2026-01-08 07:00", "2026-01-13 20:00");
    for day in (1..=7).chain([14]) {
        world.says(&format!("2026-01-{day:02} 08:00"), "m1", "motion");
    }
    world.heard.insert("gw".into(), local(world.home.zone, "2026-01-16 08:00"));
    world.until("2026-01-15 10:30");
    let raised: Vec<String> = world.raised_briefly().into_iter().filter(|alert| alert.starts_with("no_morning")).collect();
    assert_eq!(raised, ["no_morning_activity home 10:00"], "not on the days away, and on the second day back");
}
