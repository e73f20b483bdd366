//! What the service brought: plain sums, and two estimates whose assumptions stand beside them.

use std::collections::BTreeMap;

#[allow(clippy::wildcard_imports, reason = "a report is about its figures")]
use super::figures::*;
use super::shape::{Cell, Row, Table};
use super::{Question, median, percentile, table};
use crate::domain::calendar::{HOUR_US, us};
use crate::domain::visit::Visit;
use crate::store::fact_queries::{Condition, Dim, Measure};
use crate::store::{Result, Store, to_us};

/// Visits read at a time.
const PAGE: i64 = 2000;

pub(super) fn tables() -> Vec<Table> {
    let columns = vec![
        &ORGANISATION,
        &ORGANISATION_NAME,
        &HOME_HOURS,
        &CALLS,
        &ENDED,
        &EMERGENCY_SERVICE,
        &HELPED,
        &REASSURED,
        &ATTENDED,
        &AVOIDED,
        &BENEFIT,
        &ANSWER_MEDIAN,
        &HELP_MEDIAN,
    ];
    vec![table("organisations", "By organisation", columns)]
}

pub(super) async fn run(store: &Store, question: &Question<'_>) -> Result<Vec<Table>> {
    let mut tables = tables();
    let names = question.names(store).await?;
    let counted = [&CALLS, &ENDED, &EMERGENCY_SERVICE, &HELPED, &REASSURED, &ATTENDED];
    let counts: BTreeMap<String, Vec<i64>> = question
        .count(store, &[Dim::Organisation], &counted)
        .await?
        .into_iter()
        .map(|group| (group.keys[0].clone(), group.counts))
        .collect();
    let hours = hours_of_cover(store, question).await?;
    let waits = waits(store, question).await?;
    let visits = minutes_to_help(store, question).await?;
    let marks = &question.marks;
    for (organisation, name) in names {
        let counts = counts.get(&organisation).cloned().unwrap_or_else(|| vec![0; counted.len()]);
        let [.., reassured, attended] = counts[..] else { continue };
        let avoided = (attended as f64 * marks.avoided_attended_percent + reassured as f64 * marks.avoided_reassured_percent) / 100.0;
        let mut cells = vec![Cell::text(&organisation), Cell::text(name)];
        cells.push(Cell::number(hours.get(&organisation).map_or(0.0, |us| *us as f64 / HOUR_US as f64)));
        cells.extend(counts.into_iter().map(Cell::Count));
        cells.extend([Cell::number(avoided), Cell::number(avoided * marks.avoided_value)]);
        cells.push(Cell::maybe(waits.get(&organisation).and_then(|waits| percentile(waits, 50))));
        cells.push(Cell::maybe(visits.get(&organisation).cloned().and_then(median)));
        tables[0].rows.push(Row::counting(&[("organisation", &organisation)], cells));
    }
    Ok(tables)
}

/// Microseconds in which homes were under watch.
async fn hours_of_cover(store: &Store, question: &Question<'_>) -> Result<BTreeMap<String, i64>> {
    let (from, to) = (to_us(question.from), to_us(question.to).min(us(question.now)));
    let mut covered: BTreeMap<String, i64> = BTreeMap::new();
    for home in store.report_homes(question.whose()).await? {
        let watched = home.archived_us.unwrap_or(to).min(to) - home.created_us.max(from);
        *covered.entry(home.organisation).or_default() += watched.max(0);
    }
    Ok(covered)
}

async fn waits(store: &Store, question: &Question<'_>) -> Result<BTreeMap<String, Vec<(i64, i64)>>> {
    let query = question.facts(vec![Condition::Timed, Condition::Answered]);
    let mut waits: BTreeMap<String, Vec<(i64, i64)>> = BTreeMap::new();
    for group in store.count_facts(&query, &[Dim::Organisation, Dim::Wait], &[Measure::Count(Vec::new())]).await? {
        if let Ok(wait) = group.keys[1].parse() {
            waits.entry(group.keys[0].clone()).or_default().push((wait, group.counts[0]));
        }
    }
    Ok(waits)
}

async fn minutes_to_help(store: &Store, question: &Question<'_>) -> Result<BTreeMap<String, Vec<i64>>> {
    let minutes = |visit: &Visit| Some(((visit.arrived_at? - visit.created_at).num_milliseconds().max(0) + 59_999) / 60_000);
    let (mut found, mut after): (BTreeMap<String, Vec<i64>>, _) = (BTreeMap::new(), None);
    loop {
        let page = store.report_visits(question.whose(), question.from, question.to, after.as_ref(), PAGE).await?;
        for row in &page {
            if let Some(minutes) = minutes(&row.visit) {
                found.entry(row.visit.organisation.clone()).or_default().push(minutes);
            }
        }
        after = page.last().map(|row| (row.created_us, row.visit.id.clone()));
        if i64::try_from(page.len()).is_ok_and(|count| count < PAGE) {
            return Ok(found);
        }
    }
}
