//! How much a link may hold that is not stored yet. A broker that honours the receive maximum stays below it; for one that does not, and
//! for messages at QoS 0, which nothing else bounds, reading pauses until the engine has caught up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Bytes held for one link, at most.
const LIMIT_BYTES: usize = 64 * 1024 * 1024;
/// What a message costs beside its payload.
const OVERHEAD_BYTES: usize = 512;

/// A count of bytes that the reader raises and the settling of deliveries lowers.
#[derive(Clone, Debug, Default)]
pub(super) struct Load(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    bytes: AtomicUsize,
    relief: Notify,
}

impl Load {
    /// Takes a message on; returns its weight, to be given back.
    pub(super) fn add(&self, payload_bytes: usize) -> usize {
        let weight = payload_bytes + OVERHEAD_BYTES;
        self.0.bytes.fetch_add(weight, Ordering::Relaxed);
        weight
    }

    /// Gives a weight back.
    pub(super) fn remove(&self, weight: usize) {
        self.0.bytes.fetch_sub(weight, Ordering::Relaxed);
        self.0.relief.notify_one();
    }

    /// Returns when there is room. Settling does not need the reader, so this cannot lock up.
    pub(super) async fn room(&self) {
        while self.0.bytes.load(Ordering::Relaxed) >= LIMIT_BYTES {
            self.0.relief.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn reading_pauses_at_the_limit_and_goes_on_below_it() {
        let load = Load::default();
        load.room().await;
        let heavy = load.add(LIMIT_BYTES);
        assert!(load.room().now_or_never().is_none());
        let waiting = load.room();
        load.remove(heavy);
        waiting.await;
    }
}
