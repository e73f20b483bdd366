//! Who goes where: a day of movements and opened doors, by the order, the gaps and the hours of real homes.
//!
//! From place to place a home goes by [`NEXT_PLACE`], weighted by how much the hour suits each place. Gaps are drawn by place and
//! then stretched by the hour: they are steps on a scale on which every event is as likely at any moment, and that scale is mapped to the
//! day by the share of each hour. So a day has its expected number of events, and each hour its share.

use std::sync::LazyLock;

use chrono::{NaiveDate, TimeDelta, Timelike};
use chrono_tz::Tz;

use super::Person;
use super::chance::{Chance, Purpose};
use super::profile::{GAP_QUANTILES, GAP_S, HOUR_SHARE, NEXT_PLACE, PLACE_SHARE, PLACES};
use crate::clock::Time;
use crate::sim::local_time::midnight;

const PLACES_N: usize = PLACES.len();

/// The share of each hour of the day in all events; the sum is 1.
pub static HOURS: LazyLock<[f64; 24]> = LazyLock::new(|| {
    let mut hours = [0.0; 24];
    for (place, shares) in HOUR_SHARE.iter().enumerate() {
        let all: u32 = shares.iter().map(|&share| u32::from(share)).sum();
        for (hour, &share) in shares.iter().enumerate() {
            hours[hour] += f64::from(PLACE_SHARE[place]) * f64::from(share) / f64::from(all);
        }
    }
    let all: f64 = hours.iter().sum();
    hours.map(|hour| hour / all)
});

/// For each hour and place, the weight of each next place.
static NEXT: LazyLock<[[[f64; PLACES_N]; PLACES_N]; 24]> = LazyLock::new(|| {
    std::array::from_fn(|hour| {
        std::array::from_fn(|from| {
            std::array::from_fn(|to| {
                // A place that is never visited in an hour in the rounded figures is still visited once in a while.
                let suits = (f64::from(HOUR_SHARE[to][hour]) + 0.2) / 1000.0 / HOURS[hour];
                f64::from(NEXT_PLACE[from][to]) * suits
            })
        })
    })
});

/// The mean gap after the events of each hour, in seconds: in an hour that is spent in the bedroom it is longer.
static MEAN_GAP_S: LazyLock<[f64; 24]> = LazyLock::new(|| {
    std::array::from_fn(|hour| {
        let here = |place: usize| f64::from(PLACE_SHARE[place]) * f64::from(HOUR_SHARE[place][hour]);
        let all: f64 = (0..PLACES_N).map(here).sum();
        (0..PLACES_N).map(|place| here(place) * mean_gap_s(place)).sum::<f64>() / all
    })
});

/// How far the longest gaps reach beyond their 99 % quantile, and the shortest gap in seconds.
const BEYOND: f64 = 2.5;
const SHORTEST_S: f64 = 0.5;

/// How many expected events before midnight a day's walk begins.
const RUN_UP: f64 = 100.0;

/// Quantile and gap at each corner of the curve from which gaps after `place` are drawn.
fn corners(place: usize) -> impl Iterator<Item = (f64, f64)> {
    let known = GAP_QUANTILES.into_iter().zip(GAP_S[place].map(f64::from));
    let last = f64::from(GAP_S[place][GAP_S[place].len() - 1]) * BEYOND;
    [(0.0, SHORTEST_S)].into_iter().chain(known).chain([(1.0, last)])
}

/// Between two corners the logarithm of the gap rises evenly.
fn gap_s(place: usize, draw: f64) -> f64 {
    let pairs = corners(place).zip(corners(place).skip(1));
    for ((low, short), (high, long)) in pairs {
        if draw < high {
            return short * (long / short).powf((draw - low) / (high - low));
        }
    }
    SHORTEST_S
}

fn mean_gap_s(place: usize) -> f64 {
    let pairs = corners(place).zip(corners(place).skip(1));
    let mean = |short: f64, long: f64| if long > short { (long - short) / (long / short).ln() } else { short };
    pairs.map(|((low, short), (high, long))| (high - low) * mean(short, long)).sum()
}

/// The movements of a local day: when, and at which of the [`PLACES`].
pub(super) fn of_day(person: &Person, zone: Tz, date: NaiveDate, chance: (u64, u32)) -> Vec<(Time, usize)> {
    let mut chance = Chance::new(chance.0, chance.1, date, Purpose::Movement);
    let events = person.events_per_day * chance.between(0.7, 1.3);
    let end = midnight(zone, date.succ_opt().unwrap_or(date));
    let mut clock = DayClock { at: midnight(zone, date), zone, events };
    let mut place = chance.pick(&PLACE_SHARE.map(f64::from));
    // Midnight falls between two events, more often into a long gap than into a short one. A run-up from the evening sees to that.
    let mut step = -RUN_UP;
    while step <= 0.0 {
        place = chance.pick(&NEXT[0][place]);
        step += gap_s(place, chance.between(0.0, 1.0)) / MEAN_GAP_S[0];
    }
    let mut movements = Vec::with_capacity(500);
    while let Some(at) = clock.advance(step, end) {
        let hour = at.with_timezone(&zone).hour() as usize;
        place = chance.pick(&NEXT[hour][place]);
        movements.push((at, place));
        step = gap_s(place, chance.between(0.0, 1.0)) / MEAN_GAP_S[hour];
    }
    movements
}

/// Maps the even scale of events to the hours of a day.
struct DayClock {
    at: Time,
    zone: Tz,
    events: f64,
}

impl DayClock {
    /// Goes on by `step` expected events; `None` when the day ends before that.
    fn advance(&mut self, mut step: f64, end: Time) -> Option<Time> {
        loop {
            let local = self.at.with_timezone(&self.zone);
            let per_second = self.events * HOURS[local.hour() as usize] / 3600.0;
            // Half hours, because some zones are half an hour off; an offset never changes within one.
            let passed = f64::from(local.minute() % 30 * 60 + local.second()) + f64::from(local.nanosecond() % 1_000_000_000) / 1e9;
            let left = (1800.0 - passed).max(0.001);
            let wanted = step / per_second;
            let forward = wanted.min(left);
            #[allow(clippy::cast_possible_truncation, reason = "at most half an hour")]
            let forward_ms = ((forward * 1000.0).round() as i64).max(1);
            self.at += TimeDelta::milliseconds(forward_ms);
            if self.at >= end {
                return None;
            }
            if wanted <= left {
                return Some(self.at);
            }
            step -= left * per_second;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_gaps_have_the_quantiles_of_the_profile() {
        for (place, gaps) in GAP_S.into_iter().enumerate() {
            for (quantile, gap) in GAP_QUANTILES.into_iter().zip(gaps) {
                let drawn = gap_s(place, quantile);
                assert!((drawn - f64::from(gap)).abs() < 0.01, "{place} {quantile}: {drawn}");
            }
            let n = 10_000;
            let drawn = (0..n).map(|i| gap_s(place, (f64::from(i) + 0.5) / f64::from(n))).sum::<f64>() / f64::from(n);
            assert!((drawn / mean_gap_s(place) - 1.0).abs() < 0.01, "{place}");
        }
    }

    #[test]
    fn a_day_has_its_expected_number_of_events() {
        let person = Person { events_per_day: 415.0, bedtime_min: 0, rising_min: 0, warmth: 20.0, offset_s: 0 };
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let days = 600;
        let counts: Vec<f64> =
            first.iter_days().take(days).map(|date| of_day(&person, Tz::Europe__London, date, (1, 1)).len() as f64).collect();
        let mean = counts.iter().sum::<f64>() / days as f64;
        assert!((mean / 415.0 - 1.0).abs() < 0.03, "{mean}");
        let deviation = (counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / days as f64).sqrt();
        assert!((70.0..130.0).contains(&deviation), "days differ: {deviation}");
    }
}
