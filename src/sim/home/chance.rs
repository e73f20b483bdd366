//! Seeded chance: a stream of random numbers for each purpose, home and day, so that any day can be made without those before it.

use chrono::{Datelike, NaiveDate};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};

/// What a stream is for. Each has its own, so that a change to one does not alter the others.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// What sets a home apart; the same for every day.
    Person,
    /// Who goes where.
    Movement,
    /// Bed.
    Night,
    /// What goes wrong.
    Incidents,
    /// The room's temperature.
    Warmth,
}

/// A stream of random numbers.
#[derive(Debug)]
pub struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// The stream for a purpose, home and day.
    #[must_use]
    pub fn new(seed: u64, home: u32, date: NaiveDate, purpose: Purpose) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(home.to_le_bytes());
        hash.update(date.num_days_from_ce().to_le_bytes());
        hash.update([purpose as u8]);
        Self(Xoshiro256PlusPlus::from_seed(hash.finalize().into()))
    }

    /// A number from `low` up to, but not including, `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0.random_range(low..high)
    }

    /// A whole number from `low` up to, but not including, `high`.
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..high)
    }

    /// True with the probability `p`.
    pub fn happens(&mut self, p: f64) -> bool {
        self.0.random_bool(p.clamp(0.0, 1.0))
    }

    /// The position of a weight, drawn by weight.
    pub fn pick(&mut self, weights: &[f64]) -> usize {
        let mut draw = self.between(0.0, weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if draw < *weight {
                return index;
            }
            draw -= weight;
        }
        weights.len() - 1
    }

    /// How many of something happen that happens `mean` times on average, each independently of the others (Poisson; `mean` up to
    /// some hundred).
    pub fn count(&mut self, mean: f64) -> u32 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.between(0.0, 1.0), 0);
        while product > limit {
            product *= self.between(0.0, 1.0);
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_each_of_their_names_and_repeat_by_all() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
        let first = |seed, home, date, purpose| Chance::new(seed, home, date, purpose).0.random::<u64>();
        let base = first(1, 2, day(3), Purpose::Night);
        assert_eq!(base, first(1, 2, day(3), Purpose::Night));
        for other in [first(2, 2, day(3), Purpose::Night), first(1, 3, day(3), Purpose::Night), first(1, 2, day(4), Purpose::Night)] {
            assert_ne!(base, other);
        }
        assert_ne!(base, first(1, 2, day(3), Purpose::Movement));
    }

    #[test]
    fn counts_have_their_mean() {
        let mut chance = Chance::new(1, 1, NaiveDate::MIN, Purpose::Incidents);
        let total: u32 = (0..20_000).map(|_| chance.count(0.3)).sum();
        assert!((5700..6300).contains(&total), "{total}");
        assert_eq!(chance.count(0.0), 0);
    }
}
