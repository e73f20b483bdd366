//! Who is tried when. Many receivers at once, few tries at a time for each: one that hangs keeps its own places, and those that failed last time
//! share a part of all places, so that however many hang, the others go on. The engine is never waited for, nor does it wait.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::client::Clients;
use super::email::EmailChannel;
use super::target::{Target, target_of};
use super::webhook::WebhookChannel;
use super::{Attempt, NotifyError, backoff};
use crate::clock::{Clock, Time};
use crate::config::{Notify, Settings};
use crate::domain::access::CANARY;
use crate::domain::delivery::Delivery;
use crate::domain::message::REPORT;
use crate::secrets::KeySafe;
use crate::store::dead_letters::Unreached;
use crate::store::outbox::{Due, Fate, OF_ONE_TARGET, Tried};
use crate::store::{Result, Store};

/// Tries at once, over all receivers.
const AT_ONCE: usize = 512;
/// Of these, for receivers that failed last time.
const FAILING_AT_ONCE: usize = 256;
/// Of these, for second and further tries for one receiver: those of many that hang, without having failed yet, must not take all places.
const FURTHER_AT_ONCE: usize = 128;
/// Reports at once, over all receivers: each is held in memory whole.
const REPORTS_AT_ONCE: usize = 8;
/// How much longer a try with a report may take than another.
const REPORT_LONGER: Duration = Duration::from_secs(50);
/// For one receiver, unless it failed last time: then one.
const TO_ONE: usize = OF_ONE_TARGET;
/// Messages looked at in one go.
const LOOK_AT: i64 = 256;
/// Messages written down in one transaction: those that many tell of at once, or that time out together, must not keep an alarm waiting.
const WRITTEN_AT_ONCE: usize = 32;
/// How often messages of other replicas, and the dead, are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const TELL_EVERY: TimeDelta = TimeDelta::seconds(30);
/// A try counts as lost when so long after its time-out nothing was written down.
const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(10);
/// How long a stop waits for the tries under way.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Raises the alert about a receiver that messages did not reach. Answers whether it is raised; otherwise it is asked again.
pub type Tell = Arc<dyn Fn(Unreached) -> BoxFuture<'static, bool> + Send + Sync>;

/// Sends what is in the outbox.
pub struct Notifier {
    store: Store,
    clock: Clock,
    settings: Notify,
    webhooks: WebhookChannel,
    emails: EmailChannel,
    /// The canary's receiver on this machine, and how it is reached.
    canary: Option<(Url, WebhookChannel)>,
    tell: Tell,
    told_at: Option<Time>,
    under_way: HashMap<String, usize>,
    failing: HashSet<String>,
    /// Reports under way.
    reports: usize,
}

impl std::fmt::Debug for Notifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notifier").field("under_way", &self.under_way.len()).finish_non_exhaustive()
    }
}

/// A finished try.
struct Finished {
    message: Delivery,
    attempt: Attempt,
}

type Tries = FuturesUnordered<BoxFuture<'static, Finished>>;

impl Notifier {
    /// A notifier for the outbox of `store`.
    ///
    /// # Errors
    /// When the settings make no sense.
    pub fn new(store: Store, clock: Clock, settings: &Settings, key: KeySafe, tell: Tell) -> std::result::Result<Self, NotifyError> {
        let notify = settings.notify.clone();
        let timeout = Duration::from_secs(notify.timeout_s.max(1));
        let clients = Clients::new(notify.private_targets, timeout, &notify.ca)?;
        let webhooks = WebhookChannel { key, clients };
        let emails = EmailChannel::new(&settings.smtp, timeout)?;
        let (under_way, failing) = (HashMap::new(), HashSet::new());
        Ok(Self { store, clock, settings: notify, webhooks, emails, canary: None, tell, told_at: None, under_way, failing, reports: 0 })
    }

    /// Sends the canary's messages to `receiver` on this machine, which webhooks may not reach.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn with_canary(self, receiver: Option<Url>) -> std::result::Result<Self, NotifyError> {
        let Some(receiver) = receiver else { return Ok(self) };
        let clients = Clients::new(true, Duration::from_secs(self.settings.timeout_s.max(1)), "")?;
        let channel = WebhookChannel { key: self.webhooks.key.clone(), clients };
        Ok(Self { canary: Some((receiver, channel)), ..self })
    }

    /// Sends until `stop`. `wake` changes when something was committed that may have put messages into the outbox.
    pub async fn run(mut self, mut wake: watch::Receiver<i64>, stop: CancellationToken) {
        if let Err(error) = self.store.resume_deliveries(self.clock.now()).await {
            tracing::warn!(%error, "messages that were under way when the server ended go out a little later");
        }
        let mut tries: Tries = FuturesUnordered::new();
        let mut finished: Vec<Finished> = Vec::new();
        while !stop.is_cancelled() {
            let more = self.round(&mut tries, &mut finished).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the outbox cannot be read or written; trying again");
                false
            });
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::task::yield_now(), if more => {}
                Some(one) = tries.next(), if !tries.is_empty() => finished.push(one),
                Ok(()) = wake.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            take_ready(&mut tries, &mut finished);
        }
        let last = async {
            while let Some(one) = tries.next().await {
                finished.push(one);
            }
        };
        // What has no answer by then is tried again by whoever comes next.
        let _ = tokio::time::timeout(LAST_ANSWERS, last).await;
        if let Err(error) = self.record(&mut finished).await {
            tracing::warn!(%error, "the last answers could not be written down; these messages go out again");
        }
    }

    /// Answers whether there is more to do at once.
    async fn round(&mut self, tries: &mut Tries, finished: &mut Vec<Finished>) -> Result<bool> {
        self.record(finished).await?;
        // What cannot be spread must not keep back what is in the outbox already. The auditor tells of what stays.
        let more = self.store.spread_mailings().await.unwrap_or_else(|error| {
            tracing::error!(%error, "messages to many receivers cannot be spread; trying again");
            false
        });
        self.begin_tries(tries).await?;
        let now = self.clock.now();
        if self.told_at.is_none_or(|last| now - last >= TELL_EVERY || now < last) {
            self.told_at = Some(now);
            self.tell_of_dead().await?;
        }
        Ok(more)
    }

    /// Begins to try what is due, as far as there are places.
    async fn begin_tries(&mut self, tries: &mut Tries) -> Result<()> {
        let now = self.clock.now();
        if tries.len() >= AT_ONCE || self.store.next_delivery().await?.is_none_or(|next| next > now) {
            return Ok(());
        }
        let failing_full = self.failing_under_way() >= FAILING_AT_ONCE;
        let full = self.under_way.iter().filter(|(target, count)| **count >= self.places_of(target)).map(|(target, _)| target);
        let resting = self.failing.iter().filter(|_| failing_full);
        let busy: HashSet<String> = full.chain(resting).cloned().collect();
        let busy: Vec<&str> = busy.iter().map(String::as_str).collect();
        let due = self.store.due_deliveries(now, &busy, LOOK_AT).await?;
        self.begin(due, false, tries, now).await?;
        if self.reports < REPORTS_AT_ONCE && tries.len() < AT_ONCE {
            let places = i64::try_from(REPORTS_AT_ONCE - self.reports).unwrap_or(0);
            let due = self.store.due_reports(now, &busy, places).await?;
            self.begin(due, true, tries, now).await?;
        }
        Ok(())
    }

    async fn begin(&mut self, due: Vec<Due>, report: bool, tries: &mut Tries, now: Time) -> Result<()> {
        let chosen = self.choose(due, AT_ONCE - tries.len());
        let ids: Vec<&str> = chosen.iter().map(|due| due.id.as_str()).collect();
        let until = now + TimeDelta::from_std(self.limit(report)).unwrap_or(TimeDelta::minutes(2)) + LEASE_MARGIN;
        for ids in ids.chunks(WRITTEN_AT_ONCE) {
            for message in self.store.claim_deliveries(ids, now, until).await? {
                let target = target_of(&self.store, &message).await;
                *self.under_way.entry(message.target.clone()).or_default() += 1;
                self.reports += usize::from(message.kind == REPORT);
                tries.push(self.attempt(message, target, now));
            }
        }
        Ok(())
    }

    /// How long a try may take. Longer than the channels' own limits, which should speak first.
    fn limit(&self, report: bool) -> Duration {
        Duration::from_secs(self.settings.timeout_s.max(1) + 2) + if report { REPORT_LONGER } else { Duration::ZERO }
    }

    /// Those for which there is a place, at most `places`.
    fn choose(&self, due: Vec<Due>, places: usize) -> Vec<Due> {
        let mut taken: HashMap<String, usize> = HashMap::new();
        let (mut failing, mut further) = (self.failing_under_way(), self.further_under_way());
        let mut chosen = Vec::new();
        for one in due {
            let fails = self.failing.contains(&one.target);
            let count = taken.entry(one.target.clone()).or_insert_with(|| self.under_way.get(&one.target).copied().unwrap_or(0));
            let full = *count >= self.places_of(&one.target) || (*count > 0 && further >= FURTHER_AT_ONCE);
            if chosen.len() >= places || full || (fails && failing >= FAILING_AT_ONCE) {
                continue;
            }
            further += usize::from(*count > 0);
            *count += 1;
            failing += usize::from(fails);
            chosen.push(one);
        }
        chosen
    }

    fn places_of(&self, target: &str) -> usize {
        if self.failing.contains(target) || self.further_under_way() >= FURTHER_AT_ONCE { 1 } else { TO_ONE }
    }

    fn further_under_way(&self) -> usize {
        self.under_way.values().map(|count| count.saturating_sub(1)).sum()
    }

    fn failing_under_way(&self) -> usize {
        self.under_way.iter().filter(|(target, _)| self.failing.contains(*target)).map(|(_, count)| count).sum()
    }

    fn attempt(&self, message: Delivery, target: Target, now: Time) -> BoxFuture<'static, Finished> {
        let (mut webhooks, emails, mut target) = (self.webhooks.clone(), self.emails.clone(), target);
        if let (Target::Webhook(target, _), Some((receiver, channel)), CANARY) = (&mut target, &self.canary, message.organisation.as_str())
        {
            target.url = receiver.to_string();
            webhooks = channel.clone();
        }
        let limit = self.limit(message.kind == REPORT);
        Box::pin(async move {
            let send = async {
                match target {
                    Target::Webhook(target, file) => webhooks.send(&message, &target, file.as_ref(), now).await,
                    Target::Address(address, file) => emails.send(&message, &address, file.as_ref(), now).await,
                    Target::Nowhere(attempt) => attempt,
                }
            };
            let attempt = tokio::time::timeout(limit, send).await.unwrap_or_else(|_| Attempt::failed("no answer in time"));
            Finished { message, attempt }
        })
    }

    /// Writes down what became of the tries. On an error they stay in `finished`.
    async fn record(&mut self, finished: &mut Vec<Finished>) -> Result<()> {
        let now = self.clock.now();
        while !finished.is_empty() {
            let tries: Vec<Tried> = finished.iter().take(WRITTEN_AT_ONCE).map(|one| self.judge(one, now)).collect();
            self.store.record_tries(&tries, now).await?;
            for (one, tried) in finished.drain(..tries.len()).zip(tries) {
                self.reports -= usize::from(one.message.kind == REPORT);
                self.settle(&one.message.target, &tried);
            }
        }
        Ok(())
    }

    fn judge(&self, Finished { message, attempt }: &Finished, now: Time) -> Tried {
        let (status, fate) = match attempt.clone() {
            Attempt::Delivered { status } => (status, Fate::Delivered),
            Attempt::Hopeless { status, error } => (status, Fate::Dead(error)),
            Attempt::Failed { status, error, .. } if message.attempts >= self.settings.attempts => (status, Fate::Dead(error)),
            Attempt::Failed { status, error, after } => {
                let own = backoff::pause(&self.settings, &message.id, message.attempts);
                let pause = after.map_or(own, |asked| asked.max(own));
                (status, Fate::Again(now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::hours(1)), error))
            }
        };
        Tried { id: message.id.clone(), attempt: message.attempts, status, fate }
    }

    fn settle(&mut self, target: &str, tried: &Tried) {
        if let Some(count) = self.under_way.get_mut(target) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(target);
            }
        }
        let outcome = match &tried.fate {
            Fate::Delivered => {
                self.failing.remove(target);
                "delivered"
            }
            Fate::Again(_, error) => {
                tracing::info!(message = tried.id, attempt = tried.attempt, error, "a message was not delivered; it is tried again");
                self.failing.insert(target.to_owned());
                "failed"
            }
            Fate::Dead(error) => {
                tracing::error!(message = tried.id, attempt = tried.attempt, error, "a message was given up");
                self.failing.insert(target.to_owned());
                self.told_at = None;
                "dead"
            }
        };
        metrics::counter!("harken_notify_tries_total", "outcome" => outcome).increment(1);
    }

    /// One technical alert for each receiver that messages did not reach. What cannot be told now is told later.
    async fn tell_of_dead(&mut self) -> Result<()> {
        for unreached in self.store.unreached(LOOK_AT).await? {
            if (self.tell)(unreached.clone()).await {
                self.store.told_of_dead(&unreached).await?;
            }
        }
        Ok(())
    }
}

/// Takes the tries that are finished by now, to write them down together.
fn take_ready(tries: &mut Tries, finished: &mut Vec<Finished>) {
    use futures_util::FutureExt;
    while let Some(Some(one)) = tries.next().now_or_never() {
        finished.push(one);
    }
}
