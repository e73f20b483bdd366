//! Our own MQTT listener: gateways connect straight to Harken, with MQTT 3.1.1 or 5 on one port, with or without TLS.
//!
//! It is an endpoint, not a broker. A gateway publishes `events`, `alarms` and `status` and subscribes to `acks`, all under its own id;
//! nothing passes between gateways, nothing is kept for one that is away. A PUBLISH is acknowledged after its commit: many may be
//! under way at a time, the acknowledgements go out in the order of the PUBLISHes, the ack objects at once.
//!
//! Reading order: `server` accepts, `handshake` lets in, `connection` serves. Under them
//! - `pipe` (the socket), `frame` (packets from bytes), `cursor`, `properties`, `connect`, `packet` (their content), `reply` (ours);
//! - `inflight` (what waits for its commit), `handover` (into the engine's lanes), `ackobjects` (back to the gateway);
//! - `registry` (who is connected, take-over), `topics` (what a gateway may), `tls`, `settings`, `refused`, `meters`, `fault`, `watch`, `chatter`.
//!
//! Choices that the standards leave open:
//! - A message to a topic that is not the gateway's own: MQTT 5 at QoS 1 and 2 gets reason 0x87 and goes on (but not for ever); MQTT 5
//!   at QoS 0 and MQTT 3.1.1, which have no way to say it, are disconnected. Nothing of it is stored.
//! - A message above the size limit: MQTT 5 clients were told the limit and are disconnected (0x95). From an MQTT 3.1.1 client it is skipped
//!   without holding it and acknowledged once it is in quarantine, or else it would send it again for ever; far above the limit (16 times)
//!   it is disconnected as well. Either way the first 4 KiB go to quarantine.
//! - A delivery that could not be stored ends the connection: only then does a gateway send it again.
//! - The last will must be on the gateway's own `status` topic. It is published when the connection ends without DISCONNECT, also on take-over,
//!   but not when the listener itself stops. A will delay, and any expiry, is ignored: what is told late is better than what is not told.
//! - A packet identifier that is used again while still in flight is another message: events are told apart by their own ids.

mod ackobjects;
mod chatter;
mod connect;
mod connection;
mod cursor;
mod fault;
mod frame;
mod handover;
mod handshake;
mod inflight;
mod meters;
mod packet;
mod pipe;
mod properties;
#[cfg(test)]
mod random;
mod refused;
mod registry;
mod reply;
mod server;
mod settings;
pub mod tls;
mod topics;
mod watch;

pub use refused::{OnRefused, Reason, Refused};
pub use server::Listener;
pub use settings::{Limits, ListenerSettings, TlsListener};
