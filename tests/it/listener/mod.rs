//! The MQTT listener, from outside: a real socket, a fake engine that settles when the test says so.

mod acknowledgement;
pub mod authority;
mod backpressure;
mod clients;
mod half_open;
mod malformed;
mod rig;
mod sessions;
mod strangers;
mod tls;
mod wire;
