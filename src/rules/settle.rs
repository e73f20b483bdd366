//! Waiting until a gateway that empties its buffer has done so, so that what it replays is judged whole.

use super::instant::{SECOND_US, Us};
use super::scope::Scope;

/// The gateway must have been quiet for so long…
const QUIET_US: Us = SECOND_US;
/// …but nobody waits longer than this.
const AT_MOST_US: Us = 60 * SECOND_US;

/// When to look again, while judging must wait; `since` is when the wait began.
pub(super) fn wait(scope: &Scope, since: Us) -> Option<Us> {
    let enough = since.saturating_add(AT_MOST_US);
    let quiet = scope.heard_last().map_or(since, |heard| heard.max(since)).saturating_add(QUIET_US);
    let until = quiet.min(enough);
    (scope.now() < until).then_some(until)
}

/// When to look for the first time, where a wait begins now.
pub(super) fn begin(scope: &Scope, since: &mut Option<Us>) -> Us {
    let since = *since.get_or_insert(scope.now());
    wait(scope, since).unwrap_or_else(|| scope.now())
}
