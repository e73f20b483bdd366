//! The nouns of the field. No input or output, no clock, no SQL: everything else may stand on these.

pub mod access;
pub mod alert;
pub mod calendar;
pub mod catalogue;
pub mod dating;
pub mod delivery;
pub mod escalation;
pub mod event;
pub mod hold;
pub mod home;
pub mod incident;
pub mod message;
pub mod notice;
pub mod outcome;
pub mod plan;
pub mod register;
pub mod report;
pub mod retention;
pub mod rota;
pub mod schedule;
pub mod seal;
pub mod secret;
pub mod visit;
