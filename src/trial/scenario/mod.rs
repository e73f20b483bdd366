//! Tests of rules, written as files that a care professional can read: a home, what happens in it by the clock on its wall, which alerts must come of it,
//! and which must not. `docs/rules.md` tells how they are written.
//!
//! Reading order: [`mod@file`] (the shape), [`timeline`] and [`moment`] (its lines), [`play`] (from lines to events and on to alerts), [`verdict`].

pub mod file;
pub mod moment;
pub mod play;
pub mod timeline;
pub mod verdict;

use serde::Serialize;

pub use file::{Scenario, read};
pub use verdict::Verdict;

/// Something in a file of scenarios that must be mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{file}:{line}: {text}")]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// What is wrong and how to mend it.
    pub text: String,
}
