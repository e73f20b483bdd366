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
