//! What leaves the house, started and stopped: the outbox's messages, and the ping that must not stop.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use url::Url;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::seal::Head;
use crate::engine::action::{EngineHandle, PlatformTrouble};
use crate::notify::deadman::{Deadman, Health};
use crate::notify::{Notifier, NotifyError, Tell};
use crate::secrets::KeySafe;
use crate::store::Store;
use crate::store::dead_letters::Unreached;

use super::{AppError, Task};

/// In place of a rule's id, for messages that were given up.
const UNDELIVERED: &str = "messages_undelivered";

/// The tasks that send.
#[derive(Debug)]
pub(super) struct Outgoing {
    notifier: Task,
    deadman: Option<Task>,
}

/// What the tasks are made of.
pub(super) struct Parts<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    pub clock: &'a Clock,
    pub key: &'a KeySafe,
    pub engine: &'a EngineHandle,
    /// What must be well for the ping to go out.
    pub health: Health,
    /// How far the trail is sealed.
    pub head: watch::Receiver<Option<Head>>,
    /// Where the canary's messages go, in place of its webhook's address.
    pub canary: Option<Url>,
}

impl Outgoing {
    /// Starts what the settings switch on.
    pub(super) fn start(parts: Parts<'_>) -> Result<Self, AppError> {
        let Parts { settings, store, clock, key, engine, health, head, canary } = parts;
        let setup = |error: NotifyError| AppError::Setup(error.to_string());
        let notifier = Notifier::new(store.clone(), clock.clone(), settings, key.clone(), tell(engine.clone())).map_err(setup)?;
        let notifier = notifier.with_canary(canary).map_err(setup)?;
        let deadman = Deadman::new(settings, clock.clone(), health, head).map_err(setup)?;
        let wake = engine.feed();
        let notifier = Task::spawn(|stop| notifier.run(wake, stop));
        Ok(Self { notifier, deadman: deadman.map(|deadman| Task::spawn(|stop| deadman.run(stop))) })
    }

    /// Stops. What is still in the outbox goes out after the next start.
    pub(super) async fn end(self) {
        if let Some(deadman) = self.deadman {
            deadman.end(Duration::from_secs(1)).await;
        }
        self.notifier.end(Duration::from_secs(10)).await;
    }
}

/// Raises one technical alert for a receiver that messages did not reach.
fn tell(engine: EngineHandle) -> Tell {
    Arc::new(move |unreached: Unreached| {
        let engine = engine.clone();
        async move {
            let Unreached { organisation, channel, target, messages, last_error, .. } = unreached;
            let trouble = PlatformTrouble {
                organisation,
                rule: UNDELIVERED.to_owned(),
                title: "Messages were not delivered".to_owned(),
                subject: format!("{channel}:{target}"),
                priority: 3,
                explanation: format!(
                    "{messages} messages to the {channel} {target} were given up. The last time: {}.",
                    last_error.as_deref().unwrap_or("no reason is known")
                ),
                instructions: vec![
                    "Find out whether the receiver is there, and whether its address is right.".to_owned(),
                    "Then send again what it must know: POST /webhooks/{id}/deliveries/{n}/retry.".to_owned(),
                ],
            };
            match engine.tell_trouble(trouble).await {
                Ok(_) => true,
                Err(error) => {
                    tracing::warn!(%error, "the alert about messages that were given up could not be raised; trying again");
                    false
                }
            }
        }
        .boxed()
    })
}
