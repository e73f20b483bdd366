//! Ack objects as a gateway reads them: what became of an event.

use serde::Deserialize;

/// One ack object.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// The event's id; `None` when it could not be read from what was sent.
    pub id: Option<String>,
    /// What became of the event.
    pub status: Status,
    /// The alerts that it raised or added to.
    #[serde(default)]
    pub alerts: Vec<String>,
    /// The server's time of receipt, RFC 3339.
    #[serde(default)]
    pub received_at: Option<String>,
    /// Why it was rejected.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It survives a power cut now.
    Stored,
    /// It was there already.
    Duplicate,
    /// It is in quarantine; sending it again would not help.
    Rejected,
}

/// Reads a message on the `acks` topic: one ack object, or an array of them.
///
/// # Errors
/// When the payload is neither.
pub fn read(payload: &[u8]) -> Result<Vec<Answer>, serde_json::Error> {
    if payload.trim_ascii_start().first() == Some(&b'[') {
        serde_json::from_slice(payload)
    } else {
        serde_json::from_slice(payload).map(|answer| vec![answer])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_or_an_array_of_them_is_read() {
        let one = read(br#" {"id":"a","status":"stored","alerts":["x","y"],"received_at":"2026-01-01T00:00:00Z"}"#).unwrap();
        assert_eq!((one[0].status, one[0].alerts.len()), (Status::Stored, 2));
        let two = read(br#"[{"id":"a","status":"duplicate","alerts":[]},{"id":null,"status":"rejected","alerts":[],"reason":"no kind"}]"#)
            .unwrap();
        assert_eq!(
            two[1],
            Answer { id: None, status: Status::Rejected, alerts: vec![], received_at: None, reason: Some("no kind".into()) }
        );
        assert!(read(b"stored").is_err());
        assert!(read(br#"{"id":"a","status":"perhaps"}"#).is_err());
    }
}
