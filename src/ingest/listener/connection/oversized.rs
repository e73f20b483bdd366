//! A message above the size limit: known from its fixed header, never held. Its start goes to quarantine.

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use super::{Connection, End, TOO_LARGE};
use crate::ingest::delivery::Topic;
use crate::ingest::format::EVIDENCE_BYTES;
use crate::ingest::listener::cursor::Cursor;
use crate::ingest::listener::fault::Fault;
use crate::ingest::listener::packet::{Qos, Version};
use crate::ingest::listener::properties;

/// How long the start of an oversized message may take to arrive.
const EVIDENCE_TIME: Duration = Duration::from_secs(1);

/// An oversized message of an MQTT 3.1.1 client is skipped up to this many times the limit.
const SKIP_FACTOR: usize = 16;

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<'_, S> {
    /// A packet above the limit, of which only the fixed header has been read. The start of a message is handed over for quarantine.
    pub(super) async fn too_large(&mut self, first: u8, length: usize) -> Result<(), End> {
        if first >> 4 != 3 {
            return Err(TOO_LARGE.into());
        }
        let enough = length.min(EVIDENCE_BYTES + 1024);
        let arrived = async {
            while self.pipe.frames.rest().len() < enough {
                if self.pipe.read().await.unwrap_or(0) == 0 {
                    break;
                }
            }
        };
        let _ = timeout(EVIDENCE_TIME, arrived).await;
        let message = self.start_of_message(first)?;
        let Some((topic, id, at)) = message else { return Err(TOO_LARGE.into()) };
        let qos = Qos::from_bits(first >> 1 & 3)?;
        let Some(topic) = topic else {
            self.refuse_topic(qos, id)?;
            return Err(TOO_LARGE.into());
        };
        let rest = self.pipe.frames.rest();
        let payload = Bytes::copy_from_slice(&rest[at..rest.len().min(at + EVIDENCE_BYTES)]);
        self.deliver(topic, qos, id, payload, first & 1 != 0, Some(length - at));
        if self.version == Version::V5 || length > SKIP_FACTOR * self.shared.limits.packet_bytes() {
            return Err(TOO_LARGE.into());
        }
        self.pipe.frames.skip(length);
        Ok(())
    }

    /// Topic, packet identifier and where the payload begins, of a message that has arrived in part. `None`: too little has.
    #[allow(clippy::type_complexity, reason = "read in one place, two lines above")]
    fn start_of_message(&mut self, first: u8) -> Result<Option<(Option<Topic>, u16, usize)>, Fault> {
        let rest = self.pipe.frames.rest();
        let mut cursor = Cursor::new(rest);
        let mut alias = None;
        let Ok(name) = cursor.text() else { return Ok(None) };
        let id = if first & 6 == 0 { Ok(0) } else { cursor.two() };
        let Ok(id) = id else { return Ok(None) };
        if self.version == Version::V5 {
            let note = |id, value| {
                if id == properties::TOPIC_ALIAS {
                    alias = u16::try_from(value).ok();
                }
            };
            if properties::read(&mut cursor, properties::PUBLISH, note).is_err() {
                return Ok(None);
            }
        }
        let at = cursor.position();
        let name = Bytes::copy_from_slice(name.as_bytes());
        Ok(Some((self.resolve(&name, alias)?, id, at)))
    }
}
