//! What is told about those who are refused, for the list of strangers.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::clock::Time;

/// Somebody was refused something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The gateway id that was claimed, if it has the form of one.
    pub gateway: Option<String>,
    /// Where from.
    pub peer: SocketAddr,
    /// What for.
    pub reason: Reason,
    /// When.
    pub at: Time,
}

/// Why somebody was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Neither a user name nor a client certificate, or not a gateway id.
    NoIdentity,
    /// Unknown gateway, wrong secret, or a revoked certificate.
    WrongSecret,
    /// The certificate names another gateway than the user name.
    OtherCertificate,
    /// The TLS handshake failed: an expired or unknown certificate, or no TLS at all.
    Tls,
    /// A last will on a topic other than the gateway's own `status`.
    WillTopic,
    /// A message to a topic that is not the gateway's own.
    Topic,
    /// A message above the size limit.
    TooLarge,
}

impl Reason {
    /// All of them, in order.
    pub const ALL: [Self; 7] =
        [Self::NoIdentity, Self::WrongSecret, Self::OtherCertificate, Self::Tls, Self::WillTopic, Self::Topic, Self::TooLarge];

    /// The name under which it is counted and listed.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NoIdentity => "no_identity",
            Self::WrongSecret => "wrong_secret",
            Self::OtherCertificate => "other_certificate",
            Self::Tls => "tls",
            Self::WillTopic => "will_topic",
            Self::Topic => "topic",
            Self::TooLarge => "too_large",
        }
    }
}

/// Is told of each refusal. It is called from the connections and must not wait.
pub type OnRefused = Arc<dyn Fn(Refused) + Send + Sync>;
