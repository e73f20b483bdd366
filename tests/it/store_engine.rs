//! Conformance of what the engine writes: every public method, on SQLite and on PostgreSQL.

use chrono::{TimeZone, Utc};
use harken::clock::Time;
use harken::domain::alert::Alert;
use harken::domain::catalogue::class_of;
use harken::domain::escalation::Escalation;
use harken::domain::event::{Body, Event};
use harken::response::lifecycle::{self, NewAlert};
use harken::store::alerts::NewEntry;
use harken::store::heard::DeviceHeard;
use harken::store::refused::Refused;
use harken::store::retention::Prune;
use harken::store::states::{ClockRow, StateRow};
use harken::store::{Store, StoreSettings};

use crate::support::postgres::Postgres;
use crate::support::scratch;

mod alerts;
mod events;
mod excuses;
mod incidents;
mod mailings;
mod outbox;
mod response;
mod rules;
mod upkeep;
mod waiting;

/// Runs each case on both databases.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $case() { super::$case(crate::store_engine::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $case() { super::$case(crate::store_engine::postgres().await).await; })*
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

/// So many seconds after the beginning, which is early on a Sunday in March 2026.
fn at(seconds: i64) -> Time {
    Utc.timestamp_opt(1_772_323_200 + seconds, 0).unwrap()
}

fn event(gateway: &str, id: &str, kind: &str, seconds: i64) -> Event {
    Event {
        gateway: gateway.into(),
        id: id.to_owned(),
        kind: kind.to_owned(),
        class: class_of(kind),
        device: Some("d".to_owned()),
        resident: None,
        at: at(seconds),
        claimed_at: Some(at(seconds)),
        received_at: at(seconds + 1),
        body: Body { unit: Some("Cel".to_owned()), ..Body::default() },
    }
}

fn alert(id: &str, subject: &str) -> Alert {
    let new = NewAlert { organisation: "o".to_owned(), home: Some("h".to_owned()), subject: subject.to_owned(), ..NewAlert::default() };
    lifecycle::raise(id.to_owned(), new, Escalation::default(), None, at(0), &lifecycle::Limits::default()).0
}
