//! Visits counted once more.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Tables, World, with};
use crate::reports::oracle::{self, moment};

/// Once that somebody was asked: the visit, if they kept it, and whether they said no.
type Asked<'a> = (Option<&'a Value>, bool);

fn text<'a>(visit: &'a Value, field: &str) -> &'a str {
    visit[field].as_str().unwrap_or_default()
}

/// From the asking until somebody was there.
pub fn late_ms(visit: &Value) -> Option<i64> {
    Some((moment(&visit["arrived_at"])? - moment(&visit["created_at"]).unwrap()).num_milliseconds())
}

/// The middle one (the earlier of two) of the whole minutes, a part of one counting as one.
pub fn median_min<'a>(visits: impl Iterator<Item = &'a Value>) -> Value {
    let minutes = visits.filter_map(late_ms).map(|ms| ms / 60_000 + i64::from(ms % 60_000 != 0));
    oracle::percentile(minutes.collect(), 50)
}

fn within(visit: &Value, minutes: i64) -> bool {
    late_ms(visit).is_some_and(|ms| ms <= minutes * 60_000)
}

/// Whether it is known by now whether the mark was kept.
fn is_judged(visit: &Value, world: &World, minutes: i64) -> bool {
    let over = ["completed", "unfilled", "cancelled"].contains(&text(visit, "state"));
    let waited = (world.now - moment(&visit["created_at"]).unwrap()).num_minutes();
    let called_off = text(visit, "state") == "cancelled" && late_ms(visit).is_none();
    !called_off && (over || late_ms(visit).is_some() || waited >= minutes)
}

pub fn attendance(world: &World) -> Tables {
    let mut months: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    // By person: name, and for each time that they were asked the visit, if they kept it, or whether they said no.
    let mut asked: BTreeMap<String, (String, Vec<Asked>)> = BTreeMap::new();
    for visit in &world.visits {
        let organisation = text(visit, "organisation").to_owned();
        let zone = world.organisations[&organisation].1;
        let month = moment(&visit["created_at"]).unwrap().with_timezone(&zone).format("%Y-%m").to_string();
        months.entry((organisation, month)).or_default().push(visit);
    }
    for visit in &world.visits {
        for declined in visit["declined"].as_array().unwrap() {
            let entry = asked.entry(text(&declined["person"], "id").to_owned()).or_default();
            text(&declined["person"], "name").clone_into(&mut entry.0);
            entry.1.push((None, declined["reason"].is_string()));
        }
        if visit["responder"].is_object() {
            let entry = asked.entry(text(&visit["responder"], "id").to_owned()).or_default();
            text(&visit["responder"], "name").clone_into(&mut entry.0);
            entry.1.push((Some(visit), false));
        }
    }
    let mut of: BTreeMap<String, Vec<Asked>> = BTreeMap::new();
    let mut responders = Vec::new();
    for (person, (name, asked)) in &asked {
        let whose = whose(world, person);
        of.entry(whose.clone()).or_default().extend(asked);
        responders.push(with(json!({ "responder": person, "responder_name": name, "responders_of": whose }), answers(asked)));
    }
    BTreeMap::from([
        ("months", months.iter().map(|((of, when), visits)| month(world, of, when, visits)).collect()),
        ("organisations", of.iter().map(|(whose, asked)| with(json!({ "responders_of": whose }), answers(asked))).collect()),
        ("responders", responders),
    ])
}

fn month(world: &World, organisation: &str, month: &str, visits: &[&Value]) -> Value {
    let state = |name: &str| visits.iter().filter(|visit| text(visit, "state") == name).count();
    let kept = |minutes| i64::try_from(visits.iter().filter(|visit| within(visit, minutes)).count()).unwrap();
    let judged = |minutes| i64::try_from(visits.iter().filter(|visit| is_judged(visit, world, minutes)).count()).unwrap();
    let met = |minutes: i64, share: f64| (judged(minutes) > 0).then(|| kept(minutes) as f64 >= share * judged(minutes) as f64);
    json!({
        "organisation": organisation, "organisation_name": world.name_of(organisation), "month": month, "visits": visits.len(),
        "cancelled": visits.iter().filter(|visit| text(visit, "state") == "cancelled" && late_ms(visit).is_none()).count(),
        "unfilled": state("unfilled"), "arrived": visits.iter().filter(|visit| late_ms(visit).is_some()).count(),
        "in_time": kept(45), "in_time_percent": oracle::percent(kept(45), judged(45)), "in_time_met": met(45, 0.9),
        "in_limit": kept(60), "in_limit_percent": oracle::percent(kept(60), judged(60)), "in_limit_met": met(60, 1.0),
        "proven": visits.iter().filter(|visit| visit["arrival_proven"] == true).count(),
        "to_arrival_min": median_min(visits.iter().copied()),
    })
}

fn answers(asked: &[Asked]) -> Value {
    let went: Vec<&Value> = asked.iter().filter_map(|(visit, _)| *visit).collect();
    let count = |meets: &dyn Fn(&Value) -> bool| went.iter().filter(|visit| meets(visit)).count();
    json!({
        "asked": asked.len(),
        "declined": asked.iter().filter(|(_, said_no)| *said_no).count(),
        "not_answered": asked.iter().filter(|(visit, said_no)| visit.is_none() && !said_no).count(),
        "arrived": count(&|visit| late_ms(visit).is_some()),
        "in_time": count(&|visit| within(visit, 45)),
        "in_limit": count(&|visit| within(visit, 60)),
        "to_arrival_min": median_min(went.iter().copied()),
    })
}

/// Whoever goes for all counts as `*`, whoever goes for nobody as another's; who goes for several counts once, under the first.
fn whose(world: &World, person: &str) -> String {
    let mut all: Vec<&str> = world.responders.iter().filter(|(holder, _)| holder == person).map(|(_, of)| of.as_str()).collect();
    all.sort_unstable();
    match all.first() {
        Some(&"") => "*".to_owned(),
        Some(of) => (*of).to_owned(),
        None => "other".to_owned(),
    }
}
