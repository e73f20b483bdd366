//! The first five minutes, as the README tells them: its own commands are run, on free ports.

use crate::support::harken::Harken;
use crate::support::{tools, wait};

#[tokio::test]
async fn the_first_alert_takes_five_minutes_and_no_surprise() {
    let harken = Harken::start().await;
    let [_build, prepare, watch, press, again, close] =
        blocks("Five minutes to the first alert").try_into().expect("six blocks of commands");
    let (mqtt, http) = (harken.mqtt().port().to_string(), harken.http().to_string());
    // The stream has no end: it is cut after the first alert.
    let watch = watch.trim_end().to_owned() + " | sed '/^data:/q' &\n";
    let script = ["set -euo pipefail", &prepare, &watch, &press, &again, &close, "wait"].join("\n");
    let script = script
        .replace("127.0.0.1:8080", &http)
        .replace("mosquitto_pub ", &format!("mosquitto_pub -p {mqtt} "))
        .replace("mosquitto_rr ", &format!("mosquitto_rr -p {mqtt} -W 20 "));
    let mut shell = tools::installed("bash");
    let path = std::env::join_paths(
        [std::path::Path::new(env!("CARGO_BIN_EXE_harken")).parent().unwrap().to_path_buf()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    shell.arg("-c").arg(&script).env("PATH", path.unwrap());
    let output = tokio::time::timeout(2 * wait::PATIENCE, harken.command(shell)).await.expect("the commands end");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\nsaid:\n{out}\n{err}");
    for told in [r#""status":"stored""#, "event: alert", r#""state":"accepted""#, r#""state":"closed""#, r#""outcome":"reassured""#] {
        assert!(out.contains(told), "`{told}` is not in:\n{out}\n{err}");
    }
}

/// The blocks of shell commands under a heading of the README.
fn blocks(heading: &str) -> Vec<String> {
    let readme = include_str!("../../README.md");
    let section = readme.split("\n## ").find(|section| section.starts_with(heading)).expect("the heading is there");
    section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}
