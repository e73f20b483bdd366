//! Why a command failed.

use std::fmt::Display;

/// A sentence for the person at the terminal; the exit status is 1. It is no `Display` of its own, so that any error that is one becomes a failure by `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
