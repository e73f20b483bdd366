//! Keeps the log readable: strangers who knock a thousand times a second get a few lines a second, and a line that says how many are missing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;

/// Lines a second.
const LINES: u32 = 20;

/// Counts the lines of the current second.
#[derive(Debug, Default)]
pub struct Chatter(Mutex<Second>);

#[derive(Debug, Default)]
struct Second {
    began: Duration,
    lines: u32,
    missing: u32,
}

/// Whether a line may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Yes; so many were left out in the seconds before.
    Write { missing: u32 },
    /// No.
    LeaveOut,
}

impl Chatter {
    /// Asks for a line.
    pub fn ask(&self, clock: &Clock) -> Line {
        let now = clock.monotonic();
        let mut second = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= second.began + Duration::from_secs(1) {
            let missing = second.missing;
            *second = Second { began: now, lines: 1, missing: 0 };
            return Line::Write { missing };
        }
        if second.lines < LINES {
            second.lines += 1;
            return Line::Write { missing: 0 };
        }
        second.missing += 1;
        Line::LeaveOut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_told_in_the_next_second() {
        let clock = Clock::manual(chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(1));
        let chatter = Chatter::default();
        let lines: Vec<Line> = (0..LINES + 5).map(|_| chatter.ask(&clock)).collect();
        assert_eq!(lines.iter().filter(|line| **line == Line::LeaveOut).count(), 5);
        clock.advance(chrono::TimeDelta::seconds(1));
        assert_eq!(chatter.ask(&clock), Line::Write { missing: 5 });
        assert_eq!(chatter.ask(&clock), Line::Write { missing: 0 });
    }
}
