//! What the service brought: plain sums, and two estimates whose assumptions stand beside them.

use std::collections::BTreeMap;

use super::figures;
use super::shape::{Cell, Row, Table};
use super::{Question, median, percentile, table, to_arrival};
use crate::domain::calendar::{HOUR_US, us};
use crate::store::fact_queries::Dim;
use crate::store::{Result, Store, to_us};

pub(super) fn tables() -> Vec<Table> {
    let columns = vec![
        &figures::ORGANISATION,
        &figures::ORGANISATION_NAME,
        &figures::HOME_HOURS,
        &figures::CALLS,
        &figures::ENDED,
        &figures::EMERGENCY_SERVICE,
        &figures::HELPED,
        &figures::REASSURED,
        &figures::ATTENDED,
        &figures::AVOIDED,
        &figures::BENEFIT,
        &figures::ANSWER_MEDIAN,
        &figures::HELP_MEDIAN,
    ];
    vec![table("organisations", "By organisation", columns)]
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let mut tables = tables();
    let names = question.names(store).await?;
    let counted =
        [&figures::CALLS, &figures::ENDED, &figures::EMERGENCY_SERVICE, &figures::HELPED, &figures::REASSURED, &figures::ATTENDED];
    let counts: BTreeMap<String, Vec<i64>> = question
        .count(store, &[Dim::Organisation], &counted)
        .await?
        .into_iter()
        .map(|group| (group.keys[0].clone(), group.counts))
        .collect();
    let hours = hours_of_cover(store, question).await?;
    let waits = question.waits(store, &[Dim::Organisation]).await?;
    let mut visits: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    question.each_visit(store, |visit| visits.entry(visit.organisation.clone()).or_default().extend(to_arrival(visit))).await?;
    let marks = &question.marks;
    for (organisation, name) in names {
        let counts = counts.get(&organisation).cloned().unwrap_or_else(|| vec![0; counted.len()]);
        let [.., reassured, attended] = counts[..] else { continue };
        let avoided =
            (attended as f64 * marks.own.avoided_attended_percent + reassured as f64 * marks.own.avoided_reassured_percent) / 100.0;
        let mut cells = vec![Cell::text(&organisation), Cell::text(name)];
        cells.push(Cell::number(hours.get(&organisation).map_or(0.0, |us| *us as f64 / HOUR_US as f64)));
        cells.extend(counts.into_iter().map(Cell::Count));
        cells.extend([Cell::number(avoided), Cell::number(avoided * marks.own.avoided_value)]);
        cells.push(Cell::maybe(waits.get(std::slice::from_ref(&organisation)).and_then(|waits| percentile(waits, 50))));
        cells.push(Cell::maybe(visits.get(&organisation).cloned().and_then(median)));
        tables[0].rows.push(Row::counting(&[("organisation", &organisation)], cells));
    }
    Ok(tables)
}

/// Microseconds in which homes were under watch.
async fn hours_of_cover(store: &Store, question: &Question) -> Result<BTreeMap<String, i64>> {
    let (from, to) = (to_us(question.from), to_us(question.to).min(us(question.now)));
    let mut covered: BTreeMap<String, i64> = BTreeMap::new();
    for home in store.report_homes(question.whose()).await? {
        let watched = home.archived_us.unwrap_or(to).min(to) - home.created_us.max(from);
        *covered.entry(home.organisation).or_default() += watched.max(0);
    }
    Ok(covered)
}
