//! The door between the sources and the engine: two lanes, so that an alarm overtakes telemetry.

use futures_util::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::mpsc;

use super::delivery::{Delivery, Topic};
use super::format::{self, Origin};
use crate::domain::dating::Dating;
pub use crate::engine::Lanes;

/// Where a source puts what it has read. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Intake {
    alarms: mpsc::Sender<Delivery>,
    telemetry: mpsc::Sender<Delivery>,
    limits: Dating,
}

impl Intake {
    /// An intake whose lanes hold `depth` deliveries each.
    #[must_use]
    pub fn new(depth: usize) -> (Self, Lanes) {
        let (alarms, alarms_out) = mpsc::channel(depth);
        let (telemetry, telemetry_out) = mpsc::channel(depth);
        (Self { alarms, telemetry, limits: Dating::default() }, Lanes { alarms: alarms_out, telemetry: telemetry_out })
    }

    /// Hands over a delivery; waits while its lane is full, which is the back-pressure on the source. Once the engine
    /// has stopped the delivery is dropped, and so is its receipt: not stored.
    pub async fn submit(&self, delivery: Delivery) {
        let delivery = self.read(delivery);
        let _ = self.lane(&delivery).send(delivery).await;
    }

    /// Hands over a delivery if its lane has room now.
    ///
    /// # Errors
    /// Gives the delivery back, read, when its lane is full. Once the engine has stopped it is dropped, as in [`Intake::submit`].
    #[expect(clippy::result_large_err, reason = "the delivery itself comes back, without a box on the hot path")]
    pub fn try_submit(&self, delivery: Delivery) -> Result<(), Delivery> {
        let delivery = self.read(delivery);
        match self.lane(&delivery).try_send(delivery) {
            Err(mpsc::error::TrySendError::Full(delivery)) => Err(delivery),
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }

    /// The same intake, judging clocks by `limits`.
    #[must_use]
    pub fn with_limits(mut self, limits: Dating) -> Self {
        self.limits = limits;
        self
    }

    /// Decodes here, in the source's task, so that the engine's one writer need not.
    pub(super) fn read(&self, mut delivery: Delivery) -> Delivery {
        if delivery.decoded.is_none() && delivery.topic != Topic::Status {
            let origin = Origin {
                gateway: &delivery.gateway,
                topic: delivery.topic,
                retained: delivery.retained,
                received_at: delivery.received_at,
            };
            delivery.decoded = Some(match delivery.oversized {
                Some(length) => format::oversized(&delivery.payload, length, delivery.topic),
                None => format::decode(&delivery.payload, origin, self.limits),
            });
        }
        delivery
    }

    /// Whether a delivery that has been read goes into the alarms' lane: an alarm is an alarm on either topic.
    #[must_use]
    pub fn is_urgent(delivery: &Delivery) -> bool {
        delivery.topic != Topic::Events || delivery.decoded.as_ref().is_some_and(format::Decoded::is_alarm)
    }

    fn lane(&self, delivery: &Delivery) -> &mpsc::Sender<Delivery> {
        if Self::is_urgent(delivery) { &self.alarms } else { &self.telemetry }
    }
}

/// Who says it is there, and how it proves it.
#[derive(Clone, Debug)]
pub struct Login {
    /// The gateway id that the connection claims: the user name, or the certificate's common name.
    pub gateway: String,
    /// The proof.
    pub proof: Proof,
    /// The peer's address, for the log and the list of strangers.
    pub peer: std::net::SocketAddr,
}

/// How a gateway proves who it is.
#[derive(Clone)]
pub enum Proof {
    /// The secret sent as the MQTT password.
    Secret(Vec<u8>),
    /// A client certificate that our trust anchors vouch for: its common name is the gateway id, already compared. The
    /// SHA-256 of the certificate (lower-case hex) is there for revocation.
    Certificate {
        /// Lower-case hex.
        sha256: String,
    },
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Secret(_) => "Secret(…)",
            Self::Certificate { .. } => "Certificate",
        })
    }
}

/// The answer to a [`Login`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Come in.
    Admitted,
    /// No such gateway, a wrong secret, or a revoked certificate. The answer does not tell which.
    Refused,
    /// We cannot tell now (database away): the gateway shall try again.
    Unavailable,
}

/// Decides about a [`Login`]. A function, so that the listener knows nothing of the store.
pub type Admit = Arc<dyn Fn(Login) -> BoxFuture<'static, Admission> + Send + Sync>;
