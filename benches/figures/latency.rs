//! From PUBLISH of an alarm to its line on the live stream: at 1,000 events/s, the same while 200 receivers of webhooks hang, and while telemetry floods.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use harken::clock::Clock;
use harken::sim::load::{self, Notice, Observer, Plan, Progress, Release};
use tokio_util::sync::CancellationToken;

use super::fill;
use super::server::{Server, folder, sqlite};

/// Receivers of webhooks that never answer.
const HANGING: usize = 200;

/// Measures all three.
pub async fn measure() {
    alarms("1,000 events/s", Some(1_000.0), false, 0).await;
    alarms("1,000 events/s with 200 webhooks that hang", Some(1_000.0), false, HANGING).await;
    alarms("a flood (as fast as the windows allow; server and generator pinned to a core each)", None, true, 0).await;
    println!();
}

async fn alarms(what: &str, rate: Option<f64>, pinned: bool, hanging: usize) {
    let dir = tempfile::tempdir_in(folder()).expect("a directory");
    let gateways = fill::homes(&sqlite(&dir), 1_000).await;
    let server = Server::start_in(dir, &[("HARKEN_NOTIFY_PRIVATE_TARGETS", "true")]);
    let token = server.token();
    let _deaf = hang(&server.http, &token, hanging).await;
    if pinned {
        server.pin("0");
        let _ = std::process::Command::new("taskset")
            .args(["-a", "-p", "-c", "1", &std::process::id().to_string()])
            .stdout(std::process::Stdio::null())
            .status();
    }
    let pressed: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
    let latencies: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let lines = tokio::spawn(follow(server.http.clone(), token, pressed.clone(), latencies.clone()));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let noted = pressed.clone();
    let observer: Observer = Arc::new(move |gateway, _, notice| {
        if notice == Notice::Sent(true) {
            noted.lock().expect("the presses").entry(gateway.to_owned()).or_insert_with(Instant::now);
        }
    });
    let mut plan = Plan::new("127.0.0.1", server.mqtt, gateways, "l");
    (plan.rate, plan.alarms_per_second, plan.release) = (rate, 20.0, Release::Puback);
    (plan.lasting, plan.window) = (Some(Duration::from_secs(20)), 50);
    let outcome = load::run(plan, &Clock::system(), Some(observer), Arc::new(Progress::default()), CancellationToken::new()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    lines.abort();
    let mut latencies = latencies.lock().expect("the latencies").clone();
    latencies.sort_unstable();
    let at = |percent: usize| latencies.get(latencies.len() * percent / 100).or(latencies.last()).copied().unwrap_or_default();
    println!(
        "alarm to stream line during {what}: {} alarms, {:.0} events/s stored; median {:?}, 99th percentile {:?}, longest {:?}",
        latencies.len(),
        outcome.stored_per_second(),
        at(50),
        at(99),
        at(100)
    );
}

/// Enters so many webhooks, and takes their connections without ever answering.
async fn hang(http: &str, token: &str, count: usize) -> tokio_util::task::AbortOnDropHandle<()> {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("an address");
    let deaf = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = socket.accept().await {
            held.push(stream);
        }
    });
    let client = reqwest::Client::new();
    for n in 0..count {
        let body = serde_json::json!({ "organisation": "bench", "name": format!("deaf {n}"), "url": format!("http://{address}/{n}") });
        let request = client.post(format!("{http}/api/v1/webhooks")).bearer_auth(token).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }
    tokio_util::task::AbortOnDropHandle::new(deaf)
}

/// Reads the stream, and notes for each gateway's first alert how long its line took.
async fn follow(http: String, token: String, pressed: Arc<Mutex<HashMap<String, Instant>>>, latencies: Arc<Mutex<Vec<Duration>>>) {
    let request = reqwest::Client::new().get(format!("{http}/api/v1/alerts/stream")).bearer_auth(token);
    let mut chunks = request.send().await.expect("the stream").bytes_stream();
    let mut buffer = String::new();
    let mut seen = std::collections::HashSet::new();
    while let Some(Ok(chunk)) = chunks.next().await {
        let now = Instant::now();
        buffer.push_str(&String::from_utf8_lossy(&chunk));
        while let Some((block, rest)) = buffer.split_once("\n\n") {
            let data = block.lines().find_map(|line| line.strip_prefix("data:")).unwrap_or_default();
            let alert: serde_json::Value = serde_json::from_str(data.trim()).unwrap_or_default();
            if let Some(gateway) = alert["gateway"].as_str().filter(|_| alert["rule"]["id"] == "pendant")
                && seen.insert(gateway.to_owned())
                && let Some(sent) = pressed.lock().expect("the presses").get(gateway)
            {
                latencies.lock().expect("the latencies").push(now - *sent);
            }
            buffer = rest.to_owned();
        }
    }
}
