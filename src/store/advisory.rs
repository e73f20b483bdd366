//! Locks that live as long as one connection: PostgreSQL's session-level advisory locks, by which replicas share out work.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Result, Store};

/// One lock, as `pg_try_advisory_lock(class, number)` knows it. Locks are per database, so two installations on one server do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LockName {
    /// What kind of thing is locked; never negative.
    pub class: i32,
    /// Which one; never negative.
    pub number: i32,
}

/// A granted lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The lock.
    pub name: LockName,
    /// Held by this connection, not by another one.
    pub mine: bool,
}

/// A connection of its own that holds advisory locks. All of them are free again once it ends, however it ends.
///
/// A call that is given up half-way leaves the connection in an unknown state: then drop it.
#[derive(Debug)]
pub struct AdvisoryLocks {
    connection: PgConnection,
}

impl AdvisoryLocks {
    /// Opens the connection; `None` on SQLite, which has one server and nothing to share out.
    ///
    /// The server ends the session, and so frees the locks, when it has heard nothing for `silence`: the holder must call something
    /// more often than that, and stop its work sooner when it gets no answer. That covers a host that vanished, a network
    /// that was cut and a process that hangs; a process that was killed is noticed at once.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn open(store: &Store, silence: Duration) -> Result<Option<Self>> {
        let Some(pool) = store.postgres() else { return Ok(None) };
        let mut connection = PgConnection::connect_with(pool.connect_options().as_ref()).await?;
        let ms = silence.as_millis();
        // `tcp_user_timeout` is for an answer of the server's that nobody acknowledges, the probes for all else that the session
        // time-out does not see, such as a server that is just working for us.
        let settings = format!(
            "SET idle_session_timeout = {ms}; SET tcp_user_timeout = {ms}; \
             SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 4"
        );
        sqlx::raw_sql(AssertSqlSafe(settings)).execute(&mut connection).await?;
        Ok(Some(Self { connection }))
    }

    /// Takes the lock unless another session has it.
    ///
    /// # Errors
    /// When the connection is lost, and all locks with it.
    pub async fn try_lock(&mut self, name: LockName) -> Result<bool> {
        let query = sqlx::query_scalar("SELECT pg_try_advisory_lock($1, $2)").bind(name.class).bind(name.number);
        Ok(query.fetch_one(&mut self.connection).await?)
    }

    /// Takes the lock in common with any number of other sessions.
    ///
    /// # Errors
    /// When the connection is lost, and all locks with it.
    pub async fn try_lock_shared(&mut self, name: LockName) -> Result<bool> {
        let query = sqlx::query_scalar("SELECT pg_try_advisory_lock_shared($1, $2)").bind(name.class).bind(name.number);
        Ok(query.fetch_one(&mut self.connection).await?)
    }

    /// Gives a lock back.
    ///
    /// # Errors
    /// When the connection is lost, and all locks with it.
    pub async fn unlock(&mut self, name: LockName) -> Result<()> {
        sqlx::query("SELECT pg_advisory_unlock($1, $2)").bind(name.class).bind(name.number).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Gives back a lock taken in common.
    ///
    /// # Errors
    /// When the connection is lost, and all locks with it.
    pub async fn unlock_shared(&mut self, name: LockName) -> Result<()> {
        sqlx::query("SELECT pg_advisory_unlock_shared($1, $2)").bind(name.class).bind(name.number).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Every granted lock of these classes, by whomever. Also the proof that this connection, and what it holds, is alive.
    ///
    /// # Errors
    /// When the connection is lost, and all locks with it.
    pub async fn holdings(&mut self, classes: &[i32]) -> Result<Vec<Holding>> {
        let classes: Vec<i64> = classes.iter().map(|class| i64::from(*class)).collect();
        // `objsubid` 2 marks locks named by two numbers.
        let rows: Vec<(i64, i64, bool)> = sqlx::query_as(
            "SELECT classid::bigint, objid::bigint, pid = pg_backend_pid() FROM pg_locks \
             WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid::bigint = ANY($1) \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .bind(classes)
        .fetch_all(&mut self.connection)
        .await?;
        let holding = |(class, number, mine): (i64, i64, bool)| {
            Some(Holding { name: LockName { class: i32::try_from(class).ok()?, number: i32::try_from(number).ok()? }, mine })
        };
        Ok(rows.into_iter().filter_map(holding).collect())
    }

    /// Ends the connection in order; every lock is free when it returns.
    pub async fn close(self) {
        let _ = self.connection.close().await;
    }
}
