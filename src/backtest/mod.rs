//! Backtests: what a changed set of rules would have raised over the events that are stored, against the set in force. The same pure code as in the engine decides;
//! homes are read one after the other, a page of events at a time, on the pool for reading alone.
//!
//! Reading order: [`run()`], [`mod@home`] (one home, played by both sets), [`compare`] (what became of its alerts), [`report`].

mod compare;
mod home;
pub mod report;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::home::Home;
use crate::rules::{Interval, Limits, RuleFile, RuleSet, default_rules};
use crate::store::heard::PLATFORM;
use crate::store::{ListQuery, Result, Store, StoreError};
use home::{Sets, Stage};
pub use report::Report;

/// Homes that are looked up at a time.
const PAGE: i64 = 100;

/// How far another clock may go ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

/// The end of a backtest: `to`, or `now` where it lies a little ahead by another clock. What has not happened yet would be played as silence, in which rules
/// find what is not there.
///
/// # Errors
/// With what to write, when it lies further ahead.
pub fn until(to: Time, now: Time) -> std::result::Result<Time, String> {
    if to - now > AHEAD {
        return Err(format!(
            "it is {} now: what has not happened yet would be played as silence. Let the time end at now or before",
            now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        ));
    }
    Ok(to.min(now))
}

/// What is to be tried out.
#[derive(Clone, Debug)]
pub struct Question {
    /// The homes that whoever asks may see.
    pub scope: Scope,
    /// Only of this organisation.
    pub organisation: Option<String>,
    /// Only these homes; all without.
    pub homes: Vec<String>,
    /// From then on alerts count.
    pub from: Time,
    /// Until then.
    pub to: Time,
    /// So long before `from` the rules begin to look, so that they know what is usual.
    pub warm_up: TimeDelta,
    /// An alert is taken to be closed so long after it was raised.
    pub closed_after: TimeDelta,
    /// Tolerances of the installation.
    pub limits: Limits,
    /// Homes that are played at the same time.
    pub at_once: usize,
}

/// How far a backtest is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Homes to play.
    pub homes: AtomicU64,
    /// Homes played.
    pub done: AtomicU64,
}

/// The rules in force; the built-in ones before any were stored.
///
/// # Errors
/// When the database is away, or what is in force cannot be read.
pub async fn rules_in_force(store: &Store) -> Result<(i64, Vec<RuleFile>)> {
    let mut tx = store.snapshot().await?;
    let revision = tx.active_revision().await?;
    let unreadable = |fault: crate::rules::RuleFault| StoreError::Unreadable { what: "rule set", why: fault.to_string() };
    let files = match tx.revision(revision).await? {
        Some(row) => vec![RuleFile::from_json(&format!("revision {revision}"), &row.rules).map_err(unreadable)?],
        None => default_rules().map_err(unreadable)?,
    };
    Ok((revision, files))
}

/// How many homes are asked about, at most `limit`.
///
/// # Errors
/// `NotFound` when a home that is named is not there or outside the scope.
pub async fn count_homes(store: &Store, question: &Question, limit: u64) -> Result<u64> {
    let (mut count, mut after) = (0, None);
    loop {
        let ids = next_homes(store, question, after.as_deref()).await?;
        count += ids.len() as u64;
        match ids.last() {
            Some(last) if question.homes.is_empty() && count < limit => after = Some(last.clone()),
            _ => return Ok(count),
        }
    }
}

/// Plays all homes that are asked about by the rules in force and by `changed`, and reports what differs.
///
/// # Errors
/// When the database is away, or a named home is not there or outside the scope.
pub async fn run(store: &Store, in_force: RuleSet, changed: RuleSet, question: &Question, progress: &Progress) -> Result<Report> {
    let begin = question.from.checked_sub_signed(question.warm_up).unwrap_or(question.from);
    let down = outages(&store.up_intervals(PLATFORM, begin).await?);
    let sets = Sets { in_force: Arc::new(in_force), changed: Arc::new(changed) };
    let stage = Stage { question: question.clone(), begin, down, sets };
    let mut report = Report::new(question, stage.sets.in_force.revision);
    progress.homes.store(count_homes(store, question, u64::MAX).await?, Ordering::Relaxed);
    let mut after = None;
    loop {
        let ids = next_homes(store, question, after.as_deref()).await?;
        let keys: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut tx = store.snapshot().await?;
        let mut homes = tx.load_homes(&keys).await?;
        tx.load_excuses(homes.iter_mut().map(|loaded| &mut loaded.home), begin - crate::domain::home::excuse::KEPT).await?;
        let gateways: Vec<&str> = homes.iter().flat_map(|loaded| loaded.home.gateways.keys()).map(|gateway| &**gateway).collect();
        let mut up = tx.up_intervals_of(&gateways, begin.checked_sub_signed(TimeDelta::days(1)).unwrap_or(begin)).await?;
        drop(tx);
        homes.sort_by(|one, two| one.home.key.cmp(&two.home.key));
        let with_up = |home: Home| (up_of(&home, &mut up), home);
        let homes: Vec<(Up, Home)> = homes.into_iter().map(|loaded| loaded.home).map(with_up).collect();
        let mut played = stream::iter(homes).map(|(up, home)| home::play(store, &stage, home, up)).buffered(question.at_once.max(1));
        while let Some(home) = played.try_next().await? {
            report.add(home);
            progress.done.fetch_add(1, Ordering::Relaxed);
        }
        match ids.last() {
            Some(last) if question.homes.is_empty() => after = Some(last.clone()),
            _ => break,
        }
    }
    report.finish();
    Ok(report)
}

/// The next ids of homes that are not archived; all that were named at once.
async fn next_homes(store: &Store, question: &Question, after: Option<&str>) -> Result<Vec<String>> {
    if !question.homes.is_empty() {
        let mut ids = Vec::new();
        for id in &question.homes {
            let home = store.home(&question.scope, id).await?;
            if question.organisation.as_ref().is_none_or(|organisation| *organisation == home.organisation) && !ids.contains(&home.id) {
                ids.push(home.id);
            }
        }
        return Ok(ids);
    }
    let query = ListQuery {
        scope: &question.scope,
        organisation: question.organisation.as_deref(),
        home: None,
        archived: false,
        after,
        limit: PAGE,
    };
    Ok(store.homes(&query).await?.into_iter().map(|home| home.id).collect())
}

/// Between the stretches in which a path was up it was down.
fn outages(up: &[(Time, Time)]) -> Arc<[Interval]> {
    let mut down: Vec<Interval> = Vec::new();
    let mut until: Option<Time> = None;
    for (from, end) in up {
        if let Some(until) = until.filter(|until| until < from) {
            down.push(Interval { from: until, until: *from });
        }
        until = Some(until.map_or(*end, |until| until.max(*end)));
    }
    down.into()
}

/// When each gateway of a home was heard.
type Up = HashMap<Arc<str>, Vec<Interval>>;

/// What was read of the gateways of `home`.
fn up_of(home: &Home, read: &mut HashMap<String, Vec<(Time, Time)>>) -> Up {
    home.gateways.keys().map(|gateway| (gateway.clone(), merged(read.remove(&**gateway).unwrap_or_default()))).collect()
}

/// When gateways were up, those that overlap as one.
fn merged(up: Vec<(Time, Time)>) -> Vec<Interval> {
    let mut all: Vec<Interval> = Vec::new();
    for (from, until) in up {
        match all.last_mut() {
            Some(last) if from <= last.until => last.until = last.until.max(until),
            _ => all.push(Interval { from, until }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_up_tells_what_was_down() {
        let at = |minute: i64| Time::UNIX_EPOCH + TimeDelta::minutes(minute);
        let up = [(at(0), at(10)), (at(5), at(12)), (at(20), at(30)), (at(30), at(40))];
        assert_eq!(&*outages(&up), [Interval { from: at(12), until: at(20) }]);
        assert_eq!(merged(up.to_vec()).len(), 2);
    }
}
