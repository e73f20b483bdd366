//! Years of a service, written in sets: homes with their equipment, alerts with their trail, visits, daily sums, raw events. The alerts are made by the
//! same moves as in the control room and stored through the store; the registers and sums are plain enough for SQL.

use std::time::Instant;

use chrono::TimeDelta;
use harken::clock::{Clock, Time, new_id_at};
use harken::domain::alert::{Alert, Holder, Queue, RuleRef};
use harken::domain::catalogue::class_of;
use harken::domain::escalation::Escalation;
use harken::domain::event::{Body, Event};
use harken::domain::outcome::Outcomes;
use harken::domain::secret;
use harken::domain::visit::Visit;
use harken::response::lifecycle::{self, Closing, Limits, NewAlert, case};
use harken::response::visit::{self, VisitTimes};
use harken::store::alerts::NewEntry;
use harken::store::{Store, StoreSettings};

use super::fill::{self, SECRET};
use super::number;

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub homes: u64,
    pub days: u64,
    pub alerts: u64,
    /// Homes whose raw events are still there, 400 a day for 90 days.
    pub told: u64,
}

impl Size {
    /// Three years of 10,000 homes, unless told otherwise.
    pub fn wanted() -> Self {
        let homes = number("HARKEN_BENCH_HOMES", 10_000);
        Self {
            homes,
            days: number("HARKEN_BENCH_DAYS", 1_096),
            alerts: number("HARKEN_BENCH_ALERTS", 1_800_000),
            told: number("HARKEN_BENCH_TOLD_HOMES", 100).min(homes),
        }
    }

    pub fn words(&self) -> String {
        let Self { homes, days, alerts, told } = self;
        format!("{homes} homes over {days} days: {alerts} alerts, {} home-day sums, 90 days of events of {told} homes", homes * days)
    }
}

/// Organisations that share the homes.
const ORGANISATIONS: u64 = 4;
/// Alerts stored in one transaction.
const SET: u64 = 4_000;

/// A small generator: the same history every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).unwrap_or_default()]
    }
}

/// Writes it all into an empty database.
pub async fn write(url: &str, size: Size) {
    let begun = Instant::now();
    let store = Store::open(&StoreSettings { url: url.to_owned(), connections: 4, max_pages: None }).await.expect("the database");
    let to = Clock::system().now();
    let from = to - TimeDelta::days(i64::try_from(size.days).expect("days"));
    registers(url, size, from, to).await;
    sums(url, size, from).await;
    events(url, size, to).await;
    println!("  (registers, sums and events written in {:.0} s)", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    alerts(&store, size, from, to).await;
    // Every open alert has a clock, or the auditor would tell of each.
    let later = (to + TimeDelta::days(365)).timestamp_micros();
    let clocks =
        format!("INSERT INTO clocks (home, rule, subject, due_us) SELECT home, '#lease', id, {later} FROM alerts WHERE state <> 'closed'");
    fill::run(url, &clocks).await;
    println!("  (alerts written in {:.0} s)", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    store.catch_up_facts().await.expect("facts");
    println!("  (facts made of them in {:.0} s)", begun.elapsed().as_secs_f64());
    store.close().await;
    if url.starts_with("postgres") {
        // What its own autovacuum would have done over three years.
        fill::run(url, "VACUUM ANALYZE").await;
    }
}

fn series(count: u64) -> String {
    format!("WITH RECURSIVE series(n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n < {})", count - 1)
}

async fn registers(url: &str, size: Size, from: Time, to: Time) {
    let (begin, now) = (from.timestamp_micros(), to.timestamp_micros());
    let (some, all, digest) = (series(ORGANISATIONS), series(size.homes), secret::sha256_hex(SECRET.as_bytes()));
    let span = (now - begin) / i64::try_from(size.homes * 2).expect("homes");
    // Two homes in three were there before, the others came one by one; one in fifty has left. An outage of each gateway every three weeks.
    let entered = format!("CASE WHEN n % 3 = 0 THEN {begin} + n * {span} ELSE {begin} - 1000000 END");
    let left = format!("CASE WHEN n % 50 = 7 THEN {now} - n * {span} / 2 END");
    let weeks = series(size.days / 21 + 1);
    let text = format!(
        "INSERT INTO organisations (id, name, zone, created_us) {some} SELECT 'bench-org-' || n, 'Service ' || n, 'Europe/London', {begin} FROM series;
         INSERT INTO users (id, login, name, password, created_us) {people} SELECT 'op-' || n, 'op' || n, 'Operator ' || n, '!', {begin} FROM series;
         INSERT INTO homes (id, organisation, name, address, locality, zone, access_notes, created_us, archived_us)
           {all} SELECT 'home-' || n, 'bench-org-' || (n % {ORGANISATIONS}), 'Home ' || n, '1 High Street', 'Scheme ' || (n % 61), 'Europe/London', '', {entered}, {left} FROM series;
         INSERT INTO home_versions (home, version) SELECT id, 1 FROM homes;
         INSERT INTO residents (id, home, name, notes, medical, risks, created_us, archived_us)
           {all} SELECT 'person-' || n, 'home-' || n, 'Resident ' || n, '', '', '', {entered}, {left} FROM series;
         INSERT INTO gateways (id, home, registered, secret_sha256, revoked_certificates, model, first_heard_us, last_heard_us, created_us, archived_us)
           {all} SELECT 'bench-' || n, 'home-' || n, 1, '{digest}', '[]', 'Hub ' || (n % 5), {entered}, {now}, {entered}, {left} FROM series;
         INSERT INTO devices (id, gateway, address, home, model, room, confirmed, first_heard_us, last_heard_us, battery, created_us)
           {all} SELECT 'device-' || n || '-' || d, 'bench-' || n, 'd' || d, 'home-' || n, 'Sensor ' || ((n + d) % 9), '', 1,
             CASE WHEN n % 40 <> 3 THEN {entered} END, {now}, CASE WHEN (n + d) % 17 = 0 THEN 'low' ELSE 'ok' END, {entered}
             FROM series CROSS JOIN (SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2) each;
         INSERT INTO up_intervals (path, from_us, until_us)
           {weeks} SELECT g.id, {begin} + (s.n * 21 + LENGTH(g.id)) * 86400000000, {begin} + (s.n * 21 + LENGTH(g.id) + 20) * 86400000000 FROM series s CROSS JOIN gateways g;
         INSERT INTO excuses (id, home, kind, kinds, from_us, until_us, author)
           {all} SELECT 'excuse-' || n, 'home-' || n, 'away', '[]', {begin} + n * {span}, {begin} + n * {span} + 604800000000, 'op-1' FROM series;",
        people = series(40),
    );
    fill::run(url, &text).await;
}

/// One row for each home and day.
async fn sums(url: &str, size: Size, from: Time) {
    let begin = from.timestamp_micros();
    let day = if url.starts_with("postgres") {
        format!("to_char(DATE '{}' + CAST(d.n AS INTEGER), 'YYYY-MM-DD')", from.date_naive())
    } else {
        format!("date('{}', '+' || d.n || ' days')", from.date_naive())
    };
    let text = format!(
        "INSERT INTO day_rollups (home, device, day, kind, events, first_us, last_us)
           WITH RECURSIVE homes_n(n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM homes_n WHERE n < {homes}),
             days_n(n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM days_n WHERE n < {days})
           SELECT 'home-' || h.n, 'd' || (h.n % 3), {day}, CASE WHEN d.n % 30 = h.n % 30 AND h.n % 11 <> 0 THEN 'test_call' ELSE 'motion' END, 1 + (h.n + d.n) % 400,
             {begin} + d.n * 86400000000, {begin} + d.n * 86400000000 + 80000000000 FROM homes_n h CROSS JOIN days_n d;",
        homes = size.homes - 1,
        days = size.days - 1,
    );
    fill::run(url, &text).await;
}

/// 400 events a day of some homes, as far back as raw events are kept.
async fn events(url: &str, size: Size, to: Time) {
    let rows = size.told * 400 * size.days.min(89);
    let begin = (to - TimeDelta::days(89)).timestamp_micros();
    let step = 86_400_000_000 / (400 * size.told).max(1);
    let text = format!(
        "INSERT INTO events (gateway, id, home, device, kind, at_us, received_us, body)
           {all} SELECT 'bench-' || (n % {told}), 'f-' || n, 'home-' || (n % {told}), 'd1', 'motion', {begin} + n * {step}, {begin} + n * {step},
             '{{\"data\":{{\"rssi_dbm\":-60,\"battery_percent\":80}},\"marks\":{{}}}}' FROM series;
         UPDATE counters SET value = {rows} WHERE name = 'rollups';",
        all = series(rows),
        told = size.told,
    );
    fill::run(url, &text).await;
}

/// A rule, the kind of its event, its queue, and how many in a hundred alerts are its.
const RULES: [(&str, &str, Queue, u64); 10] = [
    ("pendant", "pendant", Queue::Care, 24),
    ("pull_cord", "pull_cord", Queue::Care, 8),
    ("fall", "fall", Queue::Care, 6),
    ("smoke", "smoke", Queue::Care, 2),
    ("bed_left", "bed_left", Queue::Care, 8),
    ("pendant_test", "pendant", Queue::Test, 16),
    ("battery_low", "battery_low", Queue::Technical, 12),
    ("gateway_silent", "heartbeat", Queue::Technical, 10),
    ("mains_lost", "mains_lost", Queue::Technical, 6),
    ("weight", "weight", Queue::Health, 8),
];

async fn alerts(store: &Store, size: Size, from: Time, to: Time) {
    let mut dice = Dice(7);
    let outcomes = Outcomes::default();
    let codes: Vec<String> = outcomes.offered().map(|outcome| outcome.id.clone()).collect();
    let operators: Vec<Holder> = (0..40).map(|n| Holder { id: format!("op-{n}"), name: format!("Operator {n}") }).collect();
    let all = Makings { outcomes, codes, operators, limits: Limits::default() };
    let span = (to - from).num_microseconds().expect("a span") / i64::try_from(size.alerts).expect("alerts");
    for first in (0..size.alerts).step_by(usize::try_from(SET).expect("a set")) {
        let mut set = Set::default();
        for n in first..(first + SET).min(size.alerts) {
            let received = from + TimeDelta::microseconds(span * i64::try_from(n).expect("a number"));
            all.one(&mut dice, &mut set, n, received, size, to);
        }
        let mut tx = store.begin().await.expect("a transaction");
        tx.save_alerts(&set.alerts).await.expect("alerts");
        tx.add_entries(set.entries).await.expect("entries");
        tx.add_evidence(&set.evidence).await.expect("evidence");
        for visit in &set.visits {
            tx.save_visit(visit).await.expect("a visit");
        }
        tx.facts_due(set.alerts.iter().map(|alert| alert.id.clone()).collect()).await.expect("facts due");
        tx.commit().await.expect("committed");
    }
}

#[derive(Default)]
struct Set {
    alerts: Vec<Alert>,
    entries: Vec<NewEntry>,
    evidence: Vec<(String, Event)>,
    visits: Vec<Visit>,
}

struct Makings {
    outcomes: Outcomes,
    codes: Vec<String>,
    operators: Vec<Holder>,
    limits: Limits,
}

impl Makings {
    /// One alert from its raising to its closing; those of the last hours and some faults stay open.
    fn one(&self, dice: &mut Dice, set: &mut Set, n: u64, received: Time, size: Size, to: Time) {
        let seconds = |count: u64| TimeDelta::seconds(i64::try_from(count).expect("seconds"));
        let mut share = dice.below(100);
        let mut rules = RULES.iter();
        let (rule, kind, queue) = loop {
            let (rule, kind, queue, part) = rules.next().expect("the shares make a hundred");
            match share.checked_sub(*part) {
                Some(rest) => share = rest,
                None => break (*rule, *kind, *queue),
            }
        };
        let place = dice.below(size.homes);
        let (gateway, device) = (format!("bench-{place}"), format!("d{}", dice.below(3)));
        let new = NewAlert {
            organisation: format!("bench-org-{}", place % ORGANISATIONS),
            home: Some(format!("home-{place}")),
            resident: Some(format!("person-{place}")),
            device: Some(device.clone()),
            gateway: Some(gateway.clone()),
            subject: format!("device:{gateway}/{device}/{n}"),
            rule: RuleRef { id: rule.to_owned(), revision: 1, title: format!("Rule {rule}") },
            queue,
            test: queue == Queue::Test,
            priority: if queue == Queue::Care { 1 } else { 3 },
            occurred_at: received,
            received_at: Some(received),
            explanation: format!("{kind} of Home {place}."),
            instructions: vec!["Speak to the person.".to_owned(), "Ask whether they are hurt.".to_owned()],
            ..NewAlert::default()
        };
        let raised = received + TimeDelta::milliseconds(20);
        let id = new_id_at(raised);
        let (mut alert, entry) = lifecycle::raise(id.clone(), new, Escalation::default(), None, raised, &self.limits);
        let mut entries = vec![(alert.version, entry)];
        let stays = to - received < TimeDelta::hours(1)
            || (queue == Queue::Technical && to - received < TimeDelta::days(60) && dice.below(40) == 0);
        if !stays {
            let who = dice.of(&self.operators).clone();
            let wait = if dice.below(25) == 0 { 181 + dice.below(600) } else { 3 + dice.below(58) + dice.below(8) * 3 };
            let accepted = received + seconds(wait);
            entries.push((alert.version + 1, case::accept(&mut alert, &who, accepted, &self.limits).expect("accepted")));
            let note = case::note(&mut alert, &who, "Spoke to the person.", accepted + seconds(40), &self.limits);
            entries.push((alert.version, note));
            let closing = Closing {
                outcome: dice.of(&self.codes).clone(),
                activations_seen: alert.activations,
                breach_cause: (wait > 180).then(|| "Two operators were away.".to_owned()),
                note: None,
            };
            let closed = accepted + seconds(60 + dice.below(1_200));
            let entry = case::close(&mut alert, &who, &closing, &self.outcomes, closed, &self.limits).expect("closed");
            entries.push((alert.version, entry));
            if queue == Queue::Care && dice.below(12) == 0 {
                set.visits.push(self.visited(dice, &alert));
            }
        }
        let event = Event {
            gateway: gateway.as_str().into(),
            id: format!("a-{n}"),
            kind: kind.to_owned(),
            class: class_of(kind),
            device: Some(device),
            resident: None,
            at: received,
            claimed_at: None,
            received_at: received,
            body: Body::default(),
        };
        set.entries.extend(entries.into_iter().map(|(position, entry)| NewEntry { alert: id.clone(), position, entry }));
        set.evidence.push((id, event));
        set.alerts.push(alert);
    }

    fn visited(&self, dice: &mut Dice, alert: &Alert) -> Visit {
        let minutes = TimeDelta::minutes;
        let times = VisitTimes {
            answer: minutes(3),
            set_out: minutes(10),
            attend: minutes(45),
            attend_limit: minutes(60),
            lone_worker: minutes(60),
        };
        let asked = alert.raised_at + minutes(2);
        let who = dice.of(&self.operators).clone();
        let place = (alert.organisation.clone(), alert.home.clone().unwrap_or_default(), alert.id.clone());
        let mut visit = visit::offer(new_id_at(asked), place, who.clone(), None, asked, &times);
        visit::accept(&mut visit, &who, asked + minutes(1), &times).expect("accepted");
        let arrived = asked + minutes(5 + i64::try_from(dice.below(60)).expect("minutes"));
        visit::arrive(&mut visit, &who, arrived, &times).expect("arrived");
        visit::complete(&mut visit, &who, None, arrived + minutes(30)).expect("completed");
        visit
    }
}
