//! Attendance: who was asked to go, who went, and how soon they were there.

use std::collections::{BTreeMap, HashMap};

use super::figures;
use super::shape::{Cell, Figure, Row, Table};
use super::{Question, median, table, to_arrival};
use crate::domain::visit::{Visit, VisitState};
use crate::store::{Result, Store};

/// How responders answered, and whose they are.
const ANSWERS: [&Figure; 8] = [
    &figures::RESPONDERS_OF,
    &figures::ASKED,
    &figures::DECLINED,
    &figures::NOT_ANSWERED,
    &figures::ARRIVED,
    &figures::IN_TIME,
    &figures::IN_LIMIT,
    &figures::TO_ARRIVAL,
];

pub(super) fn tables() -> Vec<Table> {
    let months = vec![
        &figures::ORGANISATION,
        &figures::ORGANISATION_NAME,
        &figures::MONTH,
        &figures::VISITS,
        &figures::CANCELLED,
        &figures::UNFILLED,
        &figures::ARRIVED,
        &figures::IN_TIME,
        &figures::IN_TIME_SHARE,
        &figures::IN_TIME_MET,
        &figures::IN_LIMIT,
        &figures::IN_LIMIT_SHARE,
        &figures::IN_LIMIT_MET,
        &figures::PROVEN,
        &figures::TO_ARRIVAL,
    ];
    vec![
        table("months", "By month", months),
        table("organisations", "By organisation of the responder", ANSWERS.to_vec()),
        table("responders", "By responder", [&figures::RESPONDER, &figures::RESPONDER_NAME].into_iter().chain(ANSWERS).collect()),
    ]
}

/// How a service as a whole attended.
#[derive(Default)]
struct Sums {
    visits: i64,
    cancelled: i64,
    unfilled: i64,
    /// Those of which it is known whether they kept the first mark, and the second.
    judged: [i64; 2],
    /// Those that did.
    kept: [i64; 2],
    proven: i64,
    minutes: Vec<i64>,
}

/// How one responder, or those of one organisation, attended.
#[derive(Default)]
struct Answers {
    name: String,
    asked: i64,
    declined: i64,
    silent: i64,
    kept: [i64; 2],
    minutes: Vec<i64>,
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let zones: HashMap<String, chrono_tz::Tz> = store
        .report_organisations(question.whose())
        .await?
        .into_iter()
        .filter_map(|(id, _, zone)| Some((id, zone.parse().ok()?)))
        .collect();
    let grants = store.responders_grants().await?;
    let mut months: BTreeMap<(String, String), Sums> = BTreeMap::new();
    let mut people: BTreeMap<String, Answers> = BTreeMap::new();
    question
        .each_visit(store, |visit| {
            let zone = zones.get(&visit.organisation).copied().unwrap_or(chrono_tz::Tz::UTC);
            let month = visit.created_at.with_timezone(&zone).format("%Y-%m").to_string();
            add(months.entry((visit.organisation.clone(), month)).or_default(), visit, question);
            add_answers(&mut people, visit, question);
        })
        .await?;
    let mut tables = tables();
    let names = question.names(store).await?;
    tables[0].rows = months.into_iter().map(|(place, sums)| month_row(place, sums, &names, question)).collect();
    let mut of: BTreeMap<String, Answers> = BTreeMap::new();
    for (person, answers) in people {
        let whose = responders_of(&person, &grants, question);
        let sum = of.entry(whose.clone()).or_default();
        sum.asked += answers.asked;
        sum.declined += answers.declined;
        sum.silent += answers.silent;
        sum.kept = [sum.kept[0] + answers.kept[0], sum.kept[1] + answers.kept[1]];
        sum.minutes.extend(&answers.minutes);
        let head = vec![Cell::text(person), Cell::text(&answers.name), Cell::text(whose)];
        tables[2].rows.push(Row::plain(answered(head, answers)));
    }
    tables[1].rows = of.into_iter().map(|(whose, answers)| Row::plain(answered(vec![Cell::text(whose)], answers))).collect();
    Ok(tables)
}

fn add(sums: &mut Sums, visit: &Visit, question: &Question) {
    sums.visits += 1;
    let minutes = to_arrival(visit);
    sums.cancelled += i64::from(visit.state == VisitState::Cancelled && minutes.is_none());
    sums.unfilled += i64::from(visit.state == VisitState::Unfilled);
    sums.proven += i64::from(visit.arrival_proven);
    sums.minutes.extend(minutes);
    for (n, mark) in [question.marks.attend_min, question.marks.attend_limit_min].into_iter().enumerate() {
        let kept = minutes.is_some_and(|minutes| minutes <= mark);
        let called_off = visit.state == VisitState::Cancelled && minutes.is_none();
        let under_way = visit.state.is_open() && minutes.is_none() && question.now < visit.created_at + chrono::TimeDelta::minutes(mark);
        sums.judged[n] += i64::from(!called_off && !under_way);
        sums.kept[n] += i64::from(kept);
    }
}

fn month_row((organisation, month): (String, String), sums: Sums, names: &BTreeMap<String, String>, question: &Question) -> Row {
    let marks = &question.marks;
    Row::plain(vec![
        Cell::text(&organisation),
        Cell::text(names.get(&organisation).map_or("", String::as_str)),
        Cell::text(month),
        Cell::Count(sums.visits),
        Cell::Count(sums.cancelled),
        Cell::Count(sums.unfilled),
        Cell::Count(i64::try_from(sums.minutes.len()).unwrap_or(i64::MAX)),
        Cell::Count(sums.kept[0]),
        Cell::share(sums.kept[0], sums.judged[0]),
        Cell::met(sums.kept[0], sums.judged[0], marks.own.attend_percent),
        Cell::Count(sums.kept[1]),
        Cell::share(sums.kept[1], sums.judged[1]),
        Cell::met(sums.kept[1], sums.judged[1], marks.own.attend_limit_percent),
        Cell::Count(sums.proven),
        Cell::maybe(median(sums.minutes)),
    ])
}

fn add_answers(people: &mut BTreeMap<String, Answers>, visit: &Visit, question: &Question) {
    for declined in &visit.declined {
        let answers = people.entry(declined.person.id.clone()).or_default();
        answers.name.clone_from(&declined.person.name);
        answers.asked += 1;
        *(if declined.reason.is_some() { &mut answers.declined } else { &mut answers.silent }) += 1;
    }
    let Some(responder) = &visit.responder else { return };
    let answers = people.entry(responder.id.clone()).or_default();
    answers.name.clone_from(&responder.name);
    answers.asked += 1;
    let minutes = to_arrival(visit);
    answers.minutes.extend(minutes);
    for (n, mark) in [question.marks.attend_min, question.marks.attend_limit_min].into_iter().enumerate() {
        answers.kept[n] += i64::from(minutes.is_some_and(|minutes| minutes <= mark));
    }
}

fn answered(mut head: Vec<Cell>, answers: Answers) -> Vec<Cell> {
    head.extend([answers.asked, answers.declined, answers.silent].map(Cell::Count));
    head.push(Cell::Count(i64::try_from(answers.minutes.len()).unwrap_or(i64::MAX)));
    head.extend(answers.kept.map(Cell::Count));
    head.push(Cell::maybe(median(answers.minutes)));
    head
}

/// In whose name somebody goes: never the id of an organisation that the asker may not see.
fn responders_of(person: &str, grants: &[(String, Option<String>)], question: &Question) -> String {
    let all: Vec<Option<&str>> = grants.iter().filter(|(holder, _)| holder == person).map(|(_, of)| of.as_deref()).collect();
    if all.contains(&None) {
        return "*".to_owned();
    }
    all.into_iter().flatten().find(|organisation| question.scope.covers(organisation)).unwrap_or("other").to_owned()
}
