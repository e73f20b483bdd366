//! The command line: one file per command.

pub mod account;
pub mod failure;
pub mod gateway_link;
pub mod replay;
pub mod simulate;
