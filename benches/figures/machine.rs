//! The machine that the figures belong to.

use std::io::Write;
use std::time::{Duration, Instant};

/// Prints processor, cores and what a sync to disk costs.
pub fn describe() {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown").trim_start_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let (median, high) = sync_time();
    println!("machine: {model}, {cores} cores; sync of 4 KiB: median {median:?}, 99th percentile {high:?}\n");
}

fn sync_time() -> (Duration, Duration) {
    let file = tempfile::NamedTempFile::new_in(super::server::folder()).expect("a file");
    let mut times: Vec<Duration> = (0..500)
        .map(|_| {
            file.as_file().write_all(&[7; 4096]).expect("written");
            let begun = Instant::now();
            file.as_file().sync_data().expect("synced");
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[250], times[495])
}
