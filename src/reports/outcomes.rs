//! How calls ended.

use super::figures;
use super::listing::ALERT;
use super::shape::{Cell, Figure, Row, Table};
use super::{Question, table};
use crate::domain::outcome::{Outcome, OutcomeGroup};
use crate::store::fact_queries::Dim;
use crate::store::{Result, Store};

/// What is counted in each group.
const COUNTED: [&Figure; 7] = [
    &figures::CLOSED,
    &figures::ENDED,
    &figures::EMERGENCY_SERVICE,
    &figures::NO_RESPONSE,
    &figures::REASSURED,
    &figures::ATTENDED,
    &figures::ACCIDENTAL,
];

pub(super) fn tables() -> Vec<Table> {
    let months = vec![
        &figures::ORGANISATION,
        &figures::ORGANISATION_NAME,
        &figures::MONTH,
        &figures::CLOSED,
        &figures::ENDED,
        &figures::EMERGENCY_SERVICE,
        &figures::EMERGENCY_SERVICE_SHARE,
        &figures::NO_RESPONSE,
        &figures::NO_RESPONSE_SHARE,
        &figures::REASSURED,
        &figures::ATTENDED,
        &figures::ACCIDENTAL,
    ];
    let serious = ALERT.into_iter().chain([&figures::OPERATOR, &figures::OPERATOR_NAME, &figures::OUTCOME]).collect();
    vec![
        table("months", "By month", months),
        table(
            "outcomes",
            "By outcome",
            vec![
                &figures::ORGANISATION,
                &figures::LANE,
                &figures::OUTCOME,
                &figures::OUTCOME_TITLE,
                &figures::GROUP,
                &figures::WITH_OUTCOME,
            ],
        ),
        table("rules", "By rule", [&figures::RULE, &figures::RULE_TITLE].into_iter().chain(COUNTED).collect()),
        Table { lists: Some(&figures::SERIOUS), ..table("serious", "Serious outcomes, one by one", serious) },
    ]
}

/// The group's name on the wire.
pub(super) fn group_name(group: OutcomeGroup) -> String {
    serde_json::to_value(group).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let mut tables = tables();
    let names = question.names(store).await?;
    let way = [&figures::WITH_OUTCOME];
    let (months, ways, rules) = futures_util::try_join!(
        question.count(store, &[Dim::Organisation, Dim::Month], &COUNTED),
        question.count(store, &[Dim::Organisation, Dim::Lane, Dim::Outcome], &way),
        question.count(store, &[Dim::Rule], &COUNTED),
    )?;
    for group in months {
        let (organisation, month) = (&group.keys[0], &group.keys[1]);
        let [closed, ended, service, silent, reassured, attended, accidental] = group.counts[..] else { continue };
        tables[0].rows.push(Row::counting(
            &[("organisation", organisation), ("month", month)],
            vec![
                Cell::text(organisation),
                Cell::text(names.get(organisation).map_or("", String::as_str)),
                Cell::text(super::period::month_words(month)),
                Cell::Count(closed),
                Cell::Count(ended),
                Cell::Count(service),
                Cell::share(service, ended),
                Cell::Count(silent),
                Cell::share(silent, ended),
                Cell::Count(reassured),
                Cell::Count(attended),
                Cell::Count(accidental),
            ],
        ));
    }
    for group in ways {
        let [organisation, lane, outcome] = &group.keys[..] else { continue };
        let known = question.outcomes.get(outcome);
        let key = [("organisation", organisation.as_str()), ("lane", lane), ("outcome", outcome)];
        let title = known.map_or_else(|| outcome.clone(), |known: &Outcome| known.title.clone());
        tables[1].rows.push(Row::counting(
            &key,
            vec![
                Cell::text(organisation),
                Cell::text(lane),
                Cell::text(outcome),
                Cell::text(title),
                Cell::text(known.map(|known| group_name(known.group)).unwrap_or_default()),
                Cell::Count(group.counts[0]),
            ],
        ));
    }
    let titles = store.titles_of_rules(question.whose()).await?;
    for group in rules {
        let rule = &group.keys[0];
        let mut cells = vec![Cell::text(rule), Cell::text(titles.get(rule).map_or("", String::as_str))];
        cells.extend(group.counts.iter().map(|count| Cell::Count(*count)));
        tables[2].rows.push(Row::counting(&[("rule", rule)], cells));
    }
    Ok(tables)
}
