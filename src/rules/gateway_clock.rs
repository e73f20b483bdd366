//! Whether the clock of a gateway can be believed, judged from its own history: by how much the receipt of what it said differed from the times that
//! it claimed.
//!
//! Much of what a right clock dates is received late, but sooner or later something is received as it happens. A clock that is off shows
//! a difference all the time, and always about the same. So nothing is kept of a gateway from which something came as it happened; of another, the least
//! difference in each of the last stretches of time. When these agree, its clock is off by that much; when for the better part of an hour
//! what came had just happened, and nothing spoke against it, the clock is right again.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::condition;
use super::instant::{HOUR_US, MINUTE_US, Us, us};
use super::memory::Memory;
use super::subject;
use crate::domain::dating::Dating;
use crate::domain::event::Event;

/// Under this name it is remembered, in the place of a rule's id.
pub(super) const RULE: &str = "#clock";

/// The length of a stretch.
const STRETCH_US: Us = 15 * MINUTE_US;
/// So many stretches must agree. They span more than half an hour: whoever sends something as it happens every half an hour is never doubted.
const AGREEING: usize = 4;
/// So many stretches later it must still be seen to be right, and nothing against it, to be believed again.
const SEEN_RIGHT: i64 = 3;
/// All of them within this time.
const WITHIN: i64 = 24 * HOUR_US / STRETCH_US;

/// What is remembered of one gateway; nothing while its clock is right.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Stretches in which nothing came as it happened: the number of the stretch, and the least difference in it, in seconds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    apart: Vec<(i64, i64)>,
    /// Off by so many seconds: behind us, or ahead below 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    off: Option<i64>,
    /// Something that it claimed could not be, and was told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    doubted: bool,
    /// The first stretch in which it was seen to be right since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    right: Option<i64>,
}

impl State {
    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        size_of_val(self.apart.as_slice())
    }

    /// Takes in that something was received at `received` that happened, as the gateway says, `difference` before. Answers whether its clock is
    /// right again by this.
    fn take(&mut self, received: Us, difference: TimeDelta, tolerance: TimeDelta) -> bool {
        let stretch = received.div_euclid(STRETCH_US);
        if difference.abs() <= tolerance {
            self.apart.clear();
            if self.off.is_none() && !self.doubted {
                return false;
            }
            let first = *self.right.get_or_insert(stretch);
            let again = stretch - first >= SEEN_RIGHT;
            if again {
                *self = Self::default();
            }
            return again;
        }
        self.right = None;
        let seconds = difference.num_seconds();
        match self.apart.iter_mut().find(|(known, _)| *known == stretch) {
            Some((_, least)) => *least = seconds.min(*least),
            None => self.apart.push((stretch, seconds)),
        }
        self.apart.sort_unstable();
        self.apart.retain(|(known, _)| stretch - known < WITHIN);
        let excess = self.apart.len().saturating_sub(AGREEING);
        self.apart.drain(..excess);
        let (least, most) = (self.apart.iter().map(|(_, least)| *least).min(), self.apart.iter().map(|(_, least)| *least).max());
        if let (Some(least), Some(most), AGREEING) = (least, most, self.apart.len())
            && TimeDelta::seconds(most - least) <= tolerance
        {
            self.off = Some(least);
        }
        false
    }
}

impl Memory {
    /// Dates an event of a gateway of this home by what is known of the gateway's clock, and takes in what it shows of that clock.
    pub fn date(&mut self, event: &mut Event, dating: &Dating, revision: i64) {
        let subject = subject::of_gateway(&event.gateway);
        let known = self.gateway_clock(&subject);
        let shows = Dating::difference(event).filter(|_| !event.body.marks.retained && !dating.is_our_own(event));
        let as_it_happens = shows.is_none_or(|difference| difference.abs() <= dating.clock_tolerance);
        if known.is_none() && as_it_happens && dating.own_step.is_none() && !event.body.marks.clock_off {
            return;
        }
        let before = known.cloned().unwrap_or_default();
        let mut state = before.clone();
        let again = shows.is_some_and(|difference| state.take(us(event.received_at), difference, dating.clock_tolerance));
        dating.date(event, state.off);
        event.body.marks.clock_right_again = again;
        state.doubted |= event.body.marks.clock_off;
        if state != before {
            self.keep_beside(RULE, &subject, condition::State::Clock(state), revision);
        }
    }

    fn gateway_clock(&self, subject: &str) -> Option<&State> {
        if let condition::State::Clock(state) = self.beside(RULE, subject)? { Some(state) } else { None }
    }

    /// By how many seconds the clock of `gateway` was found to be off: behind ours, or ahead below 0.
    #[must_use]
    pub fn clock_off_s(&self, gateway: &str) -> Option<i64> {
        self.gateway_clock(&subject::of_gateway(gateway)).and_then(|state| state.off)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOLERANCE: TimeDelta = TimeDelta::seconds(120);

    /// What comes at minute `at`, so many seconds after it happened as the gateway says.
    fn take(state: &mut State, at: i64, difference: i64) -> bool {
        state.take(at * MINUTE_US, TimeDelta::seconds(difference), TOLERANCE)
    }

    #[test]
    fn a_clock_that_is_off_is_found_in_an_hour_and_believed_again_when_it_stays_right() {
        for off in [7_200, -7_200, 2 * 366 * 86_400] {
            let mut state = State::default();
            for minute in (0..50).step_by(5) {
                assert_eq!(state.off, None, "{minute}");
                // What was kept back for a while comes in between.
                take(&mut state, minute, off + 3_000);
                take(&mut state, minute, off + minute % 7);
            }
            assert_eq!(state.off, Some(off), "{state:?}");
            assert!(!take(&mut state, 60, 1));
            assert!(!take(&mut state, 65, 1));
            take(&mut state, 70, off);
            assert!(!take(&mut state, 75, 1));
            assert!(!take(&mut state, 95, 1));
            assert!(take(&mut state, 121, 1));
            assert_eq!(state, State::default(), "nothing is kept of a right clock");
        }
    }

    proptest! {
        /// A right clock is believed whatever comes late, and in which order, as long as something comes as it happens every half an hour.
        #[test]
        fn a_right_clock_is_never_doubted(
            said in proptest::collection::vec((0_i64..3_000, prop_oneof![Just(0_i64), 0_i64..300, 0_i64..260_000, Just(3_600)]), 1..400),
            live in 1_i64..=30,
        ) {
            let mut said: Vec<(i64, i64)> = said;
            said.extend((0..=3_000 / live).map(|beat| (beat * live, 3)));
            said.sort_by_key(|(at, _)| *at);
            let mut state = State::default();
            for (at, difference) in said {
                prop_assert!(!take(&mut state, at, difference));
                prop_assert_eq!(state.off, None);
            }
        }

        /// Within a stretch the order of arrival does not show.
        #[test]
        fn the_order_within_a_stretch_does_not_show(
            (stretches, shuffled) in proptest::collection::vec(proptest::collection::vec(200_i64..5_000, 1..6), 1..8).prop_flat_map(|stretches| {
                let shuffled: Vec<_> = stretches.iter().map(|each| Just(each.clone()).prop_shuffle()).collect();
                (Just(stretches), shuffled)
            }),
        ) {
            let life = |stretches: &[Vec<i64>]| {
                let mut state = State::default();
                for (stretch, each) in (0..).zip(stretches) {
                    for difference in each {
                        take(&mut state, stretch * 15, *difference);
                    }
                }
                state
            };
            prop_assert_eq!(life(&stretches).apart, life(&shuffled).apart);
        }
    }
}
