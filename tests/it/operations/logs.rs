//! The logs hold ids, and nothing of the people that they are about.

use serde_json::json;

use crate::support::harken::Harken;
use crate::support::tools;

#[tokio::test]
async fn logs_hold_no_personal_data_in_either_format() {
    for format in ["text", "json"] {
        let mut harken = Harken::builder().set("HARKEN_LOG_LEVEL", "debug").set("HARKEN_LOG_FORMAT", format).start().await;
        let api = harken.api_as("administrator", None).await;
        let organisation = api.post("/api/v1/organisations", &json!({ "name": "O", "zone": "Europe/London" })).await.expect(201);
        let home = json!({
            "organisation": organisation["id"], "name": "Xyzzyhome", "address": "Xyzzystreet 1", "call_back": "tel:+441632960999",
            "access_notes": "Xyzzynotes", "key_safe": "Xyzzycode",
        });
        let home = api.post("/api/v1/homes", &home).await.expect(201)["id"].as_str().unwrap().to_owned();
        let resident = json!({ "home": home, "name": "Xyzzyname", "notes": "Xyzzyill", "medical": "Xyzzydrug", "risks": "Xyzzyrisk" });
        api.post("/api/v1/residents", &resident).await.expect(201);
        let secret = harken.gateway("gw-1", &home).await;
        let port = harken.mqtt().port().to_string();
        for payload in [
            r#"{"id":"1","kind":"pendant","device":"d","data":{"said":"Xyzzydata"}}"#,
            r#"{"id":"2","kind":"Xyzzykind"}"#,
            r#"{"id":"3","kind":"motion","at":"Xyzzytime"}"#,
            "Xyzzygarbage",
        ] {
            let mut publisher = tools::installed("mosquitto_pub");
            publisher.args(["-p", &port, "-u", "gw-1", "-P", &secret, "-q", "1", "-t", "telecare/v1/gw-1/events", "-m", payload]);
            assert!(publisher.status().unwrap().success(), "{payload}");
        }
        harken.api().post("/api/v1/auth/login", &json!({ "login": "Xyzzylogin", "password": "Xyzzypassword" })).await.expect(401);
        api.get("/api/v1/homes?organisation=Xyzzyquery").await;
        harken.stop().await;
        let log = std::fs::read_to_string(harken.log_file()).unwrap();
        assert!(log.contains("gw-1") || log.contains("ready"), "there is a log: {log}");
        let telling: Vec<&str> =
            log.lines().filter(|line| ["yzzy", "441632960999", &secret].iter().any(|word| line.contains(word))).collect();
        assert!(telling.is_empty(), "{}", telling.join("\n"));
        if format == "json" {
            for line in log.lines().filter(|line| !line.is_empty()) {
                assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "not JSON: {line}");
            }
        }
    }
}
