//! Workload: what operators took on hour by hour, against the norm of the field, and floods.

use super::figures;
use super::shape::{Cell, Row, Table};
use super::{Question, table};
use crate::store::{Result, Store, from_us};

/// Floods listed at most: the first of the period.
const FLOODS: usize = 1000;

pub(super) fn tables() -> Vec<Table> {
    let who = vec![
        &figures::ORGANISATION,
        &figures::OPERATOR,
        &figures::OPERATOR_NAME,
        &figures::ACCEPTED,
        &figures::HOURS_WORKED,
        &figures::PER_HOUR,
        &figures::BUSIEST,
        &figures::OVER_NORM,
        &figures::HANDLING,
    ];
    vec![
        table("operators", "By operator", who),
        table("floods", "Floods", vec![&figures::ORGANISATION, &figures::BEGIN, &figures::IN_SPAN]),
    ]
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let mut tables = tables();
    let names = store.names_of_principals().await?;
    let query = question.facts(Vec::new());
    let (operators, floods) = futures_util::try_join!(
        store.operator_hours(&query, question.marks.own.operator_norm),
        store.floods(&query, question.marks.own.flood)
    )?;
    for each in operators {
        let mean = (each.closed > 0).then(|| each.handling_us as f64 / each.closed as f64 / 60_000_000.0);
        let cells = vec![
            Cell::text(&each.organisation),
            Cell::text(&each.operator),
            Cell::text(names.get(&each.operator).map_or("", String::as_str)),
            Cell::Count(each.accepted),
            Cell::Count(each.hours),
            Cell::number(each.accepted as f64 / each.hours.max(1) as f64),
            Cell::Count(each.busiest),
            Cell::Count(each.over_norm),
            mean.map_or(Cell::Empty, Cell::number),
        ];
        tables[0].rows.push(Row::counting(&[("organisation", &each.organisation), ("operator", &each.operator)], cells));
    }
    for (organisation, begin, alerts) in floods.into_iter().take(FLOODS) {
        let cells = vec![Cell::text(&organisation), Cell::Time(from_us(begin)), Cell::Count(alerts)];
        tables[1].rows.push(Row::plain(cells));
    }
    Ok(tables)
}
