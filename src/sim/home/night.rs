//! Going to bed, getting up, and what lies between: the bed sensor's day.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::Person;
use super::chance::{Chance, Purpose};
use crate::clock::Time;
use crate::sim::local_time::instant;

/// One night, from going to bed on the evening of a day until getting up on the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Night {
    /// When the person goes to bed.
    pub to_bed: Time,
    /// When the person leaves the bed in between and, except from the last of an ill-fated night, comes back.
    pub trips: Vec<(Time, Time)>,
    /// When the person gets up.
    pub up: Time,
}

/// The night that begins on `date`. With `away_min` the person leaves the bed at some time after half past midnight and is not back for so
/// many minutes.
pub(super) fn of(person: &Person, zone: Tz, date: NaiveDate, chance: (u64, u32), away_min: Option<i64>) -> Night {
    let mut chance = Chance::new(chance.0, chance.1, date, Purpose::Night);
    let evening = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(21 * 60 + 45 + person.bedtime_min + chance.whole(-25, 26));
    let morning = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(30 * 60 + 15 + person.rising_min + chance.whole(-25, 26));
    let (to_bed, up) = (instant(zone, evening), instant(zone, morning));
    let mut trips: Vec<(Time, Time)> = Vec::new();
    let asleep_s = (up - to_bed).num_seconds();
    for _ in 0..chance.pick(&[0.25, 0.4, 0.25, 0.1]) {
        let left = to_bed + TimeDelta::seconds(chance.whole(3600, asleep_s - 2700));
        trips.push((left, left + TimeDelta::seconds(chance.whole(240, 840))));
    }
    let long_after_s = chance.whole(30 * 60, 4 * 3600);
    if let Some(minutes) = away_min {
        let midnight = instant(zone, date.succ_opt().unwrap_or(date).and_time(NaiveTime::MIN));
        let left = midnight.max(to_bed) + TimeDelta::seconds(long_after_s);
        let back = left + TimeDelta::minutes(minutes);
        trips.retain(|(other_left, other_back)| *other_back < left - TimeDelta::minutes(10) || *other_left > back + TimeDelta::minutes(10));
        trips.push((left, back));
    }
    trips.sort_unstable();
    // A trip that begins before the last one is well over is none.
    let mut over = to_bed;
    trips.retain(|(left, back)| {
        let keep = *left > over + TimeDelta::minutes(10) && *back < up;
        if keep {
            over = *back;
        }
        keep
    });
    Night { to_bed, trips, up }
}
