//! Homes in which people live by the rates and the rhythm of real ones ([`profile`]), and in which things go wrong now and then
//! ([`incident`]).
//!
//! A home is a pure function of its seed and number: every local day can be made by itself ([`day`]), so a home's life can be entered at
//! any moment, and is the same each time.

pub mod chance;
pub mod day;
pub mod incident;
pub mod movement;
pub mod night;
pub mod profile;

use std::collections::VecDeque;

use chrono::{NaiveDate, SecondsFormat};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use self::chance::{Chance, Purpose};
use super::local_time::date_of;
use super::message::{Event, Lane, Message, Reading};
use crate::clock::Time;
use crate::domain::catalogue::{Class, class_of};

/// What a home has besides the sensors in [`profile::PLACES`], and the gateway itself.
pub const FURTHER_DEVICES: [&str; 4] = ["bed", "pendant", "fall-detector", "temperature"];

/// How the simulated world is set.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Another seed, other people.
    pub seed: u64,
    /// Incidents in a home in a day, on average.
    pub incidents_per_day: f64,
    /// Seconds between two heartbeats of a gateway; 0: none.
    pub heartbeat_s: u32,
}

/// One simulated home.
#[derive(Clone, Debug)]
pub struct Home {
    world: World,
    index: u32,
    zone: Tz,
    person: Person,
    /// The beginning of every event id.
    tag: String,
}

/// What sets a home apart.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub events_per_day: f64,
    /// Minutes after 21:45 at which the person usually goes to bed.
    pub bedtime_min: i64,
    /// Minutes after 06:15 at which the person usually gets up.
    pub rising_min: i64,
    /// Degrees Celsius.
    pub warmth: f64,
    /// Seconds after the hour of the temperature's reading.
    pub offset_s: i64,
}

/// Something that happens in a home.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// When.
    pub at: Time,
    /// What.
    pub what: What,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A sensor, or the gateway itself, reports; with the number that makes its id.
    Said(Said, Number),
    /// The gateway loses its power (`false`), or has it again.
    Power(bool),
}

/// What a sensor says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// From the event catalogue.
    pub kind: &'static str,
    /// The sensor; `None`: the gateway.
    pub device: Option<&'static str>,
    /// A value and its UCUM code.
    pub reading: Option<(f64, &'static str)>,
    /// The kind that is cancelled, for `alarm_cancelled`.
    pub cancelled: Option<&'static str>,
}

/// The number of an event within its local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Of what the sensors say.
    Event(NaiveDate, u32),
    /// Of the gateway's heartbeats.
    Beat(NaiveDate, u32),
}

impl Home {
    /// Home number `index` of a world. `run` sets the ids of one run apart from those of another in which the same events happen at
    /// other times; empty when they happen at their own.
    #[must_use]
    pub fn new(world: &World, index: u32, zone: Tz, run: &str) -> Self {
        let mut chance = Chance::new(world.seed, index, NaiveDate::MIN, Purpose::Person);
        let person = Person {
            events_per_day: profile::EVENTS_PER_DAY * chance.between(0.75, 1.25),
            bedtime_min: chance.whole(15, 120),
            rising_min: chance.whole(15, 135),
            warmth: chance.between(19.5, 22.5),
            offset_s: chance.whole(0, 3600),
        };
        let of = format!("{} {} {} {} {run}", world.seed, world.incidents_per_day, world.heartbeat_s, zone.name());
        let tag = Sha256::digest(of.as_bytes())[..4].iter().fold(String::new(), |tag, byte| tag + &format!("{byte:02x}"));
        Self { world: world.clone(), index, zone, person, tag }
    }

    /// The id of its gateway.
    #[must_use]
    pub fn gateway(&self) -> String {
        format!("sim{}-{:04}", self.world.seed, self.index + 1)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("Sample home {}", self.index + 1)
    }

    /// The zone that it lives in.
    #[must_use]
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// Everything that happens from `start` on, in the order of time, without end.
    #[must_use]
    pub fn life_from(self, start: Time) -> Life {
        let date = date_of(self.zone, start);
        let mut life = Life { waiting: VecDeque::new(), next_date: date, home: self };
        if life.home.is_dark(start) {
            life.waiting.push_back(Happening { at: start, what: What::Power(false) });
        }
        life.waiting.extend(life.home.day(date).into_iter().filter(|happening| happening.at >= start));
        life.next_date = date.succ_opt().unwrap_or(date);
        life
    }

    /// The message that tells of `said`, which happened at `at`.
    #[must_use]
    pub fn message(&self, said: &Said, number: Number, at: Time) -> Message {
        let id = match number {
            Number::Event(date, number) => format!("{}-{}-{number}", self.tag, date.format("%y%m%d")),
            Number::Beat(date, number) => format!("{}-{}-h{number}", self.tag, date.format("%y%m%d")),
        };
        let event = Event {
            id,
            kind: said.kind,
            device: said.device.map(str::to_owned),
            at: at.with_timezone(&self.zone).to_rfc3339_opts(SecondsFormat::AutoSi, false),
            reading: said.reading.map_or(Reading::None {}, |(value, unit)| Reading::One { value, unit }),
            test: false,
            data: said.cancelled.map(|kind| serde_json::json!({ "kind": kind })),
        };
        let lane = if class_of(said.kind) == Class::Alarm { Lane::Alarms } else { Lane::Events };
        Message::single(lane, &event)
    }
}

/// What happens in a home, day after day.
#[derive(Debug)]
pub struct Life {
    home: Home,
    waiting: VecDeque<Happening>,
    next_date: NaiveDate,
}

impl Life {
    /// The home that lives it.
    #[must_use]
    pub const fn home(&self) -> &Home {
        &self.home
    }
}

impl Iterator for Life {
    type Item = Happening;

    fn next(&mut self) -> Option<Happening> {
        while self.waiting.is_empty() {
            let date = self.next_date;
            self.next_date = date.succ_opt()?;
            self.waiting = self.home.day(date).into();
        }
        self.waiting.pop_front()
    }
}
