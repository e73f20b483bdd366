//! When our own path was up. Silence at the homes is counted only then, across restarts.

use std::time::Duration;

use chrono::TimeDelta;

use crate::clock::Time;
use crate::rules::Interval;
use crate::store::heard::PLATFORM;
use crate::store::{Result, Store};

/// How often the platform marks that it is alive: a crash bounds its own gap.
pub const ALIVE_EVERY: TimeDelta = TimeDelta::seconds(5);
/// A longer time between two marks is an outage.
const OUTAGE_FROM: TimeDelta = TimeDelta::seconds(15);

/// When the wall clock moved by more than this beside the time that passed, somebody or something set it: what runs with a clock is slewed.
const STEP_FROM: TimeDelta = TimeDelta::seconds(3);
/// So long after a step the clocks of gateways are compared with ours as it was before, too.
const STEP_BEARS: TimeDelta = TimeDelta::hours(24);

/// Our own up-interval and the gaps before it, and how our clock ran meanwhile.
#[derive(Debug)]
pub struct OwnPath {
    from: Time,
    marked: Time,
    looked: Time,
    down: Vec<(Time, Time)>,
    /// Since when nobody can reach us, and whether that was told.
    cut: Option<(Time, bool)>,
    /// An outage that is over, and of which nobody was told yet.
    untold: Option<(Time, Time)>,
    /// The wall clock and the time passed, as read last.
    read: Option<(Time, Duration)>,
    /// A step of the wall clock that was not seen to yet.
    stepped: Option<TimeDelta>,
    /// Steps of late: when, and by how much.
    steps: Vec<(Time, TimeDelta)>,
    /// What those on left out.
    leaps: Vec<Interval>,
}

impl OwnPath {
    /// Continues the last interval, or begins a new one after an outage (or after another replica's end).
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin(store: &Store, now: Time, keep: TimeDelta) -> Result<Self> {
        let mut path = Self {
            from: now,
            marked: now,
            looked: now,
            down: Vec::new(),
            cut: None,
            untold: None,
            read: None,
            stepped: None,
            steps: Vec::new(),
            leaps: Vec::new(),
        };
        path.resume(store, now, keep).await?;
        Ok(path)
    }

    async fn resume(&mut self, store: &Store, now: Time, keep: TimeDelta) -> Result<()> {
        let mut intervals = store.up_intervals(PLATFORM, now - keep).await?;
        if intervals.is_empty() {
            // We were away for longer than anything may be late.
            intervals.extend(store.last_up(PLATFORM).await?);
        }
        self.from = match intervals.last() {
            Some((from, until)) if now - *until <= OUTAGE_FROM => *from,
            _ => now,
        };
        let between = |pair: &[(Time, Time)]| Some((pair.first()?.1, pair.last()?.0)).filter(|(from, until)| from < until);
        self.down = intervals.windows(2).filter_map(between).collect();
        if let Some((from, until)) = intervals.last().filter(|(from, _)| *from != self.from) {
            debug_assert!(from <= until);
            self.down.push((*until, now));
            self.untold = Some((*until, now));
            tracing::warn!(outage_s = (now - *until).num_seconds(), "we were away; silence at the homes is not counted for that time");
        }
        self.marked = now;
        self.mark(store, now).await
    }

    /// When the next mark is due.
    #[must_use]
    pub fn due(&self) -> Time {
        self.looked + ALIVE_EVERY
    }

    /// Nobody can reach us now; look again later. Where no other replica is reached either, it is an outage already while it lasts.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn is_cut(&mut self, store: &Store, now: Time) -> Result<()> {
        self.looked = now;
        let marked = store.last_up(PLATFORM).await?.map_or(self.marked, |(_, until)| until.max(self.marked));
        self.marked = marked.min(now);
        let told = self.cut.is_some_and(|(_, told)| told);
        self.cut = (now.signed_duration_since(marked) > OUTAGE_FROM).then_some((marked, told));
        Ok(())
    }

    /// Since when nobody can reach us, where that was not told and has lasted so long by now.
    #[must_use]
    pub fn cut_untold(&self, now: Time, long: TimeDelta) -> Option<Time> {
        self.cut.filter(|(from, told)| !told && now.signed_duration_since(*from) >= long).map(|(from, _)| from)
    }

    /// It was told.
    pub fn cut_told(&mut self) {
        if let Some((_, told)) = &mut self.cut {
            *told = true;
        }
    }

    /// Marks that we are alive. A long time since the last mark (the database was away, the machine slept) begins a new interval.
    ///
    /// # Errors
    /// When the database is away; then the mark is still due.
    pub async fn alive(&mut self, store: &Store, now: Time, keep: TimeDelta) -> Result<()> {
        self.looked = now;
        self.cut = None;
        if now - self.marked > OUTAGE_FROM {
            return self.resume(store, now, keep).await;
        }
        self.mark(store, now).await?;
        self.marked = now;
        Ok(())
    }

    /// Compares the wall clock with the time that passed. Answers with the step of it that is to be seen to, if there is one.
    pub fn compare(&mut self, (now, passed): (Time, Duration)) -> Option<TimeDelta> {
        if let Some((then, before)) = self.read.replace((now, passed)) {
            let passed = TimeDelta::from_std(passed.saturating_sub(before)).unwrap_or(TimeDelta::MAX);
            let step = now.signed_duration_since(then) - passed;
            if step.abs() > STEP_FROM {
                self.stepped = Some(self.stepped.unwrap_or_default() + step);
            }
        }
        self.stepped
    }

    /// Our clock was set on by `step`: the time that it left out was nobody's silence, and our path begins anew.
    ///
    /// # Errors
    /// When the database is away; then the step is still to be seen to.
    pub async fn step(&mut self, store: &Store, now: Time, step: TimeDelta) -> Result<()> {
        self.from = now;
        self.mark(store, now).await?;
        // Set back, it has yet to come to what was left out before.
        self.down.retain(|(from, _)| *from < now);
        self.leaps.retain(|leap| leap.from < now && now.signed_duration_since(leap.until) < STEP_BEARS * 3);
        for until in self.down.iter_mut().map(|(_, until)| until).chain(self.leaps.iter_mut().map(|leap| &mut leap.until)) {
            *until = now.min(*until);
        }
        if self.marked < now {
            self.down.push((self.marked, now));
        }
        if step > TimeDelta::zero() {
            self.leaps.push(Interval { from: now - step, until: now });
        }
        (self.marked, self.looked, self.stepped) = (now, now, None);
        self.steps.push((now, step));
        Ok(())
    }

    /// By how much our clock was set on lately, all in all.
    #[must_use]
    pub fn stepped_by(&self, now: Time) -> Option<TimeDelta> {
        let recent = self.steps.iter().filter(|(at, _)| now.signed_duration_since(*at) < STEP_BEARS);
        recent.map(|(_, step)| *step).reduce(|one, two| one + two).filter(|sum| sum.abs() > STEP_FROM)
    }

    /// The stretches that our clock left out when it was set on.
    #[must_use]
    pub fn leaps(&self) -> &[Interval] {
        &self.leaps
    }

    /// The outage that nobody was told of yet.
    #[must_use]
    pub fn untold(&self) -> Option<(Time, Time)> {
        self.untold
    }

    /// It was told.
    pub fn told(&mut self) {
        self.untold = None;
    }

    async fn mark(&self, store: &Store, now: Time) -> Result<()> {
        let mut tx = store.begin().await?;
        tx.extend_up(&[(PLATFORM.into(), self.from, now)]).await?;
        tx.commit().await
    }

    /// When our own path was down, the earliest first, what lasts at `now` included.
    pub fn down(&self, now: Time) -> impl Iterator<Item = Interval> {
        let lasts = self.cut.map(|(from, _)| Interval { from, until: now.max(from) });
        self.down.iter().map(|(from, until)| Interval { from: *from, until: *until }).chain(lasts)
    }
}
