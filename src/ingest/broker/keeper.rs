//! Keeps a share of the slots for as long as the connection that holds their locks lives.
//!
//! A replica that can reach the database but not the broker steps aside, so that the messages do not wait for it in sessions that it holds;
//! it comes back when the broker lets it in again. When nobody else is there it stays where it is.

use std::collections::HashSet;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::clients::Clients;
use super::fence::Fence;
use super::link;
use super::roster::{ROUND, answered};
use super::share::{self, View};
use super::slot::{self, Slot};
use crate::store::advisory::{AdvisoryLocks, Holding, LockName};

/// Rounds without any connection to the broker, after which a replica steps aside for another.
const DARK_ROUNDS: u32 = 5;
/// How often a replica that stepped aside tries the broker.
const PROBE_EVERY: Duration = Duration::from_secs(3);

/// One replica's part in the sharing.
pub(super) struct Keeper<'a> {
    clients: &'a mut Clients,
    locks: &'a mut AdvisoryLocks,
    backoff: &'a mut Backoff,
    all: Vec<Slot>,
    presence: LockName,
    standing: Standing,
    /// Rounds in a row in which nothing was connected.
    dark_rounds: u32,
    /// The attempt to reach the broker from aside.
    probe: JoinSet<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Counted by the others, and takes its share.
    Ready,
    /// Not counted, and holds nothing.
    Aside,
    /// Not counted, and lets go of what it holds.
    Leaving,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(clients: &'a mut Clients, locks: &'a mut AdvisoryLocks, backoff: &'a mut Backoff) -> Self {
        let all = Slot::all(&clients.room.options);
        let presence = slot::presence(&clients.room.options);
        Self { clients, locks, backoff, all, presence, standing: Standing::Aside, dark_rounds: 0, probe: JoinSet::new() }
    }

    /// Keeps slots until `cancel`, then lets every client come to its end.
    ///
    /// # Errors
    /// When the locks are lost, or may be; then the caller must cut every client at once.
    pub(super) async fn keep(mut self, cancel: &CancellationToken) -> Result<(), String> {
        let (questions, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
        let fence = Fence::Guarded(questions);
        let mut round = tokio::time::interval(ROUND);
        round.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.come_forward().await?;
        loop {
            let mut answers = Vec::new();
            tokio::select! {
                _ = round.tick() => self.count_darkness(),
                Some(answer) = asked.recv() => answers.push(answer),
                // Its client is gone, so another may have it.
                slot = self.clients.ended() => answered(self.locks.unlock(slot.lock())).await?,
                Some(reached) = self.probe.join_next() => if reached.unwrap_or(false) && self.standing == Standing::Aside {
                    tracing::info!("the broker can be reached again; taking a share of the slots");
                    self.come_forward().await?;
                },
                () = cancel.cancelled(), if self.standing != Standing::Leaving => self.leave().await?,
            }
            if self.standing == Standing::Leaving && self.clients.is_empty() {
                return Ok(());
            }
            while let Ok(answer) = asked.try_recv() {
                answers.push(answer);
            }
            let holdings = answered(self.locks.holdings(&slot::CLASSES)).await?;
            self.backoff.reset();
            let (mine, theirs) = self.whose(&holdings);
            if let Some(slot) = self.clients.running().find(|slot| !mine.contains(slot)) {
                return Err(format!("the lock of {} is gone", slot.client_id()));
            }
            for answer in answers {
                let _ = answer.send(());
            }
            self.clients.room.path.cover(mine.len() + theirs.len());
            let replicas = holdings.iter().filter(|holding| holding.name == self.presence).count();
            match self.standing {
                Standing::Leaving => {}
                Standing::Aside if replicas == 0 => self.come_forward().await?,
                Standing::Aside => self.try_the_broker(),
                Standing::Ready if self.dark_rounds >= DARK_ROUNDS && replicas > 1 => self.step_aside().await?,
                Standing::Ready => self.share(replicas, &mine, theirs, &fence).await?,
            }
        }
    }

    /// Gives what is too much and takes what is too little.
    async fn share(&mut self, replicas: usize, mine: &HashSet<Slot>, mut theirs: HashSet<Slot>, fence: &Fence) -> Result<(), String> {
        let serving = self.clients.serving();
        // About to end, but still ours: not free.
        theirs.extend(mine.difference(&serving));
        let moves = share::moves(&self.all, &View { replicas, mine: serving, theirs });
        for slot in moves.give {
            tracing::info!(client = slot.client_id(), replicas, "giving a slot to another replica");
            self.clients.stop(slot);
        }
        for slot in moves.take {
            if answered(self.locks.try_lock(slot.lock())).await? {
                tracing::info!(client = slot.client_id(), replicas, "holding a slot");
                self.clients.start(slot, fence);
            }
        }
        Ok(())
    }

    async fn come_forward(&mut self) -> Result<(), String> {
        answered(self.locks.try_lock_shared(self.presence)).await?;
        (self.standing, self.dark_rounds) = (Standing::Ready, 0);
        Ok(())
    }

    async fn step_aside(&mut self) -> Result<(), String> {
        tracing::error!("this server cannot reach the broker, and another one is there: leaving the slots to it");
        answered(self.locks.unlock_shared(self.presence)).await?;
        let held: Vec<Slot> = self.clients.running().collect();
        self.clients.cut().await;
        for slot in held {
            answered(self.locks.unlock(slot.lock())).await?;
        }
        self.standing = Standing::Aside;
        Ok(())
    }

    async fn leave(&mut self) -> Result<(), String> {
        // First of all the others count on us no more.
        if self.standing == Standing::Ready {
            answered(self.locks.unlock_shared(self.presence)).await?;
        }
        self.standing = Standing::Leaving;
        self.clients.stop_all();
        Ok(())
    }

    fn try_the_broker(&mut self) {
        if self.probe.is_empty() {
            let options = self.clients.room.options.clone();
            self.probe.spawn(async move {
                tokio::time::sleep(PROBE_EVERY).await;
                link::reaches(&options).await
            });
        }
    }

    fn count_darkness(&mut self) {
        let path = self.clients.room.path.state();
        self.dark_rounds = if path.held > 0 && path.connected == 0 { self.dark_rounds + 1 } else { 0 };
    }

    /// The slots whose locks are ours, and those that are others'.
    fn whose(&self, holdings: &[Holding]) -> (HashSet<Slot>, HashSet<Slot>) {
        let held = |mine: bool| -> HashSet<Slot> {
            let names: HashSet<LockName> = holdings.iter().filter(|holding| holding.mine == mine).map(|holding| holding.name).collect();
            self.all.iter().copied().filter(|slot| names.contains(&slot.lock())).collect()
        };
        (held(true), held(false))
    }
}
