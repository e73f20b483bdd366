//! The figures that a control room is sized by, measured on this machine: `make bench`. Whole processes on loopback, durable settings, the load
//! generator beside the server. Nothing here passes or fails; it prints what was measured, and the machine's own limits beside it.
//!
//! `cargo bench --bench figures -- SECTION…` runs some: rates, size, reconnect, backtest, decide, due, takeover, latency, reports, reports-data. `HARKEN_BENCH_ROWS` is how many events lie in the
//! tables before a rate is measured (10,000,000), `HARKEN_BENCH_SECONDS` how long each rate is held (20).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a measurement that cannot be made ends here")]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it measures and prints")]

mod backtest;
mod decide;
mod due;
mod fill;
mod history;
mod latency;
mod machine;
mod others;
#[allow(dead_code, reason = "the tests mend their lines; here they stay cut")]
#[path = "../../tests/it/broker/proxy.rs"]
mod proxy;
mod rates;
mod reports;
mod server;
mod size;
mod takeover;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |section: &str| asked.is_empty() || asked.iter().any(|name| name == section);
    machine::describe();
    let _ = rustls::crypto::ring::default_provider().install_default();
    if wanted("rates") {
        rates::measure().await;
    }
    if wanted("size") {
        size::measure().await;
    }
    if wanted("reconnect") {
        size::reconnect().await;
    }
    if wanted("backtest") {
        backtest::measure().await;
    }
    if wanted("decide") {
        decide::measure();
    }
    if wanted("due") {
        due::measure().await;
    }
    if wanted("takeover") {
        // The lines that are cut have to carry while a server is waited for.
        let threads = std::thread::spawn(|| tokio::runtime::Runtime::new().expect("threads").block_on(takeover::measure()));
        threads.join().expect("measured");
    }
    if wanted("latency") {
        latency::measure().await;
    }
    if asked.iter().any(|name| name == "reports-data") {
        reports::build().await;
    }
    if wanted("reports") {
        reports::measure().await;
    }
}

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
