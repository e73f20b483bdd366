//! PostgreSQL and Mosquitto, started for the measurement alone.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::server::folder;

/// A private PostgreSQL with its own settings but for the port: durable.
pub struct Postgres {
    child: Child,
    /// Gone with the server; none for one that is kept.
    dir: Option<TempDir>,
    /// Where it is.
    pub url: String,
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub fn start() -> Self {
        let dir = tempfile::tempdir_in(folder()).expect("a directory");
        let mut server = Self::start_in(dir.path());
        server.dir = Some(dir);
        server
    }

    /// Starts the cluster that lies in `dir`, and makes it first if there is none.
    pub fn start_in(dir: &Path) -> Self {
        let (bin, data, port) = (binaries(), dir.join("data"), free_port());
        let user = owner();
        if let Some((user, group)) = user {
            std::os::unix::fs::chown(dir, Some(user), Some(group)).expect("the directory is theirs");
        }
        let run = |program: &str| {
            let mut command = Command::new(bin.join(program));
            if let Some((user, group)) = user {
                command.uid(user).gid(group);
            }
            command.current_dir(dir).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        if !data.exists() {
            let made = run("initdb")
                .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"])
                .arg(&data)
                .status()
                .expect("initdb");
            assert!(made.success(), "initdb failed");
        }
        let child = run("postgres")
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", "", "-c", "shared_buffers=1GB", "-c", "max_wal_size=8GB"])
            .spawn()
            .expect("postgres");
        wait_for(port);
        Self { child, dir: None, url: format!("postgres://postgres@127.0.0.1:{port}/postgres") }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A cluster that is kept is stopped in order.
        let signal = if self.dir.is_some() { "-QUIT" } else { "-INT" };
        let _ = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// A Mosquitto with settings that lose nothing.
pub struct Mosquitto {
    child: Child,
    _dir: TempDir,
    /// Its port.
    pub port: u16,
}

impl Mosquitto {
    /// Starts it.
    pub fn start() -> Self {
        let dir = tempfile::tempdir_in(folder()).expect("a directory");
        let port = free_port();
        let settings = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\nmessage_size_limit 400000\nuser root\nlog_dest none\n"
        );
        let file = dir.path().join("mosquitto.conf");
        std::fs::write(&file, settings).expect("settings");
        let program = ["/usr/sbin/mosquitto", "mosquitto"].into_iter().find(|name| Path::new(name).exists()).unwrap_or("mosquitto");
        let child = Command::new(program).arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("mosquitto");
        wait_for(port);
        Self { child, _dir: dir, port }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for(port: u16) {
    let begun = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing answers at port {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(500));
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port()
}

fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is not installed; run `make bench`");
    let mut folders: Vec<PathBuf> =
        versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).filter(|bin| bin.join("initdb").exists()).collect();
    folders.sort();
    folders.pop().expect("PostgreSQL's server is not installed; run `make bench`")
}

/// The user `postgres`, when we are root: PostgreSQL refuses to run as root.
fn owner() -> Option<(u32, u32)> {
    let of = |flag: &str, user: &str| {
        let output = Command::new("id").args([flag, user]).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse::<u32>().ok()
    };
    let me = String::from_utf8_lossy(&Command::new("id").arg("-u").output().expect("id").stdout).trim().to_owned();
    if me != "0" {
        return None;
    }
    Some((of("-u", "postgres")?, of("-g", "postgres")?))
}
