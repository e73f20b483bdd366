//! False alarms: by rule, sensor model and home, month by month, beside the changes of the rules.

use std::collections::HashMap;

use super::figures;
use super::shape::{Cell, Figure, Row, Table};
use super::{Question, table};
use crate::store::fact_queries::{Dim, Group};
use crate::store::{Result, Store, from_us};

/// What is counted in each group.
const COUNTED: [&Figure; 3] = [&figures::CLOSED, &figures::FALSE_ALARMS, &figures::ACCIDENTAL];
/// Homes listed at most: those with most false alarms.
const HOMES: usize = 200;

pub(super) fn tables() -> Vec<Table> {
    let with = |head: &[&'static Figure]| {
        head.iter().copied().chain([&figures::CLOSED, &figures::FALSE_ALARMS, &figures::FALSE_SHARE, &figures::ACCIDENTAL]).collect()
    };
    vec![
        table("rules", "By rule", with(&[&figures::RULE, &figures::RULE_TITLE])),
        table("models", "By model of the sensor", with(&[&figures::MODEL])),
        table("homes", "By home, the most first", with(&[&figures::ORGANISATION, &figures::HOME, &figures::HOME_NAME])),
        table("trend", "By rule and month", with(&[&figures::RULE, &figures::MONTH])),
        table(
            "changes",
            "Sets of rules made in the period",
            vec![&figures::REVISION, &figures::MADE_AT, &figures::AUTHOR, &figures::REASON],
        ),
    ]
}

fn counts(group: &Group) -> Vec<Cell> {
    let [closed, wrong, accidental] = group.counts[..] else { return Vec::new() };
    vec![Cell::Count(closed), Cell::Count(wrong), Cell::share(wrong, closed), Cell::Count(accidental)]
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let mut tables = tables();
    let titles = store.titles_of_rules(question.whose()).await?;
    let (rules, models, mut homes, trend) = futures_util::try_join!(
        question.count(store, &[Dim::Rule], &COUNTED),
        question.count(store, &[Dim::Model], &COUNTED),
        question.count(store, &[Dim::Organisation, Dim::Home], &COUNTED),
        question.count(store, &[Dim::Rule, Dim::Month], &COUNTED),
    )?;
    for group in rules {
        let rule = &group.keys[0];
        let head = [Cell::text(rule), Cell::text(titles.get(rule).map_or("", String::as_str))];
        tables[0].rows.push(Row::counting(&[("rule", rule)], head.into_iter().chain(counts(&group)).collect()));
    }
    for group in models {
        let model = &group.keys[0];
        let cells = std::iter::once(Cell::text(model)).chain(counts(&group)).collect();
        tables[1].rows.push(Row::counting(&[("model", model)], cells));
    }
    let names: HashMap<String, String> = store.report_homes(question.whose()).await?.into_iter().map(|home| (home.id, home.name)).collect();
    homes.retain(|group| group.counts[1] > 0);
    homes.sort_by(|left, right| right.counts[1].cmp(&left.counts[1]).then_with(|| left.keys.cmp(&right.keys)));
    for group in homes.into_iter().take(HOMES) {
        let (organisation, home) = (&group.keys[0], &group.keys[1]);
        let head = [Cell::text(organisation), Cell::text(home), Cell::text(names.get(home).map_or("", String::as_str))];
        let cells = head.into_iter().chain(counts(&group)).collect();
        tables[2].rows.push(Row::counting(&[("organisation", organisation), ("home", home)], cells));
    }
    for group in trend {
        let (rule, month) = (&group.keys[0], &group.keys[1]);
        let head = [Cell::text(rule), Cell::text(super::period::month_words(month))];
        tables[3].rows.push(Row::counting(&[("rule", rule), ("month", month)], head.into_iter().chain(counts(&group)).collect()));
    }
    for made in store.revisions_made(question.whose(), question.from, question.to).await? {
        let cells =
            vec![Cell::Count(made.revision), Cell::Time(from_us(made.created_us)), Cell::text(made.author), Cell::text(made.reason)];
        tables[4].rows.push(Row::plain(cells));
    }
    Ok(tables)
}
