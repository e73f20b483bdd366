//! The one integration test binary: everything is tested from outside, through MQTT, HTTP and the command line.
//!
//! A test that needs PostgreSQL, Mosquitto or a Python tool starts it itself (`support`), on a free port, and fails with a sentence
//! that says what to do when it is missing. `make test` installs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test may fall over: that is how it fails"
)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a failing test shows the logs of what it started")]
#![allow(clippy::disallowed_methods, reason = "limits on waiting, and the environment that asks for long counts")]

mod backtest;
mod broker;
mod contract;
mod coverage;
mod fake_server;
mod homes;
mod http;
mod http_registers;
mod kill;
mod listener;
mod notify;
mod operations;
mod readme;
mod real_figures;
mod real_homes;
mod replay;
mod reports;
mod response;
mod rules_changed;
mod scenarios;
mod shadow;
mod sim;
mod sim_on_listener;
mod sim_through_mosquitto;
mod simulation;
mod spine;
mod standard_clients;
mod store_access;
mod store_engine;
mod store_registers;
mod support;
mod synced;
mod thousand;
mod tidy;
mod trail;
mod trial;
mod unclaimed;
