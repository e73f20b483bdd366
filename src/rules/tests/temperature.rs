//! `above` and `below` by their default rules: too cold, too hot.

use chrono::TimeDelta;

use super::world::{World, clearings, faults, local, raises};
use crate::domain::event::Reading;
use crate::rules::{Evidence, Input};

const DAY: &str = "2026-01-10";

fn read(world: &mut World, at: &str, value: f64) -> Vec<crate::rules::Outcome> {
    world.reads(&format!("{DAY} {at}"), "t1", "temperature", value, Some("Cel"))
}

/// What was raised for the cold, whatever else was.
fn cold(world: &mut World) -> Vec<String> {
    world.raised_briefly().into_iter().filter(|brief| brief.starts_with("temperature_low")).collect()
}

#[test]
fn a_limit_raises_once_until_it_has_come_back_by_the_hysteresis() {
    let mut world = World::new("2026-01-10 08:00");
    assert!(read(&mut world, "08:00", 19.0).is_empty());
    let raise = raises(&read(&mut world, "08:10", 16.0)).remove(0);
    assert_eq!((raise.rule.id.as_str(), raise.subject.as_str(), raise.priority), ("temperature_low", "device:gw/t1", 2));
    assert_eq!(raise.explanation, "Too cold: 16 °C at 08:10 (device t1), at or below the limit of 16 °C");
    assert!(matches!(&raise.evidence[..], [Evidence::Event(_)]));
    assert!(read(&mut world, "08:20", 15.0).is_empty());
    assert!(read(&mut world, "08:30", 16.5).is_empty(), "within the hysteresis");
    assert!(read(&mut world, "08:40", 15.5).is_empty());
    assert_eq!(clearings(&read(&mut world, "08:50", 17.0)), [("temperature_low".to_owned(), false)]);
    assert_eq!(raises(&read(&mut world, "09:00", 15.9)).len(), 1);
    assert_eq!(raises(&read(&mut world, "09:10", 31.0))[0].rule.id, "temperature_high");
}

#[test]
fn a_home_in_which_all_is_well_keeps_no_state() {
    let mut world = World::new("2026-01-10 08:00");
    for hour in 8..20 {
        read(&mut world, &format!("{hour:02}:00"), 20.0);
    }
    assert!(!world.stored.keys().any(|(rule, _)| ["temperature_low", "temperature_high"].contains(&rule.as_str())), "{:?}", world.stored);
}

#[test]
fn each_thermometer_has_its_own_limit_and_its_own_state() {
    let mut world = World::new("2026-01-10 08:00");
    world.set("temperature_low.limit", 18.0);
    world.set_device("d-bed", "temperature_low.limit", 12.0);
    let raised =
        |world: &mut World, device: &str, value: f64| raises(&world.reads("2026-01-10 08:00", device, "temperature", value, None)).len();
    assert_eq!(raised(&mut world, "bed", 14.0), 0);
    assert_eq!(raised(&mut world, "hall", 14.0), 1);
    assert_eq!(raised(&mut world, "bed", 11.0), 1);
}

#[test]
fn units_are_converted_and_what_cannot_be_is_told_once() {
    let mut world = World::new("2026-01-10 08:00");
    let reads = |world: &mut World, value: f64, unit: &str| world.reads("2026-01-10 08:00", "t1", "temperature", value, Some(unit));
    assert!(reads(&mut world, 68.0, "[degF]").is_empty());
    assert_eq!(
        raises(&reads(&mut world, 50.0, "[degF]"))[0].explanation,
        "Too cold: 10 °C at 08:00 (device t1), at or below the limit of 16 °C"
    );
    let told = faults(&reads(&mut world, 20.0, "furlong"));
    assert_eq!(told.len(), 3, "by temperature_low, by temperature_high and by temperature_rising: {told:?}");
    assert!(told[0].contains("furlong") && told[0].contains("Cel"), "{told:?}");
    assert!(reads(&mut world, 21.0, "furlong").is_empty(), "told already");
    world.until("2026-01-11 09:00");
    assert_eq!(faults(&world.reads("2026-01-11 09:00", "t1", "temperature", 21.0, Some("furlong"))).len(), 3, "a day later again");
    let mut event = world.event("t1", "temperature", "2026-01-11 09:00");
    event.body.value = Some(Reading::Text("warm".to_owned()));
    assert!(faults(&world.hears(&event))[0].contains("no number"));
}

#[test]
fn late_readings_are_judged_in_their_own_order() {
    let mut world = World::new("2026-01-10 12:00");
    for (at, value) in [("11:00", 20.0), ("09:00", 14.0), ("10:00", 20.0), ("08:00", 20.0), ("09:30", 13.0)] {
        let event = world.reading("t1", "temperature", &format!("{DAY} {at}"), value, Some("Cel"));
        assert!(raises(&world.hears(&event)).is_empty());
    }
    world.until_time(world.now + TimeDelta::seconds(2));
    let outcomes = std::mem::take(&mut world.outcomes);
    let raised = raises(&outcomes);
    assert_eq!(raised.len(), 1, "{raised:?}");
    assert!(raised[0].explanation.starts_with("Too cold: 14 °C at 09:00 (device t1)"), "{}", raised[0].explanation);
    assert!(matches!(&raised[0].evidence[..], [Evidence::Stored(_)]));
    assert_eq!(clearings(&outcomes), [("temperature_low".to_owned(), false)]);
    // One that comes later still, within what was raised, adds nothing.
    let event = world.reading("t1", "temperature", "2026-01-10 09:15", 12.0, Some("Cel"));
    world.hears(&event);
    world.until("2026-01-10 12:05");
    assert!(world.raised().is_empty());
}

#[test]
fn a_late_cold_spell_is_told_though_it_is_warm_by_now() {
    let mut world = World::new("2026-01-10 12:00");
    read(&mut world, "12:00", 20.0);
    let event = world.reading("t1", "temperature", "2026-01-10 04:00", 9.0, Some("Cel"));
    world.hears(&event);
    world.until("2026-01-10 12:02");
    assert_eq!(clearings(&world.outcomes), [("temperature_low".to_owned(), false)], "it was warm again at noon");
    assert_eq!(world.raised_briefly(), ["temperature_low device:gw/t1 04:00"]);
}

#[test]
fn what_an_earlier_version_remembered_is_understood() {
    let begin = local(chrono_tz::Europe::London, "2026-01-10 08:00").timestamp_micros();
    let minute = 60_000_000;
    let remembered = |state: &str| {
        let mut world = World::new("2026-01-10 09:00");
        world.memory.insert("temperature_low", "device:gw/t1", 1, Some(&format!("{{\"state\":{{\"threshold\":{state}}}}}")), None).unwrap();
        world
    };
    // One spell lasts and was raised.
    let mut world =
        remembered(&format!("{{\"over\":[{begin},{}],\"past\":[[{},{}]]}}", begin + minute, begin - 9 * minute, begin - 8 * minute));
    assert!(read(&mut world, "09:01", 15.0).is_empty());
    assert_eq!(clearings(&read(&mut world, "09:02", 18.0)), [("temperature_low".to_owned(), false)]);
    assert_eq!(raises(&read(&mut world, "09:03", 15.0)).len(), 1);
    // One reading waited to be judged: it is stored, and asked for.
    let mut world = remembered(&format!("{{\"pending\":[[{begin},9.0]],\"settle\":{begin}}}"));
    let mut event = world.reading("t1", "temperature", "2026-01-10 08:00", 9.0, Some("Cel"));
    event.received_at = world.now;
    world.stores(&event);
    world.step(Input::Clock { rule: "temperature_low", subject: "device:gw/t1", due: world.now });
    assert_eq!(world.raised_briefly(), ["temperature_low device:gw/t1 08:00"]);
}

#[test]
fn two_late_cold_spells_are_two() {
    let mut world = World::new("2026-01-10 09:55");
    for minute in 0..12 {
        read(&mut world, &format!("10:{:02}", minute * 5), 20.0);
    }
    world.until("2026-01-10 12:00");
    for at in ["10:12", "10:33"] {
        let event = world.reading("t1", "temperature", &format!("{DAY} {at}"), 9.0, Some("Cel"));
        world.hears(&event);
    }
    world.until("2026-01-10 12:05");
    assert_eq!(cold(&mut world), ["temperature_low device:gw/t1 10:12", "temperature_low device:gw/t1 10:33"]);
}

#[test]
fn a_late_reading_that_had_come_back_parts_a_spell() {
    let mut world = World::new("2026-01-10 08:00");
    read(&mut world, "09:00", 15.0);
    read(&mut world, "09:30", 15.0);
    assert_eq!(cold(&mut world), ["temperature_low device:gw/t1 09:00"]);
    world.until("2026-01-10 10:00");
    let event = world.reading("t1", "temperature", "2026-01-10 09:10", 19.0, Some("Cel"));
    world.hears(&event);
    world.until("2026-01-10 10:02");
    assert_eq!(cold(&mut world), ["temperature_low device:gw/t1 09:30"]);
}

#[test]
fn what_was_too_cold_before_by_another_limit_is_not_raised_when_the_limit_is_set() {
    let mut world = World::new("2026-01-10 08:00");
    read(&mut world, "09:00", 17.0);
    read(&mut world, "10:00", 19.0);
    world.set("temperature_low.limit", 18.0);
    read(&mut world, "11:00", 17.5);
    world.until("2026-01-10 12:00");
    assert_eq!(cold(&mut world), ["temperature_low device:gw/t1 11:00"]);
}

#[test]
fn readings_in_the_wrong_order_that_are_not_late_are_put_right_a_moment_later() {
    let mut world = World::new("2026-01-10 08:00");
    world.until_time(world.now + TimeDelta::seconds(40));
    let at = |world: &World, second: i64| local(world.home.zone, "2026-01-10 08:00") + TimeDelta::seconds(second);
    for (second, value) in [(30, 20.0), (10, 15.0)] {
        let happened = at(&world, second);
        let mut event = world.make("gw", "t1", "temperature", happened);
        (event.body.value, event.body.unit) = (Some(Reading::Number(value)), Some("Cel".to_owned()));
        world.hears(&event);
    }
    world.until("2026-01-10 08:05");
    let outcomes = world.outcomes.clone();
    assert_eq!((raises(&outcomes).len(), clearings(&outcomes)), (1, vec![("temperature_low".to_owned(), false)]));
    assert_eq!(raises(&read(&mut world, "08:06", 15.0)).len(), 1, "the first had come back");
}
