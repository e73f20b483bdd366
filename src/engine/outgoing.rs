//! Who is told of an organisation's alerts: the webhooks, remembered until one is changed; and the messages to them, which go into the outbox in the
//! transaction that they tell of.

use std::collections::HashMap;

use crate::clock::Time;
use crate::domain::alert::Alert;
use crate::domain::delivery::Channel;
use crate::domain::message;
use crate::domain::register::Webhook;
use crate::store::alerts::NewEntry;
use crate::store::outbox::NewDelivery;
use crate::store::{Result, Tx};

/// What happened to alerts in one transaction: id of the alert, kind of message.
pub type Happened = Vec<(String, &'static str)>;

/// The webhooks of all organisations, as of a count of changes.
#[derive(Debug, Default)]
pub struct Outgoing {
    changes: i64,
    webhooks: HashMap<String, Vec<Webhook>>,
}

/// What these lines of histories tell outside, each kind once per alert.
pub fn happened(entries: &[NewEntry]) -> Happened {
    let mut told: Happened = Vec::new();
    for entry in entries {
        let one = (entry.alert.clone(), message::kind_of(&entry.entry.what));
        if !told.contains(&one) {
            told.push(one);
        }
    }
    told
}

impl Outgoing {
    /// Puts into the outbox what the webhooks want to be told of `alerts`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tell(&mut self, tx: &mut Tx, alerts: &[Alert], happened: &Happened, now: Time) -> Result<()> {
        let changes = tx.webhook_changes().await?;
        if changes != self.changes {
            self.webhooks.clear();
            for webhook in tx.active_webhooks().await? {
                self.webhooks.entry(webhook.organisation.clone()).or_default().push(webhook);
            }
            self.changes = changes;
        }
        if self.webhooks.is_empty() {
            return Ok(());
        }
        tx.enqueue(&self.messages(alerts, happened, now), now).await
    }

    fn messages(&self, alerts: &[Alert], happened: &Happened, now: Time) -> Vec<NewDelivery> {
        let mut messages = Vec::new();
        for (id, kind) in happened {
            let Some(alert) = alerts.iter().find(|alert| alert.id == *id) else { continue };
            for webhook in self.webhooks.get(&alert.organisation).into_iter().flatten().filter(|webhook| webhook.wants(kind)) {
                messages.push(NewDelivery {
                    organisation: alert.organisation.clone(),
                    channel: Channel::Webhook,
                    target: webhook.id.clone(),
                    alert: Some(id.clone()),
                    kind: (*kind).to_owned(),
                    body: message::about(kind, now, alert),
                });
            }
        }
        messages
    }
}
