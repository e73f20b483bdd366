//! Checks of what people enter of a rota, with words that say what would be right; and the records that it becomes.

use std::str::FromStr;

use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Every, LAYERS_MAX, Layer, NewOverride, NewRota, Override, PERSONS_MAX, Rota, RotaPatch, Swap, WINDOWS_MAX};
use crate::domain::register::{Checks, Invalid};

/// The longest override.
const OVERRIDE_MAX: TimeDelta = TimeDelta::days(366);

impl NewRota {
    /// The record it becomes; `zone` is the organisation's.
    pub fn into_record(self, id: String, zone: &str, now: DateTime<Utc>) -> Result<Rota, Invalid> {
        let zone = self.zone.as_deref().unwrap_or(zone);
        let record = Rota {
            id,
            organisation: self.organisation,
            name: self.name,
            zone: zone_of(zone)?,
            layers: self.layers,
            overrides: Vec::new(),
            version: 1,
            created_at: now,
            archived_at: None,
        };
        record.checked()
    }
}

impl RotaPatch {
    /// `before` with the change made to it.
    pub fn apply(self, before: &Rota, now: DateTime<Utc>) -> Result<Rota, Invalid> {
        let after = Rota {
            name: self.name.unwrap_or_else(|| before.name.clone()),
            zone: self.zone.as_deref().map_or(Ok(before.zone), zone_of)?,
            layers: self.layers.unwrap_or_else(|| before.layers.clone()),
            archived_at: match self.archived {
                Some(true) => before.archived_at.or(Some(now)),
                Some(false) => None,
                None => before.archived_at,
            },
            version: before.version + 1,
            ..before.clone()
        };
        after.checked()
    }
}

fn zone_of(name: &str) -> Result<Tz, Invalid> {
    Checks::default().zone("zone", name).finish()?;
    Tz::from_str(name).map_err(|_| Invalid("`zone` is not an IANA time zone, such as Europe/London".to_owned()))
}

impl Rota {
    fn checked(mut self) -> Result<Self, Invalid> {
        let mut checks = Checks::default();
        checks.reference("organisation", &self.organisation).text("name", &self.name, 1, 200);
        if self.layers.is_empty() || self.layers.len() > LAYERS_MAX {
            checks.fault("layers", &format!("must be 1 to {LAYERS_MAX}; without a layer nobody is ever on call"));
        }
        for (n, layer) in self.layers.iter_mut().enumerate() {
            layer.starts_at = layer.starts_at.trunc_subsecs(6);
            layer.ends_at = layer.ends_at.map(|at| at.trunc_subsecs(6));
            check_layer(&mut checks, &format!("layers[{n}]"), layer);
        }
        for (n, layer) in self.layers.iter().enumerate() {
            if self.layers.iter().take(n).any(|each| each.name == layer.name) {
                checks.fault(&format!("layers[{n}].name"), "is the name of another layer; give each its own");
            }
        }
        checks.finish()?;
        Ok(self)
    }
}

fn check_layer(checks: &mut Checks, field: &str, layer: &Layer) {
    checks.text(&format!("{field}.name"), &layer.name, 1, 100);
    if layer.persons.is_empty() || layer.persons.len() > PERSONS_MAX {
        let say = format!("must name 1 to {PERSONS_MAX} people; take the layer out if nobody is in it");
        checks.fault(&format!("{field}.persons"), &say);
    }
    for (n, person) in layer.persons.iter().enumerate() {
        checks.reference(&format!("{field}.persons[{n}]"), person);
    }
    check_hand_over(checks, &format!("{field}.hand_over"), layer);
    if layer.windows.len() > WINDOWS_MAX {
        checks.fault(&format!("{field}.windows"), &format!("are more than {WINDOWS_MAX}; join some, or use another layer"));
    }
    for (n, window) in layer.windows.iter().enumerate() {
        if window.days.len() > 7 {
            checks.fault(&format!("{field}.windows[{n}].days"), "names a day twice");
        }
    }
    check_time(checks, &format!("{field}.starts_at"), layer.starts_at);
    if let Some(ends_at) = layer.ends_at {
        check_time(checks, &format!("{field}.ends_at"), ends_at);
        if ends_at <= layer.starts_at {
            checks.fault(&format!("{field}.ends_at"), "must be later than `starts_at`");
        }
    }
}

fn check_hand_over(checks: &mut Checks, field: &str, layer: &Layer) {
    let hand_over = &layer.hand_over;
    let most = match hand_over.every {
        Every::Weeks => 52,
        Every::Days => 366,
        Every::Hours => 8784,
    };
    if !(1..=most).contains(&hand_over.count) {
        checks.fault(&format!("{field}.count"), &format!("must lie between 1 and {most}"));
    }
    let (on, at) = (format!("{field}.on"), format!("{field}.at"));
    match (hand_over.every, hand_over.on) {
        (Every::Weeks, None) => drop(checks.fault(&on, "is missing: name the day of the week, such as \"mon\"")),
        (Every::Days | Every::Hours, Some(_)) => drop(checks.fault(&on, "is for `weeks` alone; leave it out")),
        _ => {}
    }
    match (hand_over.every, hand_over.at) {
        (Every::Weeks | Every::Days, None) => drop(checks.fault(&at, "is missing: name the local time, such as \"09:00\"")),
        (Every::Hours, Some(_)) => drop(checks.fault(&at, "is not for `hours`, which are counted from `starts_at`; leave it out")),
        _ => {}
    }
}

/// Within what every calendar and both databases hold with room to spare.
fn check_time(checks: &mut Checks, field: &str, time: DateTime<Utc>) {
    if !(2000..2200).contains(&time.year()) {
        checks.fault(field, "must lie in the years 2000 to 2199");
    }
}

impl NewOverride {
    /// The record it becomes.
    pub fn into_record(self, n: i64, author: &str, now: DateTime<Utc>) -> Result<Override, Invalid> {
        let record = Override {
            n,
            from: self.from.trunc_subsecs(6),
            until: self.until.trunc_subsecs(6),
            person: self.person,
            instead_of: self.instead_of,
            beside: self.beside,
            reason: self.reason,
            author: author.to_owned(),
            created_at: now,
        };
        let mut checks = Checks::default();
        checks.text("reason", &record.reason, 1, 500);
        for (field, person) in [("person", &record.person), ("instead_of", &record.instead_of)] {
            if let Some(person) = person {
                checks.reference(field, person);
            }
        }
        check_time(&mut checks, "from", record.from);
        check_time(&mut checks, "until", record.until);
        if record.until <= record.from {
            checks.fault("until", "must be later than `from`");
        } else if record.until - record.from > OVERRIDE_MAX {
            checks.fault("until", "is more than 366 days after `from`; change the layers instead");
        } else if record.until <= now {
            checks.fault("until", "is over already; what was cannot be changed");
        }
        if record.beside && (record.person.is_none() || record.instead_of.is_some()) {
            checks.fault("beside", "adds a person: name them in `person`, and leave `instead_of` out");
        }
        if record.instead_of.is_some() && record.instead_of == record.person {
            checks.fault("instead_of", "is the same as `person`; name two people");
        }
        checks.finish()?;
        Ok(record)
    }
}

impl Swap {
    /// Checks what the two overrides by themselves cannot show.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        if self.one.person == self.other.person {
            checks.fault("other.person", "is the same as `one.person`; name two people");
        }
        if self.one.from < self.other.until && self.other.from < self.one.until {
            checks.fault("other", "overlaps `one`; name stretches of time that follow one another");
        }
        checks.finish()
    }
}
