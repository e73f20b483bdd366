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

/// Runs one body in a transaction and commits it: `in_tx!(self, tx => { tx.bump_home(home).await?; … value })`. The body may use `?`, which
/// rolls back. When the database reports a deadlock the whole is tried again, twice at most: so the body must not have effects elsewhere.
macro_rules! in_tx {
    ($store:expr, $tx:ident => $body:expr) => {{
        let mut tries = 0;
        loop {
            tries += 1;
            let outcome: $crate::store::Result<_> = async {
                #[allow(unused_mut, reason = "some bodies only hand it on")]
                let mut $tx = $store.begin().await?;
                let value = $body;
                $tx.commit().await?;
                Ok(value)
            }
            .await;
            match outcome {
                Err(error) if tries < 3 && error.is_contention() => {}
                outcome => break outcome,
            }
        }
    }};
}
