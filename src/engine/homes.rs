//! What the engine knows of homes: a bounded cache, checked by each home's version inside the transaction that uses it.

use std::collections::HashMap;
use std::sync::Arc;

use lru::LruCache;

use crate::clock::Time;
use crate::domain::alert::Alert;
use crate::domain::home::excuse::KEPT;
use crate::domain::home::{Home, HomeKey, organisation_of_key};
use crate::rules::Memory;
use crate::store::states::{ALERT, ClockRow, OF_NO_RULE};
use crate::store::{Result, Tx};

use super::outgoing::Outgoing;

/// A home, what its rules remember, and its open alerts: all that a decision reads.
#[derive(Debug)]
pub struct Known {
    /// The version that all of this belongs to.
    pub version: i64,
    /// The count of register changes at which that version was last looked at, where there is one.
    pub seen_at: Option<i64>,
    /// The register's part.
    pub home: Home,
    /// What the rules remember and wait for.
    pub memory: Memory,
    /// Open alerts.
    pub open: Vec<Alert>,
    /// The next moments of open alerts: alert id to time, as set in the clocks.
    pub alert_clocks: HashMap<String, Time>,
    /// When each gateway was last heard.
    pub heard: HashMap<Arc<str>, Time>,
    /// When that was last written down.
    pub heard_saved: HashMap<Arc<str>, Time>,
    /// When each device's last hearing was last written down.
    pub devices_saved: HashMap<(Arc<str>, String), Time>,
    /// The running up-interval of each gateway: since when, and until when it is written down.
    pub up: HashMap<Arc<str>, (Time, Time)>,
}

impl Known {
    /// A rough count of the bytes it takes, for the bound of the cache.
    fn weight(&self) -> usize {
        3072 + self.home.devices.len() * 500 + self.home.gateways.len() * 500 + self.open.len() * 2500 + self.memory.weight()
    }

    /// The open alert on a matter.
    pub fn open_on(&mut self, queue: crate::domain::alert::Queue, rule: &str, subject: &str) -> Option<&mut Alert> {
        self.open.iter_mut().find(|alert| alert.queue == queue && alert.rule.id == rule && alert.subject == subject)
    }
}

/// The cache.
#[derive(Debug)]
pub struct Homes {
    /// Who is told of their alerts.
    pub outgoing: Outgoing,
    /// With its weight as it was put in.
    known: LruCache<HomeKey, (usize, Known)>,
    bytes: usize,
    limit: usize,
}

impl Homes {
    /// A cache of at most `limit` bytes, roughly.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { outgoing: Outgoing::default(), known: LruCache::unbounded(), bytes: 0, limit }
    }

    /// Locks the homes of `keys` and takes what is known of them out of the cache, loading what is missing or out of date. Whatever goes wrong
    /// later, a home that is not put back is loaded afresh.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn check_out(&mut self, tx: &mut Tx, keys: &[&str], now: Time) -> Result<HashMap<HomeKey, Known>> {
        let changes = tx.register_changes().await?;
        let mut out = HashMap::with_capacity(keys.len());
        let mut unsure = Vec::new();
        for key in keys {
            match self.take(key) {
                Some(known) if changes.is_some() && known.seen_at == changes => drop(out.insert((*key).to_owned(), known)),
                known => unsure.push((*key, known)),
            }
        }
        if unsure.is_empty() {
            return Ok(out);
        }
        let names: Vec<&str> = unsure.iter().map(|(key, _)| *key).collect();
        // An organisation's own matters have no register that would have made the row to lock.
        let of_organisations: Vec<&str> = names.iter().copied().filter(|key| organisation_of_key(key).is_some()).collect();
        if !of_organisations.is_empty() {
            tx.make_lockable(&of_organisations).await?;
        }
        let versions = tx.lock_homes(&names).await?;
        let mut missing = Vec::new();
        for (key, known) in unsure {
            let version = versions.get(key).copied().unwrap_or(0);
            match known.filter(|known| known.version == version && version > 0) {
                Some(known) => drop(out.insert(key.to_owned(), Known { seen_at: changes, ..known })),
                None => missing.push(key),
            }
        }
        if !missing.is_empty() {
            for mut known in load(tx, &missing, &versions, now).await? {
                known.seen_at = changes.filter(|_| known.version > 0);
                out.insert(known.home.key.clone(), known);
            }
        }
        Ok(out)
    }

    /// Puts homes back once the transaction is committed.
    pub fn check_in(&mut self, homes: HashMap<HomeKey, Known>) {
        for (key, known) in homes {
            let weight = known.weight();
            self.bytes += weight;
            if let Some((before, _)) = self.known.put(key, (weight, known)) {
                self.bytes = self.bytes.saturating_sub(before);
            }
        }
        while self.bytes > self.limit {
            let Some((_, (evicted, _))) = self.known.pop_lru() else { break };
            self.bytes = self.bytes.saturating_sub(evicted);
        }
        if self.known.is_empty() {
            self.bytes = 0;
        }
    }

    /// Forgets everything, after a failure that leaves in doubt what was committed.
    pub fn clear(&mut self) {
        self.known.clear();
        self.bytes = 0;
    }

    fn take(&mut self, key: &str) -> Option<Known> {
        let (weight, known) = self.known.pop(key)?;
        self.bytes = self.bytes.saturating_sub(weight);
        Some(known)
    }
}

async fn load(tx: &mut Tx, keys: &[&str], versions: &HashMap<String, i64>, now: Time) -> Result<Vec<Known>> {
    let mut homes: HashMap<HomeKey, Known> = HashMap::new();
    for loaded in tx.load_homes(keys).await? {
        let version = versions.get(&loaded.home.key).copied().unwrap_or(0);
        let known = Known {
            version,
            seen_at: None,
            memory: Memory::default(),
            open: Vec::new(),
            alert_clocks: HashMap::new(),
            heard_saved: loaded.heard.clone(),
            heard: loaded.heard,
            devices_saved: HashMap::new(),
            up: HashMap::new(),
            home: loaded.home,
        };
        homes.insert(known.home.key.clone(), known);
    }
    tx.load_excuses(homes.values_mut().map(|known| &mut known.home), now - KEPT).await?;
    let mut clocks: HashMap<(String, String, String), Time> = HashMap::new();
    for ClockRow { home, rule, subject, due } in tx.clocks_of(keys).await? {
        if rule == ALERT {
            if let Some(known) = homes.get_mut(&home) {
                known.alert_clocks.insert(subject, due);
            }
        } else if !OF_NO_RULE.contains(&rule.as_str()) {
            clocks.insert((home, rule, subject), due);
        }
    }
    for row in tx.states_of(keys).await? {
        let key = (row.home, row.rule, row.subject);
        let due = clocks.remove(&key);
        if let Some(known) = homes.get_mut(&key.0) {
            take_in(known, &key.1, &key.2, row.revision, Some(&row.state), due);
        }
    }
    // Clocks without a state: set by the register (a new gateway), not by a rule.
    for ((home, rule, subject), due) in clocks {
        if let Some(known) = homes.get_mut(&home) {
            take_in(known, &rule, &subject, 0, None, Some(due));
        }
    }
    for alert in tx.open_alerts_of(keys).await? {
        if let Some(known) = homes.get_mut(&alert.home_key()) {
            known.open.push(alert);
        }
    }
    Ok(homes.into_values().collect())
}

/// A state that cannot be read begins afresh; that is told, and stops nobody.
fn take_in(known: &mut Known, rule: &str, subject: &str, revision: i64, state: Option<&str>, due: Option<Time>) {
    if let Err(why) = known.memory.insert(rule, subject, revision, state, due) {
        tracing::error!(home = known.home.key, why);
    }
}
