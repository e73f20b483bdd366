//! Directories for one test run, removed when the test process is gone, however it went.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// The run's own directory. A shell waits for the end of its standard input, which comes when this process ends (by
/// `kill -9` too), and removes it. Servers may take a moment longer to die, hence the repetition.
static RUN: LazyLock<PathBuf> = LazyLock::new(|| {
    let dir = tempfile::Builder::new().prefix("harken-test-").tempdir().expect("a temporary directory").keep();
    open_to_all(&dir);
    let sweeper = Command::new("sh")
        .args(["-c", r#"cat; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$0" 2>/dev/null && exit; sleep 0.5; done"#])
        .arg(&dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A process group of its own: Ctrl-C at the terminal is for the tests, not for the sweeper.
        .process_group(0)
        .spawn()
        .expect("a shell");
    std::mem::forget(sweeper);
    dir
});

/// A fresh directory whose name begins with `name`. Short paths: a Unix socket's has 108 bytes at most.
pub fn dir(name: &str) -> PathBuf {
    let dir = tempfile::Builder::new().prefix(name).rand_bytes(4).tempdir_in(&*RUN).expect("a temporary directory").keep();
    open_to_all(&dir);
    dir
}

/// The database server runs under another user than root and must be able to pass through.
fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).expect("own directory");
}
