//! Reports over a month and over years of a grown service, while events come in: how long each takes, what the ingest feels of it, and what memory the
//! files need while they are written.
//!
//! `HARKEN_BENCH_HOMES`, `HARKEN_BENCH_DAYS`, `HARKEN_BENCH_ALERTS` and `HARKEN_BENCH_TOLD_HOMES` size the service. With `HARKEN_BENCH_DATA` (a folder) it
//! is built once and found there again; the section `reports-data` only builds it. `HARKEN_BENCH_DATABASES` (`sqlite,postgres`) says on what.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use harken::clock::Clock;
use harken::reports::Name;
use harken::sim::link::Identity;
use harken::sim::load::{self, Outcome, Plan, Progress, Release};
use tokio_util::sync::CancellationToken;

use super::fill::SECRET;
use super::history::{self, Size};
use super::others::Postgres;
use super::server::{Server, folder};

/// Events per second meanwhile.
const RATE: f64 = 500.0;
/// How long the ingest is watched alone.
const ALONE: Duration = Duration::from_secs(20);

/// Where the service is kept.
struct Place {
    url: String,
    _postgres: Option<Postgres>,
    _temporary: Option<tempfile::TempDir>,
}

/// Builds the data where they are kept.
pub async fn build() {
    assert!(std::env::var_os("HARKEN_BENCH_DATA").is_some(), "say where with HARKEN_BENCH_DATA");
    for database in databases() {
        place(&database).await;
    }
}

/// Measures on each database.
pub async fn measure() {
    for database in databases() {
        let place = place(&database).await;
        println!("reports on {database}, {}", Size::wanted().words());
        reports(&place.url).await;
        println!();
    }
}

fn databases() -> Vec<String> {
    std::env::var("HARKEN_BENCH_DATABASES").unwrap_or_else(|_| "sqlite,postgres".to_owned()).split(',').map(str::to_owned).collect()
}

async fn place(database: &str) -> Place {
    let kept = std::env::var_os("HARKEN_BENCH_DATA").map(|kept| PathBuf::from(kept).join(database));
    let temporary = kept.is_none().then(|| tempfile::tempdir_in(folder()).expect("a directory"));
    let dir = kept.unwrap_or_else(|| temporary.as_ref().map(|dir| dir.path().to_owned()).unwrap_or_default());
    std::fs::create_dir_all(&dir).expect("a folder");
    let postgres = (database == "postgres").then(|| Postgres::start_in(&dir));
    let url = postgres.as_ref().map_or_else(|| format!("sqlite://{}", dir.join("harken.db").display()), |server| server.url.clone());
    let written = dir.join("written");
    if !written.exists() {
        println!("building {}", Size::wanted().words());
        history::write(&url, Size::wanted()).await;
        std::fs::write(&written, Size::wanted().words()).expect("noted");
    }
    let words = std::fs::read_to_string(&written).expect("a size");
    assert_eq!(words, Size::wanted().words(), "{} holds another size", Path::new(&dir).display());
    Place { url, _postgres: postgres, _temporary: temporary }
}

async fn reports(url: &str) {
    let server = Server::start(&[("HARKEN_DATABASE_URL", url)]);
    let asker = Asker { client: reqwest::Client::new(), http: server.http.clone(), token: server.token() };
    // What the first report of all has to catch up with is not what is measured.
    asker.ask("workload", "from=2000-01-01&to=2000-01-02").await;
    let run = Clock::system().now().timestamp();
    let stop = CancellationToken::new();
    tell("  ingest alone", &ingest(server.mqtt, Some(ALONE), &format!("q{run}"), stop.clone()).await);
    let (port, until) = (server.mqtt, stop.clone());
    let load = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(ingest(port, None, &format!("r{run}"), until))
    });
    tokio::time::sleep(Duration::from_secs(3)).await;
    let now = Clock::system().now();
    let begin = now - chrono::TimeDelta::days(i64::try_from(Size::wanted().days).expect("days"));
    let years = format!("from={}&to={}", begin.date_naive(), now.date_naive());
    println!("  report             last month, again   whole time, again   (JSON, while {RATE} events/s come in)");
    for name in Name::ALL {
        let mut times = Vec::new();
        for period in ["", "", &years, &years] {
            let begun = Instant::now();
            asker.ask(name.as_str(), period).await;
            times.push(begun.elapsed().as_secs_f64());
        }
        println!("  {:<18} {:>7.2} s {:>7.2} s  {:>7.2} s {:>7.2} s", name.as_str(), times[0], times[1], times[2], times[3]);
    }
    stop.cancel();
    tell("  ingest beside the reports", &load.await.expect("the load"));
    for (name, format, table) in
        [("outcomes", "xlsx", ""), ("outcomes", "csv", "&table=serious"), ("response-times", "csv", "&table=breaches")]
    {
        for period in ["", &years] {
            let (bytes, before, most, took) = asker.download(&server, name, &format!("{period}&format={format}{table}")).await;
            let of = if period.is_empty() { "last month" } else { "whole time" };
            println!(
                "  {name} as {format}, {of}: {bytes} bytes in {:.1} s; memory {before} MiB before, {most} MiB at most",
                took.as_secs_f64()
            );
        }
    }
}

struct Asker {
    client: reqwest::Client,
    http: String,
    token: String,
}

impl Asker {
    fn get(&self, name: &str, query: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}/api/v1/reports/{name}?{query}", self.http)).bearer_auth(&self.token)
    }

    async fn ask(&self, name: &str, query: &str) {
        let answer = self.get(name, query).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a report");
        assert!(status.is_success(), "{name}: {status} {text}");
    }

    /// Takes a file as it comes. Bytes, memory of the server before and at most, and how long it took.
    async fn download(&self, server: &Server, name: &str, query: &str) -> (usize, u64, u64, Duration) {
        let before = server.memory_mib();
        let begun = Instant::now();
        let (mut most, mut bytes) = (before, 0);
        let mut answer = Box::pin(self.get(name, query).send());
        let answer = loop {
            tokio::select! {
                answer = &mut answer => break answer.expect("an answer"),
                () = tokio::time::sleep(Duration::from_millis(20)) => most = most.max(server.memory_mib()),
            }
        };
        assert!(answer.status().is_success(), "{name}: {}", answer.status());
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            bytes += chunk.expect("whole").len();
            most = most.max(server.memory_mib());
        }
        (bytes, before, most, begun.elapsed())
    }
}

async fn ingest(port: u16, lasting: Option<Duration>, run: &str, stop: CancellationToken) -> Outcome {
    let identity = |n: usize| Identity { id: format!("bench-{n}").into(), secret: Some(SECRET.to_owned()) };
    // Without those that have left (`history`).
    let gateways = (0..1_000).filter(|n| n % 50 != 7).map(identity).collect();
    let mut plan = Plan::new("127.0.0.1", port, gateways, run);
    (plan.rate, plan.alarms_per_second, plan.lasting, plan.release) = (Some(RATE), 2.0, lasting, Release::Puback);
    load::run(plan, &Clock::system(), None, Arc::new(Progress::default()), stop).await
}

fn tell(what: &str, outcome: &Outcome) {
    let (all, alarms) = (&outcome.to_answer, &outcome.alarm_to_answer);
    println!(
        "{what}: {:.0} events/s stored; event to ack object: median {:?}, 99th percentile {:?}, longest {:?}; alarm: median {:?}, longest {:?}; unanswered {}",
        outcome.stored_per_second(),
        all.quantile(0.5),
        all.quantile(0.99),
        all.max(),
        alarms.quantile(0.5),
        alarms.max(),
        outcome.unanswered
    );
}
