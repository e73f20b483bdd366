//! What is noted in passing: who read whose record, and when a token was last used. Written in batches behind the requests, so that
//! nobody waits for the one writer in order to read an alert. A crash loses at most the batch that was not yet written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio_util::sync::CancellationToken;

use super::access::Access;
use crate::clock::Time;
use crate::store::audit::AuditEntry;
use crate::store::{Result, Store};

/// Notes that may wait; beyond that they are counted and dropped.
const WAITING: usize = 20_000;
/// Notes written in one transaction.
const BATCH: usize = 500;
/// How long a stop waits for the last batch.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// The pause before a batch that could not be written is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Where notes are left. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notes {
    sender: mpsc::Sender<Note>,
    receiver: Arc<AsyncMutex<mpsc::Receiver<Note>>>,
    /// When each token's use was last noted.
    used: Arc<Mutex<HashMap<String, Time>>>,
}

#[derive(Clone, Debug)]
enum Note {
    Read { at: Time, who: String, organisation: String, kind: &'static str, id: String },
    TokenUsed { at: Time, token: String },
}

impl Notes {
    pub(super) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self { sender, receiver: Arc::new(AsyncMutex::new(receiver)), used: Arc::default() }
    }

    /// Notes in the trail that somebody read a person's record.
    pub fn read(&self, access: &Access, at: Time, organisation: &str, kind: &'static str, id: &str) {
        let (who, organisation, id) = (access.principal.id.clone(), organisation.to_owned(), id.to_owned());
        self.leave(Note::Read { at, who, organisation, kind, id });
    }

    /// Notes that a token was used, once a minute.
    pub(super) fn token_used(&self, token: &str, at: Time) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = used.get(token).is_some_and(|last| at - *last < chrono::TimeDelta::minutes(1));
        if !fresh {
            used.insert(token.to_owned(), at);
            drop(used);
            self.leave(Note::TokenUsed { at, token: token.to_owned() });
        }
    }

    fn leave(&self, note: Note) {
        if self.sender.try_send(note).is_err() {
            metrics::counter!("harken_notes_dropped_total").increment(1);
            tracing::error!("a note for the trail was dropped: the database has not taken any for long");
        }
    }

    /// Writes what is left, until `served`: when the last request has been answered.
    pub(super) async fn write(&self, store: &Store, served: &CancellationToken) {
        let mut receiver = self.receiver.lock().await;
        let mut batch = Vec::new();
        while !served.is_cancelled() {
            if batch.is_empty() {
                tokio::select! {
                    () = served.cancelled() => break,
                    _ = receiver.recv_many(&mut batch, BATCH) => {}
                }
            }
            match commit(store, &batch).await {
                Ok(()) => batch.clear(),
                Err(error) => {
                    tracing::warn!(%error, waiting = receiver.len(), "could not write to the trail; trying again");
                    tokio::select! {
                        () = served.cancelled() => {}
                        () = tokio::time::sleep(RETRY) => {}
                    }
                }
            }
        }
        while let Ok(note) = receiver.try_recv() {
            batch.push(note);
        }
        let last = tokio::time::timeout(LAST_WORDS, commit(store, &batch)).await;
        if !matches!(last, Ok(Ok(()))) {
            tracing::error!(notes = batch.len(), "the last notes for the trail could not be written");
        }
    }
}

async fn commit(store: &Store, batch: &[Note]) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    for note in batch {
        match note {
            Note::Read { at, who, organisation, kind, id } => {
                let detail = serde_json::json!({});
                let entry = AuditEntry { organisation: Some(organisation), who, action: "read", object_kind: kind, object_id: id, detail };
                tx.audit(*at, entry).await?;
            }
            Note::TokenUsed { at, token } => tx.note_token_used(token, *at).await?,
        }
    }
    tx.commit().await
}
