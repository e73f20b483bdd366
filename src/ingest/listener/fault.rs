//! Why a connection ends, in one type: the reason code that MQTT 5 tells the client, and a sentence for people.

pub use rumqttc::v5::mqttbytes::v5::DisconnectReasonCode as Code;

/// A reason to close the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What an MQTT 5 client is told; an MQTT 3.1.1 client only sees the connection close.
    pub code: Code,
    /// The same for the log and the reason string.
    pub why: &'static str,
}

impl Fault {
    /// A fault with its sentence.
    #[must_use]
    pub const fn new(code: Code, why: &'static str) -> Self {
        Self { code, why }
    }

    /// The bytes are not what the standard allows.
    #[must_use]
    pub const fn malformed(why: &'static str) -> Self {
        Self::new(Code::MalformedPacket, why)
    }

    /// Each packet is well-formed, but it must not be sent, or not now.
    #[must_use]
    pub const fn protocol(why: &'static str) -> Self {
        Self::new(Code::ProtocolError, why)
    }

    /// The names under which faults are counted.
    pub const LABELS: [&str; 13] = [
        "malformed",
        "protocol",
        "not_authorized",
        "keep_alive",
        "taken_over",
        "stopping",
        "receive_maximum",
        "topic_alias",
        "topic_name",
        "too_large",
        "quota",
        "not_stored",
        "other",
    ];

    /// The name under which faults of this code are counted.
    #[must_use]
    pub const fn label(self) -> &'static str {
        let index = match self.code {
            Code::MalformedPacket => 0,
            Code::ProtocolError => 1,
            Code::NotAuthorized => 2,
            Code::KeepAliveTimeout => 3,
            Code::SessionTakenOver => 4,
            Code::ServerShuttingDown => 5,
            Code::ReceiveMaximumExceeded => 6,
            Code::TopicAliasInvalid => 7,
            Code::TopicNameInvalid => 8,
            Code::PacketTooLarge => 9,
            Code::QuotaExceeded => 10,
            Code::ServerBusy => 11,
            _ => 12,
        };
        Self::LABELS[index]
    }
}
