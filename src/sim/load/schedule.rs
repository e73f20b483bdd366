//! When the events of one connection are due: evenly spaced, and offset so that the connections take turns.

use std::time::Duration;

/// The due times of one lane of one connection.
#[derive(Debug)]
pub struct Schedule {
    rhythm: Rhythm,
    made: u32,
}

#[derive(Debug)]
enum Rhythm {
    Never,
    Always,
    /// Seconds between two events, and before the first.
    Every {
        interval: f64,
        offset: f64,
    },
}

impl Schedule {
    /// The part of connection `index` of `of` in `rate` events per second. `None`: always due.
    #[must_use]
    pub fn new(rate: Option<f64>, index: usize, of: usize) -> Self {
        let rhythm = match rate {
            None => Rhythm::Always,
            Some(rate) if rate > 0.0 => Rhythm::Every { interval: of as f64 / rate, offset: index as f64 / rate },
            Some(_) => Rhythm::Never,
        };
        Self { rhythm, made: 0 }
    }

    /// When the next event is due, as time since the start; `None`: never.
    #[must_use]
    pub fn next(&self, now: Duration) -> Option<Duration> {
        match self.rhythm {
            Rhythm::Never => None,
            Rhythm::Always => Some(now),
            Rhythm::Every { interval, offset } => Duration::try_from_secs_f64(interval.mul_add(f64::from(self.made), offset)).ok(),
        }
    }

    /// Notes that an event was made.
    pub const fn made(&mut self) {
        self.made += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_take_turns_and_keep_the_rate_together() {
        let mut due = Vec::new();
        for index in 0..4 {
            let mut schedule = Schedule::new(Some(8.0), index, 4);
            for _ in 0..2 {
                due.push(schedule.next(Duration::ZERO).unwrap().as_millis());
                schedule.made();
            }
        }
        due.sort_unstable();
        assert_eq!(due, [0, 125, 250, 375, 500, 625, 750, 875]);
        assert_eq!(Schedule::new(Some(0.0), 0, 4).next(Duration::ZERO), None);
        let now = Duration::from_secs(3);
        assert_eq!(Schedule::new(None, 0, 4).next(now), Some(now));
    }
}
