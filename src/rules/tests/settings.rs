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

/// What a rule raised until the next morning.
fn raised_by(world: &mut World, rule: &str) -> Vec<String> {
    world.until("2026-01-11 08:00");
    briefly(world, rule)
}

/// What a rule raised so far.
fn briefly(world: &mut World, rule: &str) -> Vec<String> {
    let raised = world.raised_briefly();
    raised.iter().filter_map(|brief| brief.strip_prefix(&format!("{rule} "))).map(str::to_owned).collect()
}

/// A stay in the bathroom of that many minutes, from then on.
fn in_the_bathroom(world: &mut World, hour: &str, minutes: i64) {
    world.says(&format!("2026-01-10 {hour}"), "bathroom", "room_entered");
    let left = world.now + chrono::TimeDelta::minutes(minutes);
    world.until_time(left);
    let event = world.make("gw", "bathroom", "room_left", left);
    world.hears(&event);
}

#[test]
fn what_was_over_before_a_limit_was_lowered_is_not_raised_by_it() {
    let mut world = World::new("2026-01-10 08:00");
    in_the_bathroom(&mut world, "09:00", 40);
    world.set("bathroom_too_long.minutes", 30.0);
    in_the_bathroom(&mut world, "13:00", 5);
    assert_eq!(raised_by(&mut world, "bathroom_too_long"), Vec::<String>::new());
}

#[test]
fn nor_is_it_when_the_limit_is_raised_and_lowered_again() {
    let mut world = World::new("2026-01-10 08:00");
    in_the_bathroom(&mut world, "09:00", 100);
    assert_eq!(briefly(&mut world, "bathroom_too_long"), ["device:gw/bathroom 10:00"]);
    for limit in [120.0, 60.0] {
        world.set("bathroom_too_long.minutes", limit);
        in_the_bathroom(&mut world, if limit > 60.0 { "12:00" } else { "14:00" }, 5);
    }
    assert_eq!(raised_by(&mut world, "bathroom_too_long"), Vec::<String>::new());
}

#[test]
fn what_goes_on_and_what_comes_is_raised_by_the_limit_that_holds() {
    for crashing in [false, true] {
        let mut world = World::new("2026-01-10 08:00");
        world.crashing = crashing;
        in_the_bathroom(&mut world, "09:00", 40);
        world.says("2026-01-10 12:00", "bathroom", "room_entered");
        world.until("2026-01-10 12:20");
        world.set("bathroom_too_long.minutes", 30.0);
        // Nobody looks until she comes out.
        world.now += chrono::TimeDelta::minutes(20);
        let left = world.make("gw", "bathroom", "room_left", world.now);
        world.hears(&left);
        in_the_bathroom(&mut world, "15:00", 40);
        let all = ["device:gw/bathroom 12:30", "device:gw/bathroom 15:30"];
        assert_eq!(raised_by(&mut world, "bathroom_too_long"), all, "crashing: {crashing}");
    }
}

#[test]
fn what_arrives_late_is_judged_by_what_holds_when_it_arrives() {
    let mut world = World::new("2026-01-10 08:00");
    in_the_bathroom(&mut world, "09:00", 5);
    world.until("2026-01-10 12:00");
    world.set("bathroom_too_long.minutes", 30.0);
    for (kind, at) in [("room_entered", "2026-01-10 10:00"), ("room_left", "2026-01-10 10:40")] {
        let event = world.event("bathroom", kind, at);
        world.hears(&event);
    }
    assert_eq!(raised_by(&mut world, "bathroom_too_long"), ["device:gw/bathroom 10:30"]);
}

#[test]
fn a_rule_that_is_written_anew_does_not_raise_what_was_over_either() {
    let with = |condition: &str| {
        let head = "[[rule]]\nid = \"r\"\ntitle = \"R\"\nqueue = \"care\"\npriority = 3\nsubject = \"device\"\n";
        super::world::rules(&format!("{head}{condition}"))
    };
    let lived = |before: &str, after: &str, said: &[(&str, &str)], last: (&str, &str)| {
        let mut world = World::new("2026-01-10 08:00").with(with(before));
        for (at, kind) in said {
            world.says(&format!("2026-01-10 {at}"), "d", kind);
        }
        assert_eq!(briefly(&mut world, "r"), Vec::<String>::new(), "{before}");
        world.rules = std::sync::Arc::new(with(after));
        world.says(&format!("2026-01-10 {}", last.0), "d", last.1);
        raised_by(&mut world, "r")
    };
    let followed = |minutes: u8| {
        let kinds = "first = [\"bed_left\"]\nthen = [\"door_opened\"]\n";
        format!("[rule.condition.followed]\n{kinds}within = {{ minutes = {minutes} }}\n")
    };
    let doors = [("09:00", "bed_left"), ("09:10", "door_opened")];
    assert_eq!(lived(&followed(5), &followed(15), &doors, ("11:00", "door_opened")), Vec::<String>::new());
    let count =
        |least: u8| format!("on = {{ kinds = [\"motion\"] }}\n[rule.condition.count]\nat_least = {least}\nwithin = {{ hours = 1 }}\n");
    let moved = [("09:00", "motion"), ("09:10", "motion"), ("09:20", "motion")];
    assert_eq!(lived(&count(4), &count(3), &moved, ("14:00", "motion")), Vec::<String>::new());
    assert_eq!(lived(&count(4), &count(3), &moved, ("09:30", "motion")), ["device:gw/d 09:20"], "the run goes on");
}

#[test]
fn a_silence_that_was_over_stays_so_when_the_limit_is_raised_and_lowered_again() {
    let mut world = World::new("2026-01-10 08:00");
    // The sensor reports what is not activity, too: the gateway is there all the time.
    let moves = |world: &mut World, hour: i64| {
        let end = local(world.home.zone, "2026-01-10 00:00") + chrono::TimeDelta::hours(hour);
        while world.now < end {
            let next = end.min(world.now + chrono::TimeDelta::minutes(20));
            world.until_time(next);
            let said = world.make("gw", "m1", if next == end { "motion" } else { "heartbeat" }, next);
            world.hears(&said);
        }
    };
    world.set("inactivity.hours", 4.0);
    for hour in [9, 14] {
        moves(&mut world, hour);
    }
    assert_eq!(briefly(&mut world, "inactivity"), ["home 13:05"]);
    for (hours, hour) in [(12.0, 15), (4.0, 16), (4.0, 17)] {
        world.set("inactivity.hours", hours);
        moves(&mut world, hour);
    }
    assert_eq!(briefly(&mut world, "inactivity"), Vec::<String>::new());
}

#[test]
fn more_a_day_raises_nothing_that_was_over_already() {
    let mut world = World::new("2026-01-10 08:00");
    world.set("temperature_low.limit", 18.0);
    world.set("temperature_low.a_day", 1.0);
    let read = |world: &mut World, at: &str, value: f64| world.reads(&format!("2026-01-10 {at}"), "t1", "temperature", value, Some("Cel"));
    for (at, value) in [("09:00", 17.0), ("10:00", 20.0), ("11:00", 17.0), ("12:00", 20.0)] {
        read(&mut world, at, value);
    }
    world.until("2026-01-10 12:30");
    assert_eq!(briefly(&mut world, "temperature_low"), ["device:gw/t1 09:00"]);
    world.set("temperature_low.a_day", 3.0);
    read(&mut world, "13:00", 17.0);
    world.until("2026-01-10 14:00");
    assert_eq!(briefly(&mut world, "temperature_low"), ["device:gw/t1 13:00"]);
}

#[test]
fn what_is_just_due_when_other_values_come_to_hold_is_judged_by_them() {
    for crashing in [false, true] {
        let mut world = World::new("2026-01-10 08:00");
        world.crashing = crashing;
        world.set("news2_incomplete.least", 2.0);
        for kind in ["heart_rate", "spo2"] {
            world.reads("2026-01-10 09:00", "bed", kind, 90.0, Some(if kind == "spo2" { "%" } else { "/min" }));
        }
        world.until("2026-01-10 09:59");
        // Nobody looks until the set's time has been over for a while.
        world.set("news2_incomplete.scale", 2.0);
        world.now += chrono::TimeDelta::minutes(10);
        assert_eq!(raised_by(&mut world, "news2_incomplete"), ["resident:anna 10:00"], "crashing: {crashing}");
    }
}

#[test]
fn what_waits_for_late_events_is_judged_by_the_values_that_hold_then() {
    let mut world = World::new("2026-01-10 08:00");
    in_the_bathroom(&mut world, "08:30", 5);
    world.until("2026-01-10 12:00");
    for (kind, at) in [("room_entered", "2026-01-10 10:00"), ("room_left", "2026-01-10 11:10")] {
        let event = world.event("bathroom", kind, at);
        world.hears(&event);
    }
    world.set("bathroom_too_long.minutes", 65.0);
    assert_eq!(raised_by(&mut world, "bathroom_too_long"), ["device:gw/bathroom 11:05"]);
}

#[test]
fn a_drift_that_goes_on_is_raised_by_a_limit_that_was_lowered_meanwhile() {
    let mut world = World::new("2026-01-10 07:00");
    let weighs = |world: &mut World, at: &str, kg: f64| _ = world.reads(at, "bed", "weight", kg, Some("kg"));
    weighs(&mut world, "2026-01-10 08:00", 80.0);
    weighs(&mut world, "2026-01-11 08:00", 81.6);
    assert_eq!(briefly(&mut world, "weight_gain"), Vec::<String>::new());
    world.set("weight_gain.kg", 1.5);
    weighs(&mut world, "2026-01-11 20:00", 82.4);
    assert_eq!(briefly(&mut world, "weight_gain"), ["resident:anna 08:00"]);
}
