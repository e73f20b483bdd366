//! From the connection into the intake's lanes without holding up the connection: what finds its lane full waits here, telemetry apart
//! from alarms. How much can wait is bounded by what a connection may have in flight.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;

use crate::ingest::delivery::Delivery;
use crate::ingest::intake::Intake;

/// Deliveries of one connection on their way into the lanes.
pub struct Handover {
    intake: Intake,
    telemetry: Queue,
    alarms: Queue,
}

#[derive(Default)]
struct Queue {
    /// The first one, waiting for room in the lane.
    sending: Option<BoxFuture<'static, ()>>,
    behind: VecDeque<Delivery>,
}

impl Handover {
    /// Hands over to `intake`.
    #[must_use]
    pub fn new(intake: Intake) -> Self {
        Self { intake, telemetry: Queue::default(), alarms: Queue::default() }
    }

    /// Hands over one delivery, now or as soon as its lane has room.
    pub fn submit(&mut self, delivery: Delivery) {
        if let Err(delivery) = self.intake.try_submit(delivery) {
            let queue = if Intake::is_urgent(&delivery) { &mut self.alarms } else { &mut self.telemetry };
            queue.behind.push_back(delivery);
        }
    }

    /// Moves on what waits. Ready once nothing waits.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let alarms = self.alarms.poll(&self.intake, context);
        let telemetry = self.telemetry.poll(&self.intake, context);
        if alarms.is_ready() && telemetry.is_ready() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Returns once everything is in its lane.
    pub async fn finish(&mut self) {
        poll_fn(|context| self.poll(context)).await;
    }
}

impl Queue {
    fn poll(&mut self, intake: &Intake, context: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(sending) = &mut self.sending {
                if Pin::new(sending).poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.sending = None;
            }
            let Some(delivery) = self.behind.pop_front() else { return Poll::Ready(()) };
            let intake = intake.clone();
            self.sending = Some(Box::pin(async move { intake.submit(delivery).await }));
        }
    }
}
