//! An engine of the test's own: takes deliveries from the lanes and says when they are stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use harken::ingest::delivery::Delivery;
use harken::ingest::intake::{Intake, Lanes};

use crate::support::wait;

/// The next delivery of either lane.
pub async fn next(lanes: &mut Lanes) -> Delivery {
    let either = async {
        tokio::select! {
            Some(delivery) = lanes.alarms.recv() => delivery,
            Some(delivery) = lanes.telemetry.recv() => delivery,
        }
    };
    tokio::time::timeout(wait::PATIENCE, either).await.expect("a delivery comes")
}

/// Fails when a delivery comes within `moment`.
pub async fn none(lanes: &mut Lanes, moment: Duration) {
    let alarm = tokio::time::timeout(moment, lanes.alarms.recv());
    let telemetry = tokio::time::timeout(moment, lanes.telemetry.recv());
    let (alarm, telemetry) = tokio::join!(alarm, telemetry);
    let came: Vec<_> = [alarm, telemetry].into_iter().flatten().flatten().collect();
    assert!(came.is_empty(), "nothing was expected, and {came:?} came");
}

/// An engine that stores everything at once, and remembers.
#[derive(Clone, Default)]
pub struct Obliging(Arc<Mutex<HashMap<Bytes, usize>>>);

impl Obliging {
    /// An engine on new lanes.
    pub fn new() -> (Self, Intake) {
        let engine = Self::default();
        let (intake, lanes) = Intake::new(100);
        engine.serve(lanes);
        (engine, intake)
    }

    fn serve(&self, mut lanes: Lanes) {
        let seen = self.0.clone();
        tokio::spawn(async move {
            loop {
                let delivery = tokio::select! {
                    Some(delivery) = lanes.alarms.recv() => delivery,
                    Some(delivery) = lanes.telemetry.recv() => delivery,
                    else => return,
                };
                *seen.lock().unwrap().entry(delivery.payload.clone()).or_default() += 1;
                delivery.receipt.settle(Bytes::from_static(br#"{"status":"stored"}"#));
            }
        });
    }

    /// How many different payloads it has seen.
    pub fn distinct(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Whether it has seen this payload.
    pub fn has(&self, payload: &str) -> bool {
        self.0.lock().unwrap().contains_key(payload.as_bytes())
    }

    /// The payloads seen.
    pub fn payloads(&self) -> Vec<Bytes> {
        self.0.lock().unwrap().keys().cloned().collect()
    }
}
