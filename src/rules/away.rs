//! What a home says of itself: that nobody is there (`away_on`), and that somebody is back (`away_off`). It is believed for a limited time, and
//! kept as a set of facts, so that the order in which it is heard does not show.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::instant::{Us, time, us};
use crate::clock::Time;
use crate::domain::event::Event;
use crate::domain::home::excuse::{Excuse, ExcuseKind, KEPT};

/// Under this name it is remembered, in the place of a rule's id.
pub(super) const RULE: &str = "#away";

/// What was said: when, and whether that nobody is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    said: Vec<(Us, bool)>,
}

/// What a home said of its people being there, put together.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// When nobody was there, each time believed for a limited time.
    pub(super) away: Vec<Excuse>,
    /// When somebody was back, ascending.
    pub(super) back: Vec<Us>,
}

impl Said {
    /// For a home of which nothing is known yet.
    #[must_use]
    pub fn nothing() -> &'static Self {
        static NOTHING: Said = Said { away: Vec::new(), back: Vec::new() };
        &NOTHING
    }

    /// When an excuse ended that runs from one instant until another while nobody is there: somebody came back, and said so.
    pub(super) fn end(&self, from: Us, until: Us) -> Us {
        let back = self.back.partition_point(|back| *back <= from);
        self.back.get(back).map_or(until, |back| until.min(*back))
    }
}

/// As much as is kept.
const AT_MOST: usize = 256;

impl State {
    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        size_of_val(self.said.as_slice())
    }

    /// Takes in what `event` says. Answers whether it is new.
    pub(super) fn take(&mut self, event: &Event) -> bool {
        let said = match event.kind.as_str() {
            "away_on" => (us(event.at), true),
            "away_off" => (us(event.at), false),
            _ => return false,
        };
        let place = self.said.binary_search(&said);
        if let Err(place) = place {
            self.said.insert(place, said);
        }
        place.is_err()
    }

    /// Forgets what is long ago.
    pub(super) fn tidy(&mut self, now: Time) {
        let oldest = us(now).saturating_sub(KEPT.num_microseconds().unwrap_or(Us::MAX));
        let old = self.said.partition_point(|(at, _)| *at < oldest).max(self.said.len().saturating_sub(AT_MOST));
        self.said.drain(..old);
    }

    /// All of it, put together.
    pub(super) fn put_together(&self, longest: TimeDelta) -> Said {
        let back = self.said.iter().filter(|(_, on)| !on).map(|(at, _)| *at).collect();
        Said { away: self.excuses(longest), back }
    }

    /// When nobody was there, each time believed for `longest` unless somebody was said to be back.
    pub(super) fn excuses(&self, longest: TimeDelta) -> Vec<Excuse> {
        let longest = longest.num_microseconds().unwrap_or_default();
        let mut excuses: Vec<Excuse> = Vec::new();
        for (index, (at, on)) in self.said.iter().enumerate() {
            if !on {
                continue;
            }
            let back = self.said[index..].iter().find(|(later, on)| !on && later > at).map_or(Us::MAX, |(later, _)| *later);
            let (from, until) = (time(*at), time(back.min(at.saturating_add(longest))));
            excuses.push(Excuse { kind: ExcuseKind::Away, device: None, from, until });
        }
        excuses
    }
}

/// When a home said of itself that nobody is there, from its stored state.
#[must_use]
pub fn said_away(state: &serde_json::Value, longest: TimeDelta) -> Vec<Excuse> {
    let state = state.get("state").and_then(|state| state.get("away")).cloned().unwrap_or_default();
    serde_json::from_value::<State>(state).map(|state| state.excuses(longest)).unwrap_or_default()
}

/// The name under which the stored state of [`said_away`] is kept, in the place of a rule's id.
pub const SAID_AWAY: &str = RULE;
