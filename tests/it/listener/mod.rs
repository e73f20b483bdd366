//! The MQTT listener, from outside: a real socket, a fake engine that settles when the test says so.

mod acknowledgement;
mod backpressure;
mod malformed;
mod rig;
mod sessions;
mod strangers;
mod wire;
