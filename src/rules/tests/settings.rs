//! Settings: resolved device > home > organisation > default, bounded, and named when they cannot be used.

use super::world::{World, faults, local, raises};
use crate::domain::plan::SettingValue;

fn minutes_until_alert(world: &mut World) -> i64 {
    world.says("2026-01-11 02:00", "bed", "bed_left");
    let left = world.now;
    world.until("2026-01-11 10:00");
    let raised = world.raised().into_iter().find(|raise| raise.rule.id == "bed_not_returned").expect("an alert");
    (raised.occurred_at - left).num_minutes()
}

#[test]
fn the_nearest_plan_wins() {
    let mut world = World::new("2026-01-10 21:00");
    let name = "bed_not_returned.minutes";
    world.home.plan.organisation.insert(name.to_owned(), SettingValue::Number(40.0));
    assert_eq!(minutes_until_alert(&mut world), 40);
    let mut world2 = World::new("2026-01-10 21:00");
    world2.home.plan = world.home.plan.clone();
    world2.set(name, 50.0);
    assert_eq!(minutes_until_alert(&mut world2), 50);
    let mut world3 = World::new("2026-01-10 21:00");
    world3.home.plan = world2.home.plan.clone();
    world3.set_device("d-bed", name, 20.0);
    assert_eq!(minutes_until_alert(&mut world3), 20);
}

#[test]
fn an_override_ends_and_the_clock_that_runs_follows() {
    let lived = |hours: f64, ends: &str| {
        let mut world = World::new("2026-01-10 08:00");
        world.set("inactivity.hours", hours);
        world.home.plan.ends.home.insert("inactivity.hours".to_owned(), local(world.home.zone, ends));
        world.says("2026-01-10 08:00", "m1", "motion");
        world.heard.insert("gw".into(), local(world.home.zone, "2026-01-13 08:00"));
        world.until("2026-01-12 12:00");
        world.raised().into_iter().find(|raise| raise.rule.id == "inactivity").expect("an alert")
    };
    let hour = |raise: &crate::rules::Raise| raise.occurred_at.format("%d %H:%M").to_string();
    assert_eq!(hour(&lived(48.0, "2026-01-13 08:00")), "12 08:15");
    let raised = lived(48.0, "2026-01-10 16:00");
    assert_eq!(hour(&raised), "10 20:15", "twelve hours hold again from the end on");
    assert_eq!(raised.settings["hours"], SettingValue::Number(12.0), "the settings in force when it was raised");
    assert_eq!(hour(&lived(48.0, "2026-01-11 09:00")), "10 20:15", "by the value that holds, it was due before");
    assert_eq!(hour(&lived(4.0, "2026-01-11 09:00")), "10 12:05", "a shorter one");
}

#[test]
fn local_times_are_settings_too() {
    let mut world = World::new("2026-01-10 12:00");
    world.home.plan.home.insert("bed_not_returned.from".to_owned(), SettingValue::Text("13:00".to_owned()));
    world.says("2026-01-10 13:00", "bed", "bed_left");
    world.until("2026-01-10 13:30");
    let raised = world.raised();
    assert!(raised[0].explanation.ends_with("the plan allows 30 min between 13:00 and 07:00"), "{}", raised[0].explanation);
}

#[test]
fn a_value_that_cannot_be_used_is_told_and_the_default_holds() {
    for bad in [SettingValue::Number(0.0), SettingValue::Number(f64::NAN), SettingValue::Text("soon".to_owned()), SettingValue::Bool(true)]
    {
        let mut world = World::new("2026-01-10 21:00");
        world.home.plan.home.insert("bed_not_returned.minutes".to_owned(), bad);
        let told = faults(&world.says("2026-01-11 02:00", "bed", "bed_left"));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("bed_not_returned.minutes"), "{told:?}");
        world.until("2026-01-11 02:30");
        assert_eq!(raises(&world.outcomes).len(), 1);
    }
}

#[test]
fn a_plan_is_checked_before_it_is_written() {
    let world = World::new("2026-01-10 21:00");
    let say = |name: &str, value: SettingValue| world.rules.accepts("north", name, &value).unwrap_err();
    assert!(world.rules.accepts("north", "bed_not_returned.minutes", &SettingValue::Number(45.0)).is_ok());
    assert!(world.rules.accepts("north", "bed_not_returned.from", &SettingValue::Text("21:30".to_owned())).is_ok());
    assert_eq!(
        say("bed_not_returned.minutes", SettingValue::Number(9000.0)),
        "`bed_not_returned.minutes`: 9000 is out of bounds: give a number from 1 to 480 (min)"
    );
    assert!(say("bed_not_returned.from", SettingValue::Text("9 pm".to_owned())).contains("22:00"));
    assert!(say("bed_not_returned.limit", SettingValue::Number(1.0)).contains("it has from, minutes, to"));
    assert!(say("snoring.minutes", SettingValue::Number(1.0)).contains("no rule `snoring`"));
    assert!(say("minutes", SettingValue::Number(1.0)).contains("rule.setting"));
}

#[test]
fn a_changed_limit_is_judged_by_what_is_known_already() {
    let mut world = World::new("2026-01-10 21:00");
    world.says("2026-01-11 02:00", "bed", "bed_left");
    world.set("bed_not_returned.minutes", 60.0);
    world.until("2026-01-11 02:59");
    assert!(world.raised().iter().all(|raise| raise.rule.id != "bed_not_returned"));
    world.until("2026-01-11 03:00");
    assert_eq!(world.raised_briefly().last().unwrap(), "bed_not_returned device:gw/bed 03:00");
}
