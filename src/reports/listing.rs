//! Alerts one by one: the rows of a table that lists, read page by page, and the alerts behind a figure.

use std::collections::HashMap;

use super::shape::{Cell, Figure, Report, Row, Table};
use super::{Question, drill, figures};
use crate::store::fact_queries::{Condition, FactQuery};
use crate::store::facts::Fact;
use crate::store::{Result, Store, to_us};

/// Rows of a table that lists alerts which the JSON form carries.
pub const LISTED: usize = 1000;
/// Alerts read at a time.
pub const PAGE: i64 = 2000;

/// The place after an alert in a list of them: when it was raised, in microseconds, and its id.
pub type Place = (i64, String);

/// Reads the rows of a table that lists alerts.
#[derive(Debug)]
pub struct Listing {
    conditions: Vec<Condition>,
    names: HashMap<String, String>,
    after: Option<Place>,
    done: bool,
}

/// What a table begins with that lists alerts.
pub(super) const ALERT: [&Figure; 6] =
    [&figures::ORGANISATION, &figures::ALERT, &figures::HOME, &figures::RULE, &figures::RULE_TITLE, &figures::RAISED_AT];

impl Listing {
    /// Of the alerts that `figure` counts.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn of(store: &Store, question: &Question, figure: &Figure) -> Result<Self> {
        let conditions = drill::conditions(figure.id, question).unwrap_or_default();
        Ok(Self { conditions, names: store.names_of_principals().await?, after: None, done: false })
    }

    /// The next rows; none when there are no more.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn next(&mut self, store: &Store, question: &Question, table: &Table, most: i64) -> Result<Vec<Row>> {
        if self.done {
            return Ok(Vec::new());
        }
        let facts = store.facts(&question.facts(self.conditions.clone()), self.after.as_ref(), most).await?;
        self.done = i64::try_from(facts.len()).is_ok_and(|count| count < most);
        self.after = facts.last().map(place);
        Ok(facts.iter().map(|fact| self.row(fact, table)).collect())
    }

    fn row(&self, fact: &Fact, table: &Table) -> Row {
        let maybe = |text: &Option<String>| text.as_ref().map_or(Cell::Empty, Cell::text);
        let cell = |figure: &&'static Figure| match figure.id {
            "organisation" => Cell::text(&fact.organisation),
            "alert" => Cell::text(&fact.alert),
            "home" => Cell::text(&fact.home),
            "rule" => Cell::text(&fact.rule),
            "rule_title" => Cell::text(&fact.title),
            "raised_at" => Cell::Time(fact.raised_at),
            "wait_s" => Cell::maybe(fact.wait_s),
            "operator" => maybe(&fact.operator),
            "operator_name" => fact.operator.as_ref().and_then(|id| self.names.get(id)).map_or(Cell::Empty, Cell::text),
            "outcome" => maybe(&fact.outcome),
            "cause" => maybe(&fact.cause),
            _ => Cell::Empty,
        };
        Row::plain(table.columns.iter().map(cell).collect())
    }
}

/// Fills the tables that list alerts: at most so many rows each.
///
/// # Errors
/// When the database is away.
pub async fn fill(store: &Store, question: &Question, report: &mut Report, most: usize) -> Result<()> {
    for table in &mut report.tables {
        let Some(figure) = table.lists else { continue };
        let mut listing = Listing::of(store, question, figure).await?;
        while table.rows.len() < most {
            let wanted = PAGE.min(i64::try_from(most - table.rows.len()).unwrap_or(PAGE));
            let rows = listing.next(store, question, table, wanted).await?;
            if rows.is_empty() {
                break;
            }
            table.rows.extend(rows);
        }
    }
    Ok(())
}

/// The place after an alert.
#[must_use]
pub fn place(fact: &Fact) -> Place {
    (to_us(fact.raised_at), fact.alert.clone())
}

/// What a row of a report is found by: its keys, as they stand in its address.
#[derive(Clone, Debug, Default)]
pub struct Drill {
    /// The figure.
    pub figure: String,
    /// Names and values.
    pub keys: Vec<(&'static str, String)>,
    /// How old open faults are.
    pub age: Option<String>,
}

/// The alerts behind a figure of a row, oldest first.
///
/// # Errors
/// The text says what is wrong with the question.
pub async fn alerts(store: &Store, question: &Question, drill: &Drill, after: Option<&Place>, limit: i64) -> Result<Option<Vec<Fact>>> {
    let Some(mut conditions) = drill::conditions(&drill.figure, question) else { return Ok(None) };
    for (name, value) in &drill.keys {
        if let Some((_, dim)) = drill::KEYS.iter().find(|(key, _)| key == name) {
            conditions.push(Condition::Is(*dim, value.clone()));
        }
    }
    if let Some(age) = &drill.age {
        let Some(of_age) = super::device_health::of_age(age, question) else { return Ok(None) };
        conditions.extend(of_age);
    }
    store.catch_up_facts().await?;
    let mut query = question.facts(conditions);
    if drill::stands_now(&drill.figure) {
        query = FactQuery { from: None, to: question.now + chrono::TimeDelta::days(1), ..query };
    }
    store.facts(&query, after, limit).await.map(Some)
}
