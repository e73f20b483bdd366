//! What goes wrong in a home: which, when, and for how long. What it does to the day is in [`super::day`].

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::chance::{Chance, Purpose};
use super::movement::HOURS;
use super::profile::PLACES;
use crate::clock::Time;
use crate::sim::local_time::midnight;

/// The longest incident ends within so many days after the day on which it began.
pub const LONGEST_DAYS: u64 = 3;

/// What kind of incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The pendant is pressed, up to three times.
    Press,
    /// The person falls, and lies for a while; one in five gets up and cancels.
    Fall,
    /// Out of bed at night, and not back for an hour or more.
    BedNotReturned,
    /// The gateway loses its power for hours.
    Silence,
    /// A sensor's battery is low, until it is changed a day or two later.
    FlatBattery,
    /// The heating fails for half a day.
    Cold,
}

/// Every kind, with its share in all incidents.
pub const KINDS: [(Kind, f64); 6] = [
    (Kind::Press, 0.35),
    (Kind::Fall, 0.1),
    (Kind::BedNotReturned, 0.15),
    (Kind::Silence, 0.1),
    (Kind::FlatBattery, 0.15),
    (Kind::Cold, 0.15),
];

/// One incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Which.
    pub kind: Kind,
    /// The local day on which it begins; of a night, the evening's.
    pub date: NaiveDate,
    /// When it begins (not used of a night).
    pub begins: Time,
    /// When it is over. The same as `begins`: a fall that is cancelled.
    pub ends: Time,
    /// Presses, or the position of the sensor with the flat battery in [`PLACES`].
    pub detail: i64,
}

/// The incidents that begin on `date`, of which there are `per_day` on average.
pub(super) fn begun_on(per_day: f64, zone: Tz, date: NaiveDate, chance: (u64, u32)) -> Vec<Incident> {
    let mut chance = Chance::new(chance.0, chance.1, date, Purpose::Incidents);
    let count = chance.count(per_day);
    (0..count).map(|_| one(zone, date, &mut chance)).collect()
}

fn one(zone: Tz, date: NaiveDate, chance: &mut Chance) -> Incident {
    let (kind, _) = KINDS[chance.pick(&KINDS.map(|(_, share)| share))];
    // What people do to themselves happens in the rhythm of their day; what equipment does, at any time.
    let hour = match kind {
        Kind::Press | Kind::Fall => i64::try_from(chance.pick(&*HOURS)).unwrap_or(0),
        _ => chance.whole(0, 24),
    };
    let begins = midnight(zone, date) + TimeDelta::seconds(hour * 3600 + chance.whole(0, 3600));
    let (minutes, detail) = match kind {
        Kind::Press => (5, chance.whole(1, 4)),
        Kind::Fall if chance.happens(0.2) => (0, 0),
        Kind::Fall => (chance.whole(20, 60), 0),
        Kind::BedNotReturned => (chance.whole(60, 110), 0),
        Kind::Silence => (chance.whole(120, 480), 0),
        Kind::FlatBattery => (chance.whole(24 * 60, 48 * 60), chance.whole(0, i64::try_from(PLACES.len()).unwrap_or(1))),
        Kind::Cold => (chance.whole(480, 720), 0),
    };
    Incident { kind, date, begins, ends: begins + TimeDelta::minutes(minutes), detail }
}
