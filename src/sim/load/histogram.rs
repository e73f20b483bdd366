//! Latencies in logarithmic buckets: a fixed 15 KiB, 3 % wide, from a microsecond to beyond an hour.

use std::time::Duration;

/// Each power of two is cut into so many buckets (as a power of two).
const PRECISION: u32 = 5;
const STEPS: usize = 1 << PRECISION;
const BUCKETS: usize = STEPS * (64 - PRECISION as usize);

/// A histogram of durations.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Box<[u64; BUCKETS]>,
    count: u64,
    sum_us: u64,
    max_us: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: Box::new([0; BUCKETS]), count: 0, sum_us: 0, max_us: 0 }
    }
}

impl Histogram {
    /// Counts one duration.
    pub fn record(&mut self, duration: Duration) {
        let us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket(us)] += 1;
        self.count += 1;
        self.sum_us = self.sum_us.saturating_add(us);
        self.max_us = self.max_us.max(us);
    }

    /// Adds another histogram to this one.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(other.buckets.iter()) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum_us = self.sum_us.saturating_add(other.sum_us);
        self.max_us = self.max_us.max(other.max_us);
    }

    /// How many durations were counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The longest.
    #[must_use]
    pub const fn max(&self) -> Duration {
        Duration::from_micros(self.max_us)
    }

    /// The arithmetic mean; zero when nothing was counted.
    #[must_use]
    pub fn mean(&self) -> Duration {
        Duration::from_micros(self.sum_us.checked_div(self.count).unwrap_or(0))
    }

    /// The duration that the share `q` (0 to 1) of the counted ones does not exceed, at most 3 % too long. Zero when nothing was counted.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count is between zero and the count")]
    pub fn quantile(&self, q: f64) -> Duration {
        let rank = ((self.count as f64 * q).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Duration::from_micros(upper_edge(index).min(self.max_us));
            }
        }
        Duration::ZERO
    }
}

fn bucket(us: u64) -> usize {
    let magnitude = u64::BITS - us.leading_zeros();
    if magnitude <= PRECISION {
        return usize::try_from(us).unwrap_or(0);
    }
    let shift = magnitude - PRECISION - 1;
    let step = usize::try_from(us >> shift).unwrap_or(0) - STEPS;
    STEPS * (shift as usize + 1) + step
}

/// The largest number of microseconds that falls into the bucket.
fn upper_edge(index: usize) -> u64 {
    let (row, step) = (index / STEPS, index % STEPS);
    if row == 0 {
        return step as u64;
    }
    (((STEPS + step) as u64 + 1) << (row - 1)).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_is_found_within_three_per_cent() {
        for us in (0..100).chain([999, 1000, 123_456, 10_000_000, 3_600_000_000, u64::MAX / 2, u64::MAX]) {
            let edge = upper_edge(bucket(us));
            assert!(edge >= us && (edge - us) as f64 <= us as f64 * 0.032, "{us} -> {edge}");
            assert!(us == 0 || bucket(us - 1) <= bucket(us));
        }
    }

    #[test]
    fn quantiles_of_a_known_set() {
        let mut low = Histogram::default();
        assert_eq!((low.quantile(0.99), low.mean()), (Duration::ZERO, Duration::ZERO));
        let mut high = Histogram::default();
        for ms in 1..=50 {
            low.record(Duration::from_millis(ms));
            high.record(Duration::from_millis(ms + 50));
        }
        low.merge(&high);
        let near = |q: f64, ms: f64| {
            let got = low.quantile(q).as_secs_f64() * 1000.0;
            assert!(got >= ms && got <= ms * 1.032, "{q}: {got}");
        };
        near(0.5, 50.0);
        near(0.99, 99.0);
        assert_eq!((low.count(), low.max(), low.quantile(1.0)), (100, Duration::from_millis(100), Duration::from_millis(100)));
        assert_eq!(low.mean(), Duration::from_micros(50_500));
    }
}
