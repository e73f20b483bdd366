//! What can go wrong with the database, sorted by what the caller should do.

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The thing is not there, or not in the caller's scope: the two are not told apart.
    #[error("{0} does not exist")]
    NotFound(&'static str),
    /// The write collides with what is there; the text says how.
    #[error("{0}")]
    Conflict(String),
    /// Nothing to do with the request: the database is away, full, read-only or broken.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations could not run, or the schema is newer than this program.
    #[error("{0}")]
    Schema(String),
    /// What is stored cannot be read; a defect or a damaged row.
    #[error("stored {what} cannot be read: {why}")]
    Unreadable {
        /// What was read.
        what: &'static str,
        /// Why it failed.
        why: String,
    },
}

impl StoreError {
    /// For rows that hold JSON.
    pub(crate) fn unreadable(what: &'static str) -> impl Fn(serde_json::Error) -> Self {
        move |why| Self::Unreadable { what, why: why.to_string() }
    }

    /// Whether trying the same transaction again may help at once: a deadlock or a serialization failure.
    #[must_use]
    pub fn is_contention(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        matches!(error.code().as_deref(), Some("40001" | "40P01" | "5" | "6" | "517"))
    }

    /// Whether it is a unique-key collision.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}
