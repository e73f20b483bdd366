//! Where a message goes, and the file that goes with it, looked up before its try begins. A try itself speaks to the network only: many tries share one
//! task, and one that held a connection to the database while the task waits for another would hold up the whole house.

use super::Attempt;
use crate::domain::access::Scope;
use crate::domain::delivery::{Channel, Delivery};
use crate::domain::message::REPORT;
use crate::store::Store;
use crate::store::webhooks::WebhookTarget;

/// Where a message goes.
#[derive(Clone, Debug)]
pub enum Target {
    /// To a webhook.
    Webhook(WebhookTarget, Option<File>),
    /// To an e-mail address.
    Address(String, Option<File>),
    /// Nowhere: this is what becomes of it.
    Nowhere(Attempt),
}

/// A file that goes with a message.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Looks it up.
pub async fn target_of(store: &Store, message: &Delivery) -> Target {
    let file = match file_of(store, message).await {
        Ok(file) => file,
        Err(attempt) => return Target::Nowhere(attempt),
    };
    match message.channel {
        Channel::Webhook => match store.webhook_target(&message.target).await {
            Ok(Some(target)) => Target::Webhook(target, file),
            Ok(None) => Target::Nowhere(Attempt::hopeless("there is no such webhook")),
            Err(error) => Target::Nowhere(Attempt::failed(format!("the webhook could not be looked up: {error}"))),
        },
        Channel::Email if message.target.contains('@') => Target::Address(message.target.clone(), file),
        Channel::Email => match store.email_of(&message.target).await {
            Ok(Some(address)) => Target::Address(address, file),
            Ok(None) => Target::Nowhere(Attempt::hopeless("this user has no e-mail address, or is archived")),
            Err(error) => Target::Nowhere(Attempt::failed(format!("the user could not be looked up: {error}"))),
        },
    }
}

/// The file of a scheduled report, where the message is to bring it.
async fn file_of(store: &Store, message: &Delivery) -> Result<Option<File>, Attempt> {
    let data = &message.body["data"];
    if message.kind != REPORT || data["send"] != "file" {
        return Ok(None);
    }
    let failed = |error: crate::store::StoreError| Attempt::failed(format!("the file could not be read: {error}"));
    let (schedule, n) = (data["schedule"].as_str().unwrap_or_default(), data["run"].as_i64().unwrap_or_default());
    let run = store.report_run(&Scope::All, schedule, n).await.map_err(failed)?;
    let bytes = store.report_file(&run).await.map_err(failed)?;
    let gone = || Attempt::hopeless("the file of this report is no longer kept; have it made again");
    let name = run.file.map(|file| file.name).unwrap_or_default();
    Ok(Some(File { name, media_type: run.format.media_type(), bytes: bytes.ok_or_else(gone)? }))
}
