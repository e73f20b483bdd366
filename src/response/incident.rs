//! Which lost homes belong together. Pure grouping: it takes nothing away from any alert.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::incident::{Area, AreaKind, Cause};

/// From when on homes are one matter.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many homes of an area …
    pub homes: usize,
    /// … lost within this time.
    pub window: TimeDelta,
}

/// An open alert on a lost home that no incident has taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The home.
    pub home: String,
    /// The alert.
    pub alert: String,
    /// When it was raised.
    pub raised_at: Time,
    /// The home's locality; may be empty.
    pub locality: String,
    /// The networks of its gateways; may be empty.
    pub networks: Vec<String>,
}

/// An incident that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its id.
    pub id: String,
    /// Where.
    pub area: Area,
    /// When the last home joined.
    pub last_joined_at: Time,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new incident with these alerts.
    Open(Area, Vec<String>),
    /// These alerts join the incident.
    Join(String, Vec<String>),
}

impl Lost {
    fn areas(&self, cause: Cause) -> Vec<Area> {
        let named = |kind, name: &String| (!name.trim().is_empty()).then(|| Area { kind, name: name.trim().to_owned() });
        let mut areas: Vec<Area> = named(AreaKind::Locality, &self.locality).into_iter().collect();
        // Who shares a network does not share its mains.
        if cause == Cause::Silence {
            areas.extend(self.networks.iter().filter_map(|name| named(AreaKind::Network, name)));
        }
        areas
    }
}

/// Groups lost homes: into an open incident of their area that is still growing, else into a new one where there are enough of them. A home joins one only;
/// the area that explains most comes first.
#[must_use]
pub fn group(cause: Cause, lost: &[Lost], open: &[Open], now: Time, limits: &Limits) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut rest: Vec<&Lost> = lost.iter().filter(|one| now - one.raised_at <= limits.window).collect();
    rest.sort_by(|left, right| (left.raised_at, &left.alert).cmp(&(right.raised_at, &right.alert)));
    for incident in open {
        let belongs = |one: &&Lost| {
            one.raised_at - incident.last_joined_at <= limits.window && one.areas(cause).iter().any(|area| area.is(&incident.area))
        };
        let (joins, others): (Vec<&Lost>, Vec<&Lost>) = rest.into_iter().partition(belongs);
        rest = others;
        if !joins.is_empty() {
            changes.push(Change::Join(incident.id.clone(), alerts(&joins)));
        }
    }
    while let Some(area) = largest(cause, &rest, limits.homes) {
        let (members, others): (Vec<&Lost>, Vec<&Lost>) =
            rest.into_iter().partition(|one| one.areas(cause).iter().any(|each| each.is(&area)));
        rest = others;
        changes.push(Change::Open(area, alerts(&members)));
    }
    changes
}

/// The area with most lost homes, if they are enough.
fn largest(cause: Cause, lost: &[&Lost], enough: usize) -> Option<Area> {
    let mut areas: BTreeMap<(AreaKind, String), (Area, BTreeSet<&str>)> = BTreeMap::new();
    for one in lost {
        for area in one.areas(cause) {
            let key = (area.kind, area.name.to_lowercase());
            areas.entry(key).or_insert_with(|| (area, BTreeSet::new())).1.insert(&one.home);
        }
    }
    let enough = enough.max(2);
    let found = areas.into_iter().filter(|(_, (_, homes))| homes.len() >= enough);
    // The most homes; of equals the first by kind and name, so that the answer does not depend on the order of arrival.
    found.min_by(|(left, (_, some)), (right, (_, others))| others.len().cmp(&some.len()).then(left.cmp(right))).map(|(_, (area, _))| area)
}

fn alerts(lost: &[&Lost]) -> Vec<String> {
    lost.iter().map(|one| one.alert.clone()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits { homes: 3, window: TimeDelta::minutes(30) };

    fn at(minute: i64) -> Time {
        Time::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn lost(home: &str, minute: i64, locality: &str, network: &str) -> Lost {
        let networks = vec![network.to_owned()];
        Lost { home: home.to_owned(), alert: format!("a-{home}"), raised_at: at(minute), locality: locality.to_owned(), networks }
    }

    fn area(kind: AreaKind, name: &str) -> Area {
        Area { kind, name: name.to_owned() }
    }

    #[test]
    fn enough_homes_of_a_place_within_the_window_are_one_incident() {
        let three = [lost("1", 0, "Elm Row", ""), lost("2", 10, "elm row ", ""), lost("3", 29, "ELM ROW", "")];
        let ids = ["a-1", "a-2", "a-3"].map(str::to_owned).to_vec();
        assert_eq!(group(Cause::Silence, &three, &[], at(29), &LIMITS), [Change::Open(area(AreaKind::Locality, "Elm Row"), ids)]);
        assert_eq!(group(Cause::Silence, &three[..2], &[], at(29), &LIMITS), []);
        assert_eq!(group(Cause::Silence, &three, &[], at(31), &LIMITS), [], "the first is long ago");
        let twice =
            [lost("1", 0, "Elm Row", ""), Lost { alert: "b".to_owned(), ..lost("1", 0, "Elm Row", "") }, lost("2", 0, "Elm Row", "")];
        assert_eq!(group(Cause::Silence, &twice, &[], at(0), &LIMITS), [], "two gateways of one home are one home");
        let nowhere = [lost("1", 0, " ", ""), lost("2", 0, "", ""), lost("3", 0, "", "")];
        assert_eq!(group(Cause::Silence, &nowhere, &[], at(0), &LIMITS), [], "no place is no place in common");
    }

    #[test]
    fn the_network_explains_what_the_place_does_not_but_never_the_mains() {
        let spread = [lost("1", 0, "A", "Net"), lost("2", 0, "B", "Net"), lost("3", 0, "A", "net"), lost("4", 0, "A", "Other")];
        let opened = group(Cause::Silence, &spread, &[], at(1), &LIMITS);
        assert_eq!(opened.len(), 1, "{opened:?}");
        assert!(matches!(&opened[0], Change::Open(area, members) if area.kind == AreaKind::Locality && members.len() == 3));
        let wider = [spread.to_vec(), vec![lost("5", 0, "C", "Net")]].concat();
        let opened = group(Cause::Silence, &wider, &[], at(1), &LIMITS);
        assert!(matches!(&opened[0], Change::Open(area, members) if area.kind == AreaKind::Network && members.len() == 4), "{opened:?}");
        assert!(matches!(&group(Cause::MainsLost, &wider, &[], at(1), &LIMITS)[0], Change::Open(area, _) if area.name == "A"));
    }

    #[test]
    fn later_ones_join_while_it_grows_and_not_for_ever() {
        let open = [Open { id: "i".to_owned(), area: area(AreaKind::Locality, "elm row"), last_joined_at: at(0) }];
        let join = |minute| group(Cause::Silence, &[lost("9", minute, "Elm Row", "")], &open, at(minute), &LIMITS);
        assert_eq!(join(30), [Change::Join("i".to_owned(), vec!["a-9".to_owned()])]);
        assert_eq!(join(31), []);
    }

    proptest! {
        #[test]
        fn no_alert_is_grouped_twice_and_the_order_does_not_matter(
            homes in prop::collection::vec((0..12_u8, 0..40_i64, 0..3_u8, 0..3_u8), 0..30), seed in any::<u64>(),
        ) {
            let lost: Vec<Lost> = homes.iter().enumerate().map(|(n, (home, minute, place, net))| {
                Lost { alert: format!("a-{n:02}"), ..lost(&home.to_string(), *minute, &format!("p{place}"), &format!("n{net}")) }
            }).collect();
            let changes = group(Cause::Silence, &lost, &[], at(40), &LIMITS);
            let mut grouped: Vec<&String> = changes.iter().flat_map(|change| match change { Change::Open(_, ids) | Change::Join(_, ids) => ids }).collect();
            let all = grouped.len();
            grouped.sort();
            grouped.dedup();
            prop_assert_eq!(grouped.len(), all);
            let mut shuffled = lost.clone();
            shuffled.sort_by_key(|one| { let n: u64 = one.alert.trim_start_matches("a-").parse().unwrap(); (n + 1).wrapping_mul(seed | 1) });
            prop_assert_eq!(changes, group(Cause::Silence, &shuffled, &[], at(40), &LIMITS));
        }
    }
}
