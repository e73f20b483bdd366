//! `absence` of kinds, by its default rule: no sign of life in the home.

use super::world::{World, clearings, local};
use crate::rules::Interval;

/// Heartbeats every half hour from one time to another on one day.
fn beats(world: &mut World, day: &str, hours: std::ops::Range<u32>) {
    for hour in hours {
        for minute in [0, 30] {
            world.says(&format!("{day} {hour:02}:{minute:02}"), "", "heartbeat");
        }
    }
}

fn care(world: &mut World) -> Vec<String> {
    world.raised_briefly().into_iter().filter(|brief| !brief.starts_with("gateway_silent")).collect()
}

#[test]
fn no_activity_for_half_a_day_raises_while_the_gateway_talks() {
    let mut world = World::new("2026-01-10 06:00");
    world.says("2026-01-10 06:05", "m1", "motion");
    world.says("2026-01-10 06:30", "", "heartbeat");
    beats(&mut world, "2026-01-10", 7..18);
    world.says("2026-01-10 18:10", "", "heartbeat");
    world.until("2026-01-10 18:14");
    assert!(world.raised().is_empty());
    world.until("2026-01-10 18:16");
    let raised = world.raised();
    assert_eq!(raised.len(), 1);
    assert_eq!((raised[0].rule.id.as_str(), raised[0].subject.as_str(), raised[0].priority), ("inactivity", "home", 2));
    assert_eq!(raised[0].explanation, "No activity since 06:15, for 12 h by 18:15; the plan allows 12 h");
    assert_eq!(raised[0].resident.as_deref(), Some("anna"));
    assert_eq!(clearings(&world.says("2026-01-10 18:20", "m1", "motion")), [("inactivity".to_owned(), false)]);
}

#[test]
fn a_busy_home_writes_its_state_a_few_times_an_hour() {
    let mut world = World::new("2026-01-10 06:00");
    world.says("2026-01-10 06:01", "m1", "motion");
    let row = |world: &World| world.stored[&("inactivity".to_owned(), "home".to_owned())].clone();
    let before = row(&world);
    for minute in 2..15 {
        world.says(&format!("2026-01-10 06:{minute:02}"), "m1", "motion");
    }
    assert_eq!(row(&world), before);
    world.says("2026-01-10 06:15", "m1", "motion");
    assert_ne!(row(&world), before);
}

#[test]
fn a_dead_gateway_is_one_matter_not_two() {
    let mut world = World::new("2026-01-10 06:00");
    world.says("2026-01-10 06:05", "m1", "motion");
    world.until("2026-01-12 06:00");
    assert_eq!(world.raised_briefly(), ["gateway_silent device:gw/ 06:50"]);
    // It comes back and says nothing of what was: only what is heard counts from there.
    beats(&mut world, "2026-01-12", 6..17);
    assert!(care(&mut world).is_empty());
    beats(&mut world, "2026-01-12", 17..19);
    assert_eq!(care(&mut world).len(), 1, "twelve hours without any sign, the gateway up");
}

#[test]
fn a_gateway_that_empties_its_buffer_explains_itself_first() {
    let mut world = World::new("2026-01-10 06:00");
    world.says("2026-01-10 06:05", "m1", "motion");
    world.until("2026-01-10 20:00");
    world.raised();
    world.says("2026-01-10 20:00", "", "heartbeat");
    let late = world.event("m1", "motion", "2026-01-10 19:40");
    world.hears(&late);
    beats(&mut world, "2026-01-10", 20..24);
    assert!(care(&mut world).is_empty());
}

#[test]
fn a_late_sign_of_life_explains_the_alert() {
    let mut world = World::new("2026-01-10 06:00");
    world.says("2026-01-10 06:05", "m1", "motion");
    beats(&mut world, "2026-01-10", 7..19);
    assert_eq!(care(&mut world).len(), 1);
    let late = world.event("m1", "motion", "2026-01-10 12:00");
    assert_eq!(clearings(&world.hears(&late)), [("inactivity".to_owned(), true)]);
}

#[test]
fn our_own_outage_is_not_counted() {
    let at = |text: &str| local(chrono_tz::Europe::London, text);
    let mut world = World::new("2026-01-10 06:00");
    world.says("2026-01-10 06:05", "m1", "motion");
    world.now = at("2026-01-10 18:10");
    world.down = vec![Interval { from: at("2026-01-10 06:20"), until: world.now }];
    world.says("2026-01-10 18:10", "", "heartbeat");
    beats(&mut world, "2026-01-10", 19..24);
    assert!(care(&mut world).is_empty());
}

/// A home with heartbeats all day, at which something happens and is heard at these hours.
fn lived(heard: &[(&str, &str)]) -> World {
    let mut world = World::new("2026-01-10 00:00");
    let mut heard: Vec<(&str, &str)> = heard.to_vec();
    heard.sort_by_key(|(_, received)| *received);
    let mut heard = heard.into_iter().peekable();
    for half_hour in 0..3 * 48 {
        let now = format!("2026-01-{:02} {:02}:{:02}", 10 + half_hour / 48, half_hour % 48 / 2, half_hour % 2 * 30);
        while let Some((happened, received)) = heard.next_if(|(_, received)| *received <= now.as_str()) {
            world.until(received);
            let event = world.event("m1", "motion", happened);
            world.hears(&event);
        }
        world.says(&now, "", "heartbeat");
    }
    world
}

#[test]
fn a_late_event_within_a_silence_parts_it() {
    let mut on_time = lived(&[
        ("2026-01-10 06:00", "2026-01-10 06:00"),
        ("2026-01-10 16:05", "2026-01-10 16:05"),
        ("2026-01-11 06:00", "2026-01-11 06:00"),
        ("2026-01-12 06:00", "2026-01-12 06:00"),
    ]);
    let raised = on_time.raised_briefly();
    assert_eq!(raised, ["inactivity home 04:15", "inactivity home 18:15", "inactivity home 18:15"]);
    // The afternoon is heard of only on the next day, after it was over.
    let mut late = lived(&[
        ("2026-01-10 06:00", "2026-01-10 06:00"),
        ("2026-01-10 16:05", "2026-01-11 12:00"),
        ("2026-01-11 06:00", "2026-01-11 06:00"),
        ("2026-01-12 06:00", "2026-01-12 06:00"),
    ]);
    let explained: Vec<_> = clearings(&late.outcomes).into_iter().filter(|(_, explained)| *explained).collect();
    assert_eq!(explained, [("inactivity".to_owned(), true)], "the silence since 06:00 never was");
    let mut raised_late = late.raised_briefly();
    assert_eq!(raised_late.remove(0), "inactivity home 18:15");
    assert_eq!(raised_late, ["inactivity home 04:15", "inactivity home 18:15", "inactivity home 18:15"]);
    assert_eq!(on_time.memory.states(), late.memory.states());
}

#[test]
fn what_an_earlier_version_remembered_of_a_silence_is_understood() {
    let until = local(chrono_tz::Europe::London, "2026-01-10 06:15").timestamp_micros();
    let hour = 3_600_000_000_i64;
    let remembered = |state: String, due: &str| {
        let mut world = World::new("2026-01-10 18:00");
        let due = local(world.home.zone, due);
        let state = format!("{{\"state\":{{\"absence\":{state}}}}}");
        world.memory.insert("inactivity", "home", 1, Some(&state), Some(due)).unwrap();
        world.heard.insert("gw".into(), local(world.home.zone, "2026-01-10 18:00"));
        world
    };
    let mut waits = remembered(format!("{{\"until\":{until}}}"), "2026-01-10 18:15");
    waits.until("2026-01-10 18:16");
    assert_eq!(waits.raised_briefly(), ["inactivity home 18:15"]);
    let mut raised = remembered(format!("{{\"until\":{until},\"raised\":{}}}", until + 12 * hour), "2026-01-10 18:15");
    raised.until("2026-01-10 18:30");
    assert!(raised.raised_briefly().is_empty(), "it was raised already");
    assert_eq!(clearings(&raised.says("2026-01-10 18:31", "m1", "motion")), [("inactivity".to_owned(), false)]);
    let mut raised = remembered(format!("{{\"until\":{until},\"raised\":{}}}", until + 12 * hour), "2026-01-10 18:15");
    let event = raised.event("m1", "motion", "2026-01-10 09:00");
    assert_eq!(clearings(&raised.hears(&event)), [("inactivity".to_owned(), true)]);
}
