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
    /// What stands behind, for example `ON CONFLICT … DO NOTHING RETURNING a`.
    pub tail: &'static str,
}

/// Sizes of a set on SQLite: a few, so that each text is prepared once and found again.
const SETS: [usize; 5] = [256, 64, 16, 4, 1];

impl Tx {
    /// Runs `statement` for all rows and returns, where it says `RETURNING`, the first column (text) of each returned row.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn many_rows(&mut self, statement: ManyRows, columns: Vec<Column>) -> Result<Vec<(String, String)>> {
        let rows = columns.first().map_or(0, Column::len);
        if rows == 0 {
            return Ok(Vec::new());
        }
        debug_assert!(columns.iter().all(|column| column.len() == rows), "columns of one statement are equally long");
        let returning = statement.tail.contains("RETURNING");
        let mut out = Vec::new();
        match &mut self.inner {
            Db::Sqlite(tx) => {
                let mut from = 0;
                while from < rows {
                    let size = SETS.into_iter().find(|size| *size <= rows - from).unwrap_or(1);
                    let text = sqlite_text(statement, columns.len(), size);
                    let mut query = sqlx::query(AssertSqlSafe(text));
                    for row in from..from + size {
                        for column in &columns {
                            query = bind_cell(query, column, row);
                        }
                    }
                    if returning {
                        let found = query.fetch_all(&mut **tx).await?;
                        for row in found {
                            out.push((row.try_get(0)?, row.try_get(1)?));
                        }
                    } else {
                        query.execute(&mut **tx).await?;
                    }
                    from += size;
                }
            }
            Db::Postgres(tx) => {
                let arrays: Vec<String> =
                    columns.iter().enumerate().map(|(n, column)| format!("${}::{}", n + 1, column.array_type())).collect();
                let text = format!("{} SELECT * FROM UNNEST({}) {}", statement.head, arrays.join(", "), statement.tail);
                let mut query = sqlx::query(AssertSqlSafe(text));
                for column in columns {
                    query = match column {
                        Column::Int(values) => query.bind(values),
                        Column::MaybeInt(values) => query.bind(values),
                        Column::Text(values) => query.bind(values),
                        Column::MaybeText(values) => query.bind(values),
                        Column::Bytes(values) => query.bind(values),
                    };
                }
                if returning {
                    for row in query.fetch_all(&mut **tx).await? {
                        out.push((row.try_get(0)?, row.try_get(1)?));
                    }
                } else {
                    query.execute(&mut **tx).await?;
                }
            }
        }
        Ok(out)
    }
}

fn sqlite_text(statement: ManyRows, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("{} VALUES {} {}", statement.head, vec![row.as_str(); rows].join(", "), statement.tail)
}

fn bind_cell<'q>(query: Query<'q, Sqlite, SqliteArguments>, column: &Column, row: usize) -> Query<'q, Sqlite, SqliteArguments> {
    match column {
        Column::Int(values) => query.bind(values[row]),
        Column::MaybeInt(values) => query.bind(values[row]),
        Column::Text(values) => query.bind(values[row].clone()),
        Column::MaybeText(values) => query.bind(values[row].clone()),
        Column::Bytes(values) => query.bind(values[row].clone()),
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
}
