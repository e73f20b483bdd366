//! The recount: plain loops over the rows as they are stored, without a line of the reports' own code and without their SQL.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection};

use super::history::ORGANISATIONS;

/// One text of each row.
pub async fn texts(url: &str, sql: &str) -> Vec<String> {
    let rows: Vec<(String,)> = if url.starts_with("postgres") {
        let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
        sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap()
    } else {
        let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
        sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap()
    };
    rows.into_iter().map(|(text,)| text).collect()
}

/// An alert of the trail, with what the recount looks at.
#[derive(Clone, Debug)]
pub struct Seen {
    pub id: String,
    pub organisation: String,
    pub home: String,
    pub rule: String,
    pub kind: String,
    pub model: String,
    pub lane: &'static str,
    pub raised: DateTime<Utc>,
    pub wall: DateTime<Tz>,
    pub wait_us: Option<i64>,
    pub operator: Option<String>,
    pub accepted: Option<DateTime<Utc>>,
    pub closed: Option<DateTime<Utc>>,
    pub outcome: Option<String>,
    pub activations: i64,
}

fn moment(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// The alerts raised within, from the rows of the trail.
pub async fn alerts(url: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Seen> {
    let zones: BTreeMap<&str, Tz> = ORGANISATIONS.iter().map(|(id, zone)| (*id, zone.parse().unwrap())).collect();
    let evidence: BTreeMap<String, String> = texts(url, "SELECT alert || ' ' || body FROM alert_evidence")
        .await
        .into_iter()
        .map(|row| {
            let (alert, body) = row.split_once(' ').unwrap();
            (alert.to_owned(), serde_json::from_str::<Value>(body).unwrap()["kind"].as_str().unwrap().to_owned())
        })
        .collect();
    let models: BTreeMap<String, String> = texts(url, "SELECT gateway || '/' || address || '=' || model FROM devices")
        .await
        .into_iter()
        .map(|row| {
            let (device, model) = row.split_once('=').unwrap();
            (device.to_owned(), model.to_owned())
        })
        .collect();
    let mut seen = Vec::new();
    for body in texts(url, "SELECT body FROM alerts ORDER BY id").await {
        let alert: Value = serde_json::from_str(&body).unwrap();
        let text = |field: &str| alert[field].as_str().unwrap_or_default().to_owned();
        let raised = moment(&alert["raised_at"]).unwrap();
        if raised < from || raised >= to {
            continue;
        }
        let accepted = moment(&alert["accepted_at"]);
        let received = moment(&alert["received_at"]).unwrap();
        let lane = match (alert["test"].as_bool().unwrap(), alert["queue"].as_str().unwrap()) {
            (true, _) | (_, "test") => "test",
            (_, "care") => "emergency",
            (_, "technical") => "fault",
            _ => "health",
        };
        let device = format!("{}/{}", text("gateway"), text("device"));
        seen.push(Seen {
            id: text("id"),
            organisation: text("organisation"),
            home: text("home"),
            rule: alert["rule"]["id"].as_str().unwrap().to_owned(),
            kind: evidence.get(&text("id")).cloned().unwrap_or_default(),
            model: models.get(&device).cloned().unwrap_or_default(),
            lane,
            raised,
            wall: raised.with_timezone(&zones[text("organisation").as_str()]),
            wait_us: accepted.map(|accepted| (accepted - received).num_microseconds().unwrap()),
            operator: alert["accepted_by"]["id"].as_str().map(str::to_owned),
            accepted,
            closed: moment(&alert["closed_at"]),
            outcome: alert["outcome"].as_str().map(str::to_owned),
            activations: alert["activations"].as_i64().unwrap(),
        });
    }
    assert!(!seen.is_empty(), "there is something to count");
    seen
}

/// The group of each outcome, read from the list that is shipped, as text.
pub fn groups() -> BTreeMap<String, String> {
    let list: toml::Table = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/outcomes.toml")).unwrap().parse().unwrap();
    let entries = list["outcome"].as_array().unwrap().iter();
    let text = |entry: &toml::Value, field: &str| entry[field].as_str().unwrap().to_owned();
    entries.map(|entry| (text(entry, "id"), text(entry, "group"))).collect()
}

impl Seen {
    pub fn call(&self) -> bool {
        self.lane == "emergency"
    }

    pub fn month(&self) -> String {
        format!("{}-{:02}", self.wall.year(), self.wall.month())
    }

    pub fn hour(&self) -> i64 {
        i64::from(self.wall.hour())
    }

    pub fn weekday(&self) -> i64 {
        i64::from(self.wall.weekday().num_days_from_monday()) + 1
    }

    pub fn within(&self, seconds: i64) -> bool {
        self.wait_us.is_some_and(|wait| wait <= seconds * 1_000_000)
    }

    /// Whether it was closed with an outcome of one of these groups.
    pub fn ended_as(&self, groups: &BTreeMap<String, String>, wanted: &[&str]) -> bool {
        let group = self.outcome.as_ref().and_then(|outcome| groups.get(outcome));
        self.call() && self.closed.is_some() && group.is_some_and(|group| wanted.contains(&group.as_str()))
    }
}

/// How many meet a condition.
pub fn count(seen: &[&Seen], meets: impl Fn(&Seen) -> bool) -> i64 {
    i64::try_from(seen.iter().filter(|each| meets(each)).count()).unwrap()
}

/// The smallest value that at least `part` in a hundred do not exceed, counted one by one.
pub fn percentile(mut values: Vec<i64>, part: usize) -> Value {
    values.sort_unstable();
    let place = values.iter().enumerate().find(|(n, _)| (n + 1) * 100 >= part * values.len());
    place.map_or(Value::Null, |(_, value)| Value::from(*value))
}

/// Per cent, cut off after the second decimal.
pub fn percent(part: i64, whole: i64) -> Value {
    if whole == 0 { Value::Null } else { Value::from((part as f64 * 10_000.0 / whole as f64 + 1e-9).floor() / 100.0) }
}
