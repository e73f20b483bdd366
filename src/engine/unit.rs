//! One unit of work: everything that becomes true together. Homes are locked, decisions applied to them, and all of it is written in
//! one transaction, the feed last.

mod raising;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::clock::{Clock, Time};
use crate::domain::alert::{Alert, Entry, Queue};
use crate::domain::escalation::EscalationPolicy;
use crate::domain::event::Event;
use crate::domain::home::HomeKey;
use crate::response::lifecycle::Limits;
use crate::rules::{Edit, Outcome};
use crate::store::alerts::NewEntry;
use crate::store::outbox::NewDelivery;
use crate::store::shadow::NewShadow;
use crate::store::states::{ALERT, ClockRow, StateRow};
use crate::store::{Result, Tx};

use super::homes::{Homes, Known};

/// An open unit of work. Dropping it undoes everything; the homes in it are then loaded afresh.
#[derive(Debug)]
pub struct Unit {
    /// The transaction.
    pub tx: Tx,
    /// The time at which all of it happens.
    pub now: Time,
    /// The homes that it locked.
    pub homes: HashMap<HomeKey, Known>,
    changed: BTreeSet<(HomeKey, String)>,
    quiet: BTreeSet<(HomeKey, String)>,
    closed: Vec<Alert>,
    entries: Vec<NewEntry>,
    evidence: Vec<(String, Event)>,
    alert_clocks: BTreeMap<(HomeKey, String), Time>,
    limits: Limits,
    policies: HashMap<String, Vec<EscalationPolicy>>,
    received: Option<Time>,
    stopped: Vec<(String, String, String)>,
    shadows: Vec<NewShadow>,
    /// What goes out to those whom steps of escalations reach by an address.
    pub messages: Vec<NewDelivery>,
}

/// What a committed unit leaves behind.
#[derive(Debug)]
pub struct Done {
    /// The feed's last position, when something was announced.
    pub feed: Option<i64>,
    /// The earliest clock that was set.
    pub next_due: Option<Time>,
}

impl Unit {
    /// Begins: locks the homes and brings what is known of them up to date.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin(mut tx: Tx, cache: &mut Homes, keys: &[&str], now: Time, limits: Limits) -> Result<Self> {
        let homes = cache.check_out(&mut tx, keys, now).await?;
        Ok(Self {
            tx,
            now,
            homes,
            changed: BTreeSet::new(),
            quiet: BTreeSet::new(),
            closed: Vec::new(),
            entries: Vec::new(),
            evidence: Vec::new(),
            alert_clocks: BTreeMap::new(),
            limits,
            policies: HashMap::new(),
            received: None,
            stopped: Vec::new(),
            shadows: Vec::new(),
            messages: Vec::new(),
        })
    }

    /// Applies what the rules decided about one home, and answers with the alerts that were raised or added to.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn apply(&mut self, key: &str, outcomes: Vec<Outcome>, clock: &Clock, raised: &mut Vec<Queue>) -> Result<Vec<String>> {
        let mut alerts = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Raise(raise) if raise.shadow => {
                    metrics::counter!("harken_shadow_raises_total").increment(1);
                    let shadow = self.shadow(key, *raise, clock).await?;
                    self.shadows.push(shadow);
                }
                Outcome::Raise(raise) => alerts.push(self.raise(key, *raise, clock, raised).await?),
                Outcome::Cleared { rule, subject, at, explained_by_late_event } => {
                    self.cleared(key, &rule, &subject, at, explained_by_late_event);
                }
                Outcome::Rise { rule, subject, priority, text } => self.rise(key, &rule, &subject, priority, &text),
                // Answered where clocks fire, before.
                Outcome::Recall(_) => {}
                Outcome::Fault { rule, subject, text } => {
                    tracing::error!(rule, home = key, subject, "a rule could not be evaluated");
                    metrics::counter!("harken_rule_faults_total").increment(1);
                    self.fault(key, &rule, &text, clock, raised).await?;
                }
            }
        }
        Ok(alerts)
    }

    /// An open alert of a locked home.
    pub fn alert_mut(&mut self, key: &str, id: &str) -> Option<&mut Alert> {
        self.homes.get_mut(key)?.open.iter_mut().find(|alert| alert.id == id)
    }

    /// Records that an alert was changed by `entry` and is to be announced; sees to its clock.
    pub fn changed(&mut self, key: &str, id: &str, entry: Option<Entry>) {
        let Some(known) = self.homes.get_mut(key) else { return };
        let Some(place) = known.open.iter().position(|alert| alert.id == id) else { return };
        let alert = &known.open[place];
        match alert.next_moment() {
            // A moment that only moves later is not rewritten: its clock fires, finds that it is early, and is set again.
            Some(at) if known.alert_clocks.get(id).is_none_or(|set| *set > at) => {
                known.alert_clocks.insert(id.to_owned(), at);
                self.alert_clocks.insert((key.to_owned(), id.to_owned()), at);
            }
            None if known.alert_clocks.remove(id).is_some() => {
                self.alert_clocks.remove(&(key.to_owned(), id.to_owned()));
                self.stopped.push((key.to_owned(), ALERT.to_owned(), id.to_owned()));
            }
            _ => {}
        }
        let announce = entry.is_some();
        if let Some(entry) = entry {
            self.entries.push(NewEntry { alert: id.to_owned(), position: alert.version, entry });
        }
        let place_in = if announce { &mut self.changed } else { &mut self.quiet };
        place_in.insert((key.to_owned(), id.to_owned()));
        if !known.open[place].is_open() {
            let closed = known.open.swap_remove(place);
            self.changed.remove(&(key.to_owned(), id.to_owned()));
            self.closed.push(closed);
        }
    }

    /// Adds a line to an alert that was closed before.
    pub fn note_on_closed(&mut self, alert: Alert, entry: Entry) {
        self.entries.push(NewEntry { alert: alert.id.clone(), position: alert.version, entry });
        self.closed.push(alert);
    }

    /// An alert that was closed is open again.
    pub fn reopened(&mut self, key: &str, alert: Alert, entry: Entry) {
        let Some(known) = self.homes.get_mut(key) else { return };
        let id = alert.id.clone();
        known.open.push(alert);
        self.changed(key, &id, Some(entry));
    }

    /// The clock of this alert has fired: whatever comes next is to be written.
    pub fn forget_alert_clock(&mut self, key: &str, id: &str) {
        if let Some(known) = self.homes.get_mut(key) {
            known.alert_clocks.remove(id);
        }
    }

    /// Sets the clock of this alert to its next moment.
    pub fn set_alert_clock(&mut self, key: &str, id: &str) {
        let Some(known) = self.homes.get_mut(key) else { return };
        let moment = known.open.iter().find(|alert| alert.id == id).and_then(Alert::next_moment);
        if let Some(at) = moment {
            known.alert_clocks.insert(id.to_owned(), at);
            self.alert_clocks.insert((key.to_owned(), id.to_owned()), at);
        }
    }

    /// Stops a clock.
    pub fn stop_clock(&mut self, key: &str, rule: &str, subject: &str) {
        self.stopped.push((key.to_owned(), rule.to_owned(), subject.to_owned()));
    }

    /// Gives up before anything was changed: what is known of the homes goes back as it was.
    pub fn give_up(self, cache: &mut Homes) {
        cache.check_in(self.homes);
    }

    /// Writes everything, commits, and puts the homes back into the cache.
    ///
    /// # Errors
    /// When the database refuses: then nothing of it holds.
    pub async fn finish(mut self, cache: &mut Homes) -> Result<Done> {
        let mut touched: BTreeSet<String> = self.closed.iter().map(Alert::home_key).collect();
        let (mut states, mut dropped) = (Vec::new(), Vec::new());
        let mut clocks: Vec<ClockRow> = std::mem::take(&mut self.alert_clocks)
            .into_iter()
            .map(|((home, subject), due)| ClockRow { home, rule: ALERT.to_owned(), subject, due })
            .collect();
        for (key, known) in &mut self.homes {
            for change in known.memory.take_changes() {
                touched.insert(key.clone());
                let place = (key.clone(), change.rule.to_string(), change.subject);
                match change.state {
                    Edit::Keep => {}
                    Edit::Put((revision, state)) => {
                        let (home, rule, subject) = place.clone();
                        states.push(StateRow { home, rule, subject, revision, state });
                    }
                    Edit::Delete => dropped.push(place.clone()),
                }
                match change.due {
                    Edit::Keep => {}
                    Edit::Put(due) => {
                        let (home, rule, subject) = place;
                        clocks.push(ClockRow { home, rule, subject, due });
                    }
                    Edit::Delete => self.stopped.push(place),
                }
            }
        }
        let mut next_due = clocks.iter().map(|clock| clock.due).min();
        touched.extend(clocks.iter().map(|clock| clock.home.clone()));
        touched.extend(self.stopped.iter().map(|(home, _, _)| home.clone()));
        touched.extend(self.changed.iter().chain(&self.quiet).map(|(home, _)| home.clone()));
        touched.extend(self.homes.values().filter(|known| known.version == 0).map(|known| known.home.key.clone()));
        let announced = self.collect(&self.changed);
        let quiet = self.collect(&self.quiet.difference(&self.changed).cloned().collect());
        let announced: Vec<Alert> = announced.into_iter().chain(self.closed).collect();
        self.tx.save_states(states).await?;
        self.tx.drop_states(&dropped).await?;
        self.tx.drop_clocks(&self.stopped).await?;
        self.tx.save_clocks(clocks).await?;
        // Closed before open: a reopened matter may need the place in the unique index.
        let (open, closed): (Vec<Alert>, Vec<Alert>) = announced.iter().cloned().partition(Alert::is_open);
        self.tx.save_alerts(&closed).await?;
        self.tx.save_alerts(&open).await?;
        self.tx.save_alerts(&quiet).await?;
        if !announced.is_empty() {
            cache.outgoing.tell(&mut self.tx, &announced, &self.entries, self.now).await?;
        }
        self.tx.enqueue(&self.messages, self.now).await?;
        self.tx.add_entries(self.entries).await?;
        self.tx.add_evidence(&self.evidence).await?;
        self.tx.record_shadows(&self.shadows).await?;
        for key in announced.iter().filter_map(super::incidents::concerned).collect::<BTreeSet<String>>() {
            let due = self.now + super::incidents::SOON;
            self.tx.look_at_incidents(&key, due).await?;
            next_due = Some(next_due.map_or(due, |next| next.min(due)));
        }
        let keys: Vec<&str> = touched.iter().map(String::as_str).collect();
        let raised = self.tx.decided_homes(&keys).await?;
        let feed = if announced.is_empty() { None } else { Some(self.tx.append_feed(&announced, self.now).await?) };
        self.tx.commit().await?;
        for key in touched.iter().filter(|_| raised) {
            if let Some(known) = self.homes.get_mut(key) {
                known.version += 1;
            }
        }
        cache.check_in(self.homes);
        Ok(Done { feed, next_due })
    }

    fn collect(&self, which: &BTreeSet<(HomeKey, String)>) -> Vec<Alert> {
        which.iter().filter_map(|(key, id)| self.homes.get(key)?.open.iter().find(|alert| alert.id == *id).cloned()).collect()
    }
}
