//! Everything that plays a gateway: for `harken simulate`, `harken replay`, the demo, the benches and the tests.
//!
//! Two clients, on purpose. [`gateway`] is a gateway as a careful maker would build it, on a standard MQTT library: it believes only ack
//! objects, sends again, and reconnects. [`load`] is a generator that must cost less than what it measures: raw connections on the
//! library's codec. Nothing here spawns a task: every part is a future that its caller runs.

pub mod answer;
pub mod gateway;
pub mod home;
pub mod installation;
pub mod link;
pub mod load;
pub mod local_time;
pub mod message;
pub mod outstanding;
pub mod progress;
pub mod replay;
pub mod tally;
pub mod town;
