//! Bytes to events: sources, payload formats, acknowledgements, quarantine.

pub mod broker;
pub mod delivery;
pub mod format;
pub mod intake;
pub mod listener;
