//! When a rule rests for its subject: what excuses it, as stretches of time. All of it is judged by the time at which things happen, so that
//! the order in which they are heard does not show.

use super::decide::Context;
use super::instant::{Us, us};
use super::set::Compiled;
use super::subject::Whose;
use crate::domain::home::excuse::{Excuse, ExcuseKind};

/// A stretch in which the rule rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rest {
    from: Us,
    until: Us,
    /// What was waited for as it began is waited for no longer; otherwise it is waited for anew from its end.
    empties: bool,
}

/// All stretches in which the rule rests, by their beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct Excused(Vec<Rest>);

impl Excused {
    pub(super) fn of(context: &Context, rule: &Compiled, whose: &Whose) -> Self {
        let said = context.said_away;
        let all = context.home.excuses.iter().chain(&said.away);
        let mut rests: Vec<Rest> = all
            .filter(|excuse| rule.rests_for.contains(&excuse.kind) && is_about(context, excuse, whose))
            .map(|excuse| {
                let (from, until, empties) = (us(excuse.from), us(excuse.until), excuse.kind.empties());
                // Whoever says at the home that somebody is back is believed, whoever said before that nobody is there.
                Rest { from, until: if empties { said.end(from, until) } else { until }, empties }
            })
            .filter(|rest| rest.from < rest.until)
            .collect();
        rests.sort_by_key(|rest| (rest.from, rest.until));
        Self(rests)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it rests at that moment.
    pub(super) fn at(&self, at: Us) -> bool {
        self.0.iter().any(|rest| rest.from <= at && at < rest.until)
    }

    /// When something that began at `since` is a reason to raise, where it would be by `due` if it had begun at a given moment. `None`:
    /// never, because nobody was there any more.
    pub(super) fn due(&self, since: Us, due: impl Fn(Us) -> Option<Us>) -> Option<Us> {
        let (mut begun, mut when) = (since, due(since)?);
        for rest in self.0.iter().filter(|rest| rest.until > since) {
            if when <= rest.from {
                break;
            }
            if rest.empties {
                return None;
            }
            begun = begun.max(rest.until);
            when = due(begun)?;
        }
        Some(when)
    }

    /// From when on a silence counts that began at `since`: from the end of what excused it, unless its `deadline` was over before.
    pub(super) fn counts_from(&self, since: Us, deadline: impl Fn(Us) -> Us) -> Us {
        let mut since = since;
        for rest in &self.0 {
            if rest.until <= since {
                continue;
            }
            if deadline(since) <= rest.from {
                break;
            }
            since = rest.until;
        }
        since
    }

    /// The stretches, for a length of time in which they do not count.
    pub(super) fn stretches(&self) -> impl Iterator<Item = (Us, Us)> {
        self.0.iter().map(|rest| (rest.from, rest.until))
    }

    /// Whether what is expected from `from` until `by` is excused: at its end, or for the greater part.
    pub(super) fn takes(&self, (from, by): (Us, Us)) -> bool {
        if self.is_empty() {
            return false;
        }
        let (mut taken, mut until) = (0, from);
        for rest in &self.0 {
            let (begin, end) = (rest.from.max(until), rest.until.min(by));
            if end > begin {
                taken += end - begin;
                until = end;
            }
        }
        self.at(by) || taken.saturating_mul(2) > by.saturating_sub(from)
    }
}

/// Whether an excuse is about the subject: the whole home is about everything in it, a device about what is kept of it alone.
fn is_about(context: &Context, excuse: &Excuse, whose: &Whose) -> bool {
    let Some(id) = &excuse.device else { return true };
    let (Some(gateway), Some(address)) = (whose.gateway(), whose.address()) else { return false };
    context.home.device(&gateway.into(), address).is_some_and(|device| device.id == *id)
}

/// Whether somebody works at `at` on the device of this id.
pub(super) fn is_worked_on(excuses: &[Excuse], device: &str, at: Us) -> bool {
    excuses.iter().any(|excuse| {
        let of_device = excuse.kind == ExcuseKind::Maintenance && excuse.device.as_deref() == Some(device);
        of_device && us(excuse.from) <= at && at < us(excuse.until)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excused(rests: &[(Us, Us, bool)]) -> Excused {
        Excused(rests.iter().map(|(from, until, empties)| Rest { from: *from, until: *until, empties: *empties }).collect())
    }

    #[test]
    fn what_is_waited_for_ends_or_waits_anew() {
        let half_hour = |since: Us| Some(since + 30);
        assert_eq!(excused(&[]).due(0, half_hour), Some(30));
        assert_eq!(excused(&[(30, 90, true)]).due(0, half_hour), Some(30), "it was due before");
        assert_eq!(excused(&[(29, 90, true)]).due(0, half_hour), None);
        assert_eq!(excused(&[(10, 90, false)]).due(0, half_hour), Some(120));
        assert_eq!(excused(&[(10, 90, false), (100, 110, false)]).due(0, half_hour), Some(140));
        assert_eq!(excused(&[(10, 90, false), (20, 30, false)]).due(0, half_hour), Some(120));
        assert_eq!(excused(&[(-50, 0, true)]).due(0, half_hour), Some(30), "over before it began");
    }

    #[test]
    fn a_silence_counts_from_the_end_of_its_excuse() {
        let deadline = |since: Us| since + 100;
        assert_eq!(excused(&[(50, 200, true)]).counts_from(0, deadline), 200);
        assert_eq!(excused(&[(100, 200, true)]).counts_from(0, deadline), 0);
        assert_eq!(excused(&[(50, 200, true), (250, 260, false)]).counts_from(0, deadline), 260);
        assert_eq!(excused(&[(-10, 0, true)]).counts_from(0, deadline), 0);
    }

    #[test]
    fn a_morning_is_excused_at_its_end_or_for_the_greater_part() {
        assert!(excused(&[(90, 200, true)]).takes((0, 100)));
        assert!(excused(&[(0, 51, true)]).takes((0, 100)));
        assert!(!excused(&[(0, 50, true)]).takes((0, 100)));
        assert!(excused(&[(0, 30, true), (20, 51, true)]).takes((0, 100)));
        assert!(!excused(&[(0, 30, true), (0, 30, true)]).takes((0, 100)));
    }
}
