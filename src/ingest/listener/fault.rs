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

    /// The name under which faults of this code are counted.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self.code {
            Code::MalformedPacket => "malformed",
            Code::ProtocolError => "protocol",
            Code::NotAuthorized => "not_authorized",
            Code::KeepAliveTimeout => "keep_alive",
            Code::SessionTakenOver => "taken_over",
            Code::ServerShuttingDown => "stopping",
            Code::ReceiveMaximumExceeded => "receive_maximum",
            Code::TopicAliasInvalid => "topic_alias",
            Code::TopicNameInvalid => "topic_name",
            Code::PacketTooLarge => "too_large",
            Code::QuotaExceeded => "quota",
            Code::ServerBusy => "not_stored",
            _ => "other",
        }
    }
}
