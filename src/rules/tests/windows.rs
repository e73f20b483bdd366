//! Local time on both change days of every kind of zone: the night window means what the wall clock shows.

use chrono::{NaiveTime, TimeDelta, Timelike};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::world::{World, local};
use crate::clock::Time;

/// Zones with a day on which the clock goes forward, one on which it goes back, and what makes them different.
const ZONES: [(Tz, &str, &str); 4] = [
    (Tz::Europe__London, "2026-03-29", "2026-10-25"),
    (Tz::Australia__Lord_Howe, "2026-10-04", "2026-04-05"), // by half an hour
    (Tz::America__New_York, "2026-03-08", "2026-11-01"),
    (Tz::Asia__Kolkata, "2026-03-29", "2026-10-25"), // never
];

/// What the wall says, without the library under test.
fn inside(zone: Tz, at: Time) -> bool {
    let shown = at.with_timezone(&zone).time();
    let minute = NaiveTime::from_hms_opt(shown.hour(), shown.minute(), 0).unwrap();
    let (from, to) = (NaiveTime::from_hms_opt(22, 0, 0).unwrap(), NaiveTime::from_hms_opt(7, 0, 0).unwrap());
    minute >= from || minute < to
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the minute of a change night: leaving bed counts by the wall clock, and the time allowed is real time.
    #[test]
    fn the_night_is_the_walls_night(zone in 0..ZONES.len(), forward: bool, offset_s in 0_i64..48 * 3600) {
        let (zone, spring, autumn) = ZONES[zone];
        let day = if forward { spring } else { autumn };
        let left = local(zone, &format!("{day} 00:30")) - TimeDelta::hours(24) + TimeDelta::seconds(offset_s);
        let mut world = World::new("2026-01-01 00:00");
        world.home.zone = zone;
        world.now = left;
        let event = world.make("gw", "bed", "bed_left", left);
        world.hears(&event);
        world.until_time(left + TimeDelta::minutes(30) - TimeDelta::microseconds(1));
        prop_assert!(world.raised().is_empty());
        world.until_time(left + TimeDelta::minutes(30));
        let raised = world.raised();
        prop_assert_eq!(raised.len(), usize::from(inside(zone, left)));
        prop_assert!(raised.iter().all(|raise| raise.occurred_at == left + TimeDelta::minutes(30)));
    }
}

fn explanation(zone: Tz, left: Time) -> String {
    let mut world = World::new("2026-01-01 00:00");
    world.home.zone = zone;
    world.now = left;
    let event = world.make("gw", "bed", "bed_left", left);
    world.hears(&event);
    world.until_time(left + TimeDelta::minutes(30));
    world.raised().remove(0).explanation
}

#[test]
fn the_hour_that_is_skipped_and_the_one_that_comes_twice_are_told_apart() {
    let utc = |text: &str| local(Tz::UTC, text);
    assert!(explanation(Tz::Europe__London, utc("2026-03-29 00:45")).starts_with("Left bed at 00:45, not back by 02:15;"));
    let first = explanation(Tz::Europe__London, utc("2026-10-25 00:15"));
    assert!(first.starts_with("Left bed at 01:15 (UTC+01:00), not back by 01:45 (UTC+01:00);"), "{first}");
    let second = explanation(Tz::Europe__London, utc("2026-10-25 01:15"));
    assert!(second.starts_with("Left bed at 01:15 (UTC+00:00), not back by 01:45 (UTC+00:00);"), "{second}");
    let lord_howe = explanation(Tz::Australia__Lord_Howe, utc("2026-04-04 14:50"));
    assert!(lord_howe.starts_with("Left bed at 01:50 (UTC+11:00), not back by 01:50 (UTC+10:30);"), "{lord_howe}");
}

#[test]
fn a_local_time_is_two_digits_a_colon_and_two_digits() {
    use crate::domain::plan::SettingValue;
    let (rules, says) = (super::world::defaults(), |text: &str| SettingValue::Text(text.to_owned()));
    for good in ["00:00", "07:30", "23:59"] {
        assert_eq!(rules.accepts("north", "bed_not_returned.from", &says(good)), Ok(()));
    }
    for bad in ["24:00", "12:60", "7:30", "07:30:00", "+7:30", " 7:30", "0a:00", "", "07.30", "٠٧:٣٠"] {
        assert!(rules.accepts("north", "bed_not_returned.from", &says(bad)).is_err(), "{bad}");
    }
}
