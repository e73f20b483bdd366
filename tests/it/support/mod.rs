//! The test environment: real servers on free ports, started by the test that needs them, gone when the test process is gone.
//!
//! - [`harken`]: the real binary, to be killed and started again; its command line
//! - [`house`]: the service in this process, with a clock that the test turns
//! - [`postgres`]: a private cluster per test process and a fresh database per test; or a cluster of one's own, to be stopped
//! - [`mosquitto`]: a broker with settings that lose nothing
//! - [`api`]: HTTP with a bearer token, and server-sent events
//! - [`sql`]: what is in the database, counted
//! - [`recordings`]: data of others, read where they lie
//! - [`tools`]: programs of others, such as `mosquitto_pub` and schemathesis
//! - [`wait`]: until something is true, with a limit
//! - [`process`], [`ports`], [`scratch`]: what the others stand on
#![allow(dead_code, reason = "a tool box: not every test uses every tool")]

pub mod api;
pub mod harken;
pub mod house;
pub mod mosquitto;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod recordings;
pub mod scratch;
pub mod sql;
pub mod tools;
pub mod wait;
