//! What the listener counts. The handles are made once, so install the metrics recorder before the listener is bound.

use metrics::{Counter, Gauge, counter, gauge};

use super::fault::Fault;
use super::refused::Reason;

/// The listener's counters.
#[derive(Clone)]
pub struct Meters {
    /// Connections now, let in or not.
    pub connections: Gauge,
    /// Gateways let in now, by connection.
    pub sessions: Gauge,
    /// Connections accepted.
    pub accepted: Counter,
    /// Connections closed at once because there are too many.
    pub turned_away: Counter,
    /// Connections that were not let in within the time for it.
    pub half_open: Counter,
    /// PUBLISHes taken in.
    pub messages: Counter,
    /// Their payload bytes.
    pub bytes: Counter,
    /// Deliveries committed.
    pub settled: Counter,
    /// Deliveries that could not be stored.
    pub not_stored: Counter,
    /// Ack objects sent.
    pub acks: Counter,
    /// Ack objects for which the client left no room.
    pub acks_dropped: Counter,
    /// Last wills published.
    pub wills: Counter,
    /// Refusals, by reason.
    refused: [Counter; Reason::ALL.len()],
    /// Connections that we ended, by reason.
    closed: Vec<(&'static str, Counter)>,
}

impl Meters {
    /// Registers the counters with the recorder that is installed now.
    #[must_use]
    pub fn new() -> Self {
        Self {
            connections: gauge!("harken_mqtt_connections"),
            sessions: gauge!("harken_mqtt_sessions"),
            accepted: counter!("harken_mqtt_accepted_total"),
            turned_away: counter!("harken_mqtt_turned_away_total"),
            half_open: counter!("harken_mqtt_half_open_timeouts_total"),
            messages: counter!("harken_mqtt_messages_total"),
            bytes: counter!("harken_mqtt_message_bytes_total"),
            settled: counter!("harken_mqtt_settled_total"),
            not_stored: counter!("harken_mqtt_not_stored_total"),
            acks: counter!("harken_mqtt_acks_total"),
            acks_dropped: counter!("harken_mqtt_acks_dropped_total"),
            wills: counter!("harken_mqtt_wills_total"),
            refused: Reason::ALL.map(|reason| counter!("harken_mqtt_refused_total", "reason" => reason.label())),
            closed: Fault::LABELS.iter().map(|label| (*label, counter!("harken_mqtt_closed_total", "reason" => *label))).collect(),
        }
    }

    /// Counts a refusal.
    pub fn refused(&self, reason: Reason) {
        self.refused[reason as usize].increment(1);
    }

    /// Counts a connection that we ended.
    pub fn closed(&self, fault: Fault) {
        if let Some((_, counter)) = self.closed.iter().find(|(label, _)| *label == fault.label()) {
            counter.increment(1);
        }
    }
}

impl Default for Meters {
    fn default() -> Self {
        Self::new()
    }
}
