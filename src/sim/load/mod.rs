//! A load generator: many raw gateway connections in one task, each with a window of unanswered messages.
//!
//! It costs a few microseconds an event, so that on a shared machine the server is measured and not the generator. With a rate, latency
//! counts from the moment at which an event was due and not from when there was room to send it, so that a stall is not hidden.

pub mod connection;
pub mod histogram;
pub mod mix;
mod pending;
mod schedule;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::histogram::Histogram;
use super::answer::Status;
use super::link::Identity;
use crate::clock::Clock;

/// What frees a place in a connection's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// The PUBACK: right for the listener, where it means stored.
    Puback,
    /// The ack object: right through a broker, whose PUBACK only means that the broker has it.
    AckObject,
}

/// What to send, where, and for how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Host name or address. Plain TCP, MQTT 3.1.1.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// One connection for each.
    pub gateways: Vec<Identity>,
    /// The beginning of every event id. Another run against the same database needs another one; at most 40 characters.
    pub run: String,
    /// Messages of one connection that may wait at the same time. Alarms do not count.
    pub window: usize,
    /// What frees a place in the window.
    pub release: Release,
    /// Events per second over all connections, alarms not included. `None`: as fast as the windows allow.
    pub rate: Option<f64>,
    /// Pressed pendants per second over all connections, on the `alarms` topic.
    pub alarms_per_second: f64,
    /// Stop sending after so many events over all connections, alarms included.
    pub events: Option<u64>,
    /// Stop sending after this time.
    pub lasting: Option<Duration>,
    /// Bytes of an event object, padded to this size.
    pub event_bytes: usize,
    /// The connections are opened evenly over this time.
    pub connect_over: Duration,
    /// Sending begins when all are connected, or when this has passed.
    pub connect_within: Duration,
    /// The first and the longest wait before a reconnect.
    pub reconnect: (Duration, Duration),
    /// Send a message again when it was not answered for so long.
    pub resend_after: Duration,
    /// Give up when something waits and nothing was answered for so long.
    pub patience: Duration,
    /// For the mix of kinds.
    pub seed: u64,
}

impl Plan {
    /// As fast as possible, events of 300 bytes, windows of 20, until told to stop.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16, gateways: Vec<Identity>, run: impl Into<String>) -> Self {
        let connect_over = Duration::from_micros(500) * u32::try_from(gateways.len()).unwrap_or(u32::MAX);
        Self {
            host: host.into(),
            port,
            gateways,
            run: run.into(),
            window: 20,
            release: Release::Puback,
            rate: None,
            alarms_per_second: 0.0,
            events: None,
            lasting: None,
            event_bytes: 300,
            connect_over,
            connect_within: Duration::from_secs(30),
            reconnect: (Duration::from_millis(100), Duration::from_secs(2)),
            resend_after: Duration::from_secs(10),
            patience: Duration::from_mins(1),
            seed: 1,
        }
    }
}

/// Counters to look at while the load runs.
#[derive(Debug, Default)]
pub struct Progress {
    /// Connections that are up now.
    pub connected: AtomicUsize,
    /// Events sent, each counted once.
    pub sent: AtomicU64,
    /// Events acknowledged by PUBACK, each counted once.
    pub acknowledged: AtomicU64,
    /// Events answered by an ack object, each counted once.
    pub answered: AtomicU64,
}

/// What an observer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice<'a> {
    /// An event was sent for the first time; true: an alarm.
    Sent(bool),
    /// Its first PUBACK came.
    Acknowledged,
    /// Its first ack object came: status and alerts.
    Answered(Status, &'a [String]),
}

/// Told of every event, by gateway and event id, at once. Must not block.
pub type Observer = Arc<dyn Fn(&str, &str, Notice<'_>) + Send + Sync>;

/// What came of it. Every event that was sent ends as exactly one of stored, duplicate, rejected and unanswered.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Events sent, each counted once.
    pub sent: u64,
    /// Events acknowledged by PUBACK.
    pub acknowledged: u64,
    /// Answered `stored`.
    pub stored: u64,
    /// Answered `duplicate` (after a repetition that was not needed).
    pub duplicate: u64,
    /// Answered `rejected`.
    pub rejected: u64,
    /// No ack object came.
    pub unanswered: u64,
    /// Messages sent again.
    pub resent: u64,
    /// Connections lost or not had.
    pub disconnects: u64,
    /// Answers to alarms that named an alert.
    pub alarms_told: u64,
    /// From the first event to the last answer.
    pub elapsed: Duration,
    /// Due to PUBACK.
    pub to_puback: Histogram,
    /// Due to ack object.
    pub to_answer: Histogram,
    /// Due to ack object, alarms only.
    pub alarm_to_answer: Histogram,
    /// The last reason for which a connection ended badly.
    pub trouble: Option<String>,
}

/// What the connections of one load share.
#[derive(Debug)]
struct Shared {
    plan: Plan,
    clock: Clock,
    progress: Arc<Progress>,
    ready: AtomicUsize,
    all_ready: tokio::sync::Notify,
    /// When sending began, on the monotonic clock.
    start: watch::Sender<Option<Duration>>,
    stop: CancellationToken,
    reserved: AtomicU64,
}

impl Shared {
    /// Takes one event from what may still be sent.
    fn reserve(&self) -> bool {
        let Some(limit) = self.plan.events else { return true };
        self.reserved.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| (taken < limit).then_some(taken + 1)).is_ok()
    }

    fn report_ready(&self) {
        if self.ready.fetch_add(1, Ordering::Relaxed) + 1 == self.plan.gateways.len() {
            self.all_ready.notify_one();
        }
    }
}

/// Runs the load in the calling task, until the plan is done or `stop` is cancelled, and everything sent has been answered or given up.
/// The future may be dropped at any time.
pub async fn run(plan: Plan, clock: &Clock, observer: Option<Observer>, progress: Arc<Progress>, stop: CancellationToken) -> Outcome {
    let shared = Arc::new(Shared {
        plan,
        clock: clock.clone(),
        progress,
        ready: AtomicUsize::new(0),
        all_ready: tokio::sync::Notify::new(),
        start: watch::Sender::new(None),
        stop,
        reserved: AtomicU64::new(0),
    });
    let connections: FuturesUnordered<_> =
        (0..shared.plan.gateways.len()).map(|index| connection::run(shared.clone(), index, observer.clone())).collect();
    let starter = async {
        let _ = tokio::time::timeout(shared.plan.connect_within, shared.all_ready.notified()).await;
        shared.start.send_replace(Some(shared.clock.monotonic()));
    };
    let total = connections.fold((Outcome::default(), Duration::ZERO), |(mut total, last), (part, answered_at)| async move {
        total.add(part);
        (total, last.max(answered_at))
    });
    let ((), (mut outcome, last)) = tokio::join!(starter, total);
    outcome.elapsed = last.saturating_sub(shared.start.borrow().unwrap_or(last));
    outcome
}

impl Outcome {
    /// Adds the account of another connection, or of another load that ran beside this one.
    pub fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.acknowledged += other.acknowledged;
        self.stored += other.stored;
        self.duplicate += other.duplicate;
        self.rejected += other.rejected;
        self.unanswered += other.unanswered;
        self.resent += other.resent;
        self.disconnects += other.disconnects;
        self.alarms_told += other.alarms_told;
        self.elapsed = self.elapsed.max(other.elapsed);
        self.to_puback.merge(&other.to_puback);
        self.to_answer.merge(&other.to_answer);
        self.alarm_to_answer.merge(&other.alarm_to_answer);
        self.trouble = other.trouble.or_else(|| self.trouble.take());
    }

    /// Events answered `stored` per second.
    #[must_use]
    pub fn stored_per_second(&self) -> f64 {
        if self.elapsed.is_zero() { 0.0 } else { self.stored as f64 / self.elapsed.as_secs_f64() }
    }
}
