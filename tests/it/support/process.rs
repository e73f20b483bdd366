//! Processes that die with the test process, however it dies.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{LazyLock, mpsc};
use std::thread;

type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// The thread that starts every process. Linux sends the "parent died" signal when the *thread* that forked is gone, so it
/// must not be a test's own thread, nor one of a runtime that a test takes down.
static STARTER: LazyLock<mpsc::Sender<Order>> = LazyLock::new(|| {
    let (orders, inbox) = mpsc::channel::<Order>();
    thread::spawn(move || {
        for (mut command, reply) in inbox {
            let _ = reply.send(command.spawn());
        }
    });
    orders
});

/// A command for `program` that gets `signal` (a name such as `KILL`) when the test process dies; run it with [`start`]. The
/// wrapper replaces itself by the program, so the process id is the program's own.
pub fn mortal(program: impl AsRef<std::ffi::OsStr>, signal: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", signal, "--"]).arg(program);
    command
}

/// Starts a command made by [`mortal`].
pub fn start(command: Command) -> Child {
    let said = format!("{command:?}");
    let (reply, answer) = mpsc::channel();
    STARTER.send((command, reply)).expect("the starter thread lives as long as the process");
    answer.recv().expect("the starter thread answers").unwrap_or_else(|error| panic!("cannot start {said}: {error}"))
}

/// Sends `signal` (a name such as `TERM`) to the child.
pub fn signal(child: &Child, signal: &str) {
    let sent = Command::new("sh").args(["-c", r#"kill -s "$0" "$1""#, signal, &child.id().to_string()]).output().expect("a shell");
    assert!(sent.status.success(), "kill -s {signal}: {}", String::from_utf8_lossy(&sent.stderr));
}

/// Waits for the child's end without holding up the other tasks of the test.
pub async fn ended(mut child: Child) -> ExitStatus {
    tokio::task::spawn_blocking(move || child.wait()).await.expect("the waiting thread").expect("the child is ours to wait for")
}

/// The last `lines` lines of a log file, for the message of a failed test.
pub fn tail(log: &std::path::Path, lines: usize) -> String {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let skip = text.lines().count().saturating_sub(lines);
    text.lines().skip(skip).collect::<Vec<_>>().join("\n")
}
