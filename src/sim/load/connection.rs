//! One raw connection of the load generator, MQTT 3.1.1 on rumqttc's codec.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use rumqttc::mqttbytes::v4::{Connect, ConnectReturnCode, LastWill, Login, Packet, PubAck, Publish, Subscribe, SubscribeReasonCode};
use rumqttc::mqttbytes::{Error, QoS};
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::mix::Mix;
use super::pending::{Pending, Waiting};
use super::schedule::Schedule;
use super::{Notice, Observer, Outcome, Shared};
use crate::sim::answer::{self, Status};
use crate::sim::link::{acks_topic, status_topic};
use crate::sim::message::Lane;

const MAX_PACKET: usize = 1024 * 1024;
const KEEP_ALIVE: Duration = Duration::from_mins(1);

/// Bytes that may wait to be written before no further event is made.
const OUT_FULL: usize = 256 * 1024;

/// How long a connection waits at most before it looks at its clocks again.
const LOOK: Duration = Duration::from_millis(500);

/// Runs connection number `index` of the load to its end, across reconnects. Answers with its account and the time of its last answer.
pub(super) async fn run(shared: Arc<Shared>, index: usize, observer: Option<Observer>) -> (Outcome, Duration) {
    let plan = &shared.plan;
    let gateway = plan.gateways[index].id.clone();
    let of = plan.gateways.len();
    let publish = |lane: Lane| Publish::from_bytes(lane.topic(&gateway), QoS::AtLeastOnce, Bytes::new());
    let mut connection = Connection {
        index,
        observer,
        outcome: Outcome::default(),
        pending: Pending::new(plan.release),
        mix: Mix::new(plan.seed ^ (index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15), plan.event_bytes),
        templates: (publish(Lane::Events), publish(Lane::Alarms)),
        sent: 0,
        schedules: (Schedule::new(plan.rate, index, of), Schedule::new(Some(plan.alarms_per_second), index, of)),
        looked_at: Duration::ZERO,
        exhausted: false,
        progress_at: shared.clock.monotonic(),
        answered_at: Duration::ZERO,
        out: BytesMut::new(),
        inbox: BytesMut::new(),
        id: String::new(),
        was_ready: false,
        up: false,
        shared: shared.clone(),
    };
    connection.wait(fraction(index, of, plan.connect_over)).await;
    let mut failures = 0_u32;
    while !connection.finished() && !connection.patience_is_over() {
        let ended = connection.live().await;
        if connection.up {
            connection.up = false;
            failures = 0;
            shared.progress.connected.fetch_sub(1, Ordering::Relaxed);
        }
        let Err(reason) = ended else { break };
        connection.outcome.disconnects += 1;
        connection.outcome.trouble = Some(reason);
        let (first, longest) = plan.reconnect;
        let wait = first.saturating_mul(1 << failures.min(16)).min(longest);
        connection.wait(wait.mul_f64(rand::random_range(0.5..=1.0))).await;
        failures += 1;
    }
    connection.outcome.unanswered = connection.pending.unanswered();
    (connection.outcome, connection.answered_at)
}

struct Connection {
    shared: Arc<Shared>,
    index: usize,
    observer: Option<Observer>,
    outcome: Outcome,
    pending: Pending,
    mix: Mix,
    /// A PUBLISH for each lane, filled in anew for every message.
    templates: (Publish, Publish),
    /// Messages made so far; the next one's number.
    sent: u64,
    /// For each lane.
    schedules: (Schedule, Schedule),
    /// When it was last looked for messages to send again.
    looked_at: Duration,
    /// Nothing more is to be sent.
    exhausted: bool,
    progress_at: Duration,
    answered_at: Duration,
    out: BytesMut,
    inbox: BytesMut,
    id: String,
    was_ready: bool,
    up: bool,
}

/// The share `index` of `of` of a time.
fn fraction(index: usize, of: usize, time: Duration) -> Duration {
    time.mul_f64(index as f64 / of.max(1) as f64)
}

impl Connection {
    /// One network connection, from CONNECT to its end. An error says why it ended before its time.
    async fn live(&mut self) -> Result<(), String> {
        let shared = self.shared.clone();
        let address = (shared.plan.host.as_str(), shared.plan.port);
        let connecting = tokio::time::timeout(Duration::from_secs(5), TcpStream::connect(address));
        let stream = connecting.await.map_err(|_| "no connection within 5 s".to_owned())?.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        self.out.clear();
        self.inbox.clear();
        self.pending.forget_packets();
        self.greet()?;
        let mut start = shared.start.subscribe();
        let mut pinged_at = shared.clock.monotonic();
        loop {
            let now = shared.clock.monotonic();
            let next = if self.up { self.fill(*start.borrow_and_update(), now)? } else { None };
            if self.up && self.finished() {
                rumqttc::mqttbytes::v4::Disconnect.write(&mut self.out).map_err(|error| error.to_string())?;
                return self.flush(&stream).map(drop);
            }
            if self.patience_is_over() {
                return Ok(());
            }
            if now.saturating_sub(pinged_at) > KEEP_ALIVE / 2 {
                pinged_at = now;
                rumqttc::mqttbytes::v4::PingReq.write(&mut self.out).map_err(|error| error.to_string())?;
            }
            let interest = if self.flush(&stream)? { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
            let wait = next.map_or(LOOK, |due| due.saturating_sub(now).min(LOOK));
            tokio::select! {
                biased;
                ready = stream.ready(interest) => {
                    if ready.map_err(|error| error.to_string())?.is_readable() {
                        self.read(&stream)?;
                    }
                }
                _ = start.changed() => {}
                () = shared.stop.cancelled(), if !self.exhausted => self.exhausted = true,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    fn greet(&mut self) -> Result<(), String> {
        let identity = &self.shared.plan.gateways[self.index];
        let mut connect = Connect::new(&*identity.id);
        connect.keep_alive = u16::try_from(KEEP_ALIVE.as_secs()).unwrap_or(60);
        connect.login = identity.secret.as_ref().map(|secret| Login::new(&*identity.id, secret));
        connect.last_will = Some(LastWill::new(status_topic(&identity.id), "offline", QoS::AtLeastOnce, true));
        connect.write(&mut self.out).map(drop).map_err(|error| error.to_string())
    }

    /// Makes everything that is due and has room. Answers when the next event will be due, if that is only a matter of time.
    fn fill(&mut self, start: Option<Duration>, now: Duration) -> Result<Option<Duration>, String> {
        let shared = self.shared.clone();
        let plan = &shared.plan;
        let Some(start) = start else { return Ok(None) };
        if now.saturating_sub(self.looked_at) >= LOOK {
            self.looked_at = now;
            let overdue = self.pending.sent_before(now.saturating_sub(plan.resend_after), now);
            self.send_again(overdue)?;
        }
        self.exhausted |= shared.stop.is_cancelled() || plan.lasting.is_some_and(|lasting| now >= start + lasting);
        let passed = now.saturating_sub(start);
        let mut wake = None;
        while let Some(due) = self.schedules.1.next(passed).filter(|_| !self.exhausted) {
            if due > passed {
                wake = Some(start + due);
                break;
            }
            self.schedules.1.made();
            self.send(Lane::Alarms, start + due, now)?;
        }
        while !self.exhausted && self.pending.held() < plan.window && self.out.len() < OUT_FULL {
            let Some(due) = self.schedules.0.next(passed) else { break };
            if due > passed {
                wake = Some(wake.map_or(start + due, |other: Duration| other.min(start + due)));
                break;
            }
            self.schedules.0.made();
            self.send(Lane::Events, start + due, now)?;
        }
        Ok(wake)
    }

    /// Makes one event and sends it, unless enough were sent.
    fn send(&mut self, lane: Lane, due_at: Duration, now: Duration) -> Result<(), String> {
        if !self.shared.reserve() {
            self.exhausted = true;
            return Ok(());
        }
        let number = self.sent;
        self.sent += 1;
        self.id.clear();
        let _ = write!(self.id, "{}-{number}", self.shared.plan.run);
        let at = self.shared.clock.now();
        let payload = if lane == Lane::Alarms { self.mix.alarm(&self.id, at) } else { self.mix.event(&self.id, at) };
        if self.pending.is_empty() {
            self.progress_at = now;
        }
        let waiting = Waiting { payload: payload.clone(), lane, due_at, sent_at: now, acknowledged: false, answered: false };
        self.pending.add(number, waiting);
        self.outcome.sent += 1;
        self.shared.progress.sent.fetch_add(1, Ordering::Relaxed);
        self.tell(number, Notice::Sent(lane == Lane::Alarms));
        self.put(number, lane, payload)
    }

    fn send_again(&mut self, messages: Vec<(u64, Lane, Bytes)>) -> Result<(), String> {
        for (number, lane, payload) in messages {
            self.outcome.resent += 1;
            self.put(number, lane, payload)?;
        }
        Ok(())
    }

    fn put(&mut self, number: u64, lane: Lane, payload: Bytes) -> Result<(), String> {
        let publish = if lane == Lane::Alarms { &mut self.templates.1 } else { &mut self.templates.0 };
        publish.pkid = self.pending.packet_id(number);
        publish.payload = payload;
        publish.write(&mut self.out).map(drop).map_err(|error| error.to_string())
    }

    /// Writes what the socket takes. True: nothing is left.
    fn flush(&mut self, stream: &TcpStream) -> Result<bool, String> {
        while !self.out.is_empty() {
            match stream.try_write(&self.out) {
                Ok(written) => self.out.advance(written),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(true)
    }

    fn read(&mut self, stream: &TcpStream) -> Result<(), String> {
        self.inbox.reserve(8 * 1024);
        match stream.try_read_buf(&mut self.inbox) {
            Ok(0) => return Err("the server closed the connection".into()),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
        loop {
            match Packet::read(&mut self.inbox, MAX_PACKET) {
                Ok(packet) => self.hear(packet)?,
                Err(Error::InsufficientBytes(_)) => return Ok(()),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    fn hear(&mut self, packet: Packet) -> Result<(), String> {
        match packet {
            Packet::ConnAck(ack) if ack.code == ConnectReturnCode::Success => {
                let identity = &self.shared.plan.gateways[self.index];
                let mut subscribe = Subscribe::new(acks_topic(&identity.id), QoS::AtLeastOnce);
                let mut status = Publish::new(status_topic(&identity.id), QoS::AtLeastOnce, "online");
                status.retain = true;
                // No message has this number, so the PUBACK is nobody's.
                subscribe.pkid = self.pending.packet_id(u64::MAX);
                status.pkid = self.pending.packet_id(u64::MAX);
                subscribe.write(&mut self.out).map_err(|error| error.to_string())?;
                status.write(&mut self.out).map(drop).map_err(|error| error.to_string())
            }
            Packet::ConnAck(ack) => Err(format!("refused: {:?}", ack.code)),
            Packet::SubAck(ack) if ack.return_codes.iter().all(|code| matches!(code, SubscribeReasonCode::Success(_))) => self.come_up(),
            Packet::SubAck(_) => Err("the subscription to the acks topic was refused".into()),
            Packet::PubAck(ack) => {
                if let Some((number, due_at)) = self.pending.acknowledge(ack.pkid) {
                    self.outcome.acknowledged += 1;
                    self.shared.progress.acknowledged.fetch_add(1, Ordering::Relaxed);
                    self.outcome.to_puback.record(self.shared.clock.monotonic().saturating_sub(due_at));
                    self.tell(number, Notice::Acknowledged);
                }
                Ok(())
            }
            Packet::Publish(publish) => {
                if publish.qos == QoS::AtLeastOnce {
                    PubAck::new(publish.pkid).write(&mut self.out).map_err(|error| error.to_string())?;
                }
                self.read_acks(&publish.payload)
            }
            _ => Ok(()),
        }
    }

    fn come_up(&mut self) -> Result<(), String> {
        self.up = true;
        self.shared.progress.connected.fetch_add(1, Ordering::Relaxed);
        if !self.was_ready {
            self.was_ready = true;
            self.shared.report_ready();
        }
        let now = self.shared.clock.monotonic();
        self.progress_at = now;
        let all = self.pending.sent_before(now, now);
        self.send_again(all)
    }

    fn read_acks(&mut self, payload: &[u8]) -> Result<(), String> {
        let answers = answer::read(payload).map_err(|error| format!("unreadable message on the acks topic: {error}"))?;
        let now = self.shared.clock.monotonic();
        for answer in answers {
            let of_this_run = answer.id.as_deref().and_then(|id| id.strip_prefix(&self.shared.plan.run)?.strip_prefix('-')?.parse().ok());
            let Some((number, (lane, due_at))) = of_this_run.and_then(|number| Some((number, self.pending.answer(number)?))) else {
                continue;
            };
            (self.progress_at, self.answered_at) = (now, now);
            self.shared.progress.answered.fetch_add(1, Ordering::Relaxed);
            self.outcome.to_answer.record(now.saturating_sub(due_at));
            if lane == Lane::Alarms {
                self.outcome.alarm_to_answer.record(now.saturating_sub(due_at));
                self.outcome.alarms_told += u64::from(!answer.alerts.is_empty());
            }
            match answer.status {
                Status::Stored => self.outcome.stored += 1,
                Status::Duplicate => self.outcome.duplicate += 1,
                Status::Rejected => {
                    self.outcome.rejected += 1;
                    self.outcome.trouble = answer.reason;
                }
            }
            self.tell(number, Notice::Answered(answer.status, &answer.alerts));
        }
        Ok(())
    }

    fn tell(&self, number: u64, notice: Notice<'_>) {
        if let Some(observer) = &self.observer {
            observer(&self.shared.plan.gateways[self.index].id, &format!("{}-{number}", self.shared.plan.run), notice);
        }
    }

    fn finished(&self) -> bool {
        (self.exhausted || self.shared.stop.is_cancelled()) && self.pending.is_empty()
    }

    fn patience_is_over(&self) -> bool {
        let waiting = !self.up || !self.pending.is_empty();
        waiting && self.shared.clock.monotonic().saturating_sub(self.progress_at) > self.shared.plan.patience
    }

    /// Waits, but not when the load is stopped and nothing is left to do.
    async fn wait(&self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = self.shared.stop.cancelled(), if self.pending.is_empty() => {}
        }
    }
}
