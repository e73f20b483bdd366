//! How far the writing of a report has come.

use std::sync::atomic::{AtomicI64, Ordering};

/// Counts the rows written so far; whoever watches reads it from elsewhere.
#[derive(Debug, Default)]
pub struct Progress(AtomicI64);

impl Progress {
    /// So many rows more.
    pub fn add(&self, rows: usize) {
        self.0.fetch_add(i64::try_from(rows).unwrap_or(0), Ordering::Relaxed);
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}
