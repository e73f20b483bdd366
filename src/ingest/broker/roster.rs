//! The slots that this replica holds: all of them on SQLite, on PostgreSQL those whose advisory locks it has.
//!
//! All locks are held by one connection. It is asked every second whether it still holds them; when it does not answer, every client is
//! stopped at once, long before the server gives up on us and frees the locks for somebody else:
//!
//! | what happened | we stop | the locks are free |
//! |---|---|---|
//! | the process was killed | – | at once |
//! | the network is cut, or the host vanished | after 3 s at most | after 8 s |
//! | the process hangs | when it goes on; the broker has thrown it out by then | after 8 s |

use std::collections::HashSet;
use std::future::Future;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::client;
use super::fence::Fence;
use super::session::Room;
use super::share::{self, View};
use super::slot::{self, Slot};
use crate::store::advisory::AdvisoryLocks;
use crate::store::{Store, StoreError};

/// How often the locks are looked at.
const ROUND: Duration = Duration::from_secs(1);
/// An answer that takes longer than this is none.
const PATIENCE: Duration = Duration::from_secs(2);
/// After this long without a word from us the server frees the locks. We have stopped after `ROUND + PATIENCE`.
const SILENCE: Duration = Duration::from_secs(8);

/// The clients of the slots that are held.
struct Clients {
    room: Room,
    tasks: JoinSet<()>,
    running: Vec<(Id, Slot, CancellationToken)>,
}

impl Clients {
    fn new(room: Room) -> Self {
        Self { room, tasks: JoinSet::new(), running: Vec::new() }
    }

    fn start(&mut self, slot: Slot, fence: &Fence) {
        let stop = CancellationToken::new();
        let task = self.tasks.spawn(client::serve(self.room.clone(), slot, fence.clone(), stop.clone()));
        self.running.push((task.id(), slot, stop));
    }

    /// Lets the client of the slot come to its end; [`Clients::ended`] tells when it has.
    fn stop(&self, slot: Slot) {
        for (_, _, stop) in self.running.iter().filter(|(_, running, _)| *running == slot) {
            stop.cancel();
        }
    }

    fn stop_all(&self) {
        for (_, _, stop) in &self.running {
            stop.cancel();
        }
    }

    /// Ends all clients now; returns when their sockets are closed.
    async fn cut(&mut self) {
        self.tasks.shutdown().await;
        self.running.clear();
    }

    /// The next slot whose client has ended; waits for ever when none is running.
    async fn ended(&mut self) -> Slot {
        loop {
            let (id, failed) = match self.tasks.join_next_with_id().await {
                Some(Ok((id, ()))) => (id, false),
                Some(Err(error)) => (error.id(), error.is_panic()),
                None => std::future::pending().await,
            };
            let Some(at) = self.running.iter().position(|(running, _, _)| *running == id) else { continue };
            let (_, slot, _) = self.running.swap_remove(at);
            if failed {
                tracing::error!(client = slot.client_id(), "the client of this slot failed; it is started again");
            }
            return slot;
        }
    }

    fn is_running(&self, slot: Slot) -> bool {
        self.running.iter().any(|(_, running, _)| *running == slot)
    }

    /// Slots that are being served and not about to end.
    fn serving(&self) -> HashSet<Slot> {
        self.running.iter().filter(|(_, _, stop)| !stop.is_cancelled()).map(|(_, slot, _)| *slot).collect()
    }
}

/// Holds slots and serves them until `cancel`, then ends every client gracefully.
pub(super) async fn hold(room: Room, store: &Store, cancel: &CancellationToken) {
    if store.postgres().is_none() {
        return hold_all(room, cancel).await;
    }
    let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(2));
    while !cancel.is_cancelled() {
        match answered(AdvisoryLocks::open(store, SILENCE)).await {
            Ok(Some(mut locks)) => {
                let mut clients = Clients::new(room.clone());
                let ended = hold_share(&mut clients, &mut locks, cancel, &mut backoff).await;
                // Before the connection ends, and with it the last lock: whoever has no locks has no slots.
                clients.cut().await;
                room.path.cover(0);
                match ended {
                    Ok(()) => {
                        let _ = tokio::time::timeout(PATIENCE, locks.close()).await;
                    }
                    Err(why) => {
                        tracing::error!(
                            why,
                            "lost the database connection that holds this server's slots; its clients at the broker are stopped"
                        );
                    }
                }
            }
            Ok(None) => return,
            Err(why) => tracing::error!(why, "no database connection to hold slots with; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.next()) => {}
            () = cancel.cancelled() => {}
        }
    }
}

/// The one server of its database holds every slot.
async fn hold_all(room: Room, cancel: &CancellationToken) {
    let slots = Slot::all(&room.options);
    room.path.cover(slots.len());
    let mut clients = Clients::new(room);
    for slot in slots {
        clients.start(slot, &Fence::Open);
    }
    loop {
        tokio::select! {
            slot = clients.ended(), if !cancel.is_cancelled() => clients.start(slot, &Fence::Open),
            () = cancel.cancelled() => break,
        }
    }
    clients.stop_all();
    while clients.tasks.join_next().await.is_some() {}
}

/// Holds a share for as long as the connection lives, or until `cancel`.
async fn hold_share(
    clients: &mut Clients,
    locks: &mut AdvisoryLocks,
    cancel: &CancellationToken,
    backoff: &mut Backoff,
) -> Result<(), String> {
    let (questions, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
    let fence = Fence::Guarded(questions);
    let all = Slot::all(&clients.room.options);
    let presence = slot::presence(&clients.room.options);
    answered(locks.try_lock_shared(presence)).await?;
    let mut round = tokio::time::interval(ROUND);
    round.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut leaving = false;
    loop {
        let mut answers = Vec::new();
        tokio::select! {
            _ = round.tick() => {}
            Some(answer) = asked.recv() => answers.push(answer),
            slot = clients.ended() => {
                // Its client is gone, so another may have it.
                answered(locks.unlock(slot.lock())).await?;
                if leaving && clients.running.is_empty() {
                    return Ok(());
                }
            }
            () = cancel.cancelled(), if !leaving => {
                leaving = true;
                // The others count on us no more.
                answered(locks.unlock_shared(presence)).await?;
                clients.stop_all();
                if clients.running.is_empty() {
                    return Ok(());
                }
            }
        }
        while let Ok(answer) = asked.try_recv() {
            answers.push(answer);
        }
        let holdings = answered(locks.holdings(&slot::CLASSES)).await?;
        backoff.reset();
        let held = |mine: bool| -> HashSet<Slot> {
            let names: HashSet<_> = holdings.iter().filter(|holding| holding.mine == mine).map(|holding| holding.name).collect();
            all.iter().copied().filter(|slot| names.contains(&slot.lock())).collect()
        };
        let (mine, theirs) = (held(true), held(false));
        if let Some(slot) = all.iter().find(|slot| clients.is_running(**slot) && !mine.contains(slot)) {
            return Err(format!("the lock of {} is gone", slot.client_id()));
        }
        for answer in answers {
            let _ = answer.send(());
        }
        clients.room.path.cover(mine.len() + theirs.len());
        if leaving {
            continue;
        }
        let replicas = holdings.iter().filter(|holding| holding.name == presence).count();
        let view = View {
            replicas,
            mine: clients.serving(),
            theirs: theirs.union(&mine.difference(&clients.serving()).copied().collect()).copied().collect(),
        };
        let moves = share::moves(&all, &view);
        for slot in moves.give {
            tracing::info!(client = slot.client_id(), replicas, "giving a slot to another replica");
            clients.stop(slot);
        }
        for slot in moves.take {
            if answered(locks.try_lock(slot.lock())).await? {
                tracing::info!(client = slot.client_id(), replicas, "holding a slot");
                clients.start(slot, &fence);
            }
        }
    }
}

/// The answer of the database, if it comes in time.
async fn answered<T>(call: impl Future<Output = Result<T, StoreError>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("the database did not answer within {} s", PATIENCE.as_secs())),
    }
}
