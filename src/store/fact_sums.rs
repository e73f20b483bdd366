//! Counting years on SQLite: the rows are summed in the order of an index that holds all that is looked at, so that nothing is sorted, and the few sums are
//! then told apart as asked. What does not fit such an order is counted row by row in `fact_queries`.

use sqlx::{Database, Encode, QueryBuilder, Type};

use super::fact_queries::{Condition, Dim, FactQuery, Measure, push_condition};

/// The order of an index, with the columns by which rows are told apart there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sums {
    /// Index `alert_facts_in_outcomes`.
    Outcomes {
        /// As far as the model of the sensor, of which there may be many.
        models: bool,
    },
    /// Index `alert_facts_in_months`.
    Hours,
}

impl Sums {
    /// The order in which this can be counted; none for a short period, whose rows are found by their time.
    pub(super) fn of(query: &FactQuery<'_>, dims: &[Dim], measures: &[Measure]) -> Option<Self> {
        if query.from.is_none() || !query.is_long() {
            return None;
        }
        // Sums of activations hold those of open alerts too.
        let mixed = query.conditions.iter().any(closes) && measures.iter().any(|measure| matches!(measure, Measure::Activations));
        let all = [Self::Outcomes { models: false }, Self::Hours, Self::Outcomes { models: true }];
        all.into_iter().filter(|_| !mixed).find(|sums| sums.holds(query, dims, measures))
    }

    fn columns(self) -> &'static [Dim] {
        use Dim::{Hour, Kind, Lane, Model, Month, Organisation, Outcome, Rule, Weekday};
        match self {
            Self::Outcomes { models: false } => &[Organisation, Month, Lane, Outcome, Rule, Kind],
            Self::Outcomes { models: true } => &[Organisation, Month, Lane, Outcome, Rule, Kind, Model],
            Self::Hours => &[Organisation, Month, Hour, Weekday, Lane],
        }
    }

    fn holds(self, query: &FactQuery<'_>, dims: &[Dim], measures: &[Measure]) -> bool {
        let has = |dim: Dim| self.columns().contains(&dim);
        let tells = |condition: &Condition| match condition {
            Condition::In(_) => has(Dim::Lane),
            Condition::Closed => matches!(self, Self::Outcomes { .. }),
            Condition::Outcome(_) | Condition::NoOutcome(_) => has(Dim::Outcome),
            Condition::Is(dim, _) | Condition::Known(dim) => has(*dim),
            _ => false,
        };
        let counted = measures.iter().all(|measure| match measure {
            Measure::Count(conditions) => conditions.iter().all(tells),
            Measure::Activations => true,
        });
        counted && dims.iter().all(|dim| has(*dim)) && query.conditions.iter().all(tells)
    }

    /// The question, with a column for each of `dims` and each of `measures`.
    pub(super) fn push_counts<DB: Database>(self, sql: &mut QueryBuilder<DB>, query: &FactQuery<'_>, dims: &[Dim], measures: &[Measure])
    where
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> i64: Encode<'q, DB> + Type<DB>,
    {
        let names = |dims: &[Dim]| dims.iter().map(|dim| dim.column()).collect::<Vec<_>>().join(", ");
        sql.push("SELECT ");
        for dim in dims {
            sql.push(format!("COALESCE({}, {}), ", dim.column(), if dim.is_number() { "-1" } else { "''" }));
        }
        let all_closed = query.conditions.iter().any(closes);
        for (n, measure) in measures.iter().enumerate() {
            sql.push(if n == 0 { "SUM(" } else { ", SUM(" });
            match measure {
                Measure::Activations => {
                    sql.push("activations");
                }
                Measure::Count(conditions) => {
                    sql.push("CASE WHEN 1 = 1");
                    push_group(sql, conditions);
                    sql.push(if all_closed || conditions.iter().any(closes) { " THEN closed ELSE 0 END" } else { " THEN n ELSE 0 END" });
                }
            }
            sql.push(")");
        }
        let columns = names(self.columns());
        let closed = if matches!(self, Self::Outcomes { .. }) { "COUNT(closed_us)" } else { "0" };
        sql.push(format!(" FROM (SELECT {columns}, COUNT(*) AS n, {closed} AS closed, SUM(activations) AS activations FROM alert_facts"));
        query.push_period(sql);
        sql.push(format!(" GROUP BY {columns}) sums WHERE 1 = 1"));
        push_group(sql, &query.conditions);
        if all_closed {
            sql.push(" AND closed > 0");
        }
        if !dims.is_empty() {
            sql.push(" GROUP BY ").push(names(dims));
        }
    }
}

/// Whether only closed alerts meet it.
fn closes(condition: &Condition) -> bool {
    matches!(condition, Condition::Closed | Condition::Outcome(_) | Condition::NoOutcome(_))
}

/// The conditions on a sum: those of its closed rows are counted apart.
fn push_group<DB: Database>(sql: &mut QueryBuilder<DB>, conditions: &[Condition])
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    for condition in conditions {
        match condition {
            Condition::Closed => {}
            // SQLite takes what is asked of the sums into the making of them. Without the plus, the lane would be one value there and no part of the order.
            Condition::In(lane) => {
                sql.push(" AND +lane = ").push_bind(lane.as_str().to_owned());
            }
            Condition::Outcome(codes) => push_outcomes(sql, " AND outcome IN (''", codes),
            Condition::NoOutcome(codes) => push_outcomes(sql, " AND outcome NOT IN (''", codes),
            other => {
                sql.push(" AND ");
                push_condition(sql, other);
            }
        }
    }
}

fn push_outcomes<DB: Database>(sql: &mut QueryBuilder<DB>, head: &str, codes: &[String])
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    sql.push(head);
    for code in codes {
        sql.push(", ").push_bind(code.clone());
    }
    sql.push(")");
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Sqlite};

    use super::*;
    use crate::clock::Time;
    use crate::domain::access::Scope;
    use crate::store::facts::Lane;
    use crate::store::{Db, Store, StoreSettings};

    /// The index that is meant, and what is asked: groups, conditions, measures.
    type Asked = (&'static str, &'static [Dim], Vec<Condition>, Vec<Measure>);

    /// How SQLite goes about it: a line for each part.
    async fn plan(store: &Store, sql: &QueryBuilder<Sqlite>) -> Vec<String> {
        let Db::Sqlite(pool) = store.reader() else { return Vec::new() };
        let text = format!("EXPLAIN QUERY PLAN {}", sql.sql().as_str());
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(AssertSqlSafe(text)).fetch_all(pool).await.unwrap();
        rows.into_iter().map(|(.., line)| line).collect()
    }

    #[tokio::test]
    async fn years_are_counted_in_the_order_of_an_index_without_sorting_rows() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("harken.db").display());
        let store = Store::open(&StoreSettings { url, connections: 1, max_pages: None }).await.unwrap();
        let closed = || Measure::Count(vec![Condition::In(Lane::Emergency), Condition::Outcome(vec!["reassured".to_owned()])]);
        let questions: [Asked; 6] = [
            ("alert_facts_in_outcomes", &[Dim::Organisation, Dim::Month], Vec::new(), vec![Measure::Activations]),
            ("alert_facts_in_outcomes", &[Dim::Kind], Vec::new(), vec![Measure::Count(Vec::new()), Measure::Activations]),
            ("alert_facts_in_outcomes", &[Dim::Rule, Dim::Month], vec![Condition::In(Lane::Emergency)], vec![closed()]),
            ("alert_facts_in_outcomes", &[Dim::Organisation, Dim::Lane, Dim::Outcome], vec![Condition::Closed], vec![closed()]),
            ("alert_facts_in_outcomes", &[Dim::Model], vec![Condition::In(Lane::Emergency)], vec![closed()]),
            ("alert_facts_in_months", &[Dim::Weekday, Dim::Hour], Vec::new(), vec![Measure::Count(vec![Condition::In(Lane::Test)])]),
        ];
        let some = Scope::Only(vec!["north".to_owned(), "south".to_owned()]);
        for scope in [&Scope::All, &some] {
            for (index, dims, conditions, measures) in &questions {
                let to = Time::UNIX_EPOCH + chrono::TimeDelta::days(1_000);
                let query = FactQuery { scope, organisation: None, from: Some(Time::UNIX_EPOCH), to, conditions: conditions.clone() };
                let mut sql = QueryBuilder::new("");
                Sums::of(&query, dims, measures).expect("it fits an order").push_counts(&mut sql, &query, dims, measures);
                let lines = plan(&store, &sql).await;
                assert!(lines.iter().any(|line| line.contains(&format!("USING COVERING INDEX {index}"))), "{dims:?}: {lines:#?}");
                assert!(
                    lines.iter().filter(|line| line.contains("TEMP B-TREE")).count() <= 1,
                    "only the sums are sorted: {dims:?}: {lines:#?}"
                );
            }
            let to = Time::UNIX_EPOCH + chrono::TimeDelta::days(1_000);
            let query = FactQuery { scope, organisation: None, from: Some(Time::UNIX_EPOCH), to, conditions: Vec::new() };
            let mut sql = QueryBuilder::new("");
            query.push_operator_hours(&mut sql, 6);
            let lines = plan(&store, &sql).await;
            assert!(lines.iter().any(|line| line.contains("USING COVERING INDEX alert_facts_of_operators")), "{lines:#?}");
            assert!(lines.iter().filter(|line| line.contains("TEMP B-TREE")).count() <= 1, "only the sums are sorted: {lines:#?}");
        }
    }

    #[test]
    fn what_fits_no_order_or_is_short_is_counted_row_by_row() {
        let (scope, from) = (Scope::All, Time::UNIX_EPOCH);
        let query = |days: i64, conditions: &[Condition]| FactQuery {
            scope: &scope,
            organisation: None,
            from: Some(from),
            to: from + chrono::TimeDelta::days(days),
            conditions: conditions.to_vec(),
        };
        let all = [Measure::Count(Vec::new())];
        assert_eq!(Sums::of(&query(31, &[]), &[Dim::Rule], &all), None);
        assert_eq!(Sums::of(&query(1_000, &[]), &[Dim::Home], &all), None);
        assert_eq!(Sums::of(&query(1_000, &[Condition::Answered]), &[Dim::Rule], &all), None);
        assert_eq!(Sums::of(&query(1_000, &[Condition::Closed]), &[Dim::Rule], &[Measure::Activations]), None);
        assert_eq!(Sums::of(&query(1_000, &[]), &[Dim::Rule], &all), Some(Sums::Outcomes { models: false }));
    }
}
