//! What is in the database, counted by a connection of its own.

use std::str::FromStr;

use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// One number by SQL.
pub async fn number(url: &str, sql: &str) -> i64 {
    if url.starts_with("postgres") {
        let mut connection = sqlx::PgConnection::connect(url).await.expect("the database");
        return sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.expect("a number");
    }
    let options = sqlx::sqlite::SqliteConnectOptions::from_str(url).expect("a URL").read_only(true);
    let mut connection = options.connect().await.expect("the database");
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.expect("a number")
}

/// Rows of two texts and a number.
pub async fn pairs(url: &str, sql: &str) -> std::collections::HashMap<(String, String), i64> {
    type Row = (String, String, i64);
    let rows: Vec<Row> = if url.starts_with("postgres") {
        let mut connection = sqlx::PgConnection::connect(url).await.expect("the database");
        sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.expect("rows")
    } else {
        let options = sqlx::sqlite::SqliteConnectOptions::from_str(url).expect("a URL").read_only(true);
        let mut connection = options.connect().await.expect("the database");
        sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.expect("rows")
    };
    rows.into_iter().map(|(one, two, number)| ((one, two), number)).collect()
}

/// Statements that answer nothing.
pub async fn run(url: &str, sql: &str) {
    if url.starts_with("postgres") {
        let mut connection = sqlx::PgConnection::connect(url).await.expect("the database");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("done");
        return;
    }
    let options = sqlx::sqlite::SqliteConnectOptions::from_str(url).expect("a URL").busy_timeout(std::time::Duration::from_secs(10));
    let mut connection = options.connect().await.expect("the database");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("done");
}

/// A line of SQLite's plans.
type PlanRow = (i64, i64, i64, String);

/// How the database would answer a question: its plan, a line for each part. On PostgreSQL parameters are written into the question.
pub async fn plan(url: &str, sql: &str) -> String {
    if url.starts_with("postgres") {
        let mut connection = sqlx::PgConnection::connect(url).await.expect("the database");
        let lines: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("EXPLAIN {sql}"))).fetch_all(&mut connection).await.expect("a plan");
        return lines.join("\n");
    }
    let options = sqlx::sqlite::SqliteConnectOptions::from_str(url).expect("a URL").read_only(true);
    let mut connection = options.connect().await.expect("the database");
    let rows: Vec<PlanRow> =
        sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(&mut connection).await.expect("a plan");
    rows.into_iter().map(|(.., line)| line).collect::<Vec<_>>().join("\n")
}
