//! How calls ended.

#[allow(clippy::wildcard_imports, reason = "a report is about its figures")]
use super::figures::*;
use super::shape::{Cell, Figure, Row, Table};
use super::{Question, table};
use crate::domain::outcome::{Outcome, OutcomeGroup};
use crate::store::fact_queries::Dim;
use crate::store::{Result, Store};

/// What is counted in each group.
const COUNTED: [&Figure; 7] = [&CLOSED, &ENDED, &EMERGENCY_SERVICE, &NO_RESPONSE, &REASSURED, &ATTENDED, &ACCIDENTAL];

pub(super) fn tables() -> Vec<Table> {
    let months = vec![
        &ORGANISATION,
        &ORGANISATION_NAME,
        &MONTH,
        &CLOSED,
        &ENDED,
        &EMERGENCY_SERVICE,
        &EMERGENCY_SERVICE_SHARE,
        &NO_RESPONSE,
        &NO_RESPONSE_SHARE,
        &REASSURED,
        &ATTENDED,
        &ACCIDENTAL,
    ];
    let serious = vec![&ORGANISATION, &ALERT, &HOME, &RULE, &RULE_TITLE, &RAISED_AT, &OPERATOR, &OPERATOR_NAME, &OUTCOME];
    vec![
        table("months", "By month", months),
        table("outcomes", "By outcome", vec![&ORGANISATION, &LANE, &OUTCOME, &OUTCOME_TITLE, &GROUP, &WITH_OUTCOME]),
        table(
            "rules",
            "By rule",
            vec![&RULE, &RULE_TITLE, &CLOSED, &ENDED, &EMERGENCY_SERVICE, &NO_RESPONSE, &REASSURED, &ATTENDED, &ACCIDENTAL],
        ),
        Table { lists: Some(&SERIOUS), ..table("serious", "Serious outcomes, one by one", serious) },
    ]
}

/// The group's name on the wire.
pub(super) fn group_name(group: OutcomeGroup) -> String {
    serde_json::to_value(group).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

pub(super) async fn run(store: &Store, question: &Question<'_>) -> Result<Vec<Table>> {
    let mut tables = tables();
    let names = question.names(store).await?;
    for group in question.count(store, &[Dim::Organisation, Dim::Month], &COUNTED).await? {
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
    for group in question.count(store, &[Dim::Organisation, Dim::Lane, Dim::Outcome], &[&WITH_OUTCOME]).await? {
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
    for group in question.count(store, &[Dim::Rule], &COUNTED).await? {
        let rule = &group.keys[0];
        let mut cells = vec![Cell::text(rule), Cell::text(titles.get(rule).map_or("", String::as_str))];
        cells.extend(group.counts.iter().map(|count| Cell::Count(*count)));
        tables[2].rows.push(Row::counting(&[("rule", rule)], cells));
    }
    Ok(tables)
}
