//! What the listener can be told: addresses, TLS, limits.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Where to listen, and within which limits.
#[derive(Clone, Debug, Default)]
pub struct ListenerSettings {
    /// The plain port; `None` switches it off.
    pub addr: Option<SocketAddr>,
    /// The TLS port; `None` switches it off.
    pub tls: Option<TlsListener>,
    /// The limits.
    pub limits: Limits,
}

/// The TLS port.
#[derive(Clone, Debug)]
pub struct TlsListener {
    /// Its address.
    pub addr: SocketAddr,
    /// Certificate, key and trust anchors: see [`super::tls::server_config`].
    pub config: Arc<rustls::ServerConfig>,
}

/// Limits that keep one gateway, or one stranger, from costing the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest message (payload), in bytes.
    pub message_bytes: usize,
    /// How many PUBLISHes of one connection may wait for their commit. MQTT 5 clients are told.
    pub in_flight: u16,
    /// How many payload bytes of one connection may wait for their commit; reading pauses beyond.
    pub in_flight_bytes: usize,
    /// How many connections there may be, of those let in and those not yet.
    pub connections: usize,
    /// How many connections one gateway may have at a time, each under a client id of its own.
    pub connections_per_gateway: usize,
    /// The time in which a connection must have been let in: TLS handshake, CONNECT and our answer.
    pub connect_timeout: Duration,
    /// The longest keep-alive; also holds for clients that ask for none.
    pub keep_alive_max: Duration,
    /// How many logins may be looked up at a time.
    pub admissions: usize,
    /// How long a refused login waits for its answer, so that guessing is slow; also how long a client whose message could not be
    /// stored waits until it may connect and send again.
    pub refusal_delay: Duration,
    /// How many ack objects a client may leave unacknowledged, and how many more may wait.
    pub ack_window: u16,
    /// How long a client may take nothing of what is written to it.
    pub write_timeout: Duration,
    /// How long a stop waits for deliveries to be committed.
    pub stop_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 256 * 1024,
            in_flight: 100,
            in_flight_bytes: 1024 * 1024,
            connections: 150_000,
            connections_per_gateway: 16,
            connect_timeout: Duration::from_secs(10),
            keep_alive_max: Duration::from_mins(30),
            admissions: 64,
            refusal_delay: Duration::from_secs(1),
            ack_window: 1000,
            write_timeout: Duration::from_secs(30),
            stop_timeout: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// The same limits, with at least one of everything that nobody can do without.
    #[must_use]
    pub fn sound(mut self) -> Self {
        self.in_flight = self.in_flight.max(1);
        self.in_flight_bytes = self.in_flight_bytes.max(1);
        self.ack_window = self.ack_window.max(1);
        self.connections_per_gateway = self.connections_per_gateway.max(1);
        self
    }

    /// The largest body of a packet, in bytes: the message and room for topic and properties.
    #[must_use]
    pub const fn packet_bytes(&self) -> usize {
        self.message_bytes + 1024
    }
}
