//! `unfollowed` by its default rule: out of bed at night and not back.

use chrono::TimeDelta;

use super::world::{World, clearings, local, raises};
use crate::domain::alert::Queue;
use crate::rules::{Evidence, Interval};

#[test]
fn out_of_bed_and_not_back_raises_when_the_time_is_up() {
    let mut world = World::new("2026-01-10 21:00");
    world.says("2026-01-11 02:14", "bed", "bed_left");
    world.until("2026-01-11 02:43");
    assert!(world.raised().is_empty());
    world.until("2026-01-11 02:44");
    let raised = world.raised();
    let [raise] = &raised[..] else { panic!("{raised:?}") };
    assert_eq!((raise.rule.id.as_str(), raise.subject.as_str()), ("bed_not_returned", "device:gw/bed"));
    assert_eq!((raise.queue, raise.priority), (Queue::Care, 2));
    assert_eq!(raise.explanation, "Left bed at 02:14, not back by 02:44; the plan allows 30 min between 22:00 and 07:00");
    assert_eq!(raise.occurred_at, local(world.home.zone, "2026-01-11 02:44"));
    assert_eq!((raise.resident.as_deref(), raise.device.as_deref()), (Some("anna"), Some("bed")));
    assert_eq!(raise.settings["minutes"].number(), Some(30.0));
    let left = world.event("bed", "bed_left", "2026-01-11 02:14");
    assert!(matches!(&raise.evidence[..], [Evidence::Stored(sought)] if sought.matches(&left)));
    world.until("2026-01-12 12:00");
    assert_eq!(world.raised_briefly(), ["gateway_silent device:gw/ 02:59"], "once");
}

#[test]
fn back_in_time_or_by_day_is_no_matter() {
    let mut world = World::new("2026-01-10 21:00");
    world.says("2026-01-11 02:14", "bed", "bed_left");
    world.says("2026-01-11 02:43", "bed", "bed_entered");
    world.says("2026-01-11 03:00", "bed", "bed_left");
    world.says("2026-01-11 03:10", "bed", "bed_entered");
    world.says("2026-01-11 07:00", "bed", "bed_left");
    world.says("2026-01-11 21:59", "bed", "bed_left");
    world.until("2026-01-11 22:40");
    let raised = world.raised_briefly();
    assert!(raised.iter().all(|raise| raise.starts_with("gateway_silent")), "{raised:?}");
}

#[test]
fn the_window_crosses_midnight_and_ends_on_the_minute() {
    for (at, inside) in [("22:00", true), ("23:59", true), ("00:00", true), ("06:59", true), ("07:00", false), ("21:59", false)] {
        let mut world = World::new("2026-01-10 07:30");
        let day = if at < "12:00" { "2026-01-11" } else { "2026-01-10" };
        world.says(&format!("{day} {at}"), "bed", "bed_left");
        world.until_time(world.now + TimeDelta::minutes(31));
        assert_eq!(world.raised().len(), usize::from(inside), "{at}");
    }
}

#[test]
fn coming_back_after_the_alert_is_told() {
    let mut world = World::new("2026-01-10 21:00");
    world.says("2026-01-11 02:14", "bed", "bed_left");
    world.until("2026-01-11 02:50");
    assert_eq!(world.raised().len(), 1);
    assert_eq!(clearings(&world.says("2026-01-11 02:55", "bed", "bed_entered")), [("bed_not_returned".to_owned(), false)]);
    assert!(clearings(&world.says("2026-01-11 02:56", "bed", "bed_entered")).is_empty());
}

#[test]
fn a_late_report_that_explains_the_alert_is_told_as_such() {
    let mut world = World::new("2026-01-10 21:00");
    world.says("2026-01-11 02:14", "bed", "bed_left");
    world.until("2026-01-11 02:50");
    let late = world.event("bed", "bed_entered", "2026-01-11 02:20");
    assert_eq!(clearings(&world.hears(&late)), [("bed_not_returned".to_owned(), true)]);
}

#[test]
fn restless_is_one_matter_and_the_next_night_is_another() {
    let mut world = World::new("2026-01-10 21:00");
    for minute in [14, 20, 30, 40] {
        world.says(&format!("2026-01-11 02:{minute}"), "bed", "bed_left");
    }
    world.until("2026-01-11 04:00");
    assert_eq!(world.raised_briefly(), ["bed_not_returned device:gw/bed 02:44", "gateway_silent device:gw/ 03:25"]);
    // The sensor missed the return: the next night counts all the same.
    world.says("2026-01-12 01:00", "bed", "bed_left");
    world.until("2026-01-12 01:31");
    assert_eq!(world.raised_briefly(), ["bed_not_returned device:gw/bed 01:30"]);
}

#[test]
fn a_couples_two_beds_do_not_share_a_state() {
    let mut world = World::new("2026-01-10 21:00");
    world.says("2026-01-11 02:14", "bed", "bed_left");
    world.says("2026-01-11 02:15", "bed-2", "bed_entered");
    world.until("2026-01-11 02:44");
    assert_eq!(world.raised_briefly(), ["bed_not_returned device:gw/bed 02:44"]);
}

#[test]
fn a_replayed_night_is_judged_whole() {
    // Nothing was heard all night; in the morning the gateway empties its buffer, newest first.
    let mut world = World::new("2026-01-11 08:00");
    let night = [("bed_entered", "04:10"), ("bed_left", "03:00"), ("bed_entered", "02:20"), ("bed_left", "02:14")];
    for (kind, at) in night {
        let event = world.event("bed", kind, &format!("2026-01-11 {at}"));
        assert!(raises(&world.hears(&event)).is_empty(), "{kind} {at} was judged alone");
        world.now += TimeDelta::milliseconds(900);
        world.until_time(world.now);
    }
    assert!(world.raised().is_empty());
    world.until("2026-01-11 08:01");
    let raised = world.raised();
    assert_eq!(raised.len(), 1, "{raised:?}");
    assert_eq!(raised[0].late_s, Some(4 * 3600 + 30 * 60 + 3));
    assert!(raised[0].explanation.starts_with("Left bed at 03:00, not back by 03:30"), "{}", raised[0].explanation);
    assert!(raised[0].explanation.ends_with("; reported 4 h 30 min late"), "{}", raised[0].explanation);
    assert_eq!(raised[0].marks, ["late"]);
}

#[test]
fn nobody_waits_longer_than_a_minute_for_a_buffer_to_empty() {
    let mut world = World::new("2026-01-11 08:00");
    let event = world.event("bed", "bed_left", "2026-01-11 03:00");
    world.hears(&event);
    let start = world.now;
    while world.raised().is_empty() {
        world.until_time(world.now + TimeDelta::milliseconds(500));
        let chatter = world.make("gw", "m1", "motion", world.now);
        world.heard.insert(chatter.gateway.clone(), world.now);
        assert!(world.now < start + TimeDelta::seconds(62), "still waiting");
    }
    assert!(world.now >= start + TimeDelta::seconds(59), "{}", world.now);
}

#[test]
fn after_an_outage_of_our_own_the_gateway_may_speak_first() {
    let mut world = World::new("2026-01-10 21:00");
    world.says("2026-01-11 02:50", "bed", "bed_left");
    // Harken is down from 02:55 until 08:00; the clock that was due at 03:20 fires then.
    let at = |text: &str| local(chrono_tz::Europe::London, text);
    world.now = at("2026-01-11 08:00");
    world.down = vec![Interval { from: at("2026-01-11 02:55"), until: world.now }];
    world.until("2026-01-11 08:00");
    assert!(world.raised().is_empty());
    let mut back = World::new("2026-01-11 08:00");
    back.down.clone_from(&world.down);
    back.stored = world.stored.clone();
    back.restart();
    // It comes back and tells that the person was back in bed: no alert.
    let event = back.event("bed", "bed_entered", "2026-01-11 03:05");
    back.hears(&event);
    back.until("2026-01-11 08:30");
    assert!(back.raised().is_empty());
    // It says nothing: the grace ends, and somebody must look.
    world.until("2026-01-11 08:04");
    assert!(world.raised().is_empty());
    world.until("2026-01-11 08:06");
    assert_eq!(world.raised_briefly(), ["bed_not_returned device:gw/bed 03:20"]);
}
