//! Ports that stay ours: a server that is killed and started again must find its port free.
//!
//! They lie below the range from which the system hands out ports by itself, and a lock per port keeps other test processes
//! away for as long as this one lives.

use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};

/// The locks held by this process; they open by themselves when it ends.
static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());
static NEXT: AtomicU16 = AtomicU16::new(0);

const FIRST: u16 = 12_000;
const COUNT: u16 = 16_000;

/// A TCP port on 127.0.0.1 that nobody else uses now, and no other test will get.
pub fn reserve() -> u16 {
    let locks = std::env::temp_dir().join("harken-test-ports");
    std::fs::create_dir_all(&locks).expect("a directory for the locks");
    // Test processes begin at different places, so that they seldom meet.
    let offset = u16::try_from(std::process::id() % u32::from(COUNT)).expect("below COUNT");
    for _ in 0..COUNT {
        let port = FIRST + (offset + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(locks.join(port.to_string()));
        let Ok(lock) = lock else { continue };
        if lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            HELD.lock().unwrap().push(lock);
            return port;
        }
    }
    panic!("no free port between {FIRST} and {}", FIRST + COUNT);
}
