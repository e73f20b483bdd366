//! Who is connected. A gateway that connects again under the same client id takes over: the older connection ends, and the newer
//! is let in only after the older one has published its last will, so that `offline` can never follow the newer one's `online`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::ingest::delivery::Settled;

/// Why a connection is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kick {
    /// The same client has connected again.
    TakenOver,
    /// The listener stops.
    Stopping,
}

/// Everyone who is connected.
#[derive(Debug, Default)]
pub struct Registry(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stopping: bool,
    next: u64,
    gateways: HashMap<Arc<str>, Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    client_id: Box<str>,
    number: u64,
    kick: oneshot::Sender<Kick>,
    gone: oneshot::Receiver<()>,
    answers: mpsc::UnboundedSender<Settled>,
}

/// The serial of an answer to a delivery of another connection.
pub const ANOTHERS: u64 = u64::MAX;

/// A place in the registry; given back when dropped.
#[derive(Debug)]
pub struct Seat {
    registry: Arc<Registry>,
    gateway: Arc<str>,
    number: u64,
    /// Asks this connection to end.
    pub kicked: oneshot::Receiver<Kick>,
    /// Where what became of this connection's deliveries is told.
    pub settle: mpsc::UnboundedSender<Settled>,
    /// Where it arrives.
    pub settled: mpsc::UnboundedReceiver<Settled>,
    _gone: oneshot::Sender<()>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSeat {
    /// This gateway has as many connections as it may.
    TooMany,
    /// The listener stops.
    Stopping,
}

impl Registry {
    /// Takes a place for `gateway` under `client_id`. An older connection of the two is asked to end; the second value resolves
    /// once its last will has been handed over.
    ///
    /// # Errors
    /// The gateway has `limit` connections already, or the listener stops.
    pub fn enter(
        self: &Arc<Self>,
        gateway: &Arc<str>,
        client_id: &str,
        limit: usize,
    ) -> Result<(Seat, Option<oneshot::Receiver<()>>), NoSeat> {
        let mut inner = self.lock();
        if inner.stopping {
            return Err(NoSeat::Stopping);
        }
        inner.next += 1;
        let number = inner.next;
        let entries = inner.gateways.entry(gateway.clone()).or_default();
        let older = entries.iter().position(|entry| &*entry.client_id == client_id);
        if older.is_none() && entries.len() >= limit {
            return Err(NoSeat::TooMany);
        }
        let older = older.map(|index| {
            let older = entries.swap_remove(index);
            let _ = older.kick.send(Kick::TakenOver);
            older.gone
        });
        let (kick, kicked) = oneshot::channel();
        let (leaving, gone) = oneshot::channel();
        let (settle, settled) = mpsc::unbounded_channel();
        entries.push(Entry { client_id: client_id.into(), number, kick, gone, answers: settle.clone() });
        drop(inner);
        Ok((Seat { registry: self.clone(), gateway: gateway.clone(), number, kicked, settle, settled, _gone: leaving }, older))
    }

    /// Lets nobody in any more and asks everyone to end.
    pub fn stop(&self) {
        let mut inner = self.lock();
        inner.stopping = true;
        for entry in inner.gateways.drain().flat_map(|(_, entries)| entries) {
            let _ = entry.kick.send(Kick::Stopping);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Hands an ack object to the gateway's other connections: this one has not subscribed, and one of them may have (as when a
    /// person tries things out with one program that listens and another that publishes).
    pub fn tell_the_others(&self, acks: &Bytes) {
        let inner = self.registry.lock();
        for other in inner.gateways.get(&self.gateway).into_iter().flatten().filter(|entry| entry.number != self.number) {
            let _ = other.answers.send(Settled { serial: ANOTHERS, acks: Some(acks.clone()) });
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut inner = self.registry.lock();
        if let Some(entries) = inner.gateways.get_mut(&self.gateway) {
            entries.retain(|entry| entry.number != self.number);
            if entries.is_empty() {
                inner.gateways.remove(&self.gateway);
            }
        }
    }
}
