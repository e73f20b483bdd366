//! Who is told of an organisation's alerts: the webhooks, remembered until one is changed; and the messages to them, which go into the outbox in the
//! transaction that they tell of.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::clock::Time;
use crate::domain::alert::Alert;
use crate::domain::delivery::Channel;
use crate::domain::message;
use crate::domain::register::Webhook;
use crate::store::alerts::NewEntry;
use crate::store::outbox::NewDelivery;
use crate::store::{Result, Tx};

/// The webhooks of all organisations, as of a count of changes.
#[derive(Debug, Default)]
pub struct Outgoing {
    changes: i64,
    webhooks: HashMap<String, Vec<Webhook>>,
}

impl Outgoing {
    /// Puts into the outbox what the webhooks want to be told of these lines in the histories of `alerts`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tell(&mut self, tx: &mut Tx, alerts: &[Alert], entries: &[NewEntry], now: Time) -> Result<()> {
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
        tx.enqueue(&self.messages(alerts, entries, now), now).await
    }

    /// Each kind of message once per alert, in the order in which things happened.
    fn messages(&self, alerts: &[Alert], entries: &[NewEntry], now: Time) -> Vec<NewDelivery> {
        let alerts: HashMap<&str, &Alert> = alerts.iter().map(|alert| (alert.id.as_str(), alert)).collect();
        let mut told: HashSet<(&str, &str)> = HashSet::new();
        let mut messages = Vec::new();
        for entry in entries {
            let kind = message::kind_of(&entry.entry.what);
            let Some(alert) = alerts.get(entry.alert.as_str()).filter(|_| told.insert((&entry.alert, kind))) else { continue };
            let mut wanting = self.webhooks.get(&alert.organisation).into_iter().flatten().filter(|webhook| webhook.wants(kind)).peekable();
            if wanting.peek().is_none() {
                continue;
            }
            // Written out once, however many are told.
            let body: Arc<str> = message::about(kind, now, alert).to_string().into();
            messages.extend(wanting.map(|webhook| NewDelivery {
                organisation: alert.organisation.clone(),
                channel: Channel::Webhook,
                target: webhook.id.clone(),
                alert: Some(alert.id.clone()),
                kind: kind.to_owned(),
                body: body.clone(),
            }));
        }
        messages
    }
}
