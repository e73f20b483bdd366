//! A local day of a home, put together: movements, bed, warmth, heartbeats, and what goes wrong.

use chrono::{Days, NaiveDate, TimeDelta, Timelike};

use super::chance::{Chance, Purpose};
use super::incident::{Incident, Kind, LONGEST_DAYS, begun_on};
use super::profile::{BATHROOM, HALLWAY, KINDS, PLACES};
use super::{Happening, Home, Number, Said, What, movement, night};
use crate::clock::Time;
use crate::sim::local_time::{date_of, midnight};

/// What is said and when, before it has its number.
type Saying = (Time, Said);

const fn plain(at: Time, kind: &'static str, device: &'static str) -> Saying {
    (at, Said { kind, device: Some(device), reading: None, cancelled: None })
}

const fn measured(at: Time, kind: &'static str, device: &'static str, reading: (f64, &'static str)) -> Saying {
    (at, Said { kind, device: Some(device), reading: Some(reading), cancelled: None })
}

impl Home {
    /// The incidents that may matter on `date`.
    fn incidents(&self, date: NaiveDate) -> Vec<Incident> {
        let days = (0..=LONGEST_DAYS).rev().filter_map(|back| date.checked_sub_days(Days::new(back)));
        days.flat_map(|date| begun_on(self.world.incidents_per_day, self.zone, date, self.chance())).collect()
    }

    const fn chance(&self) -> (u64, u32) {
        (self.world.seed, self.index)
    }

    /// Whether the gateway is without power at `at`.
    pub(super) fn is_dark(&self, at: Time) -> bool {
        dark(&self.incidents(date_of(self.zone, at))).iter().any(|(from, to)| (*from..*to).contains(&at))
    }

    /// Everything that happens on a local day, in the order of time.
    pub(super) fn day(&self, date: NaiveDate) -> Vec<Happening> {
        let (begin, end) = (midnight(self.zone, date), midnight(self.zone, date.succ_opt().unwrap_or(date)));
        let incidents = self.incidents(date);
        let mut said = self.movements(date, &incidents);
        self.beds(date, &incidents, &mut said);
        self.warmth(begin, end, date, &incidents, &mut said);
        accidents(&incidents, &mut said);
        said.retain(|saying| (begin..end).contains(&saying.0));
        said.sort_by_key(|saying| saying.0);
        let numbered = (0..).zip(said);
        let mut happenings: Vec<_> =
            numbered.map(|(number, (at, said))| Happening { at, what: What::Said(said, Number::Event(date, number)) }).collect();
        happenings.extend(self.beats(begin, end, date));
        let dark = dark(&incidents);
        happenings.retain(|happening| !dark.iter().any(|(from, to)| (*from..*to).contains(&happening.at)));
        for (from, to) in dark {
            for (at, on) in [(from, false), (to, true)] {
                if (begin..end).contains(&at) {
                    happenings.push(Happening { at, what: What::Power(on) });
                }
            }
        }
        happenings.sort_by_key(|happening| happening.at);
        happenings
    }

    /// Nobody moves about after a fall, nor while the person who left the bed is not back.
    fn movements(&self, date: NaiveDate, incidents: &[Incident]) -> Vec<Saying> {
        let mut still: Vec<(Time, Time)> =
            incidents.iter().filter(|incident| incident.kind == Kind::Fall).map(|fall| (fall.begins, fall.ends)).collect();
        for evening in [date.pred_opt(), Some(date)].into_iter().flatten() {
            if let Some(minutes) = away_min(incidents, evening) {
                let night = night::of(&self.person, self.zone, evening, self.chance(), Some(minutes));
                let (hour, soon) = (TimeDelta::minutes(59), TimeDelta::minutes(2));
                still.extend(night.trips.into_iter().filter(|(left, back)| *back - *left > hour).map(|(left, back)| (left + soon, back)));
            }
        }
        movement::of_day(&self.person, self.zone, date, self.chance())
            .into_iter()
            .filter(|(at, _)| !still.iter().any(|(from, to)| from < at && at < to))
            .map(|(at, place)| plain(at, KINDS[place], PLACES[place]))
            .collect()
    }

    fn beds(&self, date: NaiveDate, incidents: &[Incident], said: &mut Vec<Saying>) {
        for evening in [date.pred_opt(), Some(date)].into_iter().flatten() {
            let night = night::of(&self.person, self.zone, evening, self.chance(), away_min(incidents, evening));
            said.push(plain(night.to_bed, "bed_entered", "bed"));
            for (left, back) in night.trips {
                said.push(plain(left, "bed_left", "bed"));
                said.push(plain(left + TimeDelta::seconds(15), KINDS[HALLWAY], PLACES[HALLWAY]));
                said.push(plain(left + TimeDelta::seconds(40), KINDS[BATHROOM], PLACES[BATHROOM]));
                said.push(plain(back, "bed_entered", "bed"));
            }
            said.push(plain(night.up, "bed_left", "bed"));
        }
    }

    /// A reading an hour. Warmest in the afternoon; when the heating fails it gets colder by the hour, down to what is left.
    fn warmth(&self, begin: Time, end: Time, date: NaiveDate, incidents: &[Incident], said: &mut Vec<Saying>) {
        let mut chance = Chance::new(self.world.seed, self.index, date, Purpose::Warmth);
        let mut at = begin + TimeDelta::seconds(self.person.offset_s);
        while at < end {
            let hour = f64::from(at.with_timezone(&self.zone).hour());
            let mut degrees = self.person.warmth + ((hour - 15.0) / 12.0 * std::f64::consts::PI).cos() + chance.between(-0.2, 0.2);
            for cold in incidents.iter().filter(|incident| incident.kind == Kind::Cold && (incident.begins..incident.ends).contains(&at)) {
                let hours = (at - cold.begins).as_seconds_f64() / 3600.0;
                degrees = degrees.min(2.0_f64.mul_add(-hours, degrees)).max(11.5);
            }
            said.push(measured(at, "temperature", "temperature", ((degrees * 10.0).round() / 10.0, "Cel")));
            at += TimeDelta::hours(1);
        }
    }

    fn beats(&self, begin: Time, end: Time, date: NaiveDate) -> Vec<Happening> {
        if self.world.heartbeat_s == 0 {
            return Vec::new();
        }
        let every = i64::from(self.world.heartbeat_s);
        let first = begin + TimeDelta::seconds(self.person.offset_s % every);
        let times = (0..).map(|number| (number, first + TimeDelta::seconds(every * i64::from(number)))).take_while(|(_, at)| *at < end);
        let said = Said { kind: "heartbeat", device: None, reading: None, cancelled: None };
        times.map(|(number, at)| Happening { at, what: What::Said(said.clone(), Number::Beat(date, number)) }).collect()
    }
}

/// For how long the person stays away from bed in the night that begins on `evening`, if anything is wrong with it.
fn away_min(incidents: &[Incident], evening: NaiveDate) -> Option<i64> {
    let wrong = incidents.iter().find(|incident| incident.kind == Kind::BedNotReturned && incident.date == evening)?;
    Some((wrong.ends - wrong.begins).num_minutes())
}

fn accidents(incidents: &[Incident], said: &mut Vec<Saying>) {
    for incident in incidents {
        let at = incident.begins;
        match incident.kind {
            Kind::Press => said.extend((0..incident.detail).map(|press| plain(at + TimeDelta::seconds(press * 45), "pendant", "pendant"))),
            Kind::Fall => {
                said.push(plain(at, "fall", "fall-detector"));
                if incident.ends == at {
                    let cancelled = Said { kind: "alarm_cancelled", device: Some("fall-detector"), reading: None, cancelled: Some("fall") };
                    said.push((at + TimeDelta::seconds(12), cancelled));
                }
            }
            Kind::FlatBattery => {
                let place = usize::try_from(incident.detail).unwrap_or(0);
                said.push(measured(at, "battery_low", PLACES[place], (8.0, "%")));
                said.push(measured(incident.ends, "battery_ok", PLACES[place], (100.0, "%")));
            }
            Kind::BedNotReturned | Kind::Silence | Kind::Cold => {}
        }
    }
}

/// When the gateway is without power; apart from each other, in order.
fn dark(incidents: &[Incident]) -> Vec<(Time, Time)> {
    let silences = incidents.iter().filter(|incident| incident.kind == Kind::Silence);
    let mut times: Vec<(Time, Time)> = silences.map(|incident| (incident.begins, incident.ends)).collect();
    times.sort_unstable();
    let mut apart: Vec<(Time, Time)> = Vec::new();
    for (from, to) in times {
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => apart.push((from, to)),
        }
    }
    apart
}
