//! The client source: Harken as a client of any MQTT 5 broker with shared subscriptions.
//!
//! From the whole to the part:
//! - [`roster`]: which *slots* this replica holds; [`keeper`]: by advisory locks; [`share`]: how many it should; [`slot`]: what a slot is
//! - [`clients`], [`client`]: each slot connects, and connects again; [`fence`], [`backoff`]
//! - [`session`]: one connection, messages in and acknowledgements out; [`ledger`] keeps its order, [`load`] its memory bounded
//! - [`link`]: the one file that knows rumqttc
//! - [`options`], [`topic`], [`newcomers`], [`path`]: the settings, whose message it is, who is new, whether our own way is open

mod backoff;
mod client;
mod clients;
mod fence;
mod keeper;
mod ledger;
mod link;
mod load;
mod newcomers;
mod options;
mod path;
mod roster;
mod session;
mod share;
mod slot;
mod topic;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::backoff::Backoff;
use self::newcomers::Newcomers;
use self::options::{Options, Protocol};
use self::path::Path;
use self::session::Room;
use self::slot::{Kind, Slot};
use super::intake::Intake;
use crate::clock::Clock;
use crate::config::Settings;
use crate::store::{Store, StoreError};

pub use self::options::BrokerError;
pub use self::path::PathState;

/// The source, ready to run.
pub struct BrokerSource {
    room: Room,
    store: Store,
}

impl BrokerSource {
    /// A source for the broker that `settings.mqtt.url` names; nothing is connected before [`BrokerSource::run`].
    ///
    /// # Errors
    /// When a setting of the broker cannot be used.
    pub fn new(settings: &Settings, store: Store, intake: Intake, clock: Clock) -> Result<Self, BrokerError> {
        let options = Arc::new(Options::of(settings)?);
        let path = Path::new(Slot::all(&options).len());
        let newcomers = Arc::new(Newcomers::new(store.clone(), clock.clone(), settings.mqtt.new_gateways_per_minute));
        Ok(Self { room: Room { options, intake, clock, path, newcomers }, store })
    }

    /// How much of our way through the broker is open, now and whenever it changes.
    #[must_use]
    pub fn path(&self) -> watch::Receiver<PathState> {
        self.room.path.watch()
    }

    /// Runs until `cancel`; then takes no more messages, waits up to 5 s for what is in hand, and leaves in order, so that the
    /// broker keeps the sessions. When the returned future is dropped instead, every connection is cut at once.
    pub async fn run(self, cancel: CancellationToken) {
        let options = &self.room.options;
        tracing::info!(
            broker = options.address(),
            slots = options.slots,
            alarm_slots = options.alarm_slots,
            "serving as a client of a broker"
        );
        if options.protocol == Protocol::V311 {
            tracing::warn!("MQTT 3.1.1 has no shared subscriptions: only brokers that offer them all the same will do, such as Mosquitto");
        }
        if let Some(room) = self.with_all_slots(&cancel).await {
            roster::hold(room, &self.store, &cancel).await;
        }
    }

    /// Waits for the database to say how many slots were ever in use: none of these may be left alone, for the broker goes on giving each
    /// its share of the messages. `None` when cancelled meanwhile.
    async fn with_all_slots(&self, cancel: &CancellationToken) -> Option<Room> {
        let mut room = self.room.clone();
        let mut options = Options::clone(&room.options);
        let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
        loop {
            let noted = async {
                let events = self.store.note_slots(Kind::Events.label(), options.slots).await?;
                Ok::<_, StoreError>((events, self.store.note_slots(Kind::Alarms.label(), options.alarm_slots).await?))
            };
            match noted.await {
                Ok((slots, alarm_slots)) => {
                    if (slots, alarm_slots) != (options.slots, options.alarm_slots) {
                        tracing::warn!(
                            slots,
                            alarm_slots,
                            "more slots were in use than the settings ask for; serving them all, as the broker keeps messages for each"
                        );
                    }
                    (options.slots, options.alarm_slots) = (slots, alarm_slots);
                    room.path.expect(Slot::all(&options).len());
                    room.options = Arc::new(options);
                    return Some(room);
                }
                Err(error) => tracing::error!(%error, "cannot read from the database which slots there are; trying again"),
            }
            tokio::select! {
                () = tokio::time::sleep(backoff.next()) => {}
                () = cancel.cancelled() => return None,
            }
        }
    }
}

impl std::fmt::Debug for BrokerSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrokerSource").field("broker", &self.room.options.address()).finish_non_exhaustive()
    }
}
