//! `each`, the default alarm rules, and that nothing swallows an alarm.

use super::world::{World, clearings, defaults, raises, rules};
use crate::domain::alert::Queue;
use crate::domain::catalogue::{Class, kinds_of};
use crate::domain::home::Home;
use crate::rules::{Evidence, Outcome};

fn one(outcomes: &[Outcome]) -> crate::rules::Raise {
    let raises = raises(outcomes);
    assert_eq!(raises.len(), 1, "{outcomes:?}");
    raises.into_iter().next().unwrap()
}

#[test]
fn every_alarm_kind_has_a_rule_of_its_name_and_raises_each_time() {
    let mut world = World::new("2026-01-10 12:00");
    for kind in kinds_of(Class::Alarm) {
        let rule = world.rules.rule(kind).unwrap_or_else(|| panic!("no rule {kind}"));
        assert!(rule.instructions.len() >= 2, "{kind} says little");
        for _ in 0..2 {
            let raise = one(&world.says("2026-01-10 12:00", "p1", kind));
            assert_eq!(raise.rule.id, *kind);
            assert_eq!(raise.queue, Queue::Care);
            assert_eq!((raise.test, raise.late_s, raise.marks.len()), (false, None, 0));
            assert!(matches!(&raise.evidence[..], [Evidence::Event(event)] if event.kind == *kind));
        }
    }
}

#[test]
fn priorities_and_subjects_are_those_of_the_field() {
    let mut world = World::new("2026-01-10 12:00");
    for (kind, priority, subject) in [
        ("pendant", 1, "resident:anna"),
        ("fall", 1, "resident:anna"),
        ("no_voice_contact", 1, "resident:anna"),
        ("seizure", 1, "resident:anna"),
        ("smoke", 1, "device:gw/x"),
        ("heat", 1, "device:gw/x"),
        ("carbon_monoxide", 1, "device:gw/x"),
        ("gas", 1, "device:gw/x"),
        ("flood", 2, "device:gw/x"),
        ("bogus_caller", 2, "device:gw/x"),
        ("intruder", 2, "home"),
        ("enuresis", 3, "resident:anna"),
        ("medication_missed", 3, "resident:anna"),
    ] {
        let raise = one(&world.says("2026-01-10 12:00", "x", kind));
        assert_eq!((raise.priority, raise.subject.as_str()), (priority, subject), "{kind}");
    }
}

#[test]
fn whoever_has_an_alarm_on_unclear_speech_asks_about_fire() {
    let rules = defaults();
    for kind in ["pendant", "pull_cord", "no_voice_contact", "assistance"] {
        assert!(rules.rule(kind).unwrap().instructions.iter().any(|line| line.contains("fire")), "{kind}");
    }
}

#[test]
fn an_alarm_says_who_where_and_how_to_speak_to_them() {
    let mut world = World::new("2026-01-10 12:00");
    let raise = one(&world.says("2026-01-10 12:00", "bed", "pendant"));
    assert_eq!(raise.resident.as_deref(), Some("anna"));
    assert_eq!(raise.device.as_deref(), Some("bed"));
    assert_eq!(raise.gateway.as_deref(), Some("gw"));
    assert_eq!(raise.call_back.as_deref(), Some("tel:+441"));
    assert_eq!(raise.explanation, "Pendant pressed at 12:00 (device bed)");
}

#[test]
fn nobody_is_merged_with_another_person() {
    let mut world = World::new("2026-01-10 12:00");
    world.home.residents.push("bert".to_owned());
    let subject = |outcomes: &[Outcome]| one(outcomes).subject;
    assert_eq!(subject(&world.says("2026-01-10 12:00", "p1", "pendant")), "resident:unattributed:gw/p1");
    assert_eq!(subject(&world.says("2026-01-10 12:00", "p2", "pendant")), "resident:unattributed:gw/p2");
    assert_eq!(subject(&world.says("2026-01-10 12:00", "bed", "pendant")), "resident:anna");
    let mut event = world.event("p1", "pendant", "2026-01-10 12:00");
    event.resident = Some("bert".to_owned());
    assert_eq!(subject(&world.hears(&event)), "resident:bert");
    event.resident = Some("a stranger".to_owned());
    assert_eq!(subject(&world.hears(&event)), "resident:unattributed:gw/p1");
}

#[test]
fn a_test_goes_to_its_own_lane() {
    let mut world = World::new("2026-01-10 12:00");
    let mut event = world.event("p1", "pendant", "2026-01-10 12:00");
    event.body.test = true;
    let raise = one(&world.hears(&event));
    assert_eq!((raise.queue, raise.priority, raise.test), (Queue::Test, 5, true));
    assert_eq!(raise.rule.id, "pendant");
}

#[test]
fn a_late_alarm_raises_and_says_how_late() {
    let mut world = World::new("2026-01-10 12:00");
    let event = world.event("p1", "pendant", "2026-01-10 08:40");
    let raise = one(&world.hears(&event));
    assert_eq!(raise.late_s, Some(12_000));
    assert_eq!(raise.marks, ["late"]);
    assert_eq!(raise.explanation, "Pendant pressed at 08:40 (device p1); reported 3 h 20 min late");
    let mut event = world.event("p1", "pendant", "2026-01-02 08:40");
    event.body.marks.beyond_window = true;
    let raise = one(&world.hears(&event));
    assert_eq!(raise.marks, ["late", "beyond_window"]);
    assert!(raise.explanation.starts_with("Pendant pressed at 08:40 on 2 Jan"), "{}", raise.explanation);
}

#[test]
fn an_alarm_that_no_rule_raises_is_raised_all_the_same() {
    let only = r#"
        [[rule]]
        id = "pendant"
        title = "Pendant by day"
        subject = "resident"
        on = { kinds = ["pendant"] }
        where = { window = { from = "08:00", to = "20:00" } }
        condition = "each"
        queue = "care"
        priority = 1
    "#;
    let mut world = World::new("2026-01-10 12:00").with(rules(only));
    assert_eq!(one(&world.says("2026-01-10 12:00", "p1", "pendant")).rule.title, "Pendant by day");
    let raise = one(&world.says("2026-01-10 23:00", "p1", "pendant"));
    assert_eq!((raise.rule.title.as_str(), raise.priority, raise.queue), ("Pendant", 1, Queue::Care));
    for kind in kinds_of(Class::Alarm).iter().filter(|kind| **kind != "pendant") {
        let raise = one(&world.says("2026-01-10 23:00", "p1", kind));
        assert_eq!((raise.rule.id.as_str(), raise.priority, raise.queue), (*kind, 1, Queue::Care));
        assert_eq!(raise.subject, "device:gw/p1");
        assert!(!raise.instructions.is_empty());
    }
    let mut event = world.event("p1", "smoke", "2026-01-10 23:00");
    event.body.test = true;
    assert_eq!(one(&world.hears(&event)).queue, Queue::Test);
    assert!(world.says("2026-01-10 23:00", "m1", "motion").is_empty());
}

#[test]
fn archived_and_unregistered_equipment_still_calls_for_help() {
    let mut world = World::new("2026-01-10 12:00");
    world.home.gateways.get_mut("gw").unwrap().archived = true;
    assert_eq!(one(&world.says("2026-01-10 12:00", "p1", "pendant")).marks, ["archived"]);
    assert!(world.says("2026-01-10 12:00", "p1", "battery_low").is_empty());
    assert!(world.says("2026-01-10 23:00", "bed", "bed_left").is_empty());
    world.until("2026-01-12 12:00");
    assert_eq!(world.raised().len(), 1, "only the pendant");

    let mut world = World::new("2026-01-10 12:00");
    world.home = Home::unclaimed("gw");
    let raise = one(&world.says("2026-01-10 12:00", "p1", "pendant"));
    assert_eq!((raise.marks, raise.subject), (vec!["unregistered".to_owned()], "resident:unattributed:gw/p1".to_owned()));
    assert_eq!(one(&world.says("2026-01-10 12:00", "p1", "gurgle")).rule.id, "unknown_kind");
    world.says("2026-01-10 23:00", "bed", "bed_left");
    world.until("2026-01-12 12:00");
    assert_eq!(world.raised().len(), 2);
}

#[test]
fn equipment_waits_in_the_technical_queue_until_it_is_well_again() {
    let mut world = World::new("2026-01-10 12:00");
    for (kind, subject) in
        [("battery_low", "device:gw/p1"), ("tamper", "device:gw/p1"), ("mains_lost", "device:gw/"), ("gurgle", "device:gw/p1")]
    {
        let raise = one(&world.says("2026-01-10 12:00", "p1", kind));
        assert_eq!((raise.queue, raise.subject.as_str()), (Queue::Technical, subject), "{kind}");
    }
    assert_eq!(clearings(&world.says("2026-01-10 12:00", "p1", "battery_ok")), [("battery_low".to_owned(), false)]);
    assert_eq!(clearings(&world.says("2026-01-10 12:00", "", "mains_restored")), [("mains_lost".to_owned(), false)]);
}

#[test]
fn what_harken_itself_reports_has_rules_and_is_not_an_unknown_kind() {
    let mut world = World::new("2026-01-10 12:00");
    for (kind, queue) in [
        ("gateway_clock", Queue::Technical),
        ("event_id_reused", Queue::Technical),
        ("retained_message", Queue::Technical),
        ("unreadable_alarm", Queue::Care),
    ] {
        for class in [Class::Technical, Class::Alarm] {
            let mut event = world.event("p1", kind, "2026-01-10 12:00");
            event.class = class;
            let raise = one(&world.hears(&event));
            assert_eq!((raise.rule.id.as_str(), raise.queue, raise.subject.as_str()), (kind, queue, "device:gw/"));
        }
    }
}

#[test]
fn a_rule_of_an_organisation_takes_the_place_of_the_common_one_at_its_homes_only() {
    let text = |organisation: &str, title: &str| {
        format!(
            "[[rule]]\nid = \"smoke\"\ntitle = \"{title}\"\n{organisation}\nsubject = \"device\"\non = {{ kinds = [\"smoke\"] }}\n\
             condition = \"each\"\nqueue = \"care\"\npriority = 1\n"
        )
    };
    let both = text("", "Common") + &text("organisation = \"north\"", "North's own") + &text("organisation = \"south\"", "South's own");
    let mut world = World::new("2026-01-10 12:00").with(rules(&both));
    assert_eq!(one(&world.says("2026-01-10 12:00", "s", "smoke")).rule.title, "North's own");
    world.home.organisation = "west".to_owned();
    assert_eq!(one(&world.says("2026-01-10 12:00", "s", "smoke")).rule.title, "Common");
    assert_eq!(world.rules.rule("smoke").unwrap().title, "Common");
    assert_eq!(world.rules.rule_for("smoke", "south").unwrap().title, "South's own");
}

#[test]
fn a_cancelled_alarm_closes_nothing() {
    let mut world = World::new("2026-01-10 12:00");
    assert!(world.says("2026-01-10 12:00", "p1", "alarm_cancelled").is_empty());
}
