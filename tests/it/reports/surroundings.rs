//! What reports count beside alerts of every day: who was heard when, who joined and left, silence, old faults; and what belongs to nobody.

use chrono::TimeDelta;
use harken::clock::{Time, new_id_at};
use harken::domain::access::Role;
use harken::domain::alert::{Alert, Holder, Queue, RuleRef};
use harken::domain::escalation::Escalation;
use harken::response::lifecycle::{self, Limits, NewAlert};
use harken::response::visit::{self, VisitTimes};

use super::history::{ORGANISATIONS, TO, time};
use crate::http::service::Service;
use crate::support::sql;

fn us(text: &str) -> i64 {
    time(text).timestamp_micros()
}

/// Of an organisation whose homes have a gateway each, `gw-{organisation}-{n}`.
pub async fn write(service: &Service, organisation: &str, homes: &[(String, String)]) {
    heard(service, organisation, homes).await;
    moved(service, organisation, homes).await;
    // The silence of a gateway beside which another one of the same home fell silent later, and one that was heard again.
    for (gateway, home, raised) in [("0", 0, "2026-03-22T08:00:20Z"), ("0b", 0, "2026-03-30T12:00:20Z"), ("1", 1, "2026-03-29T01:20:20Z")] {
        let gateway = format!("gw-{organisation}-{gateway}");
        raise(service, organisation, Some(&homes[home].0), Some(&gateway), "gateway_silent", Queue::Technical, time(raised)).await;
    }
    // A visit that is under way when the period ends.
    let call = raise(service, organisation, Some(&homes[3].0), None, "by_hand", Queue::Care, time(TO) - TimeDelta::minutes(22)).await;
    let login = format!("responder-{organisation}");
    let who = Holder { id: service.person(&login, Role::Responder, Some(organisation)).await, name: format!("Person {login}") };
    let minutes = TimeDelta::minutes;
    let times =
        VisitTimes { answer: minutes(3), set_out: minutes(10), attend: minutes(45), attend_limit: minutes(60), lone_worker: minutes(60) };
    let place = (organisation.to_owned(), homes[3].0.clone(), call.id.clone());
    let mut under_way = visit::offer(new_id_at(call.raised_at), place, who.clone(), None, time(TO) - minutes(20), &times);
    visit::accept(&mut under_way, &who, time(TO) - minutes(19), &times).unwrap();
    let mut tx = service.store.begin().await.unwrap();
    tx.save_visit(&under_way).await.unwrap();
    tx.commit().await.unwrap();
}

/// When gateways and sensors were heard.
async fn heard(service: &Service, organisation: &str, homes: &[(String, String)]) {
    let home = |n: usize| homes[n].0.as_str();
    let (begin, before, tenth) = (us("2026-01-12T00:00:00Z"), us("2026-02-01T00:00:00Z"), us("2026-03-10T00:00:00Z"));
    let (silent, second, late) = (us("2026-03-22T06:00:00Z"), us("2026-03-30T10:00:00Z"), us("2026-04-09T23:00:00Z"));
    let (first, gap, again) = (us("2026-03-25T12:00:00Z"), us("2026-03-29T00:30:00Z"), us("2026-03-29T01:45:00.5Z"));
    let (taken, on) = (us("2026-04-02T00:00:00Z"), us("2026-04-05T00:00:00Z"));
    let id = |n: &str| format!("gw-{organisation}-{n}");
    let gateway = |n: &str, home: &str, registered: i64, first: i64, last: i64| {
        format!(
            "INSERT INTO gateways (id, home, registered, revoked_certificates, model, first_heard_us, last_heard_us, created_us)
             VALUES ('{}', '{home}', {registered}, '[]', 'Hub 3 {organisation}', {first}, {last}, {begin});",
            id(n)
        )
    };
    let was = |n: &str, first: i64, last: i64| {
        format!("UPDATE gateways SET first_heard_us = {first}, last_heard_us = {last} WHERE id = '{}';", id(n))
    };
    let up = |n: &str, from: i64, until: i64| {
        format!("INSERT INTO up_intervals (path, from_us, until_us) VALUES ('{}', {from}, {until});", id(n))
    };
    let sensor = |address: &str, n: usize, first: &str, battery: &str, archived: &str| {
        format!(
            "INSERT INTO devices (id, gateway, address, home, model, room, confirmed, first_heard_us, last_heard_us, battery, created_us, archived_us)
             VALUES ('sensor-{organisation}-{address}-{n}', '{}', '{address}', '{}', 'Mat C {organisation}', '', 1, {first}, {first}, {battery}, {begin}, {archived});",
            id(&n.to_string()),
            home(n)
        )
    };
    let text = [
        was("0", before, silent),
        up("0", before, tenth),
        up("0", tenth + 7_200_000_000, silent),
        gateway("0b", home(0), 1, tenth, second),
        up("0b", tenth, second),
        was("1", first, late),
        up("1", first, gap),
        up("1", again, late),
        // Taken away from a home that stayed, and heard for some days more.
        was("2", begin, on),
        format!("UPDATE gateways SET archived_us = {taken} WHERE id = '{}';", id("2")),
        up("2", begin, on),
        gateway("stray", &format!("unclaimed/{}", id("stray")), 0, begin, late),
        up("stray", begin, late),
        sensor("d2", 0, &before.to_string(), "'low'", "NULL"),
        sensor("d2", 1, &before.to_string(), "'ok'", "NULL"),
        sensor("d2", 2, "NULL", "NULL", "NULL"),
        sensor("d3", 0, &before.to_string(), "'low'", &taken.to_string()),
        format!(
            "INSERT INTO day_rollups (home, device, day, kind, events, first_us, last_us) VALUES ('{}', 'd2', '2026-02-03', 'test_call', 1, {before}, {before});",
            home(1)
        ),
    ];
    sql::run(&service.database, &text.concat()).await;
}

/// Who joined and who left; who was away; a change of the rules.
async fn moved(service: &Service, organisation: &str, homes: &[(String, String)]) {
    let number = ORGANISATIONS.iter().position(|(id, _)| *id == organisation).unwrap() + 1;
    let (begin, left, came) = (us("2026-01-05T00:00:00Z"), us("2026-03-25T00:00:00Z"), us("2026-04-01T00:00:00Z"));
    let home = |id: &str, created: i64, archived: &str| {
        format!(
            "INSERT INTO homes (id, organisation, name, address, locality, zone, access_notes, created_us, archived_us)
             VALUES ('{id}-{organisation}', '{organisation}', '={organisation} \"{id}\"', '', '{organisation} scheme 0', 'Europe/Paris', '', {created}, {archived});
             INSERT INTO home_versions (home, version) VALUES ('{id}-{organisation}', 1);
             INSERT INTO residents (id, home, name, notes, medical, risks, created_us, archived_us)
             VALUES ('person-{id}-{organisation}', '{id}-{organisation}', 'Resident of {organisation}', '', '', '', {created}, {archived});"
        )
    };
    let excuse = |n: usize, kind: &str, from: &str, until: &str| {
        format!(
            "INSERT INTO excuses (id, home, kind, kinds, from_us, until_us, author) VALUES ('excuse-{organisation}-{n}', '{}', '{kind}', '[]', {}, {}, 'tester');",
            homes[n].0,
            us(from),
            us(until)
        )
    };
    let text = [
        home("left", begin, &left.to_string()),
        home("new", came, "NULL"),
        format!(
            "INSERT INTO gateways (id, home, registered, revoked_certificates, model, created_us, archived_us)
             VALUES ('gw-{organisation}-left', 'left-{organisation}', 1, '[]', 'Hub 3 {organisation}', {begin}, {left});
             INSERT INTO devices (id, gateway, address, home, model, room, confirmed, battery, created_us)
             VALUES ('sensor-{organisation}-left', 'gw-{organisation}-left', 'd1', 'left-{organisation}', 'Mat C {organisation}', '', 1, 'low', {begin});"
        ),
        excuse(0, "away", "2026-04-05T00:00:00Z", "2026-04-12T00:00:00Z"),
        // Over as the period begins; and no absence.
        excuse(1, "away", "2026-02-05T00:00:00Z", super::history::FROM),
        excuse(2, "maintenance", "2026-04-05T00:00:00Z", "2026-04-06T00:00:00Z"),
        format!(
            "INSERT INTO rule_revisions (revision, rules, source_sha256, author, reason, created_us, organisation)
             VALUES ({number}, '[]', '', 'author of {organisation}', 'fewer calls in {organisation}', {came}, '{organisation}');"
        ),
    ];
    sql::run(&service.database, &text.concat()).await;
}

/// An alarm of a gateway that nobody registered, and one of the canary.
pub async fn nobodys(service: &Service) {
    let at = time("2026-04-03T10:00:00Z");
    raise(service, "unclaimed", None, Some("gw-nobody"), "pendant", Queue::Care, at).await;
    raise(service, "canary", None, Some("gw-canary"), "pendant", Queue::Care, at).await;
}

/// What came after the period: faults of the last days.
pub async fn later(service: &Service) {
    for (n, (organisation, _)) in ORGANISATIONS.iter().enumerate() {
        for at in ["2026-04-15T00:00:00Z", "2026-04-20T01:00:00Z"] {
            let at = time(at) + TimeDelta::hours(i64::try_from(n).unwrap());
            raise(service, organisation, None, Some(&format!("gw-{organisation}-0")), "battery_low", Queue::Technical, at).await;
        }
    }
}

/// An alert that stays open.
async fn raise(
    service: &Service,
    organisation: &str,
    home: Option<&str>,
    gateway: Option<&str>,
    rule: &str,
    queue: Queue,
    at: Time,
) -> Alert {
    let new = NewAlert {
        organisation: organisation.to_owned(),
        home: home.map(str::to_owned),
        gateway: gateway.map(str::to_owned),
        subject: format!("device:{}/{at}", gateway.unwrap_or_default()),
        rule: RuleRef { id: rule.to_owned(), revision: 1, title: format!("Rule {rule}") },
        queue,
        priority: 3,
        occurred_at: at,
        received_at: Some(at),
        explanation: format!("Of {organisation}."),
        ..NewAlert::default()
    };
    let (alert, entry) = lifecycle::raise(new_id_at(at), new, Escalation::default(), None, at, &Limits::default());
    let mut tx = service.store.begin().await.unwrap();
    tx.save_alerts(std::slice::from_ref(&alert)).await.unwrap();
    let entry = harken::store::alerts::NewEntry { alert: alert.id.clone(), position: alert.version, entry };
    tx.add_entries(vec![entry]).await.unwrap();
    tx.append_feed(std::slice::from_ref(&alert), at).await.unwrap();
    tx.commit().await.unwrap();
    alert
}
