//! The loop: events, due clocks and people's actions in; load, decide, commit, announce. The only caller of `rules` and `response`.
//!
//! Reading order: [`action`] (what people ask), [`batch`] (deliveries to stored events), [`clocks`], [`people`], and below them [`mod@unit`] (what becomes true
//! together) and [`homes`] (what is known).

mod acks;
pub mod action;
mod alert_clock;
mod auditor;
mod backlog;
mod batch;
mod clocks;
mod coverage;
pub mod delivery;
mod excuses;
mod hearing;
mod homes;
mod incidents;
mod notices;
mod outgoing;
mod pace;
mod paths;
mod people;
mod platform;
mod run;
mod telling;
mod unit;
mod visits;
mod welfare;
mod work;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use chrono::TimeDelta;
use lru::LruCache;
use tokio::sync::{mpsc, watch};

use crate::clock::{Clock, Time};
use crate::config::Settings;
use crate::domain::alert::Queue;
use crate::domain::dating::Dating;
use crate::domain::escalation::EscalationPolicy;
use crate::domain::home::Home;
use crate::domain::outcome::Outcomes;
use crate::response::lifecycle;
use crate::rules::{Context, Interval, Limits, RuleFault, RuleFile, RuleSet, Said};
use crate::store::{Result, Store, StoreError, Tx};

use action::{EngineHandle, Request};
use backlog::Backlog;
use delivery::Delivery;
use homes::Homes;
use pace::Pace;
use paths::OwnPath;
use unit::Done;

pub use auditor::{EVERY as AUDITED_EVERY, UNATTENDED};
pub use notices::OUTAGE;
pub use people::BY_HAND;
pub use visits::{LONE_WORKER, VISIT_OVERDUE};

/// Gateways whose home is remembered, at most.
const GATEWAYS_KNOWN: NonZeroUsize = NonZeroUsize::new(200_000).unwrap();

/// The engine's end of the sources' intake.
#[derive(Debug)]
pub struct Lanes {
    /// Deliveries that hold an alarm, and status changes.
    pub alarms: mpsc::Receiver<Delivery>,
    /// Everything else.
    pub telemetry: mpsc::Receiver<Delivery>,
}

/// Whether our own path to the gateways is open: asked whenever we mark that we are alive.
pub type OwnPathIsUp = Arc<dyn Fn() -> bool + Send + Sync>;

/// The one writer.
pub struct Engine {
    store: Store,
    clock: Clock,
    settings: Settings,
    lanes: Lanes,
    backlog: Backlog,
    requests: mpsc::Receiver<Request>,
    feed: watch::Sender<i64>,
    rules: Arc<RuleSet>,
    homes: Homes,
    gateways: LruCache<Arc<str>, Arc<str>>,
    path: OwnPath,
    down: Vec<Interval>,
    next_due: Option<Time>,
    look_for_clocks: bool,
    pulse: Arc<AtomicU64>,
    pace: Pace,
    limits: lifecycle::Limits,
    outcomes: Arc<Outcomes>,
    /// When the auditor looked last.
    audited: Option<Time>,
    clean_at: watch::Sender<Option<Time>>,
    /// When it looked first.
    first_audit: Option<Time>,
    /// Outages of our own that ended until then were told.
    outages_told: Time,
    own_path_is_up: OwnPathIsUp,
}

impl Engine {
    /// When the loop last turned, in milliseconds of [`Clock::monotonic`]: for a watchdog.
    #[must_use]
    pub fn pulse(&self) -> Arc<AtomicU64> {
        self.pulse.clone()
    }

    /// When the auditor last found that nothing open was forgotten; nothing after it has found something.
    #[must_use]
    pub fn clean_at(&self) -> watch::Receiver<Option<Time>> {
        self.clean_at.subscribe()
    }

    /// An engine on `store`, and the handle by which people reach it.
    ///
    /// # Errors
    /// When the database is away, or holds rules that cannot be read.
    pub async fn new(
        store: Store,
        clock: Clock,
        settings: Settings,
        lanes: Lanes,
        own_path_is_up: OwnPathIsUp,
    ) -> Result<(Self, EngineHandle)> {
        let (requests_in, requests) = mpsc::channel(256);
        let feed = watch::Sender::new(store.feed_position().await?);
        let outcomes = Arc::new(outcomes(&settings)?);
        let handle = EngineHandle::new(requests_in, feed.subscribe()).with_outcomes(outcomes.clone());
        let now = clock.now();
        let (rules, digest) = default_rules()?;
        store.import_default_rules(&rules, &digest, now).await?;
        store.import_default_policies(&default_policies()?, now).await?;
        let keep = TimeDelta::hours(settings.engine.lateness_h);
        let path = OwnPath::begin(&store, now, keep).await?;
        let mut tx = store.begin().await?;
        let rules = load_rules(&mut tx).await?;
        drop(tx);
        let next_due = store.next_due().await?;
        let homes = Homes::new(settings.engine.cache_mib * 1024 * 1024);
        let gateways = LruCache::new(GATEWAYS_KNOWN);
        let limits = response_limits(&settings.response);
        let pace = Pace::new(settings.engine.batch, std::time::Duration::from_millis(settings.engine.batch_ms));
        let backlog = Backlog::new(settings.engine.lane_depth);
        let mut engine = Self {
            store,
            clock,
            settings,
            lanes,
            backlog,
            requests,
            feed,
            rules,
            homes,
            gateways,
            path,
            down: Vec::new(),
            next_due,
            look_for_clocks: false,
            pulse: Arc::default(),
            pace,
            limits,
            outcomes,
            audited: None,
            clean_at: watch::Sender::new(None),
            first_audit: None,
            outages_told: Time::MIN_UTC,
            own_path_is_up,
        };
        engine.note_outages();
        Ok((engine, handle))
    }

    /// What a decision about `home` may read.
    fn context<'a>(&'a self, home: &'a Home, heard: &'a HashMap<Arc<str>, Time>, now: Time) -> Context<'a> {
        Context {
            home,
            rules: &self.rules,
            now,
            down: &self.down,
            limits: rule_limits(&self.settings.engine),
            heard,
            leaps: self.path.leaps(),
            said_away: Said::nothing(),
        }
    }

    /// How events are dated now.
    fn dating(&self, now: Time) -> Dating {
        Dating { own_step: self.path.stepped_by(now), ..Dating::of(&self.settings.engine) }
    }

    fn note_outages(&mut self) {
        self.down = self.path.down(self.clock.now()).collect();
    }

    /// Follows the revision in force. A revision that cannot be read is refused whole: the old one stays.
    async fn refresh_rules(&mut self, tx: &mut Tx) -> Result<()> {
        if tx.active_revision().await? == self.rules.revision {
            return Ok(());
        }
        match load_rules(tx).await {
            Ok(rules) => {
                tracing::info!(revision = rules.revision, "rules in force");
                self.rules = rules;
            }
            Err(StoreError::Unreadable { why, .. }) => {
                tracing::error!(why, "the active rules cannot be read; the ones before stay in force");
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }

    /// Tells the stream and the metrics what a committed unit did.
    fn announce(&mut self, done: &Done, raised: &[Queue]) {
        if let Some(position) = done.feed {
            self.feed.send_if_modified(|last| {
                let forward = position > *last;
                *last = position.max(*last);
                forward
            });
        }
        if let Some(due) = done.next_due {
            self.next_due = Some(self.next_due.map_or(due, |next| next.min(due)));
        }
        for queue in raised {
            metrics::counter!("harken_alerts_raised_total", "queue" => queue.as_str()).increment(1);
        }
    }
}

/// The tolerances by which rules decide, as the settings have them.
#[must_use]
pub fn rule_limits(engine: &crate::config::Engine) -> Limits {
    Limits {
        outage_grace: TimeDelta::seconds(engine.outage_grace_s),
        lateness: TimeDelta::hours(engine.lateness_h),
        late_after: TimeDelta::seconds(engine.late_after_s),
        away: TimeDelta::hours(engine.away_h),
    }
}

/// The times that the lifecycle holds people to, as the settings have them.
#[must_use]
pub fn response_limits(response: &crate::config::Response) -> lifecycle::Limits {
    lifecycle::Limits {
        answer_target: TimeDelta::seconds(response.answer_target_s),
        answer: TimeDelta::seconds(response.answer_limit_s),
        lease: TimeDelta::seconds(response.lease_s),
        idle: response.idle_min.map(TimeDelta::minutes),
        hold: response.hold_max_min.map(TimeDelta::minutes),
        fault: TimeDelta::days(response.fault_max_days),
        test_ends: TimeDelta::minutes(response.test_ends_min),
        clear_closes: TimeDelta::minutes(response.clear_closes_min),
    }
}

async fn load_rules(tx: &mut Tx) -> Result<Arc<RuleSet>> {
    let revision = tx.active_revision().await?;
    let row = tx.revision(revision).await?.ok_or(StoreError::NotFound("the active rule revision"))?;
    let file = RuleFile::from_json(&format!("revision {revision}"), &row.rules).map_err(|fault| unreadable(&[fault]))?;
    RuleSet::compile(revision, &[file]).map(Arc::new).map_err(|faults| unreadable(&faults))
}

/// The built-in rules as they are stored, and the SHA-256 of that text.
fn default_rules() -> Result<(String, String)> {
    let files = crate::rules::default_rules().map_err(|fault| unreadable(&[fault]))?;
    let text = RuleSet::compile(0, &files).map_err(|faults| unreadable(&faults))?.to_json();
    let digest = crate::domain::secret::sha256_hex(text.as_bytes());
    Ok((text, digest))
}

/// How alerts can end: the service's own list, or the one that is shipped.
fn outcomes(settings: &Settings) -> Result<Outcomes> {
    let unreadable = |why| StoreError::Unreadable { what: "list of outcomes (response.outcomes)", why };
    match settings.response.outcomes_text().map_err(|error| unreadable(error.to_string()))? {
        Some(text) => Outcomes::parse(&text).map_err(unreadable),
        None => Ok(Outcomes::default()),
    }
}

/// The escalation policies that a new installation begins with.
fn default_policies() -> Result<Vec<EscalationPolicy>> {
    crate::response::escalation::built_in().map_err(|why| StoreError::Unreadable { what: "escalation policies", why })
}

fn unreadable(faults: &[RuleFault]) -> StoreError {
    let why: Vec<String> = faults.iter().map(ToString::to_string).collect();
    StoreError::Unreadable { what: "rule set", why: why.join("; ") }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_limits_of_a_trial_are_those_that_are_shipped() {
        let shipped = super::response_limits(&crate::config::Settings::default().response);
        assert_eq!(format!("{shipped:?}"), format!("{:?}", crate::response::lifecycle::Limits::default()));
    }
}
