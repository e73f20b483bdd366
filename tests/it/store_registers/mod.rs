//! Conformance of the registers in the store: every public method, on SQLite and on PostgreSQL.

use chrono::{TimeDelta, TimeZone, Utc};
use harken::clock::Time;
use harken::domain::access::Scope;
use harken::domain::register::{Gateway, Home, NewGateway, NewHome, NewOrganisation, NewResident, Resident};
use harken::secrets::KeySafe;
use harken::store::{Actor, ListQuery, Store, StoreError, StoreSettings};

use crate::support::postgres::Postgres;
use crate::support::scratch;

mod adoption;
mod equipment;
mod lists;
mod people;
mod plans;
mod reading;
mod rotas;
mod search;
mod webhooks;

/// Runs each case on both databases.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $case() { super::$case($crate::store_registers::Bench::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $case() { super::$case($crate::store_registers::Bench::postgres().await).await; })*
        }
    };
}
use on_both;

/// An empty database, and what every case needs.
struct Bench {
    store: Store,
    by: Actor,
    key: KeySafe,
}

impl Bench {
    async fn sqlite() -> Self {
        Self::open(format!("sqlite://{}", scratch::dir("store-").join("harken.db").display())).await
    }

    async fn postgres() -> Self {
        Self::open(Postgres::shared().await.database().await).await
    }

    async fn open(url: String) -> Self {
        let store = Store::open(&StoreSettings { url, connections: 4, max_pages: None }).await.expect("a database");
        Self { store, by: Actor { id: "tester".to_owned() }, key: KeySafe::from_key(&[1; 32]) }
    }

    /// An organisation of this id.
    async fn organisation(&self, id: &str) -> Scope {
        let new = NewOrganisation { id: Some(id.to_owned()), name: format!("Organisation {id}"), zone: None };
        self.store.create_organisation(&self.by, at(0), &new).await.expect("an organisation");
        Scope::Only(vec![id.to_owned()])
    }

    /// A home of this organisation.
    async fn home(&self, organisation: &str, name: &str) -> Home {
        let new = NewHome { organisation: organisation.to_owned(), name: name.to_owned(), ..NewHome::default() };
        self.store.create_home(&self.by, at(0), &Scope::All, &self.key, &new).await.expect("a home")
    }

    async fn resident(&self, home: &str, name: &str) -> Resident {
        let new = NewResident { home: home.to_owned(), name: name.to_owned(), ..NewResident::default() };
        self.store.create_resident(&self.by, at(0), &Scope::All, &new).await.expect("a resident")
    }

    async fn gateway(&self, id: &str, home: &str) -> Gateway {
        let new = NewGateway { id: id.to_owned(), home: home.to_owned(), ..NewGateway::default() };
        self.store.create_gateway(&self.by, at(0), &Scope::All, &new).await.expect("a gateway").gateway
    }

    /// The version of a home's key; 0 when it has none.
    async fn version(&self, home: &str) -> i64 {
        let mut tx = self.store.begin().await.expect("a transaction");
        tx.lock_homes(&[home]).await.expect("versions").get(home).copied().unwrap_or(0)
    }

    /// The clocks of a home: rule, subject, due.
    async fn clocks(&self, home: &str) -> Vec<(String, String, Time)> {
        let mut tx = self.store.begin().await.expect("a transaction");
        let rows = tx.clocks_of(&[home]).await.expect("clocks");
        rows.into_iter().map(|row| (row.rule, row.subject, row.due)).collect()
    }
}

/// Seconds after a fixed moment.
fn at(seconds: i64) -> Time {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).single().expect("a time") + TimeDelta::seconds(seconds)
}

/// Everything in this scope that is not archived.
fn all(scope: &Scope) -> ListQuery<'_> {
    ListQuery { scope, organisation: None, home: None, archived: false, after: None, limit: 100 }
}

fn is_not_found<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::NotFound(_)))
}

#[track_caller]
fn conflict<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> String {
    match answer {
        Err(StoreError::Conflict(say)) => say,
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

#[track_caller]
fn invalid<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> String {
    match answer {
        Err(StoreError::Invalid(invalid)) => invalid.0,
        other => panic!("a fault in the entry was expected, not {other:?}"),
    }
}
