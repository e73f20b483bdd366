//! Take-up: who joined, who left, who is there; and how much the service is used and accepted.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::figures;
use super::shape::{Cell, Row, Table};
use super::{Question, drill, table};
use crate::domain::calendar::DAY_US;
use crate::store::fact_queries::{Condition, Dim, Measure};
use crate::store::facts::Lane;
use crate::store::{Result, Store, to_us};

/// Days of a month, in the mean.
const MONTH_DAYS: f64 = 30.4375;

pub(super) fn tables() -> Vec<Table> {
    let homes = vec![
        &figures::ORGANISATION,
        &figures::LOCALITY,
        &figures::HOMES_BEFORE,
        &figures::HOMES_NEW,
        &figures::HOMES_LEFT,
        &figures::HOMES_AFTER,
    ];
    let people = vec![
        &figures::ORGANISATION,
        &figures::LOCALITY,
        &figures::PEOPLE_BEFORE,
        &figures::PEOPLE_NEW,
        &figures::PEOPLE_LEFT,
        &figures::PEOPLE_AFTER,
    ];
    vec![
        table("homes", "Homes", homes),
        table("people", "Residents", people),
        table(
            "use",
            "Use and acceptance",
            vec![
                &figures::ORGANISATION,
                &figures::LOCALITY,
                &figures::USE,
                &figures::NEVER_USED,
                &figures::AWAY,
                &figures::REFUSED,
                &figures::REMOVED,
            ],
        ),
    ]
}

/// Organisation and locality.
type Place = (String, String);

/// Before, new, left, after.
type Moves = [i64; 4];

fn count(moves: &mut Moves, created: i64, archived: Option<i64>, from: i64, to: i64) {
    let there = |at: i64| created < at && archived.is_none_or(|archived| archived >= at);
    moves[0] += i64::from(there(from));
    moves[1] += i64::from((from..to).contains(&created));
    moves[2] += i64::from(archived.is_some_and(|archived| (from..to).contains(&archived)));
    moves[3] += i64::from(there(to));
}

fn rows(moves: &BTreeMap<Place, Moves>) -> Vec<Row> {
    let row = |((organisation, locality), moves): (&Place, &Moves)| {
        Row::plain([Cell::text(organisation), Cell::text(locality)].into_iter().chain(moves.map(Cell::Count)).collect())
    };
    moves.iter().map(row).collect()
}

pub(super) async fn run(store: &Store, question: &Question) -> Result<Vec<Table>> {
    let mut tables = tables();
    let (from, to) = (to_us(question.from), to_us(question.to));
    let homes = store.report_homes(question.whose()).await?;
    let (mut moved, mut lived): (BTreeMap<Place, Moves>, BTreeMap<Place, Moves>) = (BTreeMap::new(), BTreeMap::new());
    for home in &homes {
        count(moved.entry((home.organisation.clone(), home.locality.clone())).or_default(), home.created_us, home.archived_us, from, to);
    }
    for person in store.report_residents(question.whose()).await? {
        count(lived.entry((person.organisation, person.locality)).or_default(), person.created_us, person.archived_us, from, to);
    }
    tables[0].rows = rows(&moved);
    tables[1].rows = rows(&lived);
    let places: HashMap<&str, Place> =
        homes.iter().map(|home| (home.id.as_str(), (home.organisation.clone(), home.locality.clone()))).collect();
    let mut used: BTreeMap<Place, [i64; 5]> = moved.keys().map(|place| (place.clone(), [0; 5])).collect();
    let called = called(store, question, &places, &mut used).await?;
    for home in &homes {
        let there = home.created_us < to && home.archived_us.is_none_or(|archived| archived >= to);
        if let Some(sums) = used.get_mut(&places[home.id.as_str()]).filter(|_| there && !called.contains(&home.id)) {
            sums[1] += 1;
        }
    }
    for (organisation, locality, _) in store.report_away(question.whose(), question.from, question.to).await? {
        used.entry((organisation, locality)).or_default()[2] += 1;
    }
    let left: HashSet<&str> = homes.iter().filter(|home| home.archived_us.is_some()).map(|home| home.id.as_str()).collect();
    for gateway in store.report_gateways(question.whose(), question.from, question.to).await? {
        let removed = gateway.archived_us.is_some_and(|archived| (from..to).contains(&archived)) && !left.contains(gateway.home.as_str());
        if let Some(place) = places.get(gateway.home.as_str()).filter(|_| removed) {
            used.entry(place.clone()).or_default()[4] += 1;
        }
    }
    let months = (to - from) as f64 / (DAY_US as f64 * MONTH_DAYS);
    for (place, [activations, never, away, refused, removed]) in used {
        let people = lived.get(&place).map_or(0, |moves| moves[3]);
        let each = if people == 0 { Cell::Empty } else { Cell::number(activations as f64 / people as f64 / months) };
        let counts = [never, away, refused, removed].map(Cell::Count);
        tables[2].rows.push(Row::plain([Cell::text(place.0), Cell::text(place.1), each].into_iter().chain(counts).collect()));
    }
    Ok(tables)
}

/// Sums up activations and refusals by place, and answers with the homes that called or tested.
async fn called(
    store: &Store,
    question: &Question,
    places: &HashMap<&str, Place>,
    used: &mut BTreeMap<Place, [i64; 5]>,
) -> Result<HashSet<String>> {
    let refused = Measure::Count(drill::conditions(figures::REFUSED.id, question).unwrap_or_default());
    let mut called = HashSet::new();
    for group in store.count_facts(&question.facts(vec![drill::CALL]), &[Dim::Home], &[Measure::Activations, refused]).await? {
        if let Some(place) = places.get(group.keys[0].as_str()) {
            let sums = used.entry(place.clone()).or_default();
            sums[0] += group.counts[0];
            sums[3] += group.counts[1];
        }
        called.insert(group.keys[0].clone());
    }
    let tests = question.facts(vec![Condition::In(Lane::Test)]);
    called.extend(
        store
            .count_facts(&tests, &[Dim::Home], &[Measure::Count(Vec::new())])
            .await?
            .into_iter()
            .filter_map(|group| group.keys.into_iter().next()),
    );
    Ok(called)
}
