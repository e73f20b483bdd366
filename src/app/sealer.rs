//! The sealer of the trail: each second what was committed is chained. One among the replicas does it, held by a lock of the database; the others learn
//! how far it is. The head is logged, so that it is known outside the database too.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Time};
use crate::domain::seal::Head;
use crate::store::advisory::{AdvisoryLocks, LockName};
use crate::store::{Result, Store};

/// How often.
const EVERY: Duration = Duration::from_secs(1);
/// How often the head is logged, while it moves.
const LOG_EVERY: TimeDelta = TimeDelta::minutes(1);
/// A sealer that was not heard of for so long has lost the lock.
const SILENCE: Duration = Duration::from_secs(8);
/// An entry may become visible so long after others with higher numbers: as long as a transaction may take, and much more.
const LATE: TimeDelta = TimeDelta::hours(1);
/// Without a look at the trail for so long, something is wrong.
const WELL_FOR: TimeDelta = TimeDelta::seconds(30);
/// The lock, beside those of the broker's slots.
const LOCK: LockName = LockName { class: 0x5EA1, number: 0 };

/// What the sealer tells the rest of the house.
#[derive(Clone, Debug)]
pub(super) struct SealerSigns {
    /// How far the trail is sealed.
    pub head: watch::Receiver<Option<Head>>,
    /// Whether it is being sealed.
    pub well: watch::Receiver<bool>,
}

/// Seals.
pub(super) struct Sealer {
    store: Store,
    clock: Clock,
    head: watch::Sender<Option<Head>>,
    well: watch::Sender<bool>,
    floor: i64,
    /// When which numbers had been sealed, within [`LATE`].
    recent: VecDeque<(Time, i64)>,
    logged: Option<(Time, i64)>,
}

impl Sealer {
    pub(super) fn new(store: Store, clock: Clock) -> (Self, SealerSigns) {
        let (head, well) = (watch::Sender::new(None), watch::Sender::new(false));
        let signs = SealerSigns { head: head.subscribe(), well: well.subscribe() };
        (Self { store, clock, head, well, floor: 0, recent: VecDeque::new(), logged: None }, signs)
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut locks = None;
        let mut last_well = self.clock.now();
        loop {
            match self.round(&mut locks).await {
                Ok(()) => last_well = self.clock.now(),
                Err(error) => {
                    locks = None;
                    tracing::warn!(%error, "the trail was not sealed; trying again");
                }
            }
            let well = self.clock.now() - last_well < WELL_FOR;
            self.well.send_if_modified(|before| std::mem::replace(before, well) != well);
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        // The last entries of this run.
        if let Err(error) = self.round(&mut locks).await {
            tracing::warn!(%error, "the last entries of the trail are sealed at the next start");
        }
        self.logged = None;
        self.log_head();
    }

    async fn round(&mut self, locks: &mut Option<AdvisoryLocks>) -> Result<()> {
        if self.is_mine(locks).await? {
            self.seal().await?;
        }
        let head = self.store.trail_head().await?;
        let head = (head.position > 0).then_some(head);
        self.head.send_if_modified(|before| if *before == head { false } else { std::mem::replace(before, head.clone()) != head });
        self.log_head();
        Ok(())
    }

    /// Whether this replica seals: on SQLite always, otherwise while it holds the lock.
    async fn is_mine(&self, locks: &mut Option<AdvisoryLocks>) -> Result<bool> {
        if self.store.postgres().is_none() {
            return Ok(true);
        }
        if locks.is_none() {
            *locks = AdvisoryLocks::open(&self.store, SILENCE).await?;
        }
        let Some(held) = locks else { return Ok(true) };
        // Also what keeps the connection, and with it the lock, alive.
        if held.holdings(&[LOCK.class]).await?.iter().any(|holding| holding.name == LOCK && holding.mine) {
            return Ok(true);
        }
        held.try_lock(LOCK).await
    }

    async fn seal(&mut self) -> Result<()> {
        let now = self.clock.now();
        loop {
            let pass = self.store.seal_trail(self.floor, now).await?;
            if pass.sealed == 0 {
                break;
            }
            let highest = self.recent.back().map_or(pass.highest, |(_, before)| pass.highest.max(*before));
            self.recent.push_back((now, highest));
            metrics::counter!("harken_trail_sealed_total").increment(pass.sealed as u64);
        }
        while let Some((at, highest)) = self.recent.front().copied().filter(|(at, _)| now - *at > LATE) {
            tracing::trace!(%at, highest, "nothing below this number can still appear");
            self.floor = self.floor.max(highest);
            self.recent.pop_front();
        }
        Ok(())
    }

    fn log_head(&mut self) {
        let now = self.clock.now();
        let Some(head) = self.head.borrow().clone() else { return };
        let due = self.logged.is_none_or(|(at, position)| now - at >= LOG_EVERY && position != head.position);
        if due {
            tracing::info!(position = head.position, hash = head.hash, "the trail is sealed up to here");
            self.logged = Some((now, head.position));
        }
    }
}
