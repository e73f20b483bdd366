//! The few statements that must differ between the two databases, side by side, each with its reason.
//!
//! **Many rows at once.** A statement through sqlx costs 45 µs on SQLite, so rows go in sets: multi-row `VALUES` in a few fixed sizes on
//! SQLite (each size is prepared once), arrays through `UNNEST` on PostgreSQL (one text for any number of rows; planning a long `VALUES` there costs more than
//! the insert).

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Row, Sqlite};

use super::{Db, Result, Tx};

/// The values of one column for many rows.
#[derive(Debug)]
pub enum Column {
    /// BIGINT.
    Int(Vec<i64>),
    /// BIGINT, may be NULL.
    MaybeInt(Vec<Option<i64>>),
    /// TEXT.
    Text(Vec<String>),
    /// TEXT, may be NULL.
    MaybeText(Vec<Option<String>>),
    /// BLOB or BYTEA.
    Bytes(Vec<Vec<u8>>),
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Self::Int(values) => values.len(),
            Self::MaybeInt(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::MaybeText(values) => values.len(),
            Self::Bytes(values) => values.len(),
        }
    }

    fn array_type(&self) -> &'static str {
        match self {
            Self::Int(_) | Self::MaybeInt(_) => "bigint[]",
            Self::Text(_) | Self::MaybeText(_) => "text[]",
            Self::Bytes(_) => "bytea[]",
        }
    }
}

/// A statement over many rows: `{head} <rows> {tail}`, where `<rows>` is a table of the columns. `head` ends where the rows go.
#[derive(Clone, Copy, Debug)]
pub struct ManyRows {
    /// What stands before the rows, for example `INSERT INTO t (a, b)`.
    pub head: &'static str,
    /// What stands behind, for example `ON CONFLICT … DO NOTHING`.
    pub tail: &'static str,
}

/// Sizes of a set on SQLite: a few, so that each text is prepared once and found again.
const SETS: [usize; 5] = [256, 64, 16, 4, 1];

impl Tx {
    /// Runs `statement` for all rows, and answers with how many it inserted or changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn many_rows(&mut self, statement: ManyRows, mut columns: Vec<Column>) -> Result<usize> {
        let rows = columns.first().map_or(0, Column::len);
        if rows == 0 {
            return Ok(0);
        }
        debug_assert!(columns.iter().all(|column| column.len() == rows), "columns of one statement are equally long");
        let mut affected = 0;
        match &mut self.inner {
            Db::Sqlite(tx) => {
                let mut from = 0;
                while from < rows {
                    let size = SETS.into_iter().find(|size| *size <= rows - from).unwrap_or(1);
                    let mut query = sqlx::query(AssertSqlSafe(sqlite_text(statement, columns.len(), size)));
                    for row in from..from + size {
                        for column in &mut columns {
                            query = bind_cell(query, column, row);
                        }
                    }
                    affected += query.execute(&mut **tx).await?.rows_affected();
                    from += size;
                }
            }
            Db::Postgres(tx) => {
                let text = postgres_text(statement, &columns);
                affected = bind_arrays(sqlx::query(AssertSqlSafe(text)), columns).execute(&mut **tx).await?.rows_affected();
            }
        }
        Ok(usize::try_from(affected).unwrap_or(usize::MAX))
    }

    /// Inserts rows whose first two columns are a unique pair, and answers with the pairs that were not there before; `None` means all of them.
    /// `seq` numbers the rows of the table in the order of their insertion.
    ///
    /// On SQLite nobody else writes meanwhile, so what was inserted are the rows with a number above the highest before; a `RETURNING` there hands every row
    /// from thread to thread, which costs as much as inserting it. On PostgreSQL others insert too, and `RETURNING` comes in one message.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn insert_new(
        &mut self,
        statement: ManyRows,
        numbered: Numbered,
        columns: Vec<Column>,
    ) -> Result<Option<Vec<(String, String)>>> {
        let rows = columns.first().map_or(0, Column::len);
        let Numbered { table, pair } = numbered;
        if let Db::Postgres(tx) = &mut self.inner {
            if rows == 0 {
                return Ok(None);
            }
            let text = format!("{} RETURNING {}, {}", postgres_text(statement, &columns), pair.0, pair.1);
            let query = bind_arrays(sqlx::query(AssertSqlSafe(text)), columns);
            let pairs: Vec<_> = query.fetch_all(&mut **tx).await?;
            let read = |row: sqlx::postgres::PgRow| Ok((row.try_get(0)?, row.try_get(1)?));
            return Ok(if pairs.len() == rows { None } else { Some(pairs.into_iter().map(read).collect::<Result<_>>()?) });
        }
        let highest = format!("SELECT COALESCE(MAX(seq), 0) FROM {table}");
        let (before,): (i64,) = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(highest)).fetch_one(conn).await?);
        if self.many_rows(statement, columns).await? == rows {
            return Ok(None);
        }
        let text = format!("SELECT {}, {} FROM {table} WHERE seq > $1", pair.0, pair.1);
        Ok(Some(on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(before).fetch_all(conn).await?)))
    }
}

/// A table whose rows `seq` numbers, and its unique pair of columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbered {
    /// Its name.
    pub table: &'static str,
    /// The pair.
    pub pair: (&'static str, &'static str),
}

fn postgres_text(statement: ManyRows, columns: &[Column]) -> String {
    let arrays: Vec<String> = columns.iter().enumerate().map(|(n, column)| format!("${}::{}", n + 1, column.array_type())).collect();
    format!("{} SELECT * FROM UNNEST({}) {}", statement.head, arrays.join(", "), statement.tail)
}

type PgQuery<'q> = Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind_arrays(query: PgQuery<'_>, columns: Vec<Column>) -> PgQuery<'_> {
    columns.into_iter().fold(query, |query, column| match column {
        Column::Int(values) => query.bind(values),
        Column::MaybeInt(values) => query.bind(values),
        Column::Text(values) => query.bind(values),
        Column::MaybeText(values) => query.bind(values),
        Column::Bytes(values) => query.bind(values),
    })
}

fn sqlite_text(statement: ManyRows, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("{} VALUES {} {}", statement.head, vec![row.as_str(); rows].join(", "), statement.tail)
}

/// Binds one cell, and takes its text or bytes out of the column: each is bound once.
fn bind_cell<'q>(query: Query<'q, Sqlite, SqliteArguments>, column: &mut Column, row: usize) -> Query<'q, Sqlite, SqliteArguments> {
    match column {
        Column::Int(values) => query.bind(values[row]),
        Column::MaybeInt(values) => query.bind(values[row]),
        Column::Text(values) => query.bind(std::mem::take(&mut values[row])),
        Column::MaybeText(values) => query.bind(values[row].take()),
        Column::Bytes(values) => query.bind(std::mem::take(&mut values[row])),
    }
}

/// Joins to each row before it a few rows of `table`, under the name `joined`: those of `question` (`FROM {table} {inside} WHERE … LIMIT …`), which speaks of
/// that row. PostgreSQL asks it for each row by `LATERAL`, which SQLite does not know; SQLite looks up a list of ids for each row, which PostgreSQL would
/// make anew for each row of `table`.
pub(super) fn some_of_each(table: &str, joined: &str, inside: &str, question: &str, postgres: bool) -> String {
    if postgres {
        format!("CROSS JOIN LATERAL (SELECT {inside}.* {question}) AS {joined}")
    } else {
        format!("JOIN {table} {joined} ON {joined}.id IN (SELECT {inside}.id {question})")
    }
}

impl Tx {
    /// A parenthesised subquery over the texts of a JSON array in `parameter`: neither database reads the other's form of it.
    pub(super) fn listed(&self, parameter: &str) -> String {
        match self.inner {
            Db::Sqlite(_) => format!("(SELECT value FROM json_each({parameter}))"),
            Db::Postgres(_) => format!("(SELECT value FROM json_array_elements_text({parameter}::json) AS listed(value))"),
        }
    }

    /// The lock on rows read: on SQLite the transaction holds the one writer already.
    pub(super) fn for_update(&self) -> &'static str {
        match self.inner {
            Db::Sqlite(_) => "",
            Db::Postgres(_) => "FOR UPDATE",
        }
    }

    /// The lock on rows of which each replica takes its share: what another one has locked is passed over. SQLite has one server.
    pub(super) fn skip_locked(&self) -> &'static str {
        match self.inner {
            Db::Sqlite(_) => "",
            Db::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        }
    }
}
