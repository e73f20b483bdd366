//! Ten thousand connections that never get as far as being let in, while neighbours go on publishing.
//!
//! Both ends of so many connections are more than one process may open on many machines, so the test runs itself in two more
//! processes, each with all the open files that it may have: one listens, one holds the connections.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::Duration;

use harken::ingest::listener::Limits;
use tokio::net::TcpStream;

use super::rig::{Rig, limits, metric};
use super::wire::{Connect, Raw, events};
use crate::support::process;
use crate::support::wait;

const CONNECTIONS: usize = 10_000;

/// What the process is to do; the test itself when it is not set.
const ROLE: &str = "HARKEN_TEST_HALF_OPEN_ROLE";
const TARGET: &str = "HARKEN_TEST_HALF_OPEN_TARGET";

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_half_open_connections_disturb_nobody() {
    match std::env::var(ROLE).as_deref() {
        Ok("listen") => listen().await,
        Ok("attack") => attack(std::env::var(TARGET).unwrap().parse().unwrap()).await,
        _ => orchestrate().await,
    }
}

/// One of the other processes, and a conversation with it: a line for a line.
struct Other {
    child: Child,
    stdin: ChildStdin,
    stdout: Option<BufReader<ChildStdout>>,
}

impl Other {
    fn start(role: &str, target: &str) -> Self {
        let mut command = process::mortal("sh", "KILL");
        let itself = std::env::current_exe().unwrap();
        command.args(["-c", r#"ulimit -n "$(ulimit -Hn)" && exec "$0" "$@""#]).arg(itself);
        command.args(["--exact", "--nocapture", "listener::half_open::ten_thousand_half_open_connections_disturb_nobody"]);
        command.env(ROLE, role).env(TARGET, target).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = process::start(command);
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().map(BufReader::new));
        Self { child, stdin, stdout }
    }

    /// Asks for the next answer: a line that begins with `=`, so that the test harness's own lines are passed over.
    async fn ask(&mut self) -> String {
        self.stdin.write_all(b"?\n").unwrap();
        let mut stdout = self.stdout.take().unwrap();
        let answer = tokio::task::spawn_blocking(move || {
            loop {
                let mut line = String::new();
                assert!(stdout.read_line(&mut line).unwrap() > 0, "the other process has ended");
                // The harness begins its own line without ending it.
                if let Some((_, answer)) = line.split_once('=') {
                    return (stdout, answer.trim().to_owned());
                }
            }
        });
        let (stdout, answer) = tokio::time::timeout(4 * wait::PATIENCE, answer).await.expect("an answer").unwrap();
        self.stdout = Some(stdout);
        answer
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn orchestrate() {
    let mut listener = Other::start("listen", "");
    let addr = listener.ask().await.parse().expect("an address");
    let mut neighbours = [Raw::connected(addr, 4, "gw4").await, Raw::connected(addr, 5, "gw5").await];
    publish(&mut neighbours).await;
    let (before, memory_before) = report(&mut listener).await;
    assert_eq!(before, 2);

    let mut attacker = Other::start("attack", &addr.to_string());
    assert_eq!(attacker.ask().await, "open");
    publish(&mut neighbours).await;
    // The last of them may not have been accepted yet.
    let memory_during = until(&mut listener, &mut neighbours, |connections| connections == 2 + CONNECTIONS).await;
    let each = memory_during.saturating_sub(memory_before) * 1024 / CONNECTIONS;
    println!("{each} bytes of memory for each half-open connection");
    assert!(each < 8 * 1024, "{each} bytes for a connection that has said nothing");
    let mut newcomer = Raw::connected(addr, 5, "gw-new").await;
    newcomer.publish(&events("gw-new"), 1, 1, b"{}").await;
    newcomer.expect(0x40, &[0, 1]).await;

    drop(attacker);
    until(&mut listener, &mut neighbours, |connections| connections == 3).await;
}

/// Publishes until there are as many connections as `enough` wants; answers how much memory they take.
async fn until(listener: &mut Other, neighbours: &mut [Raw<TcpStream>; 2], enough: impl Fn(usize) -> bool) -> usize {
    let reached = async {
        loop {
            publish(neighbours).await;
            let (connections, memory) = report(listener).await;
            if enough(connections) {
                return memory;
            }
        }
    };
    tokio::time::timeout(wait::PATIENCE, reached).await.expect("as many connections as that")
}

/// Each neighbour publishes, and is acknowledged.
async fn publish(neighbours: &mut [Raw<TcpStream>; 2]) {
    for (neighbour, gateway) in neighbours.iter_mut().zip(["gw4", "gw5"]) {
        for id in 1..=100 {
            neighbour.publish(&events(gateway), 1, id, b"{}").await;
        }
        for id in 1..=100 {
            neighbour.expect(0x40, &[0, id]).await;
        }
    }
}

/// How many connections there are, and how much memory they take, in KiB.
async fn report(listener: &mut Other) -> (usize, usize) {
    let answer = listener.ask().await;
    let (connections, memory) = answer.split_once(' ').unwrap();
    (connections.parse().unwrap(), memory.parse().unwrap())
}

/// The process that listens: tells its address, then the state whenever it is asked.
async fn listen() {
    let rig = Rig::with_limits(Limits { connect_timeout: Duration::from_mins(10), ..limits() }).settle_all();
    let addr = rig.addr;
    tokio::task::spawn_blocking(move || {
        let mut lines = std::io::stdin().lines();
        lines.next();
        println!("={addr}");
        for _ in lines {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap().trim().trim_end_matches(" kB").to_owned();
            println!("={} {memory}", metric(&rig.metrics, "harken_mqtt_connections"));
        }
    })
    .await
    .unwrap();
}

/// The process that attacks: opens its connections, says the beginning of a CONNECT on some, and holds them.
async fn attack(target: std::net::SocketAddr) {
    let connect = Connect::new("gw1").bytes(4);
    let mut held = Vec::with_capacity(CONNECTIONS);
    for n in 0..CONNECTIONS {
        let mut raw = Raw::open(target, 4).await;
        raw.send(&connect[..n % 3 * 5]).await;
        held.push(raw);
    }
    tokio::task::spawn_blocking(move || {
        let mut lines = std::io::stdin().lines();
        lines.next();
        println!("=open");
        // Holds them until it is killed.
        lines.next();
        drop(held);
    })
    .await
    .unwrap();
}
