//! SQL, one noun per file. Nothing outside this room knows a table's name.
//!
//! One set of SQL for two databases: the texts are shared, `$1` placeholders serve both, [`on_db!`] compiles one body per database. What must
//! differ stands side by side in [`dialect`]. Times are microseconds (`…_us`), JSON is text.

#[macro_use]
mod macros;
pub mod advisory;
pub mod alerts;
pub mod audit;
pub mod dialect;
mod error;
pub mod events;
pub mod feed;
pub mod feed_queries;
pub mod grants;
pub mod heard;
mod open;
pub mod refused;
pub mod sessions;
pub mod snapshots;
pub mod states;
pub mod tokens;
mod tx;
pub mod users;
pub mod versions;

pub use error::StoreError;
pub use open::{Store, StoreSettings};
pub use tx::Tx;

/// Either database, holding what is needed to reach it.
#[derive(Clone, Debug)]
pub enum Db<S, P> {
    /// Embedded SQLite.
    Sqlite(S),
    /// PostgreSQL 15 or newer.
    Postgres(P),
}

/// Shorthand of this room.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Microseconds since 1970 of `time`, as stored.
#[must_use]
pub fn to_us(time: crate::clock::Time) -> i64 {
    time.timestamp_micros()
}

/// The time of a stored number of microseconds. A number that no calendar holds (which we never write) becomes 1970.
#[must_use]
pub fn from_us(us: i64) -> crate::clock::Time {
    chrono::DateTime::from_timestamp_micros(us).unwrap_or_default()
}
