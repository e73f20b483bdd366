//! Hours with nobody to be reached are told in time.

use chrono_tz::Tz;

use super::*;
use crate::domain::rota::{Every, Layer, Rotation};

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

/// Ann and Bob day by day from the 1st of March, until `ends`.
fn daily(ends: Option<&str>) -> Rota {
    let layer = Layer {
        name: "days".to_owned(),
        persons: vec!["ann".to_owned(), "bob".to_owned()],
        hand_over: Rotation { every: Every::Days, count: 1, on: None, at: crate::domain::calendar::WallTime::parse("09:00") },
        windows: Vec::new(),
        starts_at: at("2026-03-01T09:00:00Z"),
        ends_at: ends.map(at),
    };
    Rota {
        id: "r".to_owned(),
        organisation: "o".to_owned(),
        name: "Responders".to_owned(),
        zone: Tz::Europe__London,
        layers: vec![layer],
        overrides: Vec::new(),
        version: 1,
        created_at: at("2026-03-01T00:00:00Z"),
        archived_at: None,
    }
}

fn told(rota: &Rota, now: &str, reachable: &[&str]) -> Option<NewAlert> {
    let reachable = reachable.iter().map(|person| (*person).to_owned()).collect();
    gap_alert(rota, at(now), &reachable, &BTreeMap::from([("bob".to_owned(), "Bob Reed".to_owned())]))
}

#[test]
fn a_rota_with_somebody_at_every_hour_raises_nothing() {
    assert!(told(&daily(None), "2026-03-02T00:00:00Z", &["ann", "bob"]).is_none());
}

#[test]
fn fourteen_days_are_looked_ahead_and_no_further() {
    let ending = daily(Some("2026-03-20T12:00:00Z"));
    assert!(told(&ending, "2026-03-06T12:00:00Z", &["ann", "bob"]).is_none());
    let alert = told(&ending, "2026-03-06T12:00:00.000001Z", &["ann", "bob"]).unwrap();
    assert_eq!((alert.priority, alert.queue), (3, Queue::Technical));
    assert!(alert.explanation.contains("from Fri 20 Mar 12:00 on"), "{}", alert.explanation);
}

#[test]
fn it_is_more_urgent_when_it_is_soon() {
    let ending = daily(Some("2026-03-20T12:00:00Z"));
    assert_eq!(told(&ending, "2026-03-19T12:00:00Z", &["ann", "bob"]).unwrap().priority, 3);
    assert_eq!(told(&ending, "2026-03-19T12:00:01Z", &["ann", "bob"]).unwrap().priority, 2);
}

#[test]
fn somebody_who_cannot_be_reached_is_nobody_and_is_named() {
    let alert = told(&daily(None), "2026-03-02T12:00:00Z", &["ann"]).unwrap();
    assert_eq!(alert.priority, 2, "it is Bob's turn now");
    let words = &alert.explanation;
    for part in ["now, until Tue 3 Mar 09:00", "Wed 4 Mar 09:00 to Thu 5 Mar 09:00", "3 more times", "Bob Reed", "Europe/London"] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn an_archived_rota_is_not_looked_at() {
    let archived = Rota { archived_at: Some(at("2026-03-02T00:00:00Z")), ..daily(None) };
    assert!(told(&archived, "2026-03-02T12:00:00Z", &[]).is_none());
    assert_eq!(next_look(&archived, at("2026-03-02T12:00:00Z")), None);
}

#[test]
fn it_looks_in_the_night_of_its_own_zone_through_change_days() {
    let mut rota = daily(None);
    let look = |rota: &Rota, now: &str| next_look(rota, at(now)).unwrap();
    assert_eq!(look(&rota, "2026-03-28T12:00:00Z"), at("2026-03-29T02:00:00Z"), "three o'clock on the day that has no one o'clock");
    assert_eq!(look(&rota, "2026-03-29T02:00:00Z"), at("2026-03-30T02:00:00Z"), "once a night");
    rota.zone = Tz::America__New_York;
    assert_eq!(look(&rota, "2026-03-05T12:00:00Z"), at("2026-03-06T08:00:00Z"));
}
