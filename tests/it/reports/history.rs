//! A history to count: made by the same moves as in the control room, from a seed, across a change day and the end of a month, in two zones.

use chrono::{DateTime, TimeDelta, Utc};
use harken::clock::{Time, new_id_at};
use harken::domain::access::{Role, Scope};
use harken::domain::alert::{Alert, Holder, Queue, RuleRef};
use harken::domain::catalogue::class_of;
use harken::domain::escalation::Escalation;
use harken::domain::event::{Body, Event};
use harken::domain::outcome::Outcomes;
use harken::domain::register::{NewDevice, NewGateway, NewHome, NewOrganisation, NewResident};
use harken::response::lifecycle::{self, Closing, Limits, NewAlert, case, fault};
use harken::response::visit::{self, VisitTimes};
use harken::secrets::KeySafe;
use harken::store::Actor;
use harken::store::alerts::NewEntry;
use serde_json::json;

use super::surroundings;
use crate::http::service::Service;

/// The organisations, with their zones.
pub const ORGANISATIONS: [(&str, &str); 3] = [("north", "Europe/London"), ("south", "Australia/Lord_Howe"), ("west", "America/St_Johns")];
/// Homes of each.
const HOMES: usize = 4;
/// The clocks of London change within.
pub const FROM: &str = "2026-03-20T00:00:00Z";
pub const TO: &str = "2026-04-10T00:00:00Z";
/// When the history is over.
pub const NOW: &str = "2026-04-20T12:00:00Z";

/// A small generator: the same history every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

pub fn time(text: &str) -> Time {
    text.parse::<DateTime<Utc>>().unwrap()
}

/// Fills the service with so many alerts of each organisation, and turns its clock to after the history.
pub async fn write(service: &Service, alerts: usize) {
    fill(service, alerts, false).await;
}

/// The same with all that reports count beside the alerts of every day: who was heard, who joined and left, what belongs to nobody.
pub async fn write_whole(service: &Service, alerts: usize) {
    fill(service, alerts, true).await;
}

async fn fill(service: &Service, alerts: usize, whole: bool) {
    let by = Actor { id: "tester".to_owned() };
    let (all, key, entered) = (Scope::All, KeySafe::from_key(&[7; 32]), time("2026-01-10T00:00:00Z"));
    let operators: Vec<Holder> = [service.person("olga", Role::Operator, None).await, service.person("otto", Role::Operator, None).await]
        .into_iter()
        .zip(["Person olga", "Person otto"])
        .map(|(id, name)| Holder { id, name: name.to_owned() })
        .collect();
    let mut dice = Dice::new(7);
    for (organisation, zone) in ORGANISATIONS {
        let new = NewOrganisation { id: Some(organisation.to_owned()), name: format!("The {organisation}"), zone: Some(zone.to_owned()) };
        service.store.create_organisation(&by, entered, &new).await.unwrap();
        let mut homes = Vec::new();
        for n in 0..HOMES {
            let new = NewHome {
                organisation: organisation.to_owned(),
                name: format!("={organisation} \"home\", {n}\nby the sea"),
                address: "1 High Street".to_owned(),
                locality: format!("{organisation} scheme {}", n % 2),
                ..NewHome::default()
            };
            let begun = entered + TimeDelta::days(i64::try_from(n).unwrap() * 30);
            let home = service.store.create_home(&by, begun, &all, &key, &new).await.unwrap().id;
            let new: NewResident =
                serde_json::from_value(json!({ "home": home, "name": format!("Resident of {organisation} {n}") })).unwrap();
            service.store.create_resident(&by, begun, &all, &new).await.unwrap();
            let gateway = format!("gw-{organisation}-{n}");
            let new: NewGateway =
                serde_json::from_value(json!({ "id": gateway, "home": home, "model": *dice.of(&["Hub 1", "Hub 2"]) })).unwrap();
            service.store.create_gateway(&by, begun, &all, &new).await.unwrap();
            let new: NewDevice =
                serde_json::from_value(json!({ "gateway": gateway, "address": "d1", "model": *dice.of(&["Pendant A", "Mat B"]) })).unwrap();
            service.store.create_device(&by, begun, &all, &new).await.unwrap();
            homes.push((home, gateway));
        }
        if whole {
            surroundings::write(service, organisation, &homes).await;
        }
        for _ in 0..alerts {
            let (home, gateway) = dice.of(&homes).clone();
            one(service, &mut dice, organisation, &home, &gateway, &operators).await;
        }
    }
    if whole {
        surroundings::nobodys(service).await;
    }
    service.clock.set(time(NOW));
}

/// One alert with its life, and perhaps a visit.
async fn one(service: &Service, dice: &mut Dice, organisation: &str, home: &str, gateway: &str, operators: &[Holder]) {
    let limits = Limits::default();
    let kinds = [
        ("pendant", Queue::Care),
        ("fall", Queue::Care),
        ("smoke", Queue::Care),
        ("battery_low", Queue::Technical),
        ("gateway_silent", Queue::Technical),
        ("test_overdue", Queue::Technical),
        ("weight", Queue::Health),
        ("by_hand", Queue::Care),
    ];
    let (rule, queue) = *dice.of(&kinds);
    let test = queue == Queue::Care && dice.below(8) == 0;
    // Seconds of the whole period, and now and then of one busy quarter of an hour.
    let second = if dice.below(5) == 0 { 700_000 + dice.below(900) } else { dice.below(21 * 86_400) };
    let received = time(FROM) + TimeDelta::seconds(i64::try_from(second).unwrap());
    let raised = received + TimeDelta::milliseconds(i64::try_from(dice.below(900)).unwrap());
    let silent = rule == "gateway_silent" || rule == "test_overdue";
    // What somebody raises by hand rests on no event.
    let by_hand = rule == "by_hand";
    let new = NewAlert {
        organisation: organisation.to_owned(),
        home: Some(home.to_owned()),
        device: (!silent && !by_hand).then(|| "d1".to_owned()),
        gateway: (!by_hand).then(|| gateway.to_owned()),
        subject: format!("s-{second}-{}", dice.below(1_000_000)),
        rule: RuleRef { id: rule.to_owned(), revision: 1, title: format!("Rule {rule}") },
        queue: if test { Queue::Test } else { queue },
        test,
        priority: 2,
        occurred_at: received,
        received_at: Some(received),
        explanation: format!("Somebody of {organisation} needs help."),
        ..NewAlert::default()
    };
    let id = new_id_at(raised);
    let (mut alert, entry) = lifecycle::raise(id.clone(), new, Escalation::default(), None, raised, &limits);
    let mut entries = vec![(alert.version, entry)];
    for _ in 0..dice.below(3) {
        let more = NewAlert { priority: 2, ..NewAlert::default() };
        let entry = lifecycle::activate(&mut alert, &more, raised + TimeDelta::seconds(1), &limits);
        entries.push((alert.version, entry));
    }
    // At the marks, a microsecond beyond them, and around them.
    let waits_us = [5_000_000, 30_000_000, 59_999_999, 60_000_000, 60_000_001, 120_000_000, 180_000_000, 180_000_001, 400_000_000];
    if dice.below(20) > 0 {
        let accepted = received + TimeDelta::microseconds(*dice.of(&waits_us));
        let who = dice.of(operators).clone();
        let entry = case::accept(&mut alert, &who, accepted.max(raised), &limits).unwrap();
        entries.push((alert.version, entry));
        if dice.below(12) > 0 {
            let outcomes = Outcomes::default();
            let offered: Vec<&str> = outcomes.offered().map(|outcome| outcome.id.as_str()).collect();
            let closed = accepted + TimeDelta::seconds(60 + i64::try_from(dice.below(1200)).unwrap());
            let closing = Closing {
                outcome: (*dice.of(&offered)).to_owned(),
                activations_seen: alert.activations,
                breach_cause: Some(format!("busy, {organisation}")),
                note: None,
            };
            let entry = case::close(&mut alert, &who, &closing, &outcomes, closed, &limits).unwrap();
            entries.push((alert.version, entry));
        }
    }
    if alert.is_open() && queue == Queue::Technical && dice.below(2) == 0 {
        let (owner, due) = (*dice.of(&["the installer", "stores"]), raised + TimeDelta::days(20));
        if let Ok(entry) =
            fault::take_on(&mut alert, &operators[0], (owner, due, "ring twice a day"), raised + TimeDelta::hours(1), &limits)
        {
            entries.push((alert.version, entry));
        }
    }
    let event = Event {
        gateway: gateway.into(),
        id: format!("e-{id}"),
        kind: if silent { "heartbeat".to_owned() } else { rule.to_owned() },
        class: class_of(rule),
        device: Some("d1".to_owned()),
        resident: None,
        at: received,
        claimed_at: None,
        received_at: received,
        body: Body::default(),
    };
    let mut tx = service.store.begin().await.unwrap();
    tx.save_alerts(std::slice::from_ref(&alert)).await.unwrap();
    let entries = entries.into_iter().map(|(position, entry)| NewEntry { alert: id.clone(), position, entry }).collect();
    tx.add_entries(entries).await.unwrap();
    if !by_hand {
        tx.add_evidence(&[(id.clone(), event)]).await.unwrap();
    }
    if queue == Queue::Care && dice.below(4) == 0 {
        tx.save_visit(&visited(dice, &alert, home, operators)).await.unwrap();
    }
    tx.append_feed(&[alert], raised).await.unwrap();
    tx.commit().await.unwrap();
}

pub fn visited(dice: &mut Dice, alert: &Alert, home: &str, people: &[Holder]) -> harken::domain::visit::Visit {
    let minutes = |count: u64| TimeDelta::minutes(i64::try_from(count).unwrap());
    let times =
        VisitTimes { answer: minutes(3), set_out: minutes(10), attend: minutes(45), attend_limit: minutes(60), lone_worker: minutes(60) };
    let asked = alert.raised_at + TimeDelta::minutes(2);
    let place = (alert.organisation.clone(), home.to_owned(), alert.id.clone());
    let mut visit = visit::offer(new_id_at(asked), place, people[0].clone(), None, asked, &times);
    match dice.below(9) {
        0 => visit::cancel(&mut visit).unwrap(),
        1 => {
            visit::decline(&mut visit, &people[0], "too far", asked + minutes(1)).unwrap();
            visit::ask_next(&mut visit, &people[..0], asked + minutes(1), &times);
        }
        // Nobody has answered, and the next one is asked.
        2 => {
            visit::fall_due(&mut visit, asked + minutes(3), &times);
            visit::ask_next(&mut visit, people, asked + minutes(3), &times);
        }
        // The home's equipment tells that they are there.
        3 => {
            visit::accept(&mut visit, &people[0], asked + minutes(2), &times).unwrap();
            visit::seen_arriving(&mut visit, asked + minutes(31), &times);
        }
        _ => {
            if dice.below(3) == 0 {
                visit::decline(&mut visit, &people[0], "too far", asked + minutes(1)).unwrap();
                visit::ask_next(&mut visit, people, asked + minutes(1), &times);
            }
            let who = visit.responder.clone().unwrap();
            visit::accept(&mut visit, &who, asked + minutes(2), &times).unwrap();
            // At the marks and a millisecond beyond.
            let ms = *dice.of(&[600_000, 2_700_000, 2_700_001, 3_600_000, 3_600_001, 5_000_000]);
            visit::arrive(&mut visit, &who, asked + TimeDelta::milliseconds(ms), &times).unwrap();
            visit::complete(&mut visit, &who, None, asked + minutes(120)).unwrap();
        }
    }
    visit
}
