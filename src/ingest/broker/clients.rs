//! The running clients of the slots that are held.

use std::collections::HashSet;

use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use super::client;
use super::fence::Fence;
use super::session::Room;
use super::slot::Slot;

/// The clients of the slots that are held.
pub(super) struct Clients {
    pub room: Room,
    tasks: JoinSet<()>,
    running: Vec<(Id, Slot, CancellationToken)>,
}

impl Clients {
    pub(super) fn new(room: Room) -> Self {
        Self { room, tasks: JoinSet::new(), running: Vec::new() }
    }

    pub(super) fn start(&mut self, slot: Slot, fence: &Fence) {
        let stop = CancellationToken::new();
        let task = self.tasks.spawn(client::serve(self.room.clone(), slot, fence.clone(), stop.clone()));
        self.running.push((task.id(), slot, stop));
    }

    /// Lets the client of the slot come to its end; [`Clients::ended`] tells when it has.
    pub(super) fn stop(&self, slot: Slot) {
        for (_, _, stop) in self.running.iter().filter(|(_, running, _)| *running == slot) {
            stop.cancel();
        }
    }

    pub(super) fn stop_all(&self) {
        for (_, _, stop) in &self.running {
            stop.cancel();
        }
    }

    /// Ends all clients now; returns when their sockets are closed.
    pub(super) async fn cut(&mut self) {
        self.tasks.shutdown().await;
        self.running.clear();
    }

    /// The next slot whose client has ended; waits for ever when none is running.
    pub(super) async fn ended(&mut self) -> Slot {
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

    /// Slots whose clients have not ended yet.
    pub(super) fn running(&self) -> impl Iterator<Item = Slot> {
        self.running.iter().map(|(_, slot, _)| *slot)
    }

    /// Whether no client is left.
    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Slots that are being served and not about to end.
    pub(super) fn serving(&self) -> HashSet<Slot> {
        self.running.iter().filter(|(_, _, stop)| !stop.is_cancelled()).map(|(_, slot, _)| *slot).collect()
    }
}
