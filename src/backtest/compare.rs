//! What became of a home's alerts: the same, gained, lost, or moved.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{TimeDelta, Timelike};
use chrono_tz::Tz;

use super::report::{Moved, Told};
use crate::clock::Time;
use crate::trial::TrialAlert;

/// An alert on the same matter within this is the same one at another time.
const MOVED_WITHIN: TimeDelta = TimeDelta::hours(12);

/// How often a rule raised at a home.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) in_force: u64,
    pub(super) changed: u64,
    pub(super) gained: u64,
    pub(super) lost: u64,
    pub(super) moved: u64,
    pub(super) shadow: u64,
}

/// One home's alerts, compared.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) home: String,
    pub(super) events: u64,
    pub(super) rules: BTreeMap<String, Tally>,
    /// Alerts by hour of the home's day: in force, changed.
    pub(super) hours: [[u64; 2]; 24],
    pub(super) gained: Vec<Told>,
    pub(super) lost: Vec<Told>,
    pub(super) moved: Vec<Moved>,
}

type Matter = (String, String);

pub(super) fn compare(home: &str, zone: Tz, from: Time, events: u64, in_force: Vec<TrialAlert>, changed: Vec<TrialAlert>) -> Compared {
    let mut compared = Compared {
        home: home.to_owned(),
        events,
        rules: BTreeMap::new(),
        hours: [[0; 2]; 24],
        gained: Vec::new(),
        lost: Vec::new(),
        moved: Vec::new(),
    };
    let before = compared.take(0, zone, from, in_force);
    let mut after = compared.take(1, zone, from, changed);
    let matters: BTreeSet<Matter> = before.keys().chain(after.keys()).cloned().collect();
    let mut before = before;
    for matter in matters {
        let (old, new) = (before.remove(&matter).unwrap_or_default(), after.remove(&matter).unwrap_or_default());
        compared.pair(&matter.0, old, new);
    }
    compared
}

impl Compared {
    /// Counts the alerts that were raised from `from` on, and sorts them by matter.
    fn take(&mut self, which: usize, zone: Tz, from: Time, alerts: Vec<TrialAlert>) -> BTreeMap<Matter, Vec<TrialAlert>> {
        let mut matters: BTreeMap<Matter, Vec<TrialAlert>> = BTreeMap::new();
        for each in alerts.into_iter().filter(|each| each.alert.raised_at >= from) {
            let tally = self.rules.entry(each.alert.rule.id.clone()).or_default();
            if each.shadow {
                tally.shadow += which as u64;
                continue;
            }
            let count = if which == 0 { &mut tally.in_force } else { &mut tally.changed };
            *count += 1;
            let hour = each.alert.raised_at.with_timezone(&zone).hour() as usize;
            self.hours[hour % 24][which] += 1;
            matters.entry((each.alert.rule.id.clone(), each.alert.subject.clone())).or_default().push(each);
        }
        matters
    }

    /// Pairs the alerts on one matter: first those that are the same, then the nearest in time.
    fn pair(&mut self, rule: &str, mut old: Vec<TrialAlert>, mut new: Vec<TrialAlert>) {
        let same = |one: &TrialAlert, two: &TrialAlert| {
            let (one, two) = (&one.alert, &two.alert);
            one.occurred_at == two.occurred_at && one.raised_at == two.raised_at && one.queue == two.queue && one.priority == two.priority
        };
        old.retain(|one| match new.iter().position(|two| same(one, two)) {
            Some(place) => {
                new.remove(place);
                false
            }
            None => true,
        });
        let tally = self.rules.entry(rule.to_owned()).or_default();
        for one in old {
            let apart = |two: &TrialAlert| two.alert.raised_at.signed_duration_since(one.alert.raised_at).abs();
            let nearest = (0..new.len()).min_by_key(|place| apart(&new[*place])).filter(|place| apart(&new[*place]) <= MOVED_WITHIN);
            if let Some(place) = nearest {
                tally.moved += 1;
                let two = new.remove(place);
                self.moved.push(Moved { in_force: Told::new(&self.home, one), changed: Told::new(&self.home, two) });
            } else {
                tally.lost += 1;
                self.lost.push(Told::new(&self.home, one));
            }
        }
        tally.gained += new.len() as u64;
        self.gained.extend(new.into_iter().map(|two| Told::new(&self.home, two)));
    }
}
