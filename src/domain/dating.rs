//! Which of its two times an event is dated by: that of its device's clock where it can be believed, otherwise that of its receipt.

use chrono::{DateTime, TimeDelta, Utc};

use super::event::Event;
use crate::config::Engine;

/// A claimed time before this is not credible: no such device existed (2020-01-01).
const EARLIEST_CREDIBLE_S: i64 = 1_577_836_800;

/// How strict we are about clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dating {
    /// A device's clock may be ahead of ours by this much.
    pub clock_tolerance: TimeDelta,
    /// An event is called late from this age on.
    pub late_after: TimeDelta,
    /// Up to this age every rule looks at it.
    pub lateness: TimeDelta,
    /// By how much our own clock was set on lately: whoever differs from us by just that much is right, and we are not.
    pub own_step: Option<TimeDelta>,
}

impl Default for Dating {
    /// As in the default configuration.
    fn default() -> Self {
        let (clock_tolerance, late_after) = (TimeDelta::seconds(120), TimeDelta::seconds(60));
        Self { clock_tolerance, late_after, lateness: TimeDelta::hours(72), own_step: None }
    }
}

impl Dating {
    /// As in the settings.
    #[must_use]
    pub fn of(engine: &Engine) -> Self {
        Self {
            clock_tolerance: TimeDelta::seconds(engine.clock_tolerance_s),
            late_after: TimeDelta::seconds(engine.late_after_s),
            lateness: TimeDelta::hours(engine.lateness_h),
            own_step: None,
        }
    }

    /// Dates `event` and labels it, from what its device's clock said and when it was received; `off` by so many seconds the clock of its
    /// gateway was found to be (behind ours; ahead below 0).
    pub fn date(&self, event: &mut Event, off: Option<i64>) {
        let received_at = event.received_at;
        let ours = self.is_our_own(event);
        // What was set on is our clock: theirs goes on as it did, and so do the times of what happens there.
        let credible = event.claimed_at.filter(|at| off.is_none() && self.may_be(*at, received_at));
        // Ahead of us but within the tolerance: it happened now.
        event.at = credible.map_or(received_at, |at| at.min(received_at));
        let age = received_at.signed_duration_since(event.at);
        let marks = &mut event.body.marks;
        let unread = marks.set_aside.iter().any(|field| field.starts_with("at: "));
        marks.clock_off = !ours && ((event.claimed_at.is_some() && credible.is_none()) || unread);
        let said = event.claimed_at.map(|at| received_at.signed_duration_since(at).num_seconds());
        marks.clock_off_s = off.or(said).filter(|_| marks.clock_off);
        marks.late_s = (age > self.late_after && !ours).then(|| age.num_seconds());
        marks.beyond_window = age > self.lateness && !ours;
    }

    /// How long after the time that its device claims `event` was received.
    #[must_use]
    pub fn difference(event: &Event) -> Option<TimeDelta> {
        event.claimed_at.map(|at| event.received_at.signed_duration_since(at))
    }

    /// Whether the device's clock differs from ours by what ours was set on.
    #[must_use]
    pub fn is_our_own(&self, event: &Event) -> bool {
        let Some((step, difference)) = self.own_step.zip(Self::difference(event)) else { return false };
        difference.abs() > self.clock_tolerance && (difference - step).abs() <= self.clock_tolerance
    }

    fn may_be(&self, at: DateTime<Utc>, received_at: DateTime<Utc>) -> bool {
        at <= received_at + self.clock_tolerance && at.timestamp() >= EARLIEST_CREDIBLE_S
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Class;
    use crate::domain::event::Body;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    /// An event that claims one second and is received at another.
    fn dated(dating: Dating, claimed: i64, received: i64, off: Option<i64>) -> Event {
        let mut event = Event {
            gateway: "gw".into(),
            id: "1".to_owned(),
            kind: "motion".to_owned(),
            class: Class::Activity,
            device: None,
            resident: None,
            at: at(received),
            claimed_at: Some(at(claimed)),
            received_at: at(received),
            body: Body::default(),
        };
        dating.date(&mut event, off);
        event
    }

    #[test]
    fn an_event_has_its_own_time_where_that_can_be() {
        let plain = Dating::default();
        let late = dated(plain, 0, 3600, None);
        assert_eq!((late.at, late.body.marks.late_s, late.body.marks.clock_off), (at(0), Some(3600), false));
        assert_eq!(dated(plain, 100, 0, None).at, at(0), "a little ahead: it happened now");
        let ahead = dated(plain, 500, 0, None);
        assert_eq!((ahead.at, ahead.body.marks.clock_off_s, ahead.body.marks.late_s), (at(0), Some(-500), None));
        let off = dated(plain, 0, 3600, Some(3600));
        assert_eq!((off.at, off.body.marks.late_s, off.body.marks.clock_off_s), (at(3600), None, Some(3600)));
    }

    #[test]
    fn who_differs_by_what_our_own_clock_was_set_on_is_right() {
        let stepped = |seconds| Dating { own_step: Some(TimeDelta::seconds(seconds)), ..Dating::default() };
        let after_back = dated(stepped(-3600), 3600, 0, None);
        assert_eq!((after_back.at, after_back.body.marks.clock_off), (at(0), false), "not the gateway's fault");
        let after_on = dated(stepped(3600), 0, 3590, None);
        assert_eq!((after_on.at, after_on.body.marks.late_s), (at(0), None), "not late");
        assert!(dated(stepped(3600), 9000, 0, None).body.marks.clock_off, "another matter");
        assert_eq!(dated(stepped(3600), 0, 60, None).at, at(0), "it agrees with us");
    }
}
