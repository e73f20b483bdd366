//! How an alert can end: the shipped list, and a service's own.

use harken::app::App;
use harken::clock::Clock;
use harken::config::Settings;
use serde_json::{Value, json};

use super::Room;
use crate::support::house::{NOON, problem, time};
use crate::support::scratch;

const OWN: &str = r#"
[[outcome]]
id = "spoken_to"
title = "Spoken to <at length> & well"
group = "reassured"
queues = ["care", "health", "test"]

[[outcome]]
id = "engineer_sent"
title = "Engineer sent"
group = "equipment"
queues = ["technical"]
serious = true
"#;

fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_service_closes_with_its_own_outcomes_and_no_others() {
    let file = scratch::dir("outcomes-").join("outcomes.toml");
    std::fs::write(&file, OWN).unwrap();
    let mut room = Room::open_with(|settings| settings.response.outcomes = file.display().to_string()).await;
    let all = room.ann.api.get("/api/v1/outcomes").await.expect(200);
    assert_eq!(ids(&all), ["spoken_to", "engineer_sent", "test_ended", "cleared_itself", "heard_again"]);
    assert_eq!((all["items"][1]["group"].as_str(), all["items"][1]["serious"].as_bool()), (Some("equipment"), Some(true)));
    let technical = room.ann.api.get("/api/v1/outcomes?queue=technical").await.expect(200);
    assert_eq!(ids(&technical), ["engineer_sent"], "what the system closes with is not offered");
    room.ann.api.get("/api/v1/outcomes?queue=nonsense").await.expect(400);

    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", json!({})).await;
    let close = |outcome: &str| json!({ "outcome": outcome, "activations_seen": 1 });
    for not_there in ["reassured", "cleared_itself"] {
        let say = problem(room.ann.api.post(&format!("{alert}/close"), &close(not_there)).await, 422);
        assert!(say.contains("spoken_to"), "{say}");
    }
    assert_eq!(room.ann.does(&alert, "close", close("spoken_to")).await["outcome"], "spoken_to");
}

#[tokio::test]
async fn a_list_that_cannot_be_used_keeps_the_service_from_starting() {
    let folder = scratch::dir("outcomes-");
    for (content, word) in [(Some("[[outcome]]\nid = \"x\""), "title"), (None, "missing.toml")] {
        let file = folder.join("missing.toml");
        if let Some(text) = content {
            std::fs::write(&file, text).unwrap();
        }
        let mut settings = Settings::default();
        settings.database.url = format!("sqlite://{}", folder.join("harken.db").display());
        settings.response.outcomes = file.display().to_string();
        settings.http.listen.clear();
        "127.0.0.1:0".clone_into(&mut settings.mqtt.listen);
        let Err(error) = App::start(settings, Clock::manual(time(NOON)), None).await else { panic!("it starts") };
        let error = error.to_string();
        assert!(error.contains("response.outcomes") && error.contains(word), "{error}");
        let _ = std::fs::remove_file(&file);
    }
}
