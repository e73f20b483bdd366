//! Standard clients as gateways, each on 3.1.1 and 5, with and without TLS: mosquitto_pub and mosquitto_sub, and paho-mqtt. (rumqttc is in `listener`.)

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::listener::authority::Authority;
use super::support::house::House;
use super::support::{scratch, tools, wait};

struct Stage {
    house: House,
    home: String,
    secret: String,
    authority: PathBuf,
}

async fn stage() -> Stage {
    let (folder, authority) = (scratch::dir("tls-"), Authority::new("ours"));
    let identity = authority.server();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let (certificate, key) = (file("server.pem", &identity.certificate), file("server.key", &identity.key));
    let authority = file("ca.pem", &authority.pem());
    let database = format!("sqlite://{}", folder.join("harken.db").display());
    let house = House::on(&database, |settings| {
        "127.0.0.1:0".clone_into(&mut settings.mqtt.tls_listen);
        settings.mqtt.tls_certificate = certificate.display().to_string();
        settings.mqtt.tls_key = key.display().to_string();
    })
    .await;
    let home = house.home("Elm Row").await;
    let made = house.api.post("/api/v1/gateways", &json!({ "id": "gw-1", "home": home })).await.expect(201);
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    Stage { house, home, secret, authority }
}

impl Stage {
    fn port(&self, tls: bool) -> String {
        let address = if tls { self.house.app().mqtts } else { self.house.app().mqtt };
        address.expect("an address").port().to_string()
    }

    fn with_tls(&self, command: &mut Command, tls: bool) {
        if tls {
            command.arg("--cafile").arg(&self.authority);
        }
    }
}

/// What a program prints, line by line.
fn lines_of(command: &mut Command) -> mpsc::UnboundedReceiver<String> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
    let (said, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        output.lines().map_while(Result::ok).for_each(|line| drop(said.send(line)));
        child.wait().expect("it ends");
    });
    lines
}

/// The first line that is looked for.
async fn until(lines: &mut mpsc::UnboundedReceiver<String>, found: impl Fn(&str) -> bool) -> String {
    let search = async {
        loop {
            let line = lines.recv().await.expect("the program goes on");
            if found(&line) {
                return line;
            }
        }
    };
    tokio::time::timeout(wait::PATIENCE, search).await.expect("the line in time")
}

async fn output(mut command: Command) -> Output {
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("the waiting thread").expect("it runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    output
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mosquitto_pub_and_sub() {
    let stage = stage().await;
    let mut presses = 0;
    for (version, tls) in [("mqttv311", false), ("mqttv311", true), ("mqttv5", false), ("mqttv5", true)] {
        for qos in ["1", "2"] {
            presses += 1;
            let (id, acks) = (format!("{version}-{tls}-{qos}"), "telecare/v1/gw-1/acks");
            let client = |name: &str, client_id: &str| {
                let mut command = tools::installed("stdbuf");
                command.args([
                    "-oL",
                    name,
                    "-h",
                    "127.0.0.1",
                    "-p",
                    &stage.port(tls),
                    "-V",
                    version,
                    "-u",
                    "gw-1",
                    "-P",
                    &stage.secret,
                    "-i",
                    client_id,
                ]);
                stage.with_tls(&mut command, tls);
                command
            };
            let mut listen = client("mosquitto_sub", "ears");
            listen.args(["-t", acks, "-C", "1", "-W", "20", "-q", "1"]);
            let mut lines = lines_of(listen.arg("-d"));
            until(&mut lines, |line| line.starts_with("Subscribed")).await;
            let press = json!({ "id": id, "kind": "pendant", "device": "p" }).to_string();
            let mut speak = client("mosquitto_pub", "mouth");
            speak.args(["-t", "telecare/v1/gw-1/alarms", "-q", qos, "-m", &press]);
            output(speak).await;
            stage.house.until_alerts("pendant", 1).await;
            let heard = until(&mut lines, |line| line.starts_with('{')).await;
            let ack: Value = serde_json::from_str(&heard).expect("an ack object");
            assert_eq!((ack["id"].as_str(), ack["status"].as_str()), (Some(id.as_str()), Some("stored")));
        }
    }
    assert_eq!(stage.house.alerts_of("pendant").await[0]["activations"], presses);
    assert_eq!(stage.house.events(&stage.home).await.len(), presses);
}

/// Connects, subscribes, publishes at each quality of service, and prints its answers.
const PAHO: &str = r#"
import json, sys, threading
import paho.mqtt.client as mqtt
port, version, secret, authority = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="paho", protocol=mqtt.MQTTv5 if version == "5" else mqtt.MQTTv311)
client.username_pw_set("gw-1", secret)
client.will_set("telecare/v1/gw-1/status", "offline", qos=1, retain=True)
if authority:
    client.tls_set(ca_certs=authority)
ready, done, answers = threading.Event(), threading.Event(), []
def heard(client, userdata, message):
    answers.append(json.loads(message.payload))
    if len(answers) == 3:
        done.set()
client.on_message = heard
client.on_subscribe = lambda *ignored: ready.set()
client.on_connect = lambda c, *ignored: c.subscribe("telecare/v1/gw-1/acks", qos=1)
client.connect("127.0.0.1", port, keepalive=30)
client.loop_start()
assert ready.wait(20), "not subscribed"
for qos in (0, 1, 2):
    event = {"id": f"paho-{version}-{bool(authority)}-{qos}", "kind": "motion", "device": "m"}
    client.publish("telecare/v1/gw-1/events", json.dumps(event), qos=qos).wait_for_publish(20)
assert done.wait(20), f"only {answers}"
client.disconnect()
client.loop_stop()
print(json.dumps(answers))
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paho_in_python() {
    let stage = stage().await;
    for (version, tls) in [("3.1.1", false), ("3.1.1", true), ("5", false), ("5", true)] {
        let mut command = tools::python("python");
        let authority = if tls { stage.authority.display().to_string() } else { String::new() };
        command.args(["-c", PAHO, &stage.port(tls), version, &stage.secret, &authority]);
        let answers: Value = serde_json::from_slice(&output(command).await.stdout).expect("answers");
        let statuses: Vec<_> = answers.as_array().expect("answers").iter().map(|ack| ack["status"].as_str().unwrap_or_default()).collect();
        assert_eq!(statuses, ["stored", "stored", "stored"], "{version} {tls}: {answers}");
    }
    assert_eq!(stage.house.events(&stage.home).await.len(), 12);
}
