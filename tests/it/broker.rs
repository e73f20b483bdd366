//! The client source: a real Mosquitto, a real PostgreSQL, and an engine that the test plays itself.

mod engine;
mod newcomers;
mod outages;
mod proxy;
mod replicas;
mod scripted;
mod stage;
mod through_mosquitto;
mod wire_order;
