//! Programs of others that the tests run: standard MQTT clients, the API fuzzer, the tracer.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A command for an installed program (`mosquitto_pub`, `strace`, `openssl`, …).
///
/// # Panics
/// When it is missing: a test that cannot run has not passed.
pub fn installed(name: &str) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps servers out of an ordinary user's PATH.
    let dirs = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")]);
    Command::new(found(dirs.map(|dir| dir.join(name)), name))
}

/// A command for a program of the Python environment that `make test` makes (`python` itself with paho-mqtt, `schemathesis`, …).
///
/// # Panics
/// When it is missing.
pub fn python(name: &str) -> Command {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/py/bin");
    let mut command = Command::new(found(std::iter::once(dir.join(name)), name));
    // Nothing of the developer's own Python may change a result.
    command.env_remove("PYTHONPATH").env_remove("PYTHONHOME").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn found(mut places: impl Iterator<Item = PathBuf>, name: &str) -> PathBuf {
    places.find(|program| program.exists()).unwrap_or_else(|| panic!("`{name}` is needed for this test: `make test` installs it"))
}

#[test]
fn the_tools_are_there() {
    for name in ["mosquitto", "mosquitto_pub", "mosquitto_sub", "openssl", "strace", "setpriv", "soffice"] {
        let _ = installed(name);
    }
    let paho = python("python").args(["-c", "import paho.mqtt.client"]).output().unwrap();
    assert!(paho.status.success(), "{}", String::from_utf8_lossy(&paho.stderr));
    let fuzzer = python("schemathesis").arg("--version").output().unwrap();
    assert!(fuzzer.status.success(), "{}", String::from_utf8_lossy(&fuzzer.stderr));
}
