//! When our own path was up. Silence at the homes is counted only then, across restarts.

use chrono::TimeDelta;

use crate::clock::Time;
use crate::store::heard::PLATFORM;
use crate::store::{Result, Store};

/// How often the platform marks that it is alive: a crash bounds its own gap.
pub const ALIVE_EVERY: TimeDelta = TimeDelta::seconds(5);
/// A longer time between two marks is an outage.
const OUTAGE_FROM: TimeDelta = TimeDelta::seconds(15);

/// Our own up-interval and the gaps before it.
#[derive(Debug)]
pub struct OwnPath {
    from: Time,
    marked: Time,
    looked: Time,
    down: Vec<(Time, Time)>,
}

impl OwnPath {
    /// Continues the last interval, or begins a new one after an outage (or after another replica's end).
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin(store: &Store, now: Time, keep: TimeDelta) -> Result<Self> {
        let mut path = Self { from: now, marked: now, looked: now, down: Vec::new() };
        path.resume(store, now, keep).await?;
        Ok(path)
    }

    async fn resume(&mut self, store: &Store, now: Time, keep: TimeDelta) -> Result<()> {
        let intervals = store.up_intervals(PLATFORM, now - keep).await?;
        self.from = match intervals.last() {
            Some((from, until)) if now - *until <= OUTAGE_FROM => *from,
            _ => now,
        };
        self.down = intervals.windows(2).filter_map(|pair| Some((pair.first()?.1, pair.last()?.0))).collect();
        if let Some((from, until)) = intervals.last().filter(|(from, _)| *from != self.from) {
            debug_assert!(from <= until);
            self.down.push((*until, now));
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

    /// Not alive now; look again later.
    pub fn postpone(&mut self, now: Time) {
        self.looked = now;
    }

    /// Marks that we are alive. A long time since the last mark (the database was away, the machine slept) begins a new interval.
    ///
    /// # Errors
    /// When the database is away; then the mark is still due.
    pub async fn alive(&mut self, store: &Store, now: Time, keep: TimeDelta) -> Result<()> {
        self.looked = now;
        if now - self.marked > OUTAGE_FROM {
            return self.resume(store, now, keep).await;
        }
        self.mark(store, now).await?;
        self.marked = now;
        Ok(())
    }

    async fn mark(&self, store: &Store, now: Time) -> Result<()> {
        let mut tx = store.begin().await?;
        tx.extend_up(&[(PLATFORM.into(), self.from, now)]).await?;
        tx.commit().await
    }

    /// When our own path was down, the earliest first.
    #[must_use]
    pub fn down(&self) -> &[(Time, Time)] {
        &self.down
    }
}
