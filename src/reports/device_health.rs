//! Health of the equipment: what is silent, faulty, flat or untested now, and how well homes were watched in the period.

use std::collections::{BTreeMap, HashMap};

use super::figures;
use super::shape::{Cell, Row, Table};
use super::{Question, drill, median, table};
use crate::domain::calendar::{DAY_US, HOUR_US, MINUTE_US, us};
use crate::store::fact_queries::{Condition, Dim, FactQuery, Group, Measure};
use crate::store::report_rows::GatewayRow;
use crate::store::{Result, Store, from_us, to_us};

/// Ages of faults: from so many days, in words.
const AGES: [(i64, &str); 4] = [(30, "over 30 days"), (7, "7 to 30 days"), (1, "1 to 7 days"), (0, "below 1 day")];

pub(super) fn tables() -> Vec<Table> {
    vec![
        table(
            "silent",
            "Silent now, the longest first",
            vec![
                &figures::ORGANISATION,
                &figures::GATEWAY,
                &figures::MODEL,
                &figures::HOME,
                &figures::HOME_NAME,
                &figures::LAST_HEARD,
                &figures::SILENT_HOURS,
                &figures::ALERT,
            ],
        ),
        table(
            "gateways",
            "Gateways by model",
            vec![&figures::ORGANISATION, &figures::MODEL, &figures::GATEWAYS, &figures::SILENT_NOW, &figures::SUPERVISION],
        ),
        table(
            "detection",
            "Time to detect silence",
            vec![&figures::ORGANISATION, &figures::SILENCES, &figures::DETECT_MEDIAN, &figures::DETECT_LONGEST],
        ),
        table(
            "sensors",
            "Sensors by model",
            vec![
                &figures::ORGANISATION,
                &figures::MODEL,
                &figures::SENSORS,
                &figures::BATTERY_LOW,
                &figures::NEVER_HEARD,
                &figures::NEVER_TESTED,
            ],
        ),
        table(
            "faults",
            "Open faults by age and owner",
            vec![&figures::ORGANISATION, &figures::AGE, &figures::OWNER, &figures::OPEN_FAULTS],
        ),
        table(
            "fault-rules",
            "Open faults by rule",
            vec![&figures::ORGANISATION, &figures::RULE, &figures::RULE_TITLE, &figures::OPEN_FAULTS],
        ),
        table("tests", "Tests overdue", vec![&figures::ORGANISATION, &figures::TESTS_OVERDUE]),
    ]
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let mut tables = tables();
    let (detected, models, ()) =
        tokio::try_join!(detection(store, question), store.report_models(question.whose()), gateways(store, question, &mut tables))?;
    tables[2].rows = detected;
    for row in models {
        let counts = [row.sensors, row.battery_low, row.never_heard, row.never_tested].map(Cell::Count);
        tables[3].rows.push(Row::plain([Cell::text(row.organisation), Cell::text(row.model)].into_iter().chain(counts).collect()));
    }
    faults(store, question, &mut tables).await?;
    Ok(tables)
}

/// What stands now, raised whenever.
fn standing(question: &Question, conditions: Vec<Condition>) -> FactQuery<'_> {
    FactQuery {
        scope: &question.scope,
        organisation: question.organisation.as_deref(),
        from: None,
        to: question.now + chrono::TimeDelta::days(1),
        conditions,
    }
}

async fn gateways(store: &Store, question: &Question, tables: &mut [Table]) -> Result<()> {
    let until = question.to.min(question.now);
    let rows = store.report_gateways(question.whose(), question.from, until).await?;
    let homes: HashMap<String, String> = store.report_homes(question.whose()).await?.into_iter().map(|home| (home.id, home.name)).collect();
    let mut told: HashMap<String, Vec<(String, i64)>> = HashMap::new();
    for (gateway, alert, raised) in store.open_silences(question.whose()).await? {
        told.entry(gateway).or_default().push((alert, raised));
    }
    let mut models: BTreeMap<(String, String), (i64, i64, i64, i64)> = BTreeMap::new();
    let mut silent = Vec::new();
    for gateway in rows {
        let sums = models.entry((gateway.organisation.clone(), gateway.model.clone())).or_default();
        let (up, watched) = supervised(&gateway, to_us(question.from), to_us(until));
        (sums.2, sums.3) = (sums.2 + up, sums.3 + watched);
        if gateway.archived_us.is_some() {
            continue;
        }
        sums.0 += 1;
        // The first that was raised since it spoke last.
        let alerts = told.get(&gateway.id).into_iter().flatten();
        let mut since = alerts.filter(|(_, raised)| gateway.last_heard_us.is_none_or(|heard| heard < *raised));
        if let Some((alert, _)) = since.next() {
            sums.1 += 1;
            silent.push((gateway, alert.clone()));
        }
    }
    silent.sort_by(|(left, _), (right, _)| left.last_heard_us.cmp(&right.last_heard_us).then_with(|| left.id.cmp(&right.id)));
    for (gateway, alert) in silent {
        let hours = gateway.last_heard_us.map(|heard| (us(question.now) - heard) as f64 / HOUR_US as f64);
        tables[0].rows.push(Row::plain(vec![
            Cell::text(gateway.organisation),
            Cell::text(gateway.id),
            Cell::text(gateway.model),
            Cell::text(&gateway.home),
            Cell::text(homes.get(&gateway.home).map_or("", String::as_str)),
            gateway.last_heard_us.map_or(Cell::Empty, |heard| Cell::Time(from_us(heard))),
            hours.map_or(Cell::Empty, Cell::number),
            Cell::text(alert),
        ]));
    }
    for ((organisation, model), (all, silent, up, watched)) in models {
        let supervision = Cell::share(up / 1000, watched / 1000);
        tables[1].rows.push(Row::plain(vec![
            Cell::text(organisation),
            Cell::text(model),
            Cell::Count(all),
            Cell::Count(silent),
            supervision,
        ]));
    }
    Ok(())
}

/// How long a gateway was heard, of how long it was in use.
fn supervised(gateway: &GatewayRow, from: i64, to: i64) -> (i64, i64) {
    let Some(first) = gateway.first_heard_us else { return (0, 0) };
    let watched = gateway.archived_us.unwrap_or(to).min(to) - first.max(from);
    let watched = watched.max(0);
    (gateway.up_us, watched)
}

/// Every silence is counted; how soon it was noticed is known of those whose gateway was up before.
async fn detection(store: &Store, question: &Question) -> Result<Vec<Row>> {
    let mut minutes: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (organisation, raised, last_up) in store.silences(question.whose(), question.from, question.to).await? {
        minutes.entry(organisation).or_default().extend(last_up.map(|last_up| (raised - last_up + MINUTE_US - 1) / MINUTE_US));
    }
    let row = |group: Group| {
        let organisation = &group.keys[0];
        let minutes = minutes.get(organisation).cloned().unwrap_or_default();
        let longest = minutes.iter().max().copied();
        let cells = vec![Cell::text(organisation), Cell::Count(group.counts[0]), Cell::maybe(median(minutes)), Cell::maybe(longest)];
        Row::counting(&[("organisation", organisation)], cells)
    };
    Ok(question.count(store, &[Dim::Organisation], &[&figures::SILENCES]).await?.into_iter().map(row).collect())
}

async fn faults(store: &Store, question: &Question, tables: &mut [Table]) -> Result<()> {
    let titles = store.titles_of_rules(question.whose()).await?;
    let open = drill::conditions(figures::OPEN_FAULTS.id, question).unwrap_or_default();
    let all = [Measure::Count(Vec::new())];
    for (_, words) in AGES {
        let conditions = open.iter().cloned().chain(of_age(words, question).unwrap_or_default()).collect();
        for group in store.count_facts(&standing(question, conditions), &[Dim::Organisation, Dim::Owner], &all).await? {
            let (organisation, owner) = (&group.keys[0], &group.keys[1]);
            let cells = vec![Cell::text(organisation), Cell::text(words), Cell::text(owner), Cell::Count(group.counts[0])];
            tables[4].rows.push(Row::counting(&[("organisation", organisation), ("owner", owner), ("age", words)], cells));
        }
    }
    for group in store.count_facts(&standing(question, open), &[Dim::Organisation, Dim::Rule], &all).await? {
        let (organisation, rule) = (&group.keys[0], &group.keys[1]);
        let title = titles.get(rule).map_or("", String::as_str);
        let cells = vec![Cell::text(organisation), Cell::text(rule), Cell::text(title), Cell::Count(group.counts[0])];
        tables[5].rows.push(Row::counting(&[("organisation", organisation), ("rule", rule)], cells));
    }
    let overdue = drill::conditions(figures::TESTS_OVERDUE.id, question).unwrap_or_default();
    for group in store.count_facts(&standing(question, overdue), &[Dim::Organisation], &all).await? {
        let organisation = &group.keys[0];
        tables[6].rows.push(Row::counting(&[("organisation", organisation)], vec![Cell::text(organisation), Cell::Count(group.counts[0])]));
    }
    Ok(())
}

/// The moments between which a fault of that age was raised.
#[must_use]
pub(super) fn of_age(age: &str, question: &Question) -> Option<Vec<Condition>> {
    let place = AGES.iter().position(|(_, words)| *words == age)?;
    let since = |days: i64| from_us(us(question.now) - days * DAY_US);
    let mut conditions = Vec::new();
    conditions.extend((AGES[place].0 > 0).then(|| Condition::RaisedBefore(since(AGES[place].0))));
    conditions.extend(place.checked_sub(1).map(|older| Condition::RaisedSince(since(AGES[older].0))));
    Some(conditions)
}
