//! How today's calls were answered so far, by the definitions of the report `response-times`: each organisation's day begins at midnight on its own wall.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::response_times::COUNTED;
use super::{Marks, Question, Unaskable};
use crate::clock::Time;
use crate::config::Settings;
use crate::domain::access::{Scope, UNCLAIMED};
use crate::domain::calendar;
use crate::domain::outcome::Outcomes;
use crate::store::Store;
use crate::store::fact_queries::Dim;
use crate::store::report_rows::Whose;

/// One organisation's calls of its today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Today {
    /// Whose.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// When the day began.
    pub from: Time,
    /// When it ends.
    pub to: Time,
    /// The calls.
    pub calls: Calls,
}

/// How calls were answered: as `response-times` counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "`figures` says what each is")]
pub struct Calls {
    pub calls: i64,
    pub answered: i64,
    pub unanswered: i64,
    pub within_target: i64,
    pub within_limit: i64,
    pub over_limit: i64,
}

impl std::ops::AddAssign for Calls {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.answered += other.answered;
        self.unanswered += other.unanswered;
        self.within_target += other.within_target;
        self.within_limit += other.within_limit;
        self.over_limit += other.over_limit;
    }
}

/// Today's calls of each organisation that had any, in the order of their names.
///
/// # Errors
/// When there is no such organisation, or the database is away.
pub async fn today(store: &Store, whose: Whose<'_>, settings: &Settings, outcomes: &Outcomes, now: Time) -> Result<Vec<Today>, Unaskable> {
    let known = store.report_organisations(whose).await?;
    if whose.organisation.is_some() && known.is_empty() {
        return Err(Unaskable::NoOrganisation);
    }
    store.catch_up_facts().await?;
    let mut zones: BTreeMap<&str, (Tz, Vec<String>)> = BTreeMap::new();
    for (id, _, zone) in &known {
        zones.entry(zone.as_str()).or_insert_with(|| (zone.parse().unwrap_or(Tz::UTC), Vec::new())).1.push(id.clone());
    }
    if *whose.scope == Scope::All && whose.organisation.is_none() {
        // Calls of gateways that nobody registered wait for an answer too.
        zones.entry("UTC").or_insert_with(|| (Tz::UTC, Vec::new())).1.push(UNCLAIMED.to_owned());
    }
    let mut found = Vec::new();
    for (zone, organisations) in zones.into_values() {
        let day = calendar::date(calendar::us(now), zone);
        let begin = |date| calendar::time(calendar::midnight(date, zone));
        let (from, to) = (begin(day), begin(calendar::plus(day, 1)));
        let (scope, marks, outcomes) = (Scope::Only(organisations), Marks::of(settings), outcomes.clone());
        let question = Question { scope, organisation: None, from, to, zone, now, marks, outcomes };
        for group in question.count(store, &[Dim::Organisation], &COUNTED).await? {
            let [calls, answered, unanswered, within_target, within_limit, over_limit] = group.counts[..] else { continue };
            let organisation = group.keys[0].clone();
            let name = known.iter().find(|(id, ..)| *id == organisation).map_or_else(String::new, |(_, name, _)| name.clone());
            let calls = Calls { calls, answered, unanswered, within_target, within_limit, over_limit };
            found.push(Today { organisation, name, from, to, calls });
        }
    }
    found.sort_by(|left, right| (&left.name, &left.organisation).cmp(&(&right.name, &right.organisation)));
    Ok(found)
}
