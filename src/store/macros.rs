//! The macros that let one text of SQL run on either database.

/// Runs one body against whichever database it is: `on_db!(self.reader(), pool => sqlx::query(…).fetch_all(pool).await)`.
/// The body is compiled once for each.
macro_rules! on_db {
    ($db:expr, $conn:ident => $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite($conn) => $body,
            $crate::store::Db::Postgres($conn) => $body,
        }
    };
}

/// Runs one body against the connection of a transaction: `on_tx!(tx, conn => sqlx::query(…).execute(conn).await)`.
macro_rules! on_tx {
    ($tx:expr, $conn:ident => $body:expr) => {
        match &mut $tx.inner {
            $crate::store::Db::Sqlite(inner) => {
                let $conn = &mut **inner;
                $body
            }
            $crate::store::Db::Postgres(inner) => {
                let $conn = &mut **inner;
                $body
            }
        }
    };
}
