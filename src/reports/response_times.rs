//! Answer times: against the marks, by month and by hour, and every breach with its cause.

use super::figures;
use super::listing::ALERT;
use super::shape::{Cell, Figure, Row, Table};
use super::{Question, percentile, table};
use crate::store::fact_queries::Dim;
use crate::store::{Result, Store};

/// What is counted in each group, and on the wall board of each day.
pub(super) const COUNTED: [&Figure; 6] =
    [&figures::CALLS, &figures::ANSWERED, &figures::UNANSWERED, &figures::WITHIN_TARGET, &figures::WITHIN_LIMIT, &figures::OVER_LIMIT];

pub(super) fn tables() -> Vec<Table> {
    let times: [&'static Figure; 14] = [
        &figures::CALLS,
        &figures::ANSWERED,
        &figures::UNANSWERED,
        &figures::WITHIN_TARGET,
        &figures::WITHIN_TARGET_SHARE,
        &figures::TARGET_MET,
        &figures::WITHIN_LIMIT,
        &figures::WITHIN_LIMIT_SHARE,
        &figures::LIMIT_MET,
        &figures::OVER_LIMIT,
        &figures::MEDIAN,
        &figures::P90,
        &figures::P99,
        &figures::LONGEST,
    ];
    let with = |head: &[&'static Figure]| head.iter().copied().chain(times).collect();
    let breaches = [&figures::WAIT, &figures::OPERATOR, &figures::OPERATOR_NAME, &figures::OUTCOME, &figures::CAUSE];
    let breaches = ALERT.into_iter().chain(breaches).collect();
    vec![
        table("months", "By month", with(&[&figures::ORGANISATION, &figures::ORGANISATION_NAME, &figures::MONTH])),
        table("hours", "By hour of the day", with(&[&figures::ORGANISATION, &figures::ORGANISATION_NAME, &figures::HOUR])),
        Table { lists: Some(&figures::OVER_LIMIT), ..table("breaches", "Every breach, with its cause", breaches) },
    ]
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let mut tables = tables();
    let names = question.names(store).await?;
    for (table, dim, key) in [(0, Dim::Month, "month"), (1, Dim::Hour, "hour")] {
        let dims = [Dim::Organisation, dim];
        let (groups, waits) = futures_util::try_join!(question.count(store, &dims, &COUNTED), question.waits(store, &dims))?;
        for group in groups {
            let (organisation, value) = (group.keys[0].as_str(), group.keys[1].as_str());
            let [calls, answered, unanswered, target, limit, over] = group.counts[..] else { continue };
            let waits = waits.get(&group.keys).map_or(&[][..], Vec::as_slice);
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
                    Cell::met(target, calls, marks.own.target_percent),
                    Cell::Count(limit),
                    Cell::share(limit, calls),
                    Cell::met(limit, calls, marks.own.limit_percent),
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
