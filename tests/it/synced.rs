//! Proof for a power cut: the trace of the server shows the sync to disk before the PUBACK.

use std::time::Duration;

use serde_json::json;

use super::support::harken::Harken;
use super::support::house::{Gateway, id_of};
use super::support::{tools, wait};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_has_it_before_the_gateway_is_told() {
    let harken = Harken::start().await;
    let api = harken.api_as("administrator", None).await;
    let organisation = id_of(&api.post("/api/v1/organisations", &json!({ "name": "Trace" })).await.expect(201));
    let home = id_of(&api.post("/api/v1/homes", &json!({ "organisation": organisation, "name": "Elm Row" })).await.expect(201));
    let secret = harken.gateway("gw-1", &home).await;
    let mut gateway = Gateway::connect(harken.mqtt(), "gw-1", &secret).await;
    gateway.say(json!({ "id": "before", "kind": "motion" })).await;

    let file = harken.dir().join("trace");
    let mut tracer = tools::installed("strace");
    tracer.args(["-f", "-tt", "-xx", "-s", "600", "-e", "trace=fdatasync,fsync,recvfrom,read,sendto,write,writev,sendmsg", "-o"]);
    let mut tracer = tracer.arg(&file).args(["-p", &harken.pid().to_string()]).stderr(std::process::Stdio::null()).spawn().expect("strace");
    let trace = || std::fs::read_to_string(&file).unwrap_or_default();
    wait::until("the tracer is attached", wait::PATIENCE, || async { (!trace().is_empty()).then_some(()) }).await;
    gateway.say(json!({ "id": "traced-event", "kind": "pendant", "device": "p" })).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    tracer.kill().expect("the tracer ends");
    tracer.wait().expect("it ended");

    let trace = trace();
    let lines: Vec<&str> = trace.lines().collect();
    let hex = |text: &str| text.bytes().fold(String::new(), |all, byte| format!("{all}\\x{byte:02x}"));
    let place = |what: &dyn Fn(&str) -> bool| lines.iter().position(|line| what(line));
    let came = place(&|line| (line.contains("recvfrom(") || line.contains("read(")) && line.contains(&hex("traced-event")))
        .expect("the PUBLISH in the trace");
    let told = place(&|line| (line.contains("sendto(") || line.contains("write")) && line.contains(&hex("\"stored\"")))
        .expect("the answer in the trace");
    let synced = lines[came..told].iter().any(|line| line.contains("sync") && line.ends_with("= 0"));
    assert!(came < told && synced, "no sync between the message and its acknowledgement:\n{}", lines[came..=told].join("\n"));
}
