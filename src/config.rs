//! Settings: the commented defaults in `config/harken.toml` (embedded), overridden by the file that `HARKEN_CONFIG` names, overridden by
//! `HARKEN_{SECTION}_{KEY}` variables. The only room that reads the environment.
#![allow(clippy::disallowed_methods, reason = "the one room that reads the environment")]

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// The default configuration with its comments.
pub const DEFAULTS: &str = include_str!("../config/harken.toml");

/// All settings. Every one is described in `config/harken.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Settings {
    pub database: Database,
    pub http: Http,
    pub mqtt: Mqtt,
    pub engine: Engine,
    pub response: Response,
    pub visits: Visits,
    pub incidents: Incidents,
    pub reports: Reports,
    pub notify: Notify,
    pub smtp: Smtp,
    pub deadman: Deadman,
    pub canary: Canary,
    pub notices: Notices,
    pub retention: Retention,
    pub security: Security,
    pub log: Log,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Database {
    pub url: String,
    pub connections: u32,
    pub max_pages: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Http {
    pub listen: String,
    pub public_url: String,
    pub tls_certificate: String,
    pub tls_key: String,
    pub secure_cookies: bool,
    pub trusted_proxies: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Mqtt {
    pub listen: String,
    pub tls_listen: String,
    pub tls_certificate: String,
    pub tls_key: String,
    pub tls_client_ca: String,
    pub max_connections: usize,
    pub connect_timeout_s: u64,
    pub max_keep_alive_s: u16,
    pub in_flight: u16,
    pub url: String,
    pub user: String,
    pub password: String,
    pub ca: String,
    pub protocol: String,
    pub slots: u16,
    pub alarm_slots: u16,
    pub new_gateways_per_minute: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Engine {
    pub batch: usize,
    pub batch_ms: u64,
    pub lane_depth: usize,
    pub cache_mib: usize,
    pub lateness_h: i64,
    pub clock_tolerance_s: i64,
    pub late_after_s: i64,
    pub outage_grace_s: i64,
    pub outage_alert_s: i64,
    pub away_h: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "`config/harken.toml` says what each is")]
pub struct Visits {
    pub answer_min: i64,
    pub set_out_min: i64,
    pub attend_min: i64,
    pub attend_limit_min: i64,
    pub lone_worker_min: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "`config/harken.toml` says what each is")]
pub struct Incidents {
    pub homes: usize,
    pub window_min: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "`config/harken.toml` says what each is")]
pub struct Response {
    pub lease_s: i64,
    pub answer_target_s: i64,
    pub answer_limit_s: i64,
    pub idle_min: [i64; 5],
    pub hold_max_min: [i64; 5],
    pub fault_max_days: i64,
    pub test_ends_min: i64,
    pub clear_closes_min: i64,
    pub outcomes: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "`config/harken.toml` says what each is")]
pub struct Reports {
    pub attach_max_kib: i64,
    pub file_max_mib: i64,
    pub target_percent: f64,
    pub limit_percent: f64,
    pub attend_percent: f64,
    pub attend_limit_percent: f64,
    pub operator_norm: i64,
    pub flood: i64,
    pub repeat_calls: i64,
    pub avoided_attended_percent: f64,
    pub avoided_reassured_percent: f64,
    pub avoided_value: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Notify {
    pub private_targets: bool,
    pub timeout_s: u64,
    pub attempts: i64,
    pub first_pause_s: u64,
    pub longest_pause_s: u64,
    pub ca: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub encryption: String,
    pub user: String,
    pub password: String,
    pub from: String,
    pub ca: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Deadman {
    pub url: String,
    pub every_s: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Canary {
    pub every_s: i64,
    pub within_s: u64,
    pub host: String,
    pub ca: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Notices {
    pub outage_min: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Retention {
    pub events_days: i64,
    pub alerts_days: i64,
    pub visits_days: i64,
    pub audit_days: i64,
    pub feed_days: i64,
    pub quarantine_days: i64,
    pub report_files_days: i64,
    pub outbox_days: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Security {
    pub key_file: String,
    pub session_hours: i64,
    pub login_attempts_per_minute: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/harken.toml documents each one; a test holds the two together")]
pub struct Log {
    pub level: String,
    pub format: String,
}

impl Response {
    /// What stands in the file of outcomes that the settings name; none when they name none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn outcomes_text(&self) -> Result<Option<String>, ConfigError> {
        if self.outcomes.is_empty() {
            return Ok(None);
        }
        let read = std::fs::read_to_string(&self.outcomes);
        read.map(Some).map_err(|error| ConfigError(format!("response.outcomes: cannot read {}: {error}", self.outcomes)))
    }
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl Default for Settings {
    #[allow(clippy::expect_used, reason = "the embedded file is checked by a test")]
    fn default() -> Self {
        toml::from_str(DEFAULTS).expect("config/harken.toml holds every setting")
    }
}

impl Settings {
    /// The settings in force for this process.
    ///
    /// # Errors
    /// When a file cannot be read, or holds a setting that is not known or of the wrong type. The text names it.
    pub fn load() -> Result<Self, ConfigError> {
        let file = std::env::var_os("HARKEN_CONFIG").map(PathBuf::from);
        let text = match &file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| ConfigError(format!("HARKEN_CONFIG: cannot read {}: {error}", path.display())))?,
            None => String::new(),
        };
        Self::assemble(&text, |name| std::env::var(name).ok()).map_err(|error| match &file {
            Some(path) => ConfigError(format!("{} (from {} and the environment)", error.0, path.display())),
            None => error,
        })
    }

    fn assemble(file: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let parse = |text: &str| text.parse::<Table>().map_err(|error| ConfigError(format!("not valid TOML: {error}")));
        let mut table = parse(DEFAULTS)?;
        for (section, values) in parse(file)? {
            let Value::Table(values) = values else { return Err(ConfigError(format!("`{section}` must be a section: [{section}]"))) };
            let Some(Value::Table(known)) = table.get_mut(&section) else {
                return Err(ConfigError(format!("there is no section [{section}]")));
            };
            known.extend(values);
        }
        for (section, values) in &mut table {
            let Value::Table(values) = values else { continue };
            for (key, value) in values.iter_mut() {
                let name = format!("HARKEN_{}_{}", section.to_uppercase(), key.to_uppercase());
                if let Some(text) = variable(&name) {
                    *value =
                        typed_like(value, &text).ok_or_else(|| ConfigError(format!("{name}: `{text}` is not a {}", value.type_str())))?;
                }
            }
        }
        Value::Table(table).try_into().map_err(|error: toml::de::Error| ConfigError(error.message().to_owned()))
    }

    /// The settings as TOML, with secrets hidden.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut copy = self.clone();
        for secret in [&mut copy.mqtt.password, &mut copy.smtp.password, &mut copy.deadman.url] {
            if !secret.is_empty() {
                "(hidden)".clone_into(secret);
            }
        }
        copy.database.url = without_password(&copy.database.url);
        copy.mqtt.url = without_password(&copy.mqtt.url);
        toml::to_string(&copy).unwrap_or_default()
    }
}

/// Where the addresses that were bound are written once the service is ready (`HARKEN_READY_FILE`), for whoever started it on free ports.
#[must_use]
pub fn ready_file() -> Option<PathBuf> {
    std::env::var_os("HARKEN_READY_FILE").map(PathBuf::from)
}

fn typed_like(model: &Value, text: &str) -> Option<Value> {
    Some(match model {
        Value::String(_) => Value::String(text.to_owned()),
        Value::Integer(_) => Value::Integer(text.parse().ok()?),
        Value::Float(_) => Value::Float(text.parse().ok()?),
        Value::Boolean(_) => Value::Boolean(text.parse().ok()?),
        Value::Array(model) => {
            let each = |text: &str| match model.first() {
                Some(model) => typed_like(model, text),
                None => Some(Value::String(text.to_owned())),
            };
            Value::Array(text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(each).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((login, host)) => format!("{scheme}://{}:(hidden)@{host}", login.split(':').next().unwrap_or_default()),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_override_the_file_and_the_file_the_defaults() {
        let settings = Settings::assemble("[http]\nlisten = \"127.0.0.1:1\"\n[engine]\nbatch = 7", |name| {
            (name == "HARKEN_ENGINE_BATCH").then(|| "9".to_owned())
        })
        .unwrap();
        assert_eq!(settings.http.listen, "127.0.0.1:1");
        assert_eq!(settings.engine.batch, 9);
        assert_eq!(settings.mqtt, Settings::default().mqtt);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let say = |file: &str| Settings::assemble(file, |_| None).unwrap_err().to_string();
        assert!(say("[nonsense]\nx = 1").contains("nonsense"));
        assert!(say("[http]\nlisen = \"x\"").contains("lisen"));
        let error = Settings::assemble("", |name| (name == "HARKEN_ENGINE_BATCH").then(|| "many".to_owned())).unwrap_err();
        assert!(error.to_string().contains("HARKEN_ENGINE_BATCH"));
    }

    #[test]
    fn secrets_are_hidden() {
        let mut settings = Settings::default();
        settings.database.url = "postgres://harken:hunter2@db/harken".to_owned();
        settings.mqtt.password = "hunter3".to_owned();
        settings.smtp.password = "hunter4".to_owned();
        settings.deadman.url = "https://example.org/hunter5".to_owned();
        let shown = settings.shown();
        assert!(!shown.contains("hunter"), "{shown}");
    }
}
