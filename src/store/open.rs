//! Opening a database: pools, durable settings, migrations, and the lock that gives an SQLite file to one server.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::tx::Tx;
use super::{Db, Result, StoreError};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// One report is worked at by one process: on a small machine its helpers would take every processor from the events that come meanwhile.
const POSTGRES_SESSION: &str = "SET max_parallel_workers_per_gather = 0; SET jit = off";

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Connections of the pool: readers on SQLite, all on PostgreSQL.
    pub connections: u32,
    /// SQLite only: refuse to grow beyond this many pages (4 KiB each); none means no limit.
    pub max_pages: Option<u32>,
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) writer: Db<SqlitePool, PgPool>,
    pub(super) reader: Db<SqlitePool, PgPool>,
    file: Option<PathBuf>,
}

impl Store {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// When the URL is not understood, the database cannot be reached, or its schema is newer than this program.
    pub async fn open(settings: &StoreSettings) -> Result<Self> {
        let store = Self::connect(settings).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Connects without touching the schema.
    ///
    /// # Errors
    /// When the URL is not understood or the database cannot be reached.
    pub async fn connect(settings: &StoreSettings) -> Result<Self> {
        if settings.url.starts_with("postgres:") || settings.url.starts_with("postgresql:") {
            return Self::connect_postgres(settings).await;
        }
        if !settings.url.starts_with("sqlite:") {
            let say = format!("database URL `{}…` is neither sqlite:// nor postgres://; set HARKEN_DATABASE_URL", scheme(&settings.url));
            return Err(StoreError::Schema(say));
        }
        Self::connect_sqlite(settings).await
    }

    async fn connect_sqlite(settings: &StoreSettings) -> Result<Self> {
        let mut options = SqliteConnectOptions::from_str(&settings.url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: a commit is on the disk before it returns. Measured to cost nothing with batches.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            .statement_cache_capacity(500)
            .pragma("cache_size", "-65536")
            // The log is copied back beside the writer ([`Store::copy_log_back`]). What is left then the writer copies itself when the log is this long,
            // which lets it begin anew.
            .pragma("wal_autocheckpoint", "65536")
            .pragma("journal_size_limit", "268435456")
            .pragma("temp_store", "memory");
        if let Some(pages) = settings.max_pages {
            options = options.pragma("max_page_count", pages.to_string());
        }
        let file = options.get_filename().to_path_buf();
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| StoreError::Schema(format!("cannot make {}: {error}", folder.display())))?;
        }
        let writer = SqlitePoolOptions::new().max_connections(1).min_connections(1).connect_with(options.clone()).await?;
        let readers = options.pragma("query_only", "on").pragma("cache_size", "-16384");
        let reader = SqlitePoolOptions::new().max_connections(settings.connections.max(1)).min_connections(0).connect_lazy_with(readers);
        Ok(Self { writer: Db::Sqlite(writer), reader: Db::Sqlite(reader), file: Some(file) })
    }

    async fn connect_postgres(settings: &StoreSettings) -> Result<Self> {
        let options = PgConnectOptions::from_str(&settings.url)?.application_name("harken").statement_cache_capacity(500);
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections.max(4))
            .acquire_timeout(Duration::from_secs(5))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::Executor::execute(connection, POSTGRES_SESSION).await?;
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self { writer: Db::Postgres(pool.clone()), reader: Db::Postgres(pool), file: None })
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// When a migration fails, or the schema is newer than this program: then nothing is changed.
    pub async fn migrate(&self) -> Result<()> {
        let ran = match &self.writer {
            Db::Sqlite(pool) => SQLITE_MIGRATIONS.run(pool).await,
            Db::Postgres(pool) => POSTGRES_MIGRATIONS.run(pool).await,
        };
        ran.map_err(|error| match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => StoreError::Schema(format!(
                "the database has schema {version}, which this program does not know: it was used by a newer Harken. Start that one, or restore a backup"
            )),
            other => StoreError::Schema(format!("the schema could not be brought up to date: {other}")),
        })
    }

    /// Begins a transaction that may write. On SQLite it holds the one writer at once (`BEGIN IMMEDIATE`).
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin(&self) -> Result<Tx> {
        let inner = match &self.writer {
            Db::Sqlite(pool) => Db::Sqlite(begin_on_sqlite(pool).await?),
            Db::Postgres(pool) => Db::Postgres(pool.begin().await?),
        };
        Ok(Tx { inner })
    }

    /// Begins a transaction that only reads, and sees one moment of the database throughout.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn snapshot(&self) -> Result<Tx> {
        let inner = match &self.reader {
            Db::Sqlite(pool) => Db::Sqlite(pool.begin().await?),
            Db::Postgres(pool) => Db::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?),
        };
        Ok(Tx { inner })
    }

    /// The pool for reading.
    pub(super) fn reader(&self) -> &Db<SqlitePool, PgPool> {
        &self.reader
    }

    /// The pool of `PostgreSQL`, for what only several replicas need (advisory locks).
    #[must_use]
    pub fn postgres(&self) -> Option<&PgPool> {
        if let Db::Postgres(pool) = &self.writer { Some(pool) } else { None }
    }

    /// The file of an SQLite database.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        on_db!(self.reader(), pool => sqlx::query("SELECT 1").execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Closes all connections.
    pub async fn close(&self) {
        on_db!(&self.reader, pool => pool.close().await);
        on_db!(&self.writer, pool => pool.close().await);
    }
}

/// The part of a URL that holds no secret.
fn scheme(url: &str) -> &str {
    url.split(':').next().unwrap_or_default()
}

/// SQLite ends a transaction by itself when the disk is full or fails. The library's own ROLLBACK finds none then, and the library goes on believing in
/// one: the connection takes no BEGIN any more. Such a connection is replaced.
async fn begin_on_sqlite(pool: &SqlitePool) -> sqlx::Result<sqlx::Transaction<'static, sqlx::Sqlite>> {
    match pool.begin_with("BEGIN IMMEDIATE").await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            pool.acquire().await?.close().await?;
            pool.begin_with("BEGIN IMMEDIATE").await
        }
        begun => begun,
    }
}
