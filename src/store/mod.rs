//! SQL, one noun per file. Nothing outside this room knows a table's name.
//!
//! One set of SQL for two databases: the texts are shared, `$1` placeholders serve both, `on_db!` compiles one body per database. What must
//! differ stands side by side in [`dialect`]. Times are microseconds (`…_us`), JSON is text.

#[macro_use]
mod macros;
mod adoption;
pub mod advisory;
pub mod alert_queries;
pub mod alerts;
pub mod audit;
pub mod board;
pub mod canary;
pub mod contacts;
pub mod dead_letters;
pub mod devices;
pub mod dialect;
pub mod erasure;
mod error;
pub mod escalation;
pub mod event_pruning;
pub mod event_queries;
pub mod events;
pub mod evidence;
pub mod excuses;
pub mod export;
pub mod fact_queries;
mod fact_sums;
pub mod facts;
pub mod feed;
pub mod feed_queries;
pub mod gateways;
pub mod grants;
pub mod heard;
pub mod holds;
pub mod home_search;
mod home_state;
pub mod homes;
pub mod idempotency;
pub mod incidents;
pub mod list;
pub mod mailings;
pub mod notices;
mod open;
pub mod organisations;
pub mod outbox;
pub mod people;
pub mod plans;
pub mod pruning;
pub mod quarantine;
pub mod reach;
pub mod refused;
pub mod replays;
pub mod report_files;
pub mod report_rows;
pub mod report_runs;
pub mod residents;
pub mod retention;
pub mod rotas;
pub mod rules;
pub mod schedules;
pub mod seals;
pub mod sessions;
pub mod shadow;
mod signs;
pub mod slots;
pub mod snapshots;
pub mod states;
pub mod strangers;
pub mod timeline;
pub mod tokens;
mod tx;
pub mod unattended;
pub mod users;
pub mod versions;
pub mod visit_brief;
pub mod visits;
pub mod webhooks;
pub mod welfare;

pub use audit::Actor;
pub use error::StoreError;
pub use home_search::HomeSearch;
pub use list::ListQuery;
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
