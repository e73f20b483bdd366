//! A gateway as a careful maker would build it: what it was not told is stored, it sends again.
//!
//! One future per gateway. It takes messages while its window has room, publishes them at QoS 1, and keeps each until every event in it
//! has been answered by an ack object; PUBACKs are reported but believed only as far as they go. A message that is not answered is sent
//! again after ten seconds and then ever more rarely, and all of them after a reconnect. It says `online` (retained), leaves `offline`
//! as its last will, and comes back after a break with jitter.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::answer::{self, Answer};
use super::link::{Ending, Identity, Link, Poller, Report, Requests, acks_topic, status_topic};
use super::message::Message;
use super::outstanding::Outstanding;
use super::tally::Tally;
use crate::clock::Clock;

/// What a gateway is told to do, in order.
#[derive(Debug)]
pub enum Command {
    /// Send this.
    Publish(Message),
    /// Vanish without a farewell, as in a power cut.
    PowerOff,
    /// Come back.
    PowerOn,
}

/// How a gateway behaves.
#[derive(Clone, Debug)]
pub struct Habits {
    /// At most so many messages wait for their answers.
    pub window: u16,
    /// Send a message again when it was not answered for so long.
    pub resend_after: Duration,
    /// Give up when something waits and nothing at all was answered for so long.
    pub patience: Duration,
    /// The first and the longest wait before a reconnect; doubled in between, and shortened at random by up to a half.
    pub reconnect: (Duration, Duration),
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            window: 20,
            resend_after: Duration::from_secs(10),
            patience: Duration::from_mins(2),
            reconnect: (Duration::from_millis(250), Duration::from_secs(15)),
        }
    }
}

/// What an observer is told.
#[derive(Debug)]
pub enum Notice<'a> {
    /// Connected and subscribed.
    Up,
    /// No longer so: lost, given up, without power, or closed with a farewell.
    Down,
    /// A connection was lost, or none was had; with the reason.
    Failed(&'a str),
    /// A message with these events is sent for the first time.
    Sent(&'a [String]),
    /// A PUBACK came for a message with these events that is still unanswered; false: with an error as its reason.
    Acknowledged(&'a [String], bool),
    /// An event that was waiting has been answered.
    Answered(&'a Answer),
}

/// Told of everything that happens, with the gateway's id. Must not block.
pub type Observer = Arc<dyn Fn(&str, Notice<'_>) + Send + Sync>;

/// An observer that does not look.
#[must_use]
pub fn unobserved() -> Observer {
    Arc::new(|_, _| {})
}

/// So many refusals in a row are believed. One alone may only mean that the gateway's registration is still on its way.
const REFUSALS: u32 = 5;

/// A connection on which nothing was answered for so many times the wait before sending again is given up for a new one.
const STUCK: u32 = 6;

/// Longest time for the farewell: `offline`, its PUBACK, DISCONNECT.
const FAREWELL: Duration = Duration::from_secs(5);

/// Plays the gateway until `commands` is closed and everything is answered, or until it gives up; returns its account. Dropping the
/// future half-way is a power cut.
pub async fn run(
    link: &Link,
    identity: Identity,
    habits: Habits,
    clock: &Clock,
    commands: mpsc::Receiver<Command>,
    observer: Observer,
) -> Tally {
    let mut gateway = Gateway {
        identity,
        habits,
        clock: clock.clone(),
        commands,
        observer,
        outstanding: Outstanding::default(),
        tally: Tally::default(),
        progress_at: clock.monotonic(),
        powered: true,
        closed: false,
    };
    gateway.live(link).await;
    gateway.account()
}

struct Gateway {
    identity: Identity,
    habits: Habits,
    clock: Clock,
    commands: mpsc::Receiver<Command>,
    observer: Observer,
    outstanding: Outstanding,
    tally: Tally,
    /// When something was last answered, or first began to wait.
    progress_at: Duration,
    powered: bool,
    /// No more commands will come.
    closed: bool,
}

/// What was handed to a connection and how far it got.
#[derive(Default)]
struct OnWire {
    up: bool,
    /// Since when, on the monotonic clock.
    up_at: Duration,
    /// Asked for, not yet sent: message numbers in order; `None` is the status.
    asked: VecDeque<Option<u64>>,
    /// Sent and not yet acknowledged, by packet id.
    sent: HashMap<u16, Option<u64>>,
}

/// Why a connection is no longer served.
enum Over {
    Finished,
    GaveUp,
    PoweredOff,
    Ended(Ending),
}

impl Gateway {
    async fn live(&mut self, link: &Link) {
        let (mut failures, mut refusals) = (0_u32, 0_u32);
        loop {
            while !self.powered {
                self.wait_for_power().await;
            }
            if self.finished() || self.patience_is_over(false) {
                return;
            }
            let (requests, mut poller) = link.open(&self.identity, self.habits.window);
            let mut wire = OnWire::default();
            let over = self.serve(&requests, &mut poller, &mut wire).await;
            if wire.up {
                (failures, refusals) = (0, 0);
                (self.observer)(&self.identity.id, Notice::Down);
            }
            let reason = match over {
                Over::Finished => return self.take_leave(&requests, &mut poller).await,
                Over::GaveUp => return,
                Over::PoweredOff => continue,
                Over::Ended(Ending::Lost(reason)) => reason,
                Over::Ended(Ending::Refused(reason)) => {
                    refusals += 1;
                    self.tally.note(&reason);
                    reason
                }
            };
            (self.observer)(&self.identity.id, Notice::Failed(&reason));
            self.tally.disconnects += 1;
            if refusals >= REFUSALS {
                return;
            }
            drop((requests, poller));
            self.pause(failures).await;
            failures += 1;
        }
    }

    /// Serves one connection to its end.
    async fn serve(&mut self, requests: &Requests, poller: &mut Poller, wire: &mut OnWire) -> Over {
        let mut look = tokio::time::interval((self.habits.resend_after / 10).clamp(Duration::from_millis(10), Duration::from_secs(1)));
        loop {
            let polled = {
                let poll = poller.poll();
                tokio::pin!(poll);
                loop {
                    if wire.up && self.finished() {
                        return Over::Finished;
                    }
                    let room = wire.up && !self.closed && self.outstanding.len() < usize::from(self.habits.window);
                    tokio::select! {
                        polled = &mut poll => break polled,
                        command = self.commands.recv(), if room => {
                            if !self.obey(command, requests, wire) {
                                return Over::PoweredOff;
                            }
                        }
                        _ = look.tick() => {
                            if self.patience_is_over(wire.up) {
                                return Over::GaveUp;
                            }
                            if self.is_stuck(wire) {
                                return Over::Ended(Ending::Lost("connected, but nothing is answered".into()));
                            }
                            if wire.up {
                                let overdue = self.outstanding.overdue(self.clock.monotonic(), self.habits.resend_after);
                                self.send_again(overdue, requests, wire);
                            }
                        }
                    }
                }
            };
            match polled {
                Ok(report) => {
                    if let Err(ending) = self.hear(report, requests, wire) {
                        return Over::Ended(ending);
                    }
                }
                Err(ending) => return Over::Ended(ending),
            }
        }
    }

    /// False: the power is off.
    fn obey(&mut self, command: Option<Command>, requests: &Requests, wire: &mut OnWire) -> bool {
        match command {
            Some(Command::Publish(message)) => {
                let now = self.clock.monotonic();
                if self.outstanding.is_empty() {
                    self.progress_at = now;
                }
                self.tally.sent += message.ids.len() as u64;
                (self.observer)(&self.identity.id, Notice::Sent(&message.ids));
                let number = self.outstanding.add(message.clone(), now);
                self.publish(number, message, requests, wire);
            }
            Some(Command::PowerOff) => self.powered = false,
            Some(Command::PowerOn) => {}
            None => self.closed = true,
        }
        self.powered
    }

    fn hear(&mut self, report: Report, requests: &Requests, wire: &mut OnWire) -> Result<(), Ending> {
        match report {
            Report::Connected => {
                if !requests.subscribe(acks_topic(&self.identity.id)) {
                    return Err(Ending::Lost("the client's queue is full".into()));
                }
                if requests.publish(status_topic(&self.identity.id), true, Bytes::from_static(b"online")) {
                    wire.asked.push_back(None);
                }
            }
            Report::Subscribed(false) => return Err(Ending::Refused("the subscription to the acks topic was refused".into())),
            Report::Subscribed(true) => {
                (wire.up, wire.up_at) = (true, self.clock.monotonic());
                (self.observer)(&self.identity.id, Notice::Up);
                let all = self.outstanding.all(self.clock.monotonic());
                self.send_again(all, requests, wire);
            }
            Report::Sent(packet) => {
                if let Some(what) = wire.asked.pop_front() {
                    wire.sent.insert(packet, what);
                }
            }
            Report::Acknowledged(packet, fine) => {
                let number = wire.sent.remove(&packet).flatten();
                if let Some(ids) = number.and_then(|number| self.outstanding.ids(number)) {
                    (self.observer)(&self.identity.id, Notice::Acknowledged(ids, fine));
                }
                if !fine {
                    self.tally.note("a message was acknowledged with an error as its reason");
                }
            }
            Report::Message(payload) => self.read_acks(&payload),
            Report::Disconnected | Report::Other => {}
        }
        Ok(())
    }

    fn read_acks(&mut self, payload: &[u8]) {
        let answers = match answer::read(payload) {
            Ok(answers) => answers,
            Err(error) => return self.tally.note(&format!("unreadable message on the acks topic: {error}")),
        };
        for answer in answers {
            if answer.id.as_deref().is_some_and(|id| self.outstanding.settle(id)) {
                self.progress_at = self.clock.monotonic();
                self.tally.count(&answer);
                (self.observer)(&self.identity.id, Notice::Answered(&answer));
            }
        }
    }

    fn send_again(&mut self, messages: Vec<(u64, Message)>, requests: &Requests, wire: &mut OnWire) {
        for (number, message) in messages {
            self.tally.resent += 1;
            self.publish(number, message, requests, wire);
        }
    }

    /// Should the client's queue be full, the message is sent again later like any that is not answered.
    fn publish(&self, number: u64, message: Message, requests: &Requests, wire: &mut OnWire) {
        if requests.publish(message.lane.topic(&self.identity.id), false, message.payload) {
            wire.asked.push_back(Some(number));
        }
    }

    /// Nothing is left to do.
    fn finished(&self) -> bool {
        let no_more = self.closed || (self.commands.is_closed() && self.commands.is_empty());
        no_more && self.outstanding.is_empty()
    }

    fn patience_is_over(&self, up: bool) -> bool {
        let waiting = !self.outstanding.is_empty() || (!up && !self.commands.is_empty());
        waiting && self.clock.monotonic().saturating_sub(self.progress_at) > self.habits.patience
    }

    /// A server that owes PUBACKs closes the client's send window bit by bit; only a new connection opens it again.
    fn is_stuck(&self, wire: &OnWire) -> bool {
        let since = self.progress_at.max(wire.up_at);
        wire.up && !self.outstanding.is_empty() && self.clock.monotonic().saturating_sub(since) > self.habits.resend_after * STUCK
    }

    async fn wait_for_power(&mut self) {
        match self.commands.recv().await {
            // What happens at home while the gateway is dead is lost: the sensors found nobody to tell.
            Some(Command::Publish(_) | Command::PowerOff) => {}
            Some(Command::PowerOn) => self.powered = true,
            None => (self.closed, self.powered) = (true, true),
        }
    }

    async fn pause(&self, failures: u32) {
        let (first, longest) = self.habits.reconnect;
        let wait = first.saturating_mul(1 << failures.min(16)).min(longest);
        tokio::time::sleep(wait.mul_f64(rand::random_range(0.5..=1.0))).await;
    }

    /// `offline` in so many words, since a DISCONNECT cancels the last will.
    async fn take_leave(&mut self, requests: &Requests, poller: &mut Poller) {
        let farewell = async {
            if !requests.publish(status_topic(&self.identity.id), true, Bytes::from_static(b"offline")) {
                return;
            }
            let mut last = None;
            // The packet that is sent last from now on is the status; its PUBACK comes after those of all messages.
            while let Ok(report) = poller.poll().await {
                match report {
                    Report::Sent(packet) => last = Some(packet),
                    Report::Acknowledged(packet, _) if last == Some(packet) && !requests.disconnect() => return,
                    Report::Disconnected => return,
                    _ => {}
                }
            }
        };
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }

    fn account(mut self) -> Tally {
        self.tally.unanswered = self.outstanding.events();
        self.tally
    }
}
