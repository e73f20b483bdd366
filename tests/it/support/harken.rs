//! The real binary in a directory of its own: to be started, killed, started again on the same ports, and administered.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};

use serde_json::Value;

use super::api::Api;
use super::{ports, process, scratch, wait};

/// A server, running or not. When a test fails, the end of its log is printed.
#[derive(Debug)]
pub struct Harken {
    dir: PathBuf,
    settings: Vec<(String, String)>,
    command: Vec<String>,
    http: SocketAddr,
    mqtt: SocketAddr,
    server: Option<Child>,
}

/// A server about to be started.
#[derive(Debug)]
pub struct Builder(Harken);

impl Harken {
    /// A server with SQLite and the listener, on free ports of 127.0.0.1, ready to be used.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// The same, with settings still to be changed.
    pub fn builder() -> Builder {
        let address = || SocketAddr::from(([127, 0, 0, 1], ports::reserve()));
        let mut builder = Builder(Self {
            dir: scratch::dir("harken-"),
            settings: Vec::new(),
            command: vec!["serve".to_owned()],
            http: address(),
            mqtt: address(),
            server: None,
        });
        let (http, mqtt) = (builder.0.http.to_string(), builder.0.mqtt.to_string());
        let database = format!("sqlite://{}", builder.0.dir.join("harken.db").display());
        let ready = builder.0.ready_file().display().to_string();
        for (name, value) in [
            ("HARKEN_HTTP_LISTEN", &http),
            ("HARKEN_MQTT_LISTEN", &mqtt),
            ("HARKEN_DATABASE_URL", &database),
            ("HARKEN_READY_FILE", &ready),
            ("HARKEN_CANARY_EVERY_S", &"0".to_owned()),
        ] {
            builder = builder.set(name, value);
        }
        builder
    }

    /// Where HTTP is served.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where the MQTT listener is.
    pub fn mqtt(&self) -> SocketAddr {
        self.mqtt
    }

    /// Its directory; the SQLite file is `harken.db` in it.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A client without a token.
    pub fn api(&self) -> Api {
        Api::new(self.http)
    }

    /// A client with a fresh token of `role` for `organisation` (`None`: all of them).
    pub async fn api_as(&self, role: &str, organisation: Option<&str>) -> Api {
        let mut arguments = vec!["token", "add", "--name", "test", "--role", role];
        if let Some(organisation) = organisation {
            arguments.extend(["--organisation", organisation]);
        }
        self.api().with_token(&self.cli(&arguments).await)
    }

    /// Adds a gateway to a home and returns its secret.
    pub async fn gateway(&self, id: &str, home: &str) -> String {
        self.cli(&["gateway", "add", "--id", id, "--home", home]).await
    }

    /// Runs a command with this server's settings, which must succeed, and returns what it printed, without the last line's end.
    pub async fn cli(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "harken {} ended with {}: {out}{err}", arguments.join(" "), output.status);
        out.trim_end().to_owned()
    }

    /// Runs a command with this server's settings.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harken"));
        command.args(arguments);
        self.command(command).await
    }

    /// Runs any program as this server's neighbour: in its directory, with its settings.
    pub async fn command(&self, mut command: Command) -> Output {
        self.surround(&mut command);
        tokio::task::spawn_blocking(move || command.output()).await.expect("the waiting thread").expect("the program runs")
    }

    /// The process id of the running server.
    pub fn pid(&self) -> u32 {
        self.server.as_ref().expect("a running server").id()
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        let server = self.server.take().expect("a running server");
        process::signal(&server, "KILL");
        process::ended(server).await;
    }

    /// The graceful stop that an operator asks for, with SIGTERM.
    pub async fn stop(&mut self) -> ExitStatus {
        let server = self.server.take().expect("a running server");
        process::signal(&server, "TERM");
        let what = "the server stopped when asked to";
        tokio::time::timeout(wait::PATIENCE, process::ended(server)).await.unwrap_or_else(|_| panic!("not in time: {what}\n{}", self.log()))
    }

    /// Starts the server with the same settings and ports, and waits until it is ready.
    pub async fn start_again(&mut self) {
        self.spawn();
        let ready = self.ready_file();
        let addresses = wait::until("the server is ready", wait::PATIENCE, || {
            let over = self.server.as_mut().and_then(|server| server.try_wait().expect("the child is ours to wait for"));
            assert!(over.is_none(), "the server ended with {}:\n{}", over.unwrap_or_default(), self.log());
            let line = std::fs::read_to_string(&ready).ok();
            async move { serde_json::from_str::<Value>(line?.trim()).ok() }
        })
        .await;
        let bound = |name: &str| addresses[name].as_str().and_then(|address| address.parse().ok());
        self.http = bound("http").unwrap_or(self.http);
        self.mqtt = bound("mqtt").unwrap_or(self.mqtt);
    }

    /// Starts the server and waits for nothing: for starts that are expected to fail.
    pub fn spawn(&mut self) {
        assert!(self.server.is_none(), "it is running");
        let _ = std::fs::remove_file(self.ready_file());
        let log = File::options().create(true).append(true).open(self.log_file()).expect("a log file");
        let mut command = process::mortal(env!("CARGO_BIN_EXE_harken"), "KILL");
        self.surround(&mut command).args(&self.command).stdout(log.try_clone().expect("a log file")).stderr(log);
        self.server = Some(process::start(command));
    }

    /// Waits for the end of a server that ends by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        let server = self.server.take().expect("a running server");
        tokio::time::timeout(wait::PATIENCE, process::ended(server)).await.unwrap_or_else(|_| panic!("it goes on:\n{}", self.log()))
    }

    /// The end of what it logged so far, over all its starts.
    pub fn log(&self) -> String {
        process::tail(&self.log_file(), 200)
    }

    /// The whole log file, for tests that search it.
    pub fn log_file(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    fn ready_file(&self) -> PathBuf {
        self.dir.join("ready.json")
    }

    fn surround<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        // Nothing of the developer's own environment may change a result.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HARKEN_") || name == "NOTIFY_SOCKET") {
            command.env_remove(name);
        }
        command.current_dir(&self.dir).envs(self.settings.iter().map(|(name, value)| (name, value)))
    }
}

impl Builder {
    /// Sets a `HARKEN_…` variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.0.settings.retain(|(known, _)| known != name);
        self.0.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs another command than `serve`; it must say when it is ready, like `serve` does.
    #[must_use]
    pub fn command(mut self, arguments: &[&str]) -> Self {
        self.0.command = arguments.iter().map(|each| (*each).to_owned()).collect();
        self
    }

    /// The directory in which it will run.
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// Uses the database at `url` in place of the SQLite file.
    #[must_use]
    pub fn database(self, url: &str) -> Self {
        self.set("HARKEN_DATABASE_URL", url)
    }

    /// Reads from the broker at `url`, with no listener of its own.
    #[must_use]
    pub fn broker(self, url: &str) -> Self {
        self.set("HARKEN_MQTT_URL", url).set("HARKEN_MQTT_LISTEN", "")
    }

    /// Starts it and waits until it is ready.
    pub async fn start(self) -> Harken {
        let mut harken = self.0;
        harken.start_again().await;
        harken
    }

    /// Starts nothing: for commands that need no server, and starts that are expected to fail.
    pub fn stopped(self) -> Harken {
        self.0
    }
}

impl Drop for Harken {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the end of the log of the server at {}:\n{}", self.http, self.log());
        }
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
