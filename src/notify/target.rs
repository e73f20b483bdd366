//! Where a message goes, looked up before its try begins. A try itself speaks to the network only: many tries share one task, and one that held a
//! connection to the database while the task waits for another would hold up the whole house.

use super::Attempt;
use crate::domain::delivery::{Channel, Delivery};
use crate::store::Store;
use crate::store::webhooks::WebhookTarget;

/// Where a message goes.
#[derive(Clone, Debug)]
pub enum Target {
    /// To a webhook.
    Webhook(WebhookTarget),
    /// To an e-mail address.
    Address(String),
    /// Nowhere: this is what becomes of it.
    Nowhere(Attempt),
}

/// Looks it up.
pub async fn target_of(store: &Store, message: &Delivery) -> Target {
    match message.channel {
        Channel::Webhook => match store.webhook_target(&message.target).await {
            Ok(Some(target)) => Target::Webhook(target),
            Ok(None) => Target::Nowhere(Attempt::hopeless("there is no such webhook")),
            Err(error) => Target::Nowhere(Attempt::failed(format!("the webhook could not be looked up: {error}"))),
        },
        Channel::Email if message.target.contains('@') => Target::Address(message.target.clone()),
        Channel::Email => match store.email_of(&message.target).await {
            Ok(Some(address)) => Target::Address(address),
            Ok(None) => Target::Nowhere(Attempt::hopeless("this user has no e-mail address, or is archived")),
            Err(error) => Target::Nowhere(Attempt::failed(format!("the user could not be looked up: {error}"))),
        },
    }
}
