//! What is taken to change nothing changes nothing: at every event that any test of this room lets a rule look at, the short way is held against the long one.

use crate::domain::event::Event;
use crate::rules::condition::{self, Cause, State};
use crate::rules::scope::Scope;

/// Whether the whole look at `event` comes to what the short one says.
pub(in crate::rules) fn check(scope: &Scope, known: Option<&State>, event: &Event) {
    let condition = &scope.rule.rule.condition;
    if !condition::is_idle(condition, scope, known, event) {
        return;
    }
    let Some(before) = known.cloned().or_else(|| State::fresh(condition)) else { return };
    let mut after = before.clone();
    let step = condition::look(condition, scope, &mut after, Cause::Event(event)).unwrap_or_else(|why| panic!("{why}"));
    let id = &scope.rule.id;
    assert_eq!(before, after, "{id} at {event:?}");
    assert!(step.findings.is_empty() && step.cleared.is_empty() && step.rises.is_empty() && step.asks.is_none(), "{id}: {step:?}");
    // A clock that would be set later stays as it is.
    assert!(
        step.due == scope.armed || scope.armed.is_some_and(|armed| step.due.is_some_and(|due| armed <= due)),
        "{id}: {step:?} {:?}",
        scope.armed
    );
}
