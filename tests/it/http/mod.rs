//! The HTTP service from outside: real sockets, a real database, and in place of the engine a script of what it answers.
//! (What the engine does is tested where it is whole.)

mod alerts;
mod fuzz;
mod idempotency;
mod people;
mod permissions;
mod problems;
mod revisions;
pub mod service;
mod serving;
mod session;
mod stream;
mod users;
mod with_engine;
