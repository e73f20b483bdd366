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
    /// What was entered cannot be stored; the text says what would be right.
    #[error(transparent)]
    Invalid(#[from] crate::domain::register::Invalid),
    /// Nothing to do with the request: the database is away, full, read-only or broken.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations could not run, or the schema is newer than this program.
    #[error("{0}")]
    Schema(String),
    /// What was known when the transaction began is out of date: look again.
    #[error("the register changed meanwhile")]
    Stale,
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

    /// Whether the database is away, full, read-only or overloaded: nothing is wrong with the request, and a later try may succeed.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => match error.code().as_deref() {
                // SQLite's primary codes (extended ones carry more above the low byte): busy, locked, read-only, I/O, full, cannot open.
                Some(code) if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() => {
                    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
                }
                // PostgreSQL's classes: connection, resources, operator intervention, system; and read-only, serialization, deadlock.
                Some(code) => ["08", "53", "57", "58", "25006", "40001", "40P01"].iter().any(|class| code.starts_with(class)),
                None => false,
            },
            Self::Database(
                sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed,
            ) => true,
            _ => false,
        }
    }

    /// Whether it is a unique-key collision.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether the rows themselves were refused (a constraint, a value that the database cannot hold): trying again does not help, storing the good ones
    /// apart from the bad one does.
    #[must_use]
    pub fn is_about_data(&self) -> bool {
        match self {
            Self::Unreadable { .. } => true,
            Self::Database(sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. }) => true,
            Self::Database(sqlx::Error::Database(error)) => match error.code().as_deref() {
                // PostgreSQL: data exceptions and constraint violations.
                Some(code) if code.len() == 5 => code.starts_with("22") || code.starts_with("23"),
                // SQLite: too big (18), constraint (19 and its extended codes), mismatch (20).
                Some(code) => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 18..=20)),
                None => false,
            },
            _ => false,
        }
    }
}
