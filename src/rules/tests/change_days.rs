//! Every built-in rule that asks the clock on the wall, on both days of the year on which it is set, with hours of any kind: against what the
//! wall shows minute by minute, which is all that a person would do.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, Timelike};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::everything::cases;
use super::world::{World, defaults};
use crate::clock::Time;
use crate::domain::plan::SettingValue;
use crate::rules::quantity::LocalTime;
use crate::rules::{Condition, Rule};

/// Zones with the day on which the clock goes forward and the one on which it goes back.
const ZONES: [(Tz, &str, &str); 5] = [
    (Tz::Europe__London, "2026-03-29", "2026-10-25"),
    (Tz::Europe__Stockholm, "2026-03-29", "2026-10-25"),
    (Tz::America__New_York, "2026-03-08", "2026-11-01"),
    (Tz::Australia__Lord_Howe, "2026-10-04", "2026-04-05"), // by half an hour
    (Tz::Asia__Kolkata, "2026-03-29", "2026-10-25"),        // never
];

fn minutes(shown: NaiveTime) -> u32 {
    shown.hour() * 60 + shown.minute()
}

/// What the wall shows, in minutes.
fn shown(zone: Tz, at: Time) -> u32 {
    minutes(at.with_timezone(&zone).time())
}

/// Whether it shows a time inside.
fn inside(zone: Tz, at: Time, (from, to): (u32, u32)) -> bool {
    let now = shown(zone, at);
    if from < to { now >= from && now < to } else { from == to || now >= from || now < to }
}

/// When the wall first shows `by` or later on `date`.
fn first_shown(zone: Tz, date: NaiveDate, by: u32) -> Time {
    let mut at = date.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(15);
    while at.with_timezone(&zone).date_naive() < date || shown(zone, at) < by {
        at += TimeDelta::minutes(1);
    }
    at
}

/// When the wall shows a time inside, from `at` on.
fn opens(zone: Tz, at: Time, hours: (u32, u32)) -> Time {
    if inside(zone, at, hours) {
        return at;
    }
    let mut next = at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap();
    while next < at || !inside(zone, next, hours) {
        next += TimeDelta::minutes(1);
    }
    next
}

/// One rule at a home in a zone, with the local times that are tried.
struct Try<'a> {
    world: World,
    rule: &'a Rule,
    zone: Tz,
}

impl Try<'_> {
    fn set(&mut self, time: &LocalTime, minutes: u32) {
        let LocalTime::Setting(name) = time else { panic!("{}: a time of the wall that no plan can change", self.rule.id) };
        let text = format!("{:02}:{:02}", minutes / 60, minutes % 60);
        self.world.home.plan.home.insert(format!("{}.{name}", self.rule.id), SettingValue::Text(text));
    }

    fn number(&mut self, name: &str, value: f64) {
        if self.rule.settings.contains_key(name) {
            self.world.set(&format!("{}.{name}", self.rule.id), value);
        }
    }

    fn says(&mut self, kind: &str, at: Time) {
        self.world.until_time(at);
        let event = self.world.make("gw", "bed", kind, at);
        self.world.hears(&event);
    }

    /// When the rule raised until then.
    fn raised(&mut self, until: Time) -> Vec<Time> {
        self.world.heard.insert("gw".into(), until);
        self.world.until_time(until);
        self.world.raised().into_iter().filter(|raise| raise.rule.id == self.rule.id).map(|raise| raise.occurred_at).collect()
    }
}

/// What a rule raised, and what it should have; `None`: it asks no wall.
fn tried(mut one: Try, day: NaiveDate, offset_s: i64, hours: (u32, u32)) -> Option<(Vec<Time>, Vec<Time>)> {
    let (zone, rule) = (one.zone, one.rule);
    let begin = first_shown(zone, day, 0) - TimeDelta::hours(12);
    let at = begin + TimeDelta::seconds(offset_s);
    one.world.now = begin - TimeDelta::days(3);
    let window = match &rule.condition {
        Condition::Unfollowed(rule) => rule.window.as_ref(),
        Condition::Lasting(rule) => rule.window.as_ref(),
        Condition::Count(rule) => rule.window.as_ref(),
        _ => None,
    };
    if let Some(window) = window {
        one.set(&window.from, hours.0);
        one.set(&window.to, hours.1);
    }
    match &rule.condition {
        Condition::Unfollowed(unfollowed) if window.is_some() => {
            one.number("minutes", 30.0);
            one.says(&unfollowed.first[0], at);
            let wanted = if inside(zone, at, hours) { vec![at + TimeDelta::minutes(30)] } else { Vec::new() };
            Some((one.raised(at + TimeDelta::hours(3)), wanted))
        }
        Condition::Lasting(lasting) if window.is_some() => {
            one.number("hours", 2.0);
            one.says(&lasting.begin[0], at);
            Some((one.raised(at + TimeDelta::hours(50)), vec![opens(zone, at + TimeDelta::hours(2), hours)]))
        }
        Condition::Count(_) if window.is_some() => {
            one.number("times", 2.0);
            let second = at + TimeDelta::minutes(5);
            one.says(&rule.on.kinds[0], at);
            one.says(&rule.on.kinds[0], second);
            let both = inside(zone, at, hours) && inside(zone, second, hours);
            Some((one.raised(second), if both { vec![second] } else { Vec::new() }))
        }
        Condition::Missing(missing) => {
            let (from, by) = (hours.0.min(hours.1), hours.0.max(hours.1).max(hours.0.min(hours.1) + 10));
            one.set(&missing.by, by);
            if let Some(time) = &missing.from {
                one.set(time, from);
            }
            one.number("habit", 1.0);
            let done = rule.on.kinds.first().map_or("motion", String::as_str);
            // Done the day before, in time, and never again.
            let before = day.checked_sub_days(Days::new(1)).unwrap();
            let was_due = first_shown(zone, before, by);
            one.says(done, was_due - TimeDelta::minutes(3));
            if let Some(undone) = missing.undone.first() {
                one.says(undone, was_due + TimeDelta::minutes(3));
            }
            let due = first_shown(zone, day, by);
            Some((one.raised(due + TimeDelta::minutes(2)), vec![due]))
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn every_rule_with_a_window_follows_the_wall(
        zone in 0..ZONES.len(), forward: bool, offset_s in 0_i64..36 * 3600, edge in 0_u8..4,
        hours in prop_oneof![
            (0_u32..1440, 0_u32..1440),
            // Around the hours in which the clocks are set.
            (0_u32..240, 0_u32..240),
        ],
    ) {
        let (zone, spring, autumn) = ZONES[zone];
        let day: NaiveDate = if forward { spring } else { autumn }.parse().unwrap();
        // On the minute of an edge, as often as anywhere else.
        let now = shown(zone, first_shown(zone, day, 0) - TimeDelta::hours(12) + TimeDelta::seconds(offset_s));
        let hours = (if edge == 0 { now } else { hours.0 }.min(1425), if edge == 1 { now } else { hours.1 }.min(1425));
        let rules = defaults();
        let mut windows = 0;
        for rule in rules.rules() {
            let mut world = World::new("2026-01-01 00:00");
            world.home.zone = zone;
            if let Some((raised, wanted)) = tried(Try { world, rule, zone }, day, offset_s, hours) {
                windows += 1;
                prop_assert_eq!(raised, wanted, "{} in {} on {} with {:?}", rule.id, zone, day, hours);
            }
        }
        prop_assert!(windows >= 10, "{windows} rules ask the wall");
    }
}
