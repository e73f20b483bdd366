//! How long the look for due steps takes while 100,000 alerts wait and 1,000 rotas are watched.

use std::time::{Duration, Instant};

use harken::clock::Clock;
use harken::store::{Store, StoreSettings};

use super::fill;
use super::server::{folder, sqlite};

const ALERTS: usize = 100_000;
const ROTAS: usize = 1_000;
const LOOKS: usize = 1_000;

/// Fills the clocks, and looks again and again.
pub async fn measure() {
    let dir = tempfile::tempdir_in(folder()).expect("a directory");
    let url = sqlite(&dir);
    fill::homes(&url, 1_000).await;
    let now = Clock::system().now();
    let clocks = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ALERTS})
         INSERT INTO clocks (home, rule, subject, due_us) SELECT 'home-' || (i % 1000), '#lease', 'alert-' || i, {now} + 60000000 + i FROM n;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROTAS})
         INSERT INTO clocks (home, rule, subject, due_us) SELECT 'organisation/bench', '#coverage', 'rota-' || i, {now} + 600000000 + i FROM n;",
        now = now.timestamp_micros()
    );
    fill::run(&url, &clocks).await;
    let store = Store::open(&StoreSettings { url, connections: 4, max_pages: None }).await.expect("the database");
    let mut took = Vec::with_capacity(LOOKS);
    // From nothing due to 500 due at once.
    for n in 0..LOOKS {
        let at = now + chrono::TimeDelta::seconds(if n % 2 == 0 { 0 } else { 61 });
        let begun = Instant::now();
        let next = store.next_due().await.expect("the database");
        let due = store.homes_due(at, 500).await.expect("the database");
        took.push(begun.elapsed());
        assert!(next.is_some() && (n % 2 == 0) == due.is_empty());
    }
    took.sort_unstable();
    let at = |percent: usize| took.get(took.len() * percent / 100).or(took.last()).copied().unwrap_or(Duration::ZERO);
    println!(
        "due steps among {ALERTS} waiting alerts and {ROTAS} rotas: median {:?}, 99th percentile {:?}, longest {:?}",
        at(50),
        at(99),
        at(100)
    );
}
