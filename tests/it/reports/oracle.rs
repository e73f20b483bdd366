//! What the recount looks at: the rows as they are stored, read plainly, without a line of the reports' own code and without their SQL.

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

/// A row of a register, as text.
#[derive(Clone, Debug)]
pub struct Plain(BTreeMap<String, Option<String>>);

impl Plain {
    pub fn text(&self, column: &str) -> String {
        self.0[column].clone().unwrap_or_default()
    }

    pub fn us(&self, column: &str) -> Option<i64> {
        self.0[column].as_ref().map(|text| text.parse().unwrap())
    }
}

/// Some columns of a table, all rows.
pub async fn rows(url: &str, table: &str, columns: &str) -> Vec<Plain> {
    const NOTHING: &str = "\u{1d}";
    let names: Vec<&str> = columns.split_whitespace().collect();
    let each: Vec<String> = names.iter().map(|name| format!("COALESCE(CAST({name} AS TEXT), '{NOTHING}')")).collect();
    let told = texts(url, &format!("SELECT {} FROM {table}", each.join(" || '\u{1e}' || "))).await;
    let value = |text: &str| (text != NOTHING).then(|| text.to_owned());
    told.iter().map(|row| Plain(names.iter().map(|name| (*name).to_owned()).zip(row.split('\u{1e}').map(value)).collect())).collect()
}

/// An alert of the trail.
#[derive(Clone, Debug)]
pub struct Seen {
    pub id: String,
    pub organisation: String,
    /// The home, or what stands for one.
    pub home: String,
    pub gateway: String,
    /// Gateway and address of the sensor.
    pub device: String,
    pub rule: String,
    pub title: String,
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
    pub cause: Option<String>,
    pub owner: String,
    pub activations: i64,
}

pub fn moment(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// The alerts raised within, with the walls of the history's organisations.
pub async fn alerts(url: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Seen> {
    let zones = ORGANISATIONS.iter().map(|(id, zone)| ((*id).to_owned(), zone.parse().unwrap())).collect();
    ever(url, &zones).await.into_iter().filter(|each| each.raised >= from && each.raised < to).collect()
}

/// All alerts but the canary's, from the rows of the trail.
pub async fn ever(url: &str, zones: &BTreeMap<String, Tz>) -> Vec<Seen> {
    let mut kinds: BTreeMap<String, (DateTime<Utc>, String)> = BTreeMap::new();
    for row in rows(url, "alert_evidence", "alert body").await {
        let event: Value = serde_json::from_str(&row.text("body")).unwrap();
        let this = (moment(&event["at"]).unwrap(), event["kind"].as_str().unwrap().to_owned());
        let first = kinds.entry(row.text("alert")).or_insert_with(|| this.clone());
        if this.0 < first.0 {
            *first = this;
        }
    }
    let devices = rows(url, "devices", "gateway address model").await;
    let models: BTreeMap<String, String> =
        devices.iter().map(|row| (format!("{}/{}", row.text("gateway"), row.text("address")), row.text("model"))).collect();
    let mut seen = Vec::new();
    for body in texts(url, "SELECT body FROM alerts WHERE organisation <> 'canary' ORDER BY id").await {
        let alert: Value = serde_json::from_str(&body).unwrap();
        let text = |field: &str| alert[field].as_str().unwrap_or_default().to_owned();
        let raised = moment(&alert["raised_at"]).unwrap();
        let accepted = moment(&alert["accepted_at"]);
        let received = moment(&alert["received_at"]).unwrap();
        let lane = match (alert["test"].as_bool().unwrap(), alert["queue"].as_str().unwrap()) {
            (true, _) | (_, "test") => "test",
            (_, "care") => "emergency",
            (_, "technical") => "fault",
            _ => "health",
        };
        let device = format!("{}/{}", text("gateway"), text("device"));
        let home = alert["home"].as_str().map_or_else(|| format!("unclaimed/{}", text("gateway")), str::to_owned);
        seen.push(Seen {
            id: text("id"),
            organisation: text("organisation"),
            home,
            gateway: text("gateway"),
            rule: alert["rule"]["id"].as_str().unwrap().to_owned(),
            title: alert["rule"]["title"].as_str().unwrap().to_owned(),
            kind: kinds.get(&text("id")).map(|(_, kind)| kind.clone()).unwrap_or_default(),
            model: models.get(&device).cloned().unwrap_or_default(),
            device,
            lane,
            raised,
            wall: raised.with_timezone(zones.get(&text("organisation")).unwrap_or(&Tz::UTC)),
            wait_us: accepted.map(|accepted| (accepted - received).num_microseconds().unwrap()),
            operator: alert["accepted_by"]["id"].as_str().map(str::to_owned),
            accepted,
            closed: moment(&alert["closed_at"]),
            outcome: alert["outcome"].as_str().map(str::to_owned),
            cause: alert["breach_cause"].as_str().map(str::to_owned),
            owner: alert["fault"]["owner"].as_str().unwrap_or_default().to_owned(),
            activations: alert["activations"].as_i64().unwrap(),
        });
    }
    assert!(!seen.is_empty(), "there is something to count");
    seen
}

/// How alerts can end, read from the list that is shipped, as text: group, title, and whether each is looked at again.
pub fn outcomes() -> BTreeMap<String, (String, String, bool)> {
    let list: toml::Table = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/outcomes.toml")).unwrap().parse().unwrap();
    let text = |entry: &toml::Value, field: &str| entry[field].as_str().unwrap().to_owned();
    let serious = |entry: &toml::Value| entry.get("serious").and_then(toml::Value::as_bool).unwrap_or_default();
    let entries = list["outcome"].as_array().unwrap().iter();
    entries.map(|entry| (text(entry, "id"), (text(entry, "group"), text(entry, "title"), serious(entry)))).collect()
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

    /// Whole seconds of waiting, a part of one counting as one.
    pub fn wait_s(&self) -> Option<i64> {
        self.wait_us.map(|wait| wait / 1_000_000 + i64::from(wait % 1_000_000 != 0))
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

/// The largest, or nothing.
pub fn longest(values: &[i64]) -> Value {
    values.iter().max().map_or(Value::Null, |longest| Value::from(*longest))
}
