//! The servers that are measured: Harken as it is shipped, PostgreSQL and Mosquitto with durable settings.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Where databases are made: beside the build, on the disk that is measured.
pub fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A running Harken.
pub struct Server {
    child: Child,
    /// Its directory.
    pub dir: TempDir,
    /// Where HTTP is served.
    pub http: String,
    /// The listener's port; 0 without one.
    pub mqtt: u16,
    /// From the start of the process until it was ready.
    pub ready_in: Duration,
    settings: Vec<(String, String)>,
}

impl Server {
    /// Starts with these settings beside the usual ones.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir_in(folder()).expect("a directory");
        Self::start_in(dir, settings)
    }

    /// Starts in a directory that is there.
    pub fn start_in(dir: TempDir, settings: &[(&str, &str)]) -> Self {
        let settings: Vec<(String, String)> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (child, addresses, ready_in) = launch(&dir, &settings);
        let mqtt = addresses["mqtt"].as_str().and_then(|address| address.rsplit(':').next()?.parse().ok()).unwrap_or(0);
        let http = format!("http://{}", addresses["http"].as_str().unwrap_or_default());
        Self { child, dir, http, mqtt, ready_in, settings }
    }

    /// Stops it in order.
    pub fn stop(mut self) -> TempDir {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        let empty = tempfile::tempdir_in(folder()).expect("a directory");
        std::mem::replace(&mut self.dir, empty)
    }

    /// Memory in use now, in MiB.
    pub fn memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or(0) / 1024
    }

    /// Lets it run on these processors only.
    pub fn pin(&self, processors: &str) {
        let _ = Command::new("taskset").args(["-a", "-p", "-c", processors, &self.child.id().to_string()]).stdout(Stdio::null()).status();
    }

    /// An administrator's token.
    pub fn token(&self) -> String {
        let output = command(&self.dir, &self.settings)
            .args(["token", "add", "--name", "bench", "--role", "administrator"])
            .output()
            .expect("a token");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The URL of the database file in a directory.
pub fn sqlite(dir: &TempDir) -> String {
    format!("sqlite://{}", dir.path().join("harken.db").display())
}

fn command(dir: &TempDir, settings: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harken"));
    command.current_dir(dir.path()).env("HARKEN_HTTP_LISTEN", "127.0.0.1:0").env("HARKEN_MQTT_LISTEN", "127.0.0.1:0");
    command
        .env("HARKEN_READY_FILE", dir.path().join("ready.json"))
        .env("HARKEN_LOG_LEVEL", "warn")
        .env("HARKEN_CANARY_EVERY_S", "0")
        .env("HARKEN_MQTT_MAX_CONNECTIONS", "150000");
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command
}

fn launch(dir: &TempDir, settings: &[(String, String)]) -> (Child, Value, Duration) {
    let ready = dir.path().join("ready.json");
    let _ = std::fs::remove_file(&ready);
    let begun = Instant::now();
    #[allow(clippy::zombie_processes, reason = "the server is waited for when it is dropped")]
    let child = command(dir, settings).arg("serve").spawn().expect("the server starts");
    loop {
        if let Some(addresses) = std::fs::read_to_string(&ready).ok().and_then(|text| serde_json::from_str(&text).ok()) {
            return (child, addresses, begun.elapsed());
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "the server was not ready in time");
        std::thread::sleep(Duration::from_millis(2));
    }
}
