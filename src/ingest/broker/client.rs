//! The client of one slot: connects, and connects again, for as long as the slot is held.

use std::time::Duration;

use metrics::counter;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::fence::Fence;
use super::session::{self, Ending, Room};
use super::slot::Slot;

/// The wait after the first failure, and the longest. There are a few clients of ours per broker, so they need not be shy.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// The same before deliveries that the engine gave up are asked for again.
const REDELIVER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// A connection that held this long was a good one.
const GOOD: Duration = Duration::from_secs(10);

/// Serves the slot until `stop`. Dropping it ends the connection at once, without a word to the broker.
pub(super) async fn serve(room: Room, slot: Slot, fence: Fence, stop: CancellationToken) {
    let _held = room.path.hold();
    let mut reconnect = Backoff::new(RECONNECT.0, RECONNECT.1);
    let mut redeliver = Backoff::new(REDELIVER.0, REDELIVER.1);
    let mut told: Option<String> = None;
    while !stop.is_cancelled() {
        // Before every connection, not only the first: a process that was suspended must not throw out the one that took its place.
        tokio::select! {
            () = fence.still_ours() => {}
            () = stop.cancelled() => return,
        }
        let began = room.clock.monotonic();
        let ending = session::serve(&room, slot, redeliver.next(), &stop).await;
        let good = room.clock.monotonic().saturating_sub(began) >= GOOD;
        if good {
            reconnect.reset();
            told = None;
        }
        if good || ending != Ending::Redeliver {
            redeliver.reset();
        }
        match ending {
            Ending::Stopped => return,
            Ending::Redeliver => {
                tracing::warn!(client = slot.client_id(), "some deliveries could not be stored; asking the broker for them again");
                continue;
            }
            Ending::Lost(why) => {
                counter!("harken_broker_connections_lost_total").increment(1);
                // Once per reason, not once per attempt.
                if told.as_ref() != Some(&why) {
                    let broker = room.options.address();
                    tracing::warn!(client = slot.client_id(), broker, why, "no connection to the broker; trying again until there is one");
                    told = Some(why);
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(reconnect.next()) => {}
            () = stop.cancelled() => return,
        }
    }
}
