//! Answer times: against the marks, by month and by hour, and every breach with its cause.

use std::collections::BTreeMap;

#[allow(clippy::wildcard_imports, reason = "a report is about its figures")]
use super::figures::*;
use super::shape::{Cell, Figure, Row, Table};
use super::{Question, percentile, table};
use crate::store::fact_queries::{Condition, Dim};
use crate::store::{Result, Store};

/// What is counted in each group.
const COUNTED: [&Figure; 6] = [&CALLS, &ANSWERED, &UNANSWERED, &WITHIN_TARGET, &WITHIN_LIMIT, &OVER_LIMIT];

pub(super) fn tables() -> Vec<Table> {
    let times: [&'static Figure; 14] = [
        &CALLS,
        &ANSWERED,
        &UNANSWERED,
        &WITHIN_TARGET,
        &WITHIN_TARGET_SHARE,
        &TARGET_MET,
        &WITHIN_LIMIT,
        &WITHIN_LIMIT_SHARE,
        &LIMIT_MET,
        &OVER_LIMIT,
        &MEDIAN,
        &P90,
        &P99,
        &LONGEST,
    ];
    let with = |head: &[&'static Figure]| head.iter().copied().chain(times).collect();
    let breaches = vec![&ORGANISATION, &ALERT, &HOME, &RULE, &RULE_TITLE, &RAISED_AT, &WAIT, &OPERATOR, &OPERATOR_NAME, &OUTCOME, &CAUSE];
    vec![
        table("months", "By month", with(&[&ORGANISATION, &ORGANISATION_NAME, &MONTH])),
        table("hours", "By hour of the day", with(&[&ORGANISATION, &ORGANISATION_NAME, &HOUR])),
        Table { lists: Some(&OVER_LIMIT), ..table("breaches", "Every breach, with its cause", breaches) },
    ]
}

pub(super) async fn run(store: &Store, question: &Question<'_>) -> Result<Vec<Table>> {
    let mut tables = tables();
    let names = question.names(store).await?;
    for (table, dim, key) in [(0, Dim::Month, "month"), (1, Dim::Hour, "hour")] {
        let dims = [Dim::Organisation, dim];
        let (groups, waits) = futures_util::try_join!(question.count(store, &dims, &COUNTED), histograms(store, question, dim))?;
        for group in groups {
            let (organisation, value) = (group.keys[0].as_str(), group.keys[1].as_str());
            let [calls, answered, unanswered, target, limit, over] = group.counts[..] else { continue };
            let none = Vec::new();
            let waits = waits.get(&(organisation.to_owned(), value.to_owned())).unwrap_or(&none);
            let marks = &question.marks;
            let shown = if dim == Dim::Hour { Cell::maybe(value.parse().ok()) } else { Cell::text(super::period::month_words(value)) };
            tables[table].rows.push(Row::counting(
                &[("organisation", organisation), (key, value)],
                vec![
                    Cell::text(organisation),
                    Cell::text(names.get(organisation).map_or("", String::as_str)),
                    shown,
                    Cell::Count(calls),
                    Cell::Count(answered),
                    Cell::Count(unanswered),
                    Cell::Count(target),
                    Cell::share(target, calls),
                    Cell::met(target, calls, marks.target_percent),
                    Cell::Count(limit),
                    Cell::share(limit, calls),
                    Cell::met(limit, calls, marks.limit_percent),
                    Cell::Count(over),
                    Cell::maybe(percentile(waits, 50)),
                    Cell::maybe(percentile(waits, 90)),
                    Cell::maybe(percentile(waits, 99)),
                    Cell::maybe(waits.last().map(|(wait, _)| *wait)),
                ],
            ));
        }
    }
    Ok(tables)
}

type Histograms = BTreeMap<(String, String), Vec<(i64, i64)>>;

/// How often each wait occurred, in rising order.
async fn histograms(store: &Store, question: &Question<'_>, dim: Dim) -> Result<Histograms> {
    let conditions = vec![Condition::Timed, Condition::Answered];
    let all = [crate::store::fact_queries::Measure::Count(Vec::new())];
    let mut found = Histograms::new();
    for group in store.count_facts(&question.facts(conditions), &[Dim::Organisation, dim, Dim::Wait], &all).await? {
        let [organisation, value, wait] = &group.keys[..] else { continue };
        let Ok(wait) = wait.parse() else { continue };
        found.entry((organisation.clone(), value.clone())).or_default().push((wait, group.counts[0]));
    }
    Ok(found)
}
