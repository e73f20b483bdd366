//! `absence` of everything, by its default rule: a gateway that stops talking.

use chrono::TimeDelta;

use super::world::{World, clearings, local, raises};
use crate::domain::alert::Queue;
use crate::rules::Interval;

#[test]
fn a_gateway_is_missed_at_its_own_deadline_and_welcomed_back() {
    let mut world = World::new("2026-01-10 08:00");
    world.says("2026-01-10 08:00", "", "heartbeat");
    world.says("2026-01-10 08:15", "", "heartbeat");
    world.until("2026-01-10 08:59");
    assert!(world.raised().is_empty());
    world.until("2026-01-10 09:00");
    let raised = world.raised();
    let [raise] = &raised[..] else { panic!("{raised:?}") };
    assert_eq!((raise.rule.id.as_str(), raise.subject.as_str()), ("gateway_silent", "device:gw/"));
    assert_eq!((raise.queue, raise.priority, raise.gateway.as_deref()), (Queue::Technical, 3, Some("gw")));
    assert_eq!(raise.explanation, "Gateway gw: nothing heard since 08:15, for 45 min by 09:00; the plan allows 45 min");
    world.until("2026-01-20 09:00");
    assert!(world.raised().is_empty(), "once");
    assert_eq!(clearings(&world.says("2026-01-20 09:00", "m1", "motion")), [("gateway_silent".to_owned(), false)]);
    world.until("2026-01-20 09:45");
    assert_eq!(world.raised_briefly(), ["gateway_silent device:gw/ 09:45"]);
}

#[test]
fn a_talking_gateway_costs_one_row_in_all() {
    let mut world = World::new("2026-01-10 08:00");
    world.says("2026-01-10 08:00", "", "heartbeat");
    let rows = world.stored.clone();
    world.says("2026-01-10 08:15", "", "heartbeat");
    world.says("2026-01-10 08:30", "", "heartbeat");
    assert_eq!(world.stored, rows, "nothing is written at each event");
    world.until("2026-01-10 08:45");
    assert!(world.raised().is_empty(), "the clock was early, and is set anew");
    assert_eq!(world.stored.len(), 1);
    assert_eq!(world.memory.waiting(&world.rules, "north")[0].due, local(world.home.zone, "2026-01-10 09:15"));
}

#[test]
fn a_gateway_never_heard_has_a_first_deadline() {
    let mut world = World::new("2026-01-10 08:00");
    world.home.gateways.get_mut("gw").unwrap().registered_at = world.now;
    world.watch();
    world.until("2026-01-11 07:59");
    assert!(world.raised().is_empty());
    world.until("2026-01-11 08:00");
    let raised = world.raised();
    assert_eq!(
        raised[0].explanation,
        "Gateway gw: never heard since it was registered at 08:00 on 10 Jan, for 1 d by 08:00; the plan allows 1 d"
    );
    world.watch();
    world.until("2026-01-13 08:00");
    assert!(world.raised().is_empty());
}

#[test]
fn our_own_outage_is_not_silence() {
    let at = |text: &str| local(chrono_tz::Europe::London, text);
    let mut world = World::new("2026-01-10 08:00");
    world.says("2026-01-10 08:00", "", "heartbeat");
    // Down from 08:10 until 12:10: 10 minutes had counted; 35 are left, after the grace of 5.
    world.now = at("2026-01-10 12:10");
    world.down = vec![Interval { from: at("2026-01-10 08:10"), until: world.now }];
    world.until("2026-01-10 12:49");
    assert!(world.raised().is_empty());
    world.until("2026-01-10 12:50");
    assert_eq!(world.raised_briefly(), ["gateway_silent device:gw/ 12:50"]);
}

#[test]
fn archived_and_foreign_gateways_rest() {
    let mut world = World::new("2026-01-10 08:00");
    world.says("2026-01-10 08:00", "", "heartbeat");
    world.home.gateways.get_mut("gw").unwrap().archived = true;
    world.until("2026-01-12 08:00");
    assert!(world.raised().is_empty());
    assert!(world.stored.is_empty(), "nothing waits");
    let stranger = world.make("elsewhere", "", "heartbeat", world.now);
    assert!(raises(&world.hears(&stranger)).is_empty());
    assert!(world.stored.is_empty());
    world.home.gateways.get_mut("gw").unwrap().archived = false;
    world.watch();
    world.until_time(world.now + TimeDelta::hours(1));
    assert_eq!(world.raised().len(), 1, "out of the archive it is missed again");
}

#[test]
fn the_plan_may_allow_more() {
    let mut world = World::new("2026-01-10 08:00");
    world.set("gateway_silent.minutes", 120.0);
    world.says("2026-01-10 08:00", "", "heartbeat");
    world.until("2026-01-10 09:59");
    assert!(world.raised().is_empty());
    world.until("2026-01-10 10:00");
    assert_eq!(world.raised()[0].settings["minutes"].number(), Some(120.0));
}
