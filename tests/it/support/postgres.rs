//! A private PostgreSQL, with durable settings: one per test process, or one of a test's own that it may stop.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{ports, process, scratch, wait};

/// A running cluster. The one from [`Postgres::shared`] ends with the test process, one from [`Postgres::own`] when it is dropped.
#[derive(Debug)]
pub struct Postgres {
    bin: PathBuf,
    dir: PathBuf,
    port: u16,
    server: Option<Child>,
    databases: AtomicU32,
}

static SHARED: OnceLock<Postgres> = OnceLock::new();

impl Postgres {
    /// The cluster of this test process, started by the first test that asks.
    pub async fn shared() -> &'static Self {
        let cluster = tokio::task::spawn_blocking(|| SHARED.get_or_init(Self::start)).await.expect("PostgreSQL starts");
        cluster.ready().await;
        cluster
    }

    /// A cluster of one's own.
    pub async fn own() -> Self {
        let cluster = tokio::task::spawn_blocking(Self::start).await.expect("PostgreSQL starts");
        cluster.ready().await;
        cluster
    }

    /// Makes an empty database and returns its URL.
    pub async fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&self.url("postgres")).await.expect("a connection");
        admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a database");
        let _ = admin.close().await;
        self.url(&name)
    }

    /// Stops the server as a crash would (`pg_ctl stop -m immediate`): nothing is flushed, the next start recovers from the log.
    pub async fn stop_immediately(&mut self) {
        let server = self.server.take().expect("a running server");
        process::signal(&server, "QUIT");
        process::ended(server).await;
    }

    /// Starts it again on the same port and waits until it answers.
    pub async fn start_again(&mut self) {
        assert!(self.server.is_none(), "it is running");
        self.server = Some(self.serve());
        self.ready().await;
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://harken@127.0.0.1:{}/{database}", self.port)
    }

    fn start() -> Self {
        let bin = binaries();
        let dir = scratch::dir("pg-");
        let data = dir.join("data");
        if let Some((user, _)) = server_user() {
            let owned = Command::new("chown").arg(user).arg(&dir).status().expect("chown");
            assert!(owned.success(), "cannot give {} to {user}", dir.display());
        }
        let made = as_server_user(&bin.join("initdb"), "KILL")
            .args(["--auth=trust", "--username=harken", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .current_dir(&dir)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut cluster = Self { bin, dir, port: ports::reserve(), server: None, databases: AtomicU32::new(0) };
        cluster.server = Some(cluster.serve());
        cluster
    }

    fn serve(&self) -> Child {
        let log = File::options().create(true).append(true).open(self.log()).expect("a log file");
        // Immediate shutdown when the tests are gone: the postmaster then takes its children and shared memory along.
        let mut command = as_server_user(&self.bin.join("postgres"), "QUIT");
        command.arg("-D").arg(self.dir.join("data")).current_dir(&self.dir);
        for setting in [
            format!("port={}", self.port),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", self.dir.display()),
            "fsync=on".to_owned(),
            "synchronous_commit=on".to_owned(),
            "max_connections=300".to_owned(),
            "shared_buffers=128MB".to_owned(),
            "recovery_init_sync_method=syncfs".to_owned(),
        ] {
            command.args(["-c", &setting]);
        }
        process::start({
            command.stdout(log.try_clone().expect("a log file")).stderr(log);
            command
        })
    }

    async fn ready(&self) {
        let url = self.url("postgres");
        let answer = wait::until("PostgreSQL answers", wait::PATIENCE, || async {
            let mut connection = PgConnection::connect(&url).await.ok()?;
            connection.ping().await.ok()
        });
        // A server that cannot start says why in its log: show it together with the time-out.
        let said = ShownOnFailure(self.log());
        answer.await;
        drop(said);
    }

    fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            process::signal(&server, "QUIT");
            let _ = server.wait();
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// A log that is printed when the test fails while this is alive.
struct ShownOnFailure(PathBuf);

impl Drop for ShownOnFailure {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the end of {}:\n{}", self.0.display(), process::tail(&self.0, 30));
        }
    }
}

/// The directory of the newest installed server, 15 or later.
fn binaries() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = installed.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))));
    let newest = packaged.filter(|(version, bin)| *version >= 15 && bin.join("initdb").exists()).max();
    if let Some((_, bin)) = newest {
        return bin;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .find(|dir| dir.join("initdb").exists() && dir.join("postgres").exists())
        .expect("PostgreSQL 15 or newer is needed for this test: `make test` installs it")
}

/// PostgreSQL refuses to run as root: then it runs as the user and group that its package made.
fn server_user() -> Option<(&'static str, &'static str)> {
    use std::os::unix::fs::MetadataExt;
    let root = std::fs::metadata("/proc/self").expect("proc").uid() == 0;
    root.then(|| {
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        if users.lines().any(|line| line.starts_with("postgres:")) { ("postgres", "postgres") } else { ("nobody", "nogroup") }
    })
}

fn as_server_user(program: &Path, signal: &str) -> Command {
    let mut command = Command::new("setpriv");
    if let Some((user, group)) = server_user() {
        command.args(["--reuid", user, "--regid", group, "--clear-groups"]);
    }
    command.args(["--pdeathsig", signal, "--"]).arg(program);
    command
}

#[tokio::test]
async fn a_cluster_survives_an_immediate_stop() {
    let mut postgres = Postgres::own().await;
    let url = postgres.database().await;
    let mut before = PgConnection::connect(&url).await.unwrap();
    before.execute("CREATE TABLE kept AS SELECT 1 AS one").await.unwrap();
    postgres.stop_immediately().await;
    assert!(before.ping().await.is_err(), "the server is gone");
    postgres.start_again().await;
    let mut after = PgConnection::connect(&url).await.unwrap();
    let one: i32 = sqlx::query_scalar("SELECT one FROM kept").fetch_one(&mut after).await.unwrap();
    assert_eq!(one, 1, "what was committed is there");
}

#[tokio::test]
async fn every_test_gets_a_database_of_its_own() {
    let postgres = Postgres::shared().await;
    let (one, other) = (postgres.database().await, postgres.database().await);
    assert_ne!(one, other);
    let mut connection = PgConnection::connect(&one).await.unwrap();
    connection.execute("CREATE TABLE mine (id INT)").await.unwrap();
    let mut connection = PgConnection::connect(&other).await.unwrap();
    assert!(connection.execute("SELECT * FROM mine").await.is_err());
}
