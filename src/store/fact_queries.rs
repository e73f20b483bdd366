//! Counting and listing the rows of `facts`. A figure is a list of conditions, and the same list counts it and finds the alerts that it counts.

use sqlx::{Database, Encode, QueryBuilder, Row, Sqlite, Type};

use super::fact_sums::Sums;
use super::facts::{FACT, Fact, FactRow, Lane};
use super::list::push_scope;
use super::{Db, Result, Store, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;

/// From so long a period on, the rows are counted in another order than that of their time.
const LONG: chrono::TimeDelta = chrono::TimeDelta::days(120);

/// What rows can be told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Dim {
    Organisation,
    Month,
    Hour,
    Weekday,
    Rule,
    Kind,
    Model,
    Home,
    Lane,
    Outcome,
    Operator,
    Owner,
    Wait,
}

impl Dim {
    /// The column.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Month => "month",
            Self::Hour => "hour",
            Self::Weekday => "weekday",
            Self::Rule => "rule",
            Self::Kind => "kind",
            Self::Model => "model",
            Self::Home => "home",
            Self::Lane => "lane",
            Self::Outcome => "outcome",
            Self::Operator => "operator",
            Self::Owner => "owner",
            Self::Wait => "wait_s",
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Month | Self::Hour | Self::Weekday | Self::Wait)
    }
}

/// One condition on a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// In this lane.
    In(Lane),
    /// Somebody accepted it.
    Answered,
    /// Nobody did.
    Unanswered,
    /// Accepted within so many seconds.
    Within(i64),
    /// Accepted later than that, or not at all although it was raised before `by` (the time of asking less the seconds).
    Late {
        /// The seconds.
        over: i64,
        /// Raised before, and accepted by nobody: late too.
        by: Time,
    },
    /// Closed.
    Closed,
    /// Open.
    Open,
    /// Closed with one of these outcomes.
    Outcome(Vec<String>),
    /// Closed with none of these outcomes.
    NoOutcome(Vec<String>),
    /// Raised before.
    RaisedBefore(Time),
    /// Raised at or after.
    RaisedSince(Time),
    /// This text (or number, written out) there.
    Is(Dim, String),
    /// Some text there.
    Known(Dim),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct FactQuery<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Only of this organisation.
    pub organisation: Option<&'a str>,
    /// Raised at or after.
    pub from: Option<Time>,
    /// Raised before.
    pub to: Time,
    /// All of these.
    pub conditions: Vec<Condition>,
}

/// What is counted.
#[derive(Clone, Debug)]
pub enum Measure {
    /// Rows that meet all of these.
    Count(Vec<Condition>),
    /// The activations of all rows.
    Activations,
}

/// One group, with the values that it is told apart by, and its counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// A value for each dimension; empty where a row has none.
    pub keys: Vec<String>,
    /// A count for each measure.
    pub counts: Vec<i64>,
}

pub(super) fn push_condition<DB: Database>(sql: &mut QueryBuilder<DB>, condition: &Condition)
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    match condition {
        Condition::In(lane) => sql.push("lane = ").push_bind(lane.as_str().to_owned()),
        Condition::Answered => sql.push("wait_s IS NOT NULL"),
        Condition::Unanswered => sql.push("wait_s IS NULL"),
        Condition::Within(seconds) => sql.push("wait_s <= ").push_bind(*seconds),
        Condition::Late { over, by } => {
            sql.push("(wait_s > ").push_bind(*over).push(" OR (wait_s IS NULL AND raised_us < ").push_bind(to_us(*by)).push("))")
        }
        Condition::Closed => sql.push("closed_us IS NOT NULL"),
        Condition::Open => sql.push("closed_us IS NULL"),
        Condition::Outcome(codes) => push_codes(sql, "closed_us IS NOT NULL AND outcome IN (", codes),
        Condition::NoOutcome(codes) => push_codes(sql, "closed_us IS NOT NULL AND outcome NOT IN (", codes),
        Condition::RaisedBefore(time) => sql.push("raised_us < ").push_bind(to_us(*time)),
        Condition::RaisedSince(time) => sql.push("raised_us >= ").push_bind(to_us(*time)),
        Condition::Is(dim, value) if dim.is_number() => match value.parse::<i64>() {
            Ok(number) => sql.push(dim.column()).push(" = ").push_bind(number),
            Err(_) => sql.push("1 = 0"),
        },
        Condition::Is(dim, value) if value.is_empty() => sql.push("COALESCE(").push(dim.column()).push(", '') = ''"),
        Condition::Is(dim, value) => sql.push(dim.column()).push(" = ").push_bind(value.clone()),
        Condition::Known(dim) => sql.push("COALESCE(").push(dim.column()).push(", '') <> ''"),
    };
}

fn push_codes<'a, DB: Database>(sql: &'a mut QueryBuilder<DB>, head: &str, codes: &[String]) -> &'a mut QueryBuilder<DB>
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    // An empty list is no SQL; no code is empty.
    sql.push(head).push("''");
    for code in codes {
        sql.push(", ").push_bind(code.clone());
    }
    sql.push(")")
}

fn push_all<DB: Database>(sql: &mut QueryBuilder<DB>, conditions: &[Condition])
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    for condition in conditions {
        sql.push(" AND ");
        push_condition(sql, condition);
    }
}

impl FactQuery<'_> {
    /// Whether much of what is kept lies within the period, for all that is known. What stands now was raised whenever, and is found as what is open.
    pub(super) fn is_long(&self) -> bool {
        self.from.is_none_or(|from| self.to - from > LONG)
    }

    /// The restriction to the period and to whom it concerns.
    pub(super) fn push_period<DB: Database>(&self, sql: &mut QueryBuilder<DB>)
    where
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> i64: Encode<'q, DB> + Type<DB>,
    {
        // A plus keeps SQLite from fetching the rows of a long period one by one by their time: reading all of them in another order is faster. PostgreSQL
        // sees that by its statistics, which a plus would hide from it.
        let column = if DB::NAME == Sqlite::NAME && self.is_long() { "+raised_us" } else { "raised_us" };
        sql.push(" WHERE ").push(column).push(" < ").push_bind(to_us(self.to));
        if let Some(from) = self.from {
            sql.push(" AND ").push(column).push(" >= ").push_bind(to_us(from));
        }
        push_scope(sql, "organisation", self.scope);
        if let Some(organisation) = self.organisation {
            sql.push(" AND organisation = ").push_bind(organisation.to_owned());
        }
    }

    pub(super) fn push_where<DB: Database>(&self, sql: &mut QueryBuilder<DB>)
    where
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> i64: Encode<'q, DB> + Type<DB>,
    {
        self.push_period(sql);
        push_all(sql, &self.conditions);
    }

    /// How SQLite is asked to count: for looking at its plan.
    #[must_use]
    pub fn counting(&self, dims: &[Dim], measures: &[Measure]) -> String {
        let mut sql = QueryBuilder::<Sqlite>::new("");
        self.push_counts(&mut sql, dims, measures);
        sql.sql().as_str().to_owned()
    }

    pub(super) fn push_operator_hours<DB: Database>(&self, sql: &mut QueryBuilder<DB>, norm: i64)
    where
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> i64: Encode<'q, DB> + Type<DB>,
    {
        sql.push("SELECT organisation, operator, CAST(SUM(n) AS BIGINT) AS accepted, COUNT(*) AS hours, MAX(n) AS busiest, CAST(SUM(CASE WHEN n > ");
        sql.push_bind(norm).push(
            " THEN 1 ELSE 0 END) AS BIGINT) AS over_norm, CAST(SUM(closed) AS BIGINT) AS closed, CAST(SUM(handling_us) AS BIGINT) AS handling_us \
             FROM (SELECT organisation, operator, COUNT(*) AS n, COUNT(closed_us) AS closed, COALESCE(SUM(closed_us - accepted_us), 0) AS handling_us \
             FROM alert_facts",
        );
        self.push_where(sql);
        sql.push(
            " AND operator IS NOT NULL AND accepted_us / 3600000000 IS NOT NULL GROUP BY organisation, operator, accepted_us / 3600000000) each_hour \
             GROUP BY organisation, operator ORDER BY organisation, operator",
        );
    }

    pub(super) fn push_counts<DB: Database>(&self, sql: &mut QueryBuilder<DB>, dims: &[Dim], measures: &[Measure])
    where
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> i64: Encode<'q, DB> + Type<DB>,
    {
        sql.push("SELECT ");
        for dim in dims {
            sql.push(if dim.is_number() {
                format!("COALESCE({}, -1), ", dim.column())
            } else {
                format!("COALESCE({}, ''), ", dim.column())
            });
        }
        for (n, measure) in measures.iter().enumerate() {
            sql.push(if n == 0 { "" } else { ", " });
            match measure {
                Measure::Activations => {
                    sql.push("CAST(SUM(activations) AS BIGINT)");
                }
                Measure::Count(conditions) if conditions.is_empty() => {
                    sql.push("COUNT(*)");
                }
                Measure::Count(conditions) => {
                    sql.push("CAST(SUM(CASE WHEN 1 = 1");
                    push_all(sql, conditions);
                    sql.push(" THEN 1 ELSE 0 END) AS BIGINT)");
                }
            }
        }
        sql.push(" FROM alert_facts");
        self.push_where(sql);
        let columns: Vec<&str> = dims.iter().map(|dim| dim.column()).collect();
        if !columns.is_empty() {
            sql.push(" GROUP BY ").push(columns.join(", "));
        }
    }
}

/// Reads a row of [`FactQuery::push_counts`].
macro_rules! group {
    ($row:expr, $dims:expr, $measures:expr) => {{
        let mut keys = Vec::with_capacity($dims.len());
        for (n, dim) in $dims.iter().enumerate() {
            keys.push(if dim.is_number() {
                let number: i64 = $row.try_get(n)?;
                if number < 0 { String::new() } else { number.to_string() }
            } else {
                $row.try_get(n)?
            });
        }
        let mut counts = Vec::with_capacity($measures.len());
        for n in 0..$measures.len() {
            counts.push($row.try_get::<Option<i64>, _>($dims.len() + n)?.unwrap_or(0));
        }
        Ok(Group { keys, counts })
    }};
}

impl Store {
    /// Counts, in groups.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn count_facts(&self, query: &FactQuery<'_>, dims: &[Dim], measures: &[Measure]) -> Result<Vec<Group>> {
        // PostgreSQL reads all rows and sums them by hashes: it needs no order.
        let sums = if matches!(self.reader(), Db::Sqlite(_)) { Sums::of(query, dims, measures) } else { None };
        let mut groups: Vec<Group> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("");
            match sums.as_ref() {
                Some(sums) => sums.push_counts(&mut sql, query, dims, measures),
                None => query.push_counts(&mut sql, dims, measures),
            }
            sql.build().fetch_all(pool).await?.iter().map(|row| group!(row, dims, measures)).collect::<Result<_>>()?
        });
        // Here and not in SQL, which would sort the rows for it and not the groups. Numbers in their order, words in that of their letters.
        groups.sort_by_cached_key(|group| {
            group.keys.iter().map(|key| (key.parse::<i64>().unwrap_or(i64::MAX), key.clone())).collect::<Vec<_>>()
        });
        Ok(groups)
    }

    /// The alerts themselves, oldest first, after the one raised then (in microseconds) with that id.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn facts(&self, query: &FactQuery<'_>, after: Option<&(i64, String)>, limit: i64) -> Result<Vec<Fact>> {
        let rows: Vec<FactRow> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(format!("SELECT {FACT} FROM alert_facts"));
            query.push_where(&mut sql);
            if let Some((raised, alert)) = after {
                sql.push(" AND (raised_us, alert) > (").push_bind(*raised).push(", ").push_bind(alert.clone()).push(")");
            }
            sql.push(" ORDER BY raised_us, alert LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(Fact::from).collect())
    }

    /// Of each operator: how many they accepted, in how many clock hours, the most in one, and the hours with more than `norm`; and how long it took them
    /// to close those that are closed. One pass, in the order of an index that holds the clock hour.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn operator_hours(&self, query: &FactQuery<'_>, norm: i64) -> Result<Vec<OperatorHours>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("");
            query.push_operator_hours(&mut sql, norm);
            sql.build_query_as().fetch_all(pool).await
        })?)
    }

    /// Spans of ten minutes (from the full ten) in which an organisation had more than `most` alerts: organisation, begin in microseconds, alerts.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn floods(&self, query: &FactQuery<'_>, most: i64) -> Result<Vec<(String, i64, i64)>> {
        Ok(on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT organisation, raised_us / 600000000 * 600000000 AS begin_us, COUNT(*) FROM alert_facts");
            query.push_where(&mut sql);
            sql.push(" GROUP BY organisation, raised_us / 600000000 * 600000000 HAVING COUNT(*) > ").push_bind(most)
                .push(" ORDER BY 2, 1");
            sql.build_query_as().fetch_all(pool).await
        })?)
    }
}

/// How much one operator took on.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OperatorHours {
    /// Whose alerts.
    pub organisation: String,
    /// Id of the person or token.
    pub operator: String,
    /// Alerts accepted first by them.
    pub accepted: i64,
    /// Clock hours in which they accepted at least one.
    pub hours: i64,
    /// The most in one clock hour.
    pub busiest: i64,
    /// Clock hours with more than the norm.
    pub over_norm: i64,
    /// Of the accepted, those that are closed.
    pub closed: i64,
    /// From the acceptance of these to their closing, all together.
    pub handling_us: i64,
}
