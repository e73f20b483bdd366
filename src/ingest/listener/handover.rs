//! From the connection into the intake's lanes without holding up the connection: what finds its lane full waits here, telemetry apart
//! from alarms. How much can wait is bounded by what a connection may have in flight.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;

use crate::ingest::delivery::{Delivery, Topic};
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
        let queue = if delivery.topic == Topic::Events { &mut self.telemetry } else { &mut self.alarms };
        queue.submit(&self.intake, delivery);
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
    fn submit(&mut self, intake: &Intake, delivery: Delivery) {
        if self.sending.is_some() {
            self.behind.push_back(delivery);
        } else if let Err(delivery) = intake.try_submit(delivery) {
            let intake = intake.clone();
            self.sending = Some(Box::pin(async move { intake.submit(delivery).await }));
        }
    }

    fn poll(&mut self, intake: &Intake, context: &mut Context<'_>) -> Poll<()> {
        while let Some(sending) = &mut self.sending {
            if Pin::new(sending).poll(context).is_pending() {
                return Poll::Pending;
            }
            self.sending = None;
            while self.sending.is_none() {
                let Some(delivery) = self.behind.pop_front() else { return Poll::Ready(()) };
                self.submit(intake, delivery);
            }
        }
        Poll::Ready(())
    }
}
