//! How many gateways that nobody registered may appear. Through a broker anybody who may publish can invent ids, and each would become
//! an entry of the register; so the rate of new ones is bounded. An alarm is taken in whoever sends it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::counter;

use super::topic::STRANGER;
use crate::clock::Clock;
use crate::ingest::delivery::{Delivery, Topic};
use crate::ingest::format::{self, Decoded};
use crate::ingest::intake::Intake;
use crate::store::Store;

/// Ids remembered as known, at most; then the memory is emptied and filled anew.
const REMEMBERED: usize = 500_000;
const MINUTE: Duration = Duration::from_mins(1);

/// The gate at which a gateway is met for the first time. Shared by all slots of a replica.
pub(super) struct Newcomers {
    store: Store,
    clock: Clock,
    per_minute: u32,
    seen: Mutex<Seen>,
}

struct Seen {
    known: HashSet<Arc<str>>,
    minute_began: Duration,
    let_in: u32,
}

impl Newcomers {
    pub(super) fn new(store: Store, clock: Clock, per_minute: u32) -> Self {
        let seen = Seen { known: HashSet::new(), minute_began: clock.monotonic(), let_in: 0 };
        Self { store, clock, per_minute, seen: Mutex::new(seen) }
    }

    /// The delivery as it may go on: as it is, or refused because too many new gateways came in this minute.
    pub(super) async fn pass(&self, mut delivery: Delivery) -> Delivery {
        // What could not be read enters nobody into the register.
        let refused = delivery.decoded.as_ref().is_some_and(Decoded::is_refused);
        if refused || self.admits(&delivery.gateway).await {
            return delivery;
        }
        counter!("harken_broker_newcomers_beyond_limit_total").increment(1);
        if delivery.topic != Topic::Status && Intake::is_urgent(&delivery) {
            return delivery;
        }
        let reason = format!(
            "gateway `{}` is not registered, and more than {} new ones came within a minute: register it, or send again later",
            delivery.gateway, self.per_minute
        );
        tracing::warn!(
            gateway = &*delivery.gateway,
            per_minute = self.per_minute,
            "refused a gateway that nobody registered: too many new ones"
        );
        delivery.decoded = Some(format::refused(&delivery.payload, reason, delivery.topic));
        delivery.gateway = STRANGER.into();
        delivery
    }

    /// Whether the gateway is known, or may become so.
    async fn admits(&self, gateway: &Arc<str>) -> bool {
        if self.seen(|seen| seen.known.contains(gateway)) {
            return true;
        }
        match self.store.has_gateway(gateway).await {
            Ok(true) => {}
            Ok(false) if !self.seen(|seen| seen.count(self.clock.monotonic(), self.per_minute)) => return false,
            Ok(false) => tracing::info!(gateway = &**gateway, "a gateway that nobody registered"),
            // The engine waits for the database; nothing is refused because of us.
            Err(_) => return true,
        }
        self.seen(|seen| {
            if seen.known.len() >= REMEMBERED {
                seen.known.clear();
            }
            seen.known.insert(gateway.clone());
        });
        true
    }

    fn seen<T>(&self, with: impl FnOnce(&mut Seen) -> T) -> T {
        with(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Seen {
    /// Counts one more newcomer; `false` when this minute is full.
    fn count(&mut self, now: Duration, per_minute: u32) -> bool {
        if now.saturating_sub(self.minute_began) >= MINUTE {
            (self.minute_began, self.let_in) = (now, 0);
        }
        let room = self.let_in < per_minute;
        self.let_in += u32::from(room);
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_minute_has_room_for_so_many() {
        let mut seen = Seen { known: HashSet::new(), minute_began: Duration::ZERO, let_in: 0 };
        let second = Duration::from_secs;
        assert!(seen.count(second(1), 2) && seen.count(second(59), 2));
        assert!(!seen.count(second(59), 2));
        assert!(seen.count(second(60), 2) && seen.count(second(61), 2) && !seen.count(second(119), 2));
        assert!(!seen.count(second(200), 0), "none at all");
    }
}
