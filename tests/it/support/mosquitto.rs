//! A Mosquitto 2 broker with settings that lose nothing, on a free port.

use std::fs::File;
use std::path::PathBuf;
use std::process::Child;

use super::{ports, process, scratch, tools, wait};

/// A running broker; it ends when dropped, or with the test process.
#[derive(Debug)]
pub struct Mosquitto {
    dir: PathBuf,
    port: u16,
    server: Option<Child>,
}

impl Mosquitto {
    /// Starts a broker that anybody on this machine may use.
    pub async fn start() -> Self {
        let (dir, port) = (scratch::dir("mosquitto-"), ports::reserve());
        // Every limit that would let a message fall is raised; the defaults are told in docs/operating.md.
        let config = format!(
            "listener {port} 127.0.0.1\n\
             allow_anonymous true\n\
             persistence true\n\
             persistence_location {}/\n\
             autosave_interval 5\n\
             max_inflight_messages 0\n\
             max_queued_messages 10000000\n\
             max_packet_size 1048576\n\
             set_tcp_nodelay true\n\
             log_dest stderr\n\
             log_type error\n\
             log_type warning\n\
             user root\n",
            dir.display()
        );
        std::fs::write(dir.join("mosquitto.conf"), config).expect("a configuration file");
        let mut broker = Self { dir, port, server: None };
        broker.start_again().await;
        broker
    }

    /// `mqtt://…`, for `HARKEN_MQTT_URL`.
    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it at once; it writes nothing more.
    pub async fn kill(&mut self) {
        let server = self.server.take().expect("a running broker");
        process::signal(&server, "KILL");
        process::ended(server).await;
    }

    /// Stops it in order: sessions and queues are saved.
    pub async fn stop(&mut self) {
        let server = self.server.take().expect("a running broker");
        process::signal(&server, "TERM");
        process::ended(server).await;
    }

    /// Starts it on the same port, with what it saved.
    pub async fn start_again(&mut self) {
        assert!(self.server.is_none(), "it is running");
        let log = File::options().create(true).append(true).open(self.dir.join("server.log")).expect("a log file");
        let mut command = process::mortal(tools::installed("mosquitto").get_program(), "KILL");
        command.arg("-c").arg(self.dir.join("mosquitto.conf")).stdout(log.try_clone().expect("a log file")).stderr(log);
        let mut server = process::start(command);
        wait::until("Mosquitto listens", wait::PATIENCE, || {
            let over = server.try_wait().expect("the child is ours to wait for");
            assert!(over.is_none(), "Mosquitto ended: {}", process::tail(&self.dir.join("server.log"), 30));
            async { tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.ok() }
        })
        .await;
        self.server = Some(server);
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

#[tokio::test]
async fn a_broker_keeps_what_it_was_given_over_a_stop() {
    let mut broker = Mosquitto::start().await;
    let port = broker.port().to_string();
    let run =
        |program: &str, more: &[&str]| tools::installed(program).args(["-p", &port, "-q", "1", "-t", "kept"]).args(more).output().unwrap();
    assert!(run("mosquitto_pub", &["-r", "-m", "still here"]).status.success());
    broker.stop().await;
    assert!(!run("mosquitto_pub", &["-m", "nobody there"]).status.success());
    broker.start_again().await;
    let heard = run("mosquitto_sub", &["-C", "1", "-W", "30"]);
    assert_eq!(String::from_utf8_lossy(&heard.stdout).trim(), "still here");
}
