//! The newest part of the change feed in memory, shared by all who listen: one follower per replica reads each entry once, however many listen.
//! Each listener walks at its own pace, through this memory or, further back, through the database; nobody is ever sent anything by
//! somebody else, and so a slow one holds nobody up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::engine::action::EngineHandle;
use crate::store::feed_queries::FeedEntry;
use crate::store::{Result, Store};

/// Entries kept in memory: some 2 KiB each.
const KEPT: usize = 4096;
/// Entries read from the database at once.
const READ: i64 = 500;
/// How often to look for what other replicas commit.
const LOOK_PG: Duration = Duration::from_millis(200);
/// On SQLite everything is committed by this process, which says so; looking is for what the command line does.
const LOOK_SQLITE: Duration = Duration::from_secs(1);

/// The shared memory. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ring: Mutex<Ring>,
    last: watch::Sender<i64>,
}

/// Every entry after `floor`, up to `last`.
#[derive(Debug, Default)]
struct Ring {
    floor: i64,
    entries: VecDeque<Arc<Frame>>,
}

/// One entry of the feed, ready to be sent.
#[derive(Debug)]
pub struct Frame {
    /// Its place in the feed.
    pub position: i64,
    /// Who may see it.
    pub organisation: String,
    /// The server-sent event.
    pub bytes: Bytes,
}

/// What a listener finds.
#[derive(Debug)]
pub enum Found {
    /// The next entries; none when it has seen all.
    Here(Vec<Arc<Frame>>),
    /// They are no longer in memory.
    Further,
}

impl From<FeedEntry> for Frame {
    fn from(entry: FeedEntry) -> Self {
        let bytes = Bytes::from(format!("event: alert\nid: {}\ndata: {}\n\n", entry.position, entry.body));
        Self { position: entry.position, organisation: entry.organisation, bytes }
    }
}

impl Live {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner { ring: Mutex::default(), last: watch::Sender::new(0) }))
    }

    /// Up to `limit` entries after `position`.
    pub fn after(&self, position: i64, limit: usize) -> Found {
        let ring = self.0.ring.lock().unwrap_or_else(PoisonError::into_inner);
        if position < ring.floor {
            return Found::Further;
        }
        let from = ring.entries.partition_point(|entry| entry.position <= position);
        Found::Here(ring.entries.iter().skip(from).take(limit).cloned().collect())
    }

    /// Changes when there is more.
    pub fn more(&self) -> watch::Receiver<i64> {
        self.0.last.subscribe()
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.0.last.receiver_count()
    }

    /// Fills the memory from the feed until the service stops.
    pub(super) async fn follow(&self, store: &Store, engine: &EngineHandle, stopping: &CancellationToken) {
        let mut announced = engine.feed();
        let look = if store.postgres().is_some() { LOOK_PG } else { LOOK_SQLITE };
        let mut position = None;
        while !stopping.is_cancelled() {
            announced.mark_unchanged();
            match self.take_in(store, position).await {
                Ok(reached) => position = Some(reached),
                Err(error) => tracing::warn!(%error, "the live stream cannot read the feed; trying again"),
            }
            tokio::select! {
                () = stopping.cancelled() => {}
                // An engine that has gone announces nothing any more: then only the looking is left.
                Ok(()) = announced.changed() => {}
                () = tokio::time::sleep(look) => {}
            }
        }
    }

    async fn take_in(&self, store: &Store, position: Option<i64>) -> Result<i64> {
        let Some(mut position) = position else {
            let now = store.feed_position().await?;
            self.0.ring.lock().unwrap_or_else(PoisonError::into_inner).floor = now;
            self.0.last.send_replace(now);
            return Ok(now);
        };
        loop {
            let entries = store.feed_after(position, READ).await?;
            let Some(last) = entries.last().map(|entry| entry.position) else { return Ok(position) };
            self.add(entries);
            position = last;
            self.0.last.send_replace(position);
        }
    }

    fn add(&self, entries: Vec<FeedEntry>) {
        let frames: Vec<Arc<Frame>> = entries.into_iter().map(|entry| Arc::new(Frame::from(entry))).collect();
        let mut ring = self.0.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.entries.extend(frames);
        while ring.entries.len() > KEPT {
            if let Some(gone) = ring.entries.pop_front() {
                ring.floor = gone.position;
            }
        }
    }
}
