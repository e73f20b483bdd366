//! What simulated gateways need from the installation they talk to, apart from MQTT. The functions are handed in, so that nothing in here
//! knows whether the store or the API is behind them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use futures_util::future::BoxFuture;

/// A gateway that is to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewaySpec {
    /// Its id.
    pub gateway: String,
    /// The name of the home that it stands in.
    pub home: String,
    /// The zone that the home lives in.
    pub zone: Tz,
}

/// Registers a gateway and its home, unless they are there, and answers with a secret that the gateway can log in with now.
pub type Register = Arc<dyn Fn(GatewaySpec) -> BoxFuture<'static, Result<String, String>> + Send + Sync>;

/// Answers with the number that was remembered under a key.
pub type Recall = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Option<i64>, String>> + Send + Sync>;

/// Remembers a number under a key, for as long as the installation lives.
pub type Remember = Arc<dyn Fn(String, i64) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Counts alerts, given by id, by the rule that raised them.
pub type CountByRule = Arc<dyn Fn(Vec<String>) -> BoxFuture<'static, Result<BTreeMap<String, u64>, String>> + Send + Sync>;

/// The installation, as far as simulated gateways know it.
#[derive(Clone)]
pub struct Installation {
    /// See [`Register`].
    pub register: Register,
    /// See [`Recall`].
    pub recall: Recall,
    /// See [`Remember`].
    pub remember: Remember,
    /// See [`CountByRule`].
    pub count_by_rule: CountByRule,
}

impl std::fmt::Debug for Installation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Installation")
    }
}
