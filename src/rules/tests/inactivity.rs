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
