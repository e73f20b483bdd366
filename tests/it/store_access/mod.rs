//! Conformance of what the store keeps of people, tokens, sessions and alerts for reading: every public method, on SQLite and on PostgreSQL.

use chrono::{TimeZone, Utc};
use harken::clock::Time;
use harken::domain::access::{Grant, Role, Scope};
use harken::store::{Store, StoreSettings};

use crate::support::postgres::Postgres;
use crate::support::scratch;

mod alerts;
mod keys;
mod people;
mod schedules;

/// Runs each case on both databases.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $case() { super::$case(crate::store_access::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $case() { super::$case(crate::store_access::postgres().await).await; })*
        }
    };
}
use on_both;

async fn sqlite() -> Store {
    open(format!("sqlite://{}", scratch::dir("store-").join("harken.db").display())).await
}

async fn postgres() -> Store {
    open(Postgres::shared().await.database().await).await
}

async fn open(url: String) -> Store {
    Store::open(&StoreSettings { url, connections: 4, max_pages: None }).await.expect("a database")
}

/// So many seconds after the beginning.
fn at(seconds: i64) -> Time {
    Utc.timestamp_opt(1_772_352_000 + seconds, 0).unwrap()
}

fn only(organisations: &[&str]) -> Scope {
    Scope::Only(organisations.iter().map(ToString::to_string).collect())
}

fn grant(role: Role, organisation: Option<&str>) -> Grant {
    Grant { role, organisation: organisation.map(str::to_owned) }
}
