//! Waiting until a gateway that empties its buffer has done so, so that what it replays is judged whole.

use super::instant::{SECOND_US, Us, us};
use super::scope::Scope;

/// The gateway must have been quiet for so long…
const QUIET_US: Us = SECOND_US;
/// …but nobody waits longer than this.
const AT_MOST_US: Us = 60 * SECOND_US;

/// How long to wait for what was asked for, before it is asked for again.
pub(super) const ASKED_AGAIN_US: Us = 60 * SECOND_US;

/// How often to look whether the gateway is back after an outage of our own.
const AGAIN_US: Us = 5 * SECOND_US;

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

/// When what was due at `due` is due by the time that passed, where our own clock was set on between `first` and then.
pub(super) fn leapt(scope: &Scope, first: Us, due: Us) -> Us {
    let mut due = due;
    for leap in scope.context.leaps {
        let (from, until) = (us(leap.from), us(leap.until));
        if from < due && until > first {
            due = due.saturating_add(until.saturating_sub(from));
        }
    }
    due
}

/// When to look again, where our own path was down while the answer may have been given: once the gateways are heard again and
/// have emptied their buffers, or the grace is over.
pub(super) fn outage(scope: &Scope, first: Us, due: Us) -> Option<Us> {
    let down = scope.context.down.iter().map(|down| (us(down.from), us(down.until)));
    let last = down.filter(|(from, until)| *from < due && *until > first).map(|(_, until)| until).max()?;
    let (now, enough) = (scope.now(), last.saturating_add(scope.grace()));
    let back = scope.heard_by_all().is_some_and(|heard| heard >= last);
    let again = if back { wait(scope, last)? } else { now.saturating_add(AGAIN_US) };
    (now < enough).then_some(again.min(enough))
}
