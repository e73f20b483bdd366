//! Answer times: against the marks, by month and by hour, and every breach with its cause.

use super::figures;
use super::listing::ALERT;
use super::shape::{Cell, Figure, Row, Table};
use super::{Marks, Question, drill, percentile, table};
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

/// The calls of a group by how long they waited: all figures in one pass.
#[derive(Default)]
struct Times {
    unanswered: i64,
    late: i64,
    /// How often each wait of an answered call occurred, in rising order.
    waits: Vec<(i64, i64)>,
}

impl Times {
    fn answered_within(&self, seconds: i64) -> i64 {
        self.waits.iter().filter(|(wait, _)| *wait <= seconds).map(|(_, count)| count).sum()
    }

    fn cells(&self, marks: &Marks) -> impl Iterator<Item = Cell> + use<> {
        let answered = self.answered_within(i64::MAX);
        let calls = answered + self.unanswered;
        let (target, limit) = (self.answered_within(marks.answer_target_s), self.answered_within(marks.answer_limit_s));
        [
            Cell::Count(calls),
            Cell::Count(answered),
            Cell::Count(self.unanswered),
            Cell::Count(target),
            Cell::share(target, calls),
            Cell::met(target, calls, marks.own.target_percent),
            Cell::Count(limit),
            Cell::share(limit, calls),
            Cell::met(limit, calls, marks.own.limit_percent),
            Cell::Count(self.late),
            Cell::maybe(percentile(&self.waits, 50)),
            Cell::maybe(percentile(&self.waits, 90)),
            Cell::maybe(percentile(&self.waits, 99)),
            Cell::maybe(self.waits.last().map(|(wait, _)| *wait)),
        ]
        .into_iter()
    }
}

/// By organisation and `dim`.
async fn times(store: &Store, question: &Question, dim: Dim) -> Result<Vec<(Vec<String>, Times)>> {
    let measures = [drill::measure(&figures::CALLS, question), drill::measure(&figures::OVER_LIMIT, question)];
    let calls = question.facts(vec![drill::CALL]);
    let mut times: Vec<(Vec<String>, Times)> = Vec::new();
    // The groups come in the order of their keys: those of one organisation and month (or hour) together, by rising waits.
    for mut group in store.count_facts(&calls, &[Dim::Organisation, dim, Dim::Wait], &measures).await? {
        let wait = group.keys.pop().and_then(|wait| wait.parse().ok());
        if times.last().is_none_or(|(keys, _)| *keys != group.keys) {
            times.push((group.keys, Times::default()));
        }
        let Some((_, times)) = times.last_mut() else { continue };
        times.late += group.counts[1];
        match wait {
            Some(wait) => times.waits.push((wait, group.counts[0])),
            None => times.unanswered += group.counts[0],
        }
    }
    Ok(times)
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let mut tables = tables();
    let names = question.names(store).await?;
    let (months, hours) = futures_util::try_join!(times(store, question, Dim::Month), times(store, question, Dim::Hour))?;
    for (table, key, groups) in [(0, "month", months), (1, "hour", hours)] {
        for (keys, times) in groups {
            let (organisation, value) = (keys[0].as_str(), keys[1].as_str());
            let shown = if key == "hour" { Cell::maybe(value.parse().ok()) } else { Cell::text(super::period::month_words(value)) };
            let head = [Cell::text(organisation), Cell::text(names.get(organisation).map_or("", String::as_str)), shown];
            let cells = head.into_iter().chain(times.cells(&question.marks)).collect();
            tables[table].rows.push(Row::counting(&[("organisation", organisation), (key, value)], cells));
        }
    }
    Ok(tables)
}
