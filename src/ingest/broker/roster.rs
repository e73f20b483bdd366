//! Who holds the slots: on SQLite the one server all of them, on PostgreSQL each replica those whose advisory locks it has.
//!
//! All locks of a replica are held by one connection. It is asked every second whether it still holds them; when it does not answer, every
//! client is stopped at once, long before the server gives up on us and frees the locks for somebody else:
//!
//! | what happened | we stop | the locks are free |
//! |---|---|---|
//! | the process was killed | – | at once |
//! | the network is cut, or the host vanished | after 3 s at most | after 8 s |
//! | the process hangs | when it goes on; the broker has thrown it out by then | after 8 s |

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::clients::Clients;
use super::fence::Fence;
use super::keeper::Keeper;
use super::session::Room;
use super::slot::Slot;
use crate::store::advisory::AdvisoryLocks;
use crate::store::{Store, StoreError};

/// How often the locks are looked at.
pub(super) const ROUND: Duration = Duration::from_secs(1);
/// An answer that takes longer than this is none.
const PATIENCE: Duration = Duration::from_secs(2);
/// After this long without a word from us the server frees the locks. We have stopped after `ROUND + PATIENCE`.
const SILENCE: Duration = Duration::from_secs(8);

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
                let ended = Keeper::new(&mut clients, &mut locks, &mut backoff).keep(cancel).await;
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
    while !clients.is_empty() {
        clients.ended().await;
    }
}

/// The answer of the database, if it comes in time.
pub(super) async fn answered<T>(call: impl Future<Output = Result<T, StoreError>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("the database did not answer within {} s", PATIENCE.as_secs())),
    }
}
