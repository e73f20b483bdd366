//! What was over when a limit was changed: it is not raised by the limit that holds since.
//!
//! A state keeps what was said, and is judged by the values that hold when it is looked at. So a value that is changed bears at once on what
//! goes on; but a door that stood open yesterday for as long as was allowed then is no reason to call anybody today.

use serde::{Deserialize, Serialize};

use super::instant::Us;
use super::scope::Scope;

/// What a state was judged by, and what had passed when it came to be judged by something else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Passed {
    /// The mark of the condition and the values that it was judged by last ([`Scope::mark`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<u32>,
    /// What was over by then and was not raised: its keys, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<Us>,
    /// At the last look something was due, and is judged later: because of late events, or of an outage.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) waits: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(is: &bool) -> bool {
    !*is
}

impl Passed {
    /// Whether nothing was judged yet.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether anything had passed.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        size_of_val(self.keys.as_slice())
    }

    /// Whether `key` had passed. Ask it only of what is over: what goes on, or goes on again by what came late, is raised.
    pub(super) fn knows(&self, key: Us) -> bool {
        self.keys.binary_search(&key).is_ok()
    }

    /// Where other values hold than at the last look, what is `over` by now, as they see it, and was judged by the values before, is let go.
    ///
    /// In doubt nothing is: one alert too many about what is over costs less than one that never comes. So while something `waits` to be judged,
    /// nothing passes; and what `over` answers was due before the clock that was armed, up to which all had been judged.
    pub(super) fn judged_by_what_holds(&mut self, scope: &Scope, waits: bool, over: impl FnOnce() -> Vec<Us>) {
        let mark = scope.mark();
        // Of what an earlier version kept, it is not known by what it was judged.
        if !waits && !self.waits && self.by.is_some_and(|by| by != mark) {
            self.keys = over();
            self.keys.sort_unstable();
            self.keys.dedup();
        }
        self.by = Some(mark);
    }

    /// Keeps of what had passed what may still be asked for.
    pub(super) fn retain(&mut self, asked: impl Fn(Us) -> bool) {
        self.keys.retain(|key| asked(*key));
    }
}
