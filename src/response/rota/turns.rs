//! The turns of a layer, numbered from the one in which it starts. Days and weeks are the calendar's, so a hand-over at 09:00 stays at 09:00 on the wall;
//! hours are counted as they pass.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;

use crate::domain::calendar::{Day, HOUR_US, Us, date, plus, us, wall};
use crate::domain::rota::{Every, Layer};

/// When turns begin.
pub(super) enum Turns {
    /// Every so many days at a local time, counted from a date.
    Calendar { first: NaiveDate, days: i64, at: NaiveTime, zone: Tz },
    /// Every so many microseconds, counted from an instant.
    Elapsed { first: Us, length: Us },
}

impl Turns {
    /// The turns of `layer`. Turn 0 is the one in which the layer starts.
    pub(super) fn of(layer: &Layer, zone: Tz) -> Self {
        let (starts, hand_over) = (us(layer.starts_at), &layer.hand_over);
        let count = i64::from(hand_over.count.max(1));
        let at = hand_over.at.map_or(NaiveTime::MIN, |at| at.0);
        let days = match hand_over.every {
            Every::Hours => return Self::Elapsed { first: starts, length: count * HOUR_US },
            Every::Days => count,
            Every::Weeks => 7 * count,
        };
        // The last hand-over at or before the start; a clock that is set back over midnight may put it on the next date.
        let latest = plus(date(starts, zone), 1);
        let is_hand_over = |day: &NaiveDate| {
            let on = hand_over.every != Every::Weeks || hand_over.on.is_none_or(|on| on == Day::of(*day));
            on && wall(*day, at, zone) <= starts
        };
        let first = (0..=9).map(|back| plus(latest, -back)).find(is_hand_over).unwrap_or(latest);
        Self::Calendar { first, days, at, zone }
    }

    /// When turn `n` begins.
    pub(super) fn begin(&self, n: i64) -> Us {
        match self {
            Self::Calendar { first, days, at, zone } => wall(plus(*first, days.saturating_mul(n)), *at, *zone),
            Self::Elapsed { first, length } => first.saturating_add(length.saturating_mul(n)),
        }
    }

    /// The number of the turn that runs at `at`.
    pub(super) fn at(&self, at: Us) -> i64 {
        match self {
            Self::Elapsed { first, length } => at.saturating_sub(*first).div_euclid(*length),
            Self::Calendar { first, days, zone, .. } => {
                let passed = date(at, *zone).signed_duration_since(*first).num_days();
                let mut turn = passed.div_euclid(*days) + 1;
                while self.begin(turn) > at {
                    turn -= 1;
                }
                turn
            }
        }
    }

    /// When turns begin after `from` and before `until`.
    pub(super) fn between(&self, from: Us, until: Us) -> impl Iterator<Item = Us> {
        let first = self.at(from) + 1;
        (first..).map(|turn| self.begin(turn)).take_while(move |begins| *begins < until)
    }
}
