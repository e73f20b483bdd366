//! Activations: how many, of what, from where, at which hours, and who calls often.

use std::collections::BTreeMap;

use super::figures;
use super::shape::{Cell, Figure, Row, Table};
use super::{Question, table};
use crate::store::fact_queries::Dim;
use crate::store::{Result, Store};

/// What is counted in each group.
const COUNTED: [&Figure; 6] =
    [&figures::ALERTS, &figures::EMERGENCIES, &figures::HEALTH, &figures::FAULTS, &figures::TESTS, &figures::ACTIVATIONS];
/// Homes in the list of those that call often.
const REPEATERS: usize = 200;

pub(super) fn tables() -> Vec<Table> {
    let with = |head: &[&'static Figure]| head.iter().copied().chain(COUNTED).collect();
    vec![
        table("months", "By month", with(&[&figures::ORGANISATION, &figures::ORGANISATION_NAME, &figures::MONTH])),
        table("kinds", "By kind of event", with(&[&figures::EVENT_KIND])),
        table("rules", "By rule", with(&[&figures::RULE, &figures::RULE_TITLE])),
        table("schemes", "By scheme or locality", with(&[&figures::ORGANISATION, &figures::LOCALITY])),
        table("hours", "By hour and day of the week", with(&[&figures::WEEKDAY, &figures::HOUR])),
        table(
            "repeat-callers",
            "Homes that called often",
            vec![&figures::ORGANISATION, &figures::HOME, &figures::HOME_NAME, &figures::LOCALITY, &figures::REPEAT_CALLS],
        ),
    ]
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let mut tables = tables();
    let names = question.names(store).await?;
    let titles = store.titles_of_rules(question.whose()).await?;
    let counts = |counts: &[i64]| counts.iter().map(|count| Cell::Count(*count)).collect::<Vec<_>>();
    let (months, kinds, rules, hours) = futures_util::try_join!(
        question.count(store, &[Dim::Organisation, Dim::Month], &COUNTED),
        question.count(store, &[Dim::Kind], &COUNTED),
        question.count(store, &[Dim::Rule], &COUNTED),
        question.count(store, &[Dim::Weekday, Dim::Hour], &COUNTED),
    )?;
    for group in months {
        let (organisation, month) = (&group.keys[0], &group.keys[1]);
        let mut cells = vec![Cell::text(organisation), Cell::text(names.get(organisation).map_or("", String::as_str))];
        cells.push(Cell::text(super::period::month_words(month)));
        cells.extend(counts(&group.counts));
        tables[0].rows.push(Row::counting(&[("organisation", organisation), ("month", month)], cells));
    }
    for (table, key, groups) in [(1, "kind", kinds), (2, "rule", rules)] {
        for group in groups {
            let mut cells = vec![Cell::text(&group.keys[0])];
            if key == "rule" {
                cells.push(Cell::text(titles.get(&group.keys[0]).map_or("", String::as_str)));
            }
            cells.extend(counts(&group.counts));
            tables[table].rows.push(Row::counting(&[(key, &group.keys[0])], cells));
        }
    }
    for group in hours {
        let mut cells: Vec<Cell> = group.keys.iter().map(|key| Cell::maybe(key.parse().ok())).collect();
        cells.extend(counts(&group.counts));
        tables[4].rows.push(Row::counting(&[("weekday", &group.keys[0]), ("hour", &group.keys[1])], cells));
    }
    homes(store, question, &mut tables).await?;
    Ok(tables)
}

/// By locality and by home: the register knows where a home lies.
async fn homes(store: &Store, question: &Question, tables: &mut [Table]) -> Result<()> {
    let homes: BTreeMap<String, (String, String)> =
        store.report_homes(question.whose()).await?.into_iter().map(|home| (home.id, (home.name, home.locality))).collect();
    let mut schemes: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
    let mut often = Vec::new();
    for group in question.count(store, &[Dim::Organisation, Dim::Home], &COUNTED).await? {
        let (organisation, home) = (group.keys[0].clone(), group.keys[1].clone());
        let (name, locality) = homes.get(&home).cloned().unwrap_or_default();
        let sums = schemes.entry((organisation.clone(), locality.clone())).or_insert_with(|| vec![0; COUNTED.len()]);
        sums.iter_mut().zip(&group.counts).for_each(|(sum, count)| *sum += count);
        if group.counts[1] > question.marks.own.repeat_calls {
            often.push((group.counts[1], organisation, home, name, locality));
        }
    }
    for ((organisation, locality), counts) in schemes {
        let head = [Cell::text(organisation), Cell::text(locality)];
        tables[3].rows.push(Row::plain(head.into_iter().chain(counts.into_iter().map(Cell::Count)).collect()));
    }
    often.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.2.cmp(&right.2)));
    for (calls, organisation, home, name, locality) in often.into_iter().take(REPEATERS) {
        let cells = vec![Cell::text(&organisation), Cell::text(&home), Cell::text(name), Cell::text(locality), Cell::Count(calls)];
        tables[5].rows.push(Row::counting(&[("organisation", &organisation), ("home", &home)], cells));
    }
    Ok(())
}
