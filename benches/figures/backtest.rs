//! How fast a changed set of rules is tried out: 1,000 simulated homes over `HARKEN_BENCH_DAYS` days (7), by the built-in rules and by the same with other limits.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use harken::backtest::{self, Progress, Question};
use harken::clock::Time;
use harken::domain::access::Scope;
use harken::domain::catalogue::class_of;
use harken::domain::event::{Body, Event, Reading};
use harken::domain::plan::SettingValue;
use harken::rules::{Limits, RuleFile, RuleSet, default_rules};
use harken::sim::home::{Happening, Home, What, World};
use harken::store::{Store, StoreSettings};

use super::fill;
use super::server::{folder, sqlite};

const HOMES: usize = 1_000;

/// Fills a database with the homes' lives, and tries rules out over it.
pub async fn measure() {
    let days = i64::try_from(super::number("HARKEN_BENCH_DAYS", 7)).expect("a number of days");
    let dir = tempfile::tempdir_in(folder()).expect("a directory");
    let url = sqlite(&dir);
    fill::homes(&url, HOMES).await;
    let store = Store::open(&StoreSettings { url, connections: 8, max_pages: None }).await.expect("the database");
    let from = DateTime::parse_from_rfc3339("2026-10-01T00:00:00Z").expect("a time").to_utc();
    let to = from + TimeDelta::days(days);
    let written = live(&store, from, to).await;
    let question = Question {
        scope: Scope::All,
        organisation: None,
        homes: Vec::new(),
        from,
        to,
        warm_up: TimeDelta::zero(),
        closed_after: TimeDelta::hours(1),
        limits: Limits {
            outage_grace: TimeDelta::minutes(5),
            lateness: TimeDelta::hours(72),
            late_after: TimeDelta::seconds(60),
            away: TimeDelta::hours(24),
        },
        at_once: std::thread::available_parallelism().map_or(2, |cores| cores.get() + 1),
    };
    let begun = Instant::now();
    let report = backtest::run(&store, rules(1.0), rules(0.5), &question, &Progress::default()).await.expect("a report");
    let seconds = begun.elapsed().as_secs_f64();
    let real = (to - from).num_seconds() as f64;
    println!(
        "backtest: {} homes, {days} days, {written} events by two sets of rules in {seconds:.1} s: {:.0} times real time; {:.0} events a second",
        report.homes,
        real / seconds,
        report.events as f64 / seconds
    );
    println!(
        "  alerts of 100 homes in a day: {:.1} in force, {:.1} changed; {} gained, {} lost, {} moved\n",
        report.total.in_force_per_100_home_days,
        report.total.changed_per_100_home_days,
        report.total.gained,
        report.total.lost,
        report.total.moved
    );
    store.close().await;
}

/// The built-in rules, with every default that is a number multiplied.
fn rules(by: f64) -> RuleSet {
    let mut files: Vec<RuleFile> = default_rules().expect("the built-in rules");
    for rule in files.iter_mut().flat_map(|file| &mut file.rules).filter(|rule| rule.id == "inactivity" || rule.id == "bed_not_returned") {
        for setting in rule.settings.values_mut() {
            if let SettingValue::Number(number) = &mut setting.default {
                *number = (*number * by).max(1.0);
            }
        }
    }
    RuleSet::compile(1, &files).expect("rules that compile")
}

/// Writes what the homes said, and that their gateways and we were up.
async fn live(store: &Store, from: Time, to: Time) -> u64 {
    let world = World { seed: 11, incidents_per_day: 0.5, heartbeat_s: 0 };
    let mut written = 0;
    for index in 0..HOMES {
        let home = Home::new(&world, u32::try_from(index).expect("small"), Tz::Europe__London, "");
        let (gateway, key): (Arc<str>, String) = (format!("bench-{index}").into(), format!("home-{index}"));
        let said = home.life_from(from).take_while(|happening| happening.at < to);
        let events: Vec<Event> = said.enumerate().filter_map(|(number, happening)| event(&gateway, number, happening)).collect();
        let mut tx = store.begin().await.expect("a transaction");
        for some in events.chunks(2_000) {
            let rows: Vec<(&Event, &str)> = some.iter().map(|event| (event, key.as_str())).collect();
            tx.insert_events(&rows).await.expect("stored");
        }
        tx.extend_up(&[(gateway, from, to)]).await.expect("stored");
        tx.commit().await.expect("committed");
        written += events.len() as u64;
    }
    let mut tx = store.begin().await.expect("a transaction");
    tx.extend_up(&[("platform".into(), from, to)]).await.expect("stored");
    tx.commit().await.expect("committed");
    written
}

fn event(gateway: &Arc<str>, number: usize, happening: Happening) -> Option<Event> {
    let What::Said(said, _) = happening.what else { return None };
    let (value, unit) = said.reading.map_or((None, None), |(value, unit)| (Some(Reading::Number(value)), Some(unit.to_owned())));
    Some(Event {
        gateway: gateway.clone(),
        id: format!("s-{number}"),
        kind: said.kind.to_owned(),
        class: class_of(said.kind),
        device: said.device.map(str::to_owned),
        resident: None,
        at: happening.at,
        claimed_at: Some(happening.at),
        received_at: happening.at,
        body: Body { value, unit, ..Body::default() },
    })
}
