//! Every figure of every report equals a recount by other means, on both databases, across a change day and the end of a month, in three zones.
//!
//! The recount makes each table anew from the rows of the trail and of the registers. The reports' own definitions say which tables and figures there are:
//! one without a recount fails, and so does one of which the history says nothing.

mod calls;
mod equipment;
mod people;
mod visits;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use harken::reports::Name;
use harken::reports::shape::{Figure, Kind};
use serde_json::{Value, json};

use super::history::{self, FROM, TO, time};
use super::oracle::{self, Plain, Seen};
use super::{on_both, surroundings};
use crate::http::service::Service;

/// Alerts of each organisation.
const ALERTS: usize = 150;
/// What tells the rows of a table apart.
const KEYS: [&str; 18] = [
    "organisation",
    "month",
    "hour",
    "weekday",
    "rule",
    "kind",
    "model",
    "home",
    "locality",
    "lane",
    "outcome",
    "operator",
    "owner",
    "age",
    "alert",
    "gateway",
    "responder",
    "responders_of",
];
/// Rows whose order is part of what the table says: the column that decides.
const ORDERED: [(&str, &str); 6] = [
    ("silent", "last_heard"),
    ("homes", "false_alarms"),
    ("repeat-callers", "repeat_calls"),
    ("floods", "begin"),
    ("breaches", "raised_at"),
    ("serious", "raised_at"),
];

/// The tables of a report, by their ids: rows by the ids of their figures.
type Tables = BTreeMap<&'static str, Vec<Value>>;

/// What is counted.
struct World {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    now: DateTime<Utc>,
    /// Of the period.
    alerts: Vec<Seen>,
    /// Raised whenever.
    ever: Vec<Seen>,
    /// Asked for in the period.
    visits: Vec<Value>,
    /// Group, title, serious.
    outcomes: BTreeMap<String, (String, String, bool)>,
    /// Name and zone.
    organisations: BTreeMap<String, (String, Tz)>,
    homes: BTreeMap<String, Plain>,
    residents: Vec<Plain>,
    gateways: Vec<Plain>,
    devices: Vec<Plain>,
    up: Vec<Plain>,
    excuses: Vec<Plain>,
    test_calls: BTreeSet<(String, String)>,
    revisions: Vec<Plain>,
    /// Of people and tokens.
    names: BTreeMap<String, String>,
    /// Who goes to homes, and for whom (empty: for all).
    responders: Vec<(String, String)>,
}

impl World {
    async fn read(url: &str, now: DateTime<Utc>) -> Self {
        let organisations: BTreeMap<String, (String, Tz)> = oracle::rows(url, "organisations", "id name zone")
            .await
            .iter()
            .filter(|row| row.text("id") != "canary")
            .map(|row| (row.text("id"), (row.text("name"), row.text("zone").parse().unwrap())))
            .collect();
        let zones = organisations.iter().map(|(id, (_, zone))| (id.clone(), *zone)).collect();
        let ever = oracle::ever(url, &zones).await;
        let (from, to) = (time(FROM), time(TO));
        let alerts = ever.iter().filter(|each| each.raised >= from && each.raised < to).cloned().collect();
        let visits = oracle::texts(url, "SELECT body FROM visits").await.into_iter().map(|body| serde_json::from_str(&body).unwrap());
        let asked = |visit: &Value| (from..to).contains(&oracle::moment(&visit["created_at"]).unwrap());
        let homes = oracle::rows(url, "homes", "id organisation name locality created_us archived_us").await;
        let mut names = BTreeMap::new();
        for register in ["users", "tokens"] {
            names.extend(oracle::rows(url, register, "id name").await.iter().map(|row| (row.text("id"), row.text("name"))));
        }
        let grants = oracle::rows(url, "grants", "holder role organisation").await;
        let responders = grants.iter().filter(|row| row.text("role") == "responder");
        Self {
            from,
            to,
            now,
            alerts,
            visits: visits.filter(asked).collect(),
            outcomes: oracle::outcomes(),
            homes: homes.into_iter().map(|row| (row.text("id"), row)).collect(),
            residents: oracle::rows(url, "residents", "home created_us archived_us").await,
            gateways: oracle::rows(url, "gateways", "id home registered model first_heard_us last_heard_us archived_us").await,
            devices: oracle::rows(url, "devices", "gateway address home model battery first_heard_us archived_us").await,
            up: oracle::rows(url, "up_intervals", "path from_us until_us").await,
            excuses: oracle::rows(url, "excuses", "home kind from_us until_us").await,
            test_calls: oracle::rows(url, "day_rollups", "home device kind")
                .await
                .iter()
                .filter(|row| row.text("kind") == "test_call")
                .map(|row| (row.text("home"), row.text("device")))
                .collect(),
            revisions: oracle::rows(url, "rule_revisions", "revision author reason created_us").await,
            names,
            responders: responders.map(|row| (row.text("holder"), row.text("organisation"))).collect(),
            organisations,
            ever,
        }
    }

    fn recount(&self, name: Name) -> Tables {
        match name {
            Name::ResponseTimes => calls::response_times(self),
            Name::Activations => calls::activations(self),
            Name::Outcomes => calls::outcomes(self),
            Name::FalseAlarms => calls::false_alarms(self),
            Name::Workload => people::workload(self),
            Name::TakeUp => people::take_up(self),
            Name::SocialValue => people::social_value(self),
            Name::Attendance => visits::attendance(self),
            Name::DeviceHealth => equipment::device_health(self),
        }
    }

    fn name_of(&self, organisation: &str) -> &str {
        self.organisations.get(organisation).map_or("", |(name, _)| name)
    }

    /// What a rule is called.
    fn title_of(&self, rule: &str) -> &str {
        self.ever.iter().find(|each| each.rule == rule).map_or("", |each| &each.title)
    }

    fn home(&self, id: &str) -> (String, String) {
        self.homes.get(id).map(|home| (home.text("name"), home.text("locality"))).unwrap_or_default()
    }

    /// Whether an alarm call was closed with an outcome of one of these groups.
    fn ended_as(&self, seen: &Seen, wanted: &[&str]) -> bool {
        let group = seen.outcome.as_ref().and_then(|outcome| self.outcomes.get(outcome)).map(|(group, ..)| group.as_str());
        seen.call() && seen.closed.is_some() && group.is_some_and(|group| wanted.contains(&group))
    }

    fn begin_us(&self) -> i64 {
        self.from.timestamp_micros()
    }

    fn end_us(&self) -> i64 {
        self.to.timestamp_micros()
    }
}

/// Groups by what `key` says.
fn grouped<'a, T, K: Ord>(all: impl IntoIterator<Item = &'a T>, key: impl Fn(&T) -> K) -> BTreeMap<K, Vec<&'a T>> {
    let mut groups: BTreeMap<K, Vec<&T>> = BTreeMap::new();
    for each in all {
        groups.entry(key(each)).or_default().push(each);
    }
    groups
}

/// Two objects as one.
fn with(mut head: Value, rest: Value) -> Value {
    head.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    head
}

on_both!(every_figure_is_recounted);

async fn every_figure_is_recounted(service: Service) {
    history::write_whole(&service, ALERTS).await;
    // As the period ends, with visits still under way; and later, with what came after it.
    service.clock.set(time(TO));
    let mut told = reports_are_recounted(&service).await;
    surroundings::later(&service).await;
    service.clock.set(time(history::NOW));
    told.extend(reports_are_recounted(&service).await);
    let all: BTreeSet<&str> =
        Name::ALL.into_iter().flat_map(Name::tables).flat_map(|table| table.columns).map(|figure| figure.id).collect();
    let silent: Vec<&&str> = all.difference(&told).collect();
    assert!(silent.is_empty(), "the history says nothing of {silent:?}, so nothing is proven of them");
}

/// Compares all reports, and answers with the figures of which they say something.
async fn reports_are_recounted(service: &Service) -> BTreeSet<&'static str> {
    let api = service.admin().await;
    let world = World::read(&service.database, service.clock.now()).await;
    let mut told = BTreeSet::new();
    for name in Name::ALL {
        let report = api.get(&format!("/api/v1/reports/{}?from={FROM}&to={TO}", name.as_str())).await.expect(200);
        let mut recount = world.recount(name);
        for table in name.tables() {
            let place = format!("{}/{}", name.as_str(), table.id);
            let expected = recount.remove(table.id).unwrap_or_else(|| panic!("{place} has no recount"));
            let found = report["tables"].as_array().unwrap().iter().find(|each| each["id"] == table.id).unwrap();
            same_table(&place, &table.columns, found["rows"].as_array().unwrap(), &expected);
            told.extend(
                table
                    .columns
                    .iter()
                    .filter(|figure| expected.iter().any(|row| says_something(figure, &row[figure.id])))
                    .map(|figure| figure.id),
            );
        }
        assert!(recount.is_empty(), "{}: the recount has tables that the report has not: {:?}", name.as_str(), recount.keys());
    }
    told
}

fn says_something(figure: &Figure, value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        // Hour 0 says as much as any other.
        Value::Number(number) => figure.kind == Kind::Text || figure.id == "hour" || number.as_f64() != Some(0.0),
        _ => true,
    }
}

fn key(row: &Value) -> String {
    let key: Vec<(&str, &Value)> = KEYS.iter().filter_map(|name| Some((*name, row.get(*name)?))).collect();
    json!([key, row.get("begin"), row.get("revision")]).to_string()
}

#[track_caller]
fn same_table(place: &str, columns: &[&'static Figure], found: &[Value], expected: &[Value]) {
    assert!(!expected.is_empty(), "{place}: the history says nothing of it");
    let rows: BTreeMap<String, &Value> = found.iter().map(|row| (restricted(row, columns), row)).collect();
    let wanted: BTreeMap<String, &Value> = expected.iter().map(|row| (restricted(row, columns), row)).collect();
    assert_eq!((rows.len(), wanted.len()), (found.len(), expected.len()), "{place}: rows that cannot be told apart");
    assert_eq!(rows.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{place}: which rows there are");
    for (key, row) in rows {
        for figure in columns {
            let there = &row[figure.id];
            let value = wanted[&key].get(figure.id).unwrap_or_else(|| panic!("{place}: {} has no recount", figure.id));
            let equal = match (there.as_f64(), value.as_f64()) {
                (Some(there), Some(value)) => (there - value).abs() < 0.0051,
                _ => there == value,
            };
            assert!(equal, "{place}: {}: the report says {there}, the recount {value}; {row}", figure.id);
        }
    }
    let decides = |(table, by): &&(&str, &str)| place.ends_with(&format!("/{table}")) && columns.iter().any(|each| each.id == *by);
    if let Some((_, by)) = ORDERED.iter().find(decides) {
        let order = |rows: &[Value]| rows.iter().map(|row| row[*by].clone()).collect::<Vec<_>>();
        assert_eq!(order(found), order(expected), "{place}: the order");
    }
}

/// The key of a row in a table of these columns.
fn restricted(row: &Value, columns: &[&'static Figure]) -> String {
    let kept = row.as_object().unwrap().iter().filter(|(name, _)| columns.iter().any(|figure| figure.id == *name));
    key(&Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect()))
}
