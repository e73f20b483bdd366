//! Reports, evidence, export: what managers pull. Every figure is recounted by other means, over rows fetched plainly.

mod board;
mod drill;
mod erasure;
mod evidence;
mod export;
mod files;
mod history;
mod import_rows;
mod oracle;
mod recount;
mod schedules;
mod scope;
mod surroundings;

use crate::http::service::Service;
use crate::support::postgres::Postgres;
use harken::config::Settings;

/// Runs each case on both databases.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $case() { super::$case(crate::reports::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $case() { super::$case(crate::reports::postgres().await).await; })*
        }
    };
}
use on_both;

async fn sqlite() -> Service {
    Service::start().await
}

async fn postgres() -> Service {
    Service::with(Settings::default(), Some(Postgres::shared().await.database().await)).await
}
