//! Harken: the software of a telecare alarm receiving centre.

pub mod app;
pub mod backtest;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod http;
pub mod ingest;
pub mod notify;
pub mod raising;
pub mod reports;
pub mod response;
pub mod rules;
pub mod secrets;
pub mod sim;
pub mod store;
pub mod telemetry;
pub mod trial;
