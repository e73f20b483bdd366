//! The outbox's far end: messages go out to webhooks and by e-mail, one channel per file. Delivery is at-least-once: a crash between sending and
//! writing it down sends twice, never not at all, and a repetition bears the same id.
//!
//! Reading order: [`worker`] (who is tried when), [`target`] (where a message goes), [`webhook`] and [`email`] (the channels), [`letter`] (what an e-mail says), [`signature`], [`reach`] (where we may be sent),
//! [`backoff`], and [`deadman`] (the ping that must not stop).

mod backoff;
mod client;
pub mod deadman;
mod email;
mod letter;
mod mail;
pub mod reach;
pub mod signature;
mod target;
mod webhook;
pub mod worker;

use std::time::Duration;

pub use worker::{Notifier, Tell};

/// Settings that nothing can be sent with. The text names them.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotifyError(String);

/// What became of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Attempt {
    /// The receiver took it.
    Delivered {
        /// What it answered.
        status: Option<i64>,
    },
    /// It did not, and may later.
    Failed {
        /// What it answered, if it did.
        status: Option<i64>,
        /// What went wrong.
        error: String,
        /// When it wants to be tried again.
        after: Option<Duration>,
    },
    /// It never will.
    Hopeless {
        /// What it answered, if it did.
        status: Option<i64>,
        /// Why.
        error: String,
    },
}

impl Attempt {
    fn hopeless(error: impl Into<String>) -> Self {
        Self::Hopeless { status: None, error: error.into() }
    }

    fn failed(error: impl Into<String>) -> Self {
        Self::Failed { status: None, error: error.into(), after: None }
    }
}
