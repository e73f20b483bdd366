//! Many homes of an area lost at once: one incident with a list, and every alarm comes through as before.

use serde_json::{Value, json};

use super::Room;
use crate::support::house::{Gateway, NOON, id_of, problem};
use crate::support::wait;

/// Homes of one place, each with its gateway that has said something at noon. Silence counts after a minute.
struct Town {
    room: Room,
    homes: Vec<String>,
    gateways: Vec<Gateway>,
}

impl Town {
    async fn of(places: &[(&str, &str)]) -> Self {
        let room = Room::open_with(|settings| settings.incidents.homes = 3).await;
        let short = json!({ "overrides": { "gateway_silent.minutes": 1 }, "reason": "a test" });
        room.house.api.put(&format!("/api/v1/organisations/{}/plan", room.organisation), &short).await.expect(200);
        let mut town = Self { room, homes: Vec::new(), gateways: Vec::new() };
        for (n, (place, network)) in places.iter().enumerate() {
            let api = &town.room.house.api;
            let home = json!({ "organisation": town.room.organisation, "name": format!("House {n}"), "locality": place });
            let home = id_of(&api.post("/api/v1/homes", &home).await.expect(201));
            let gateway = json!({ "id": format!("town-{n}"), "home": home, "network": network });
            let made = api.post("/api/v1/gateways", &gateway).await.expect(201);
            let mut gateway = Gateway::connect(town.room.house.mqtt(), &format!("town-{n}"), made["secret"].as_str().unwrap()).await;
            gateway.say(json!({ "id": "1", "kind": "heartbeat", "at": NOON })).await;
            town.homes.push(home);
            town.gateways.push(gateway);
        }
        town
    }

    async fn resident(&self, home: usize, vulnerability: &str) {
        let new = json!({ "home": self.homes[home], "name": format!("Resident {home}"), "vulnerability": vulnerability });
        self.room.house.api.post("/api/v1/residents", &new).await.expect(201);
    }

    async fn incidents(&self) -> Vec<Value> {
        self.room.ann.api.get("/api/v1/incidents").await.expect(200)["items"].as_array().unwrap().clone()
    }

    /// The one incident, once it is there.
    async fn incident(&self) -> String {
        // What is raised together is looked at together, a moment later.
        self.room.pass(3).await;
        let found = wait::until("an incident", wait::PATIENCE, || async {
            let found = self.incidents().await;
            (!found.is_empty()).then_some(found)
        })
        .await;
        assert_eq!(found.len(), 1, "{found:?}");
        id_of(&found[0])
    }

    async fn look(&self, incident: &str) -> Value {
        self.room.ann.api.get(&format!("/api/v1/incidents/{incident}")).await.expect(200)
    }

    fn order(&self, whole: &Value) -> Vec<usize> {
        let place = |entry: &Value| self.homes.iter().position(|home| entry["home"] == *home).unwrap();
        whole["list"].as_array().unwrap().iter().map(place).collect()
    }

    async fn checked(&self, incident: &str, home: usize, result: &str) -> Value {
        let check = json!({ "home": self.homes[home], "result": result, "note": "by telephone" });
        self.room.ann.api.post(&format!("/api/v1/incidents/{incident}/checks"), &check).await.expect(200)
    }
}

#[tokio::test]
async fn silent_homes_of_a_place_become_one_incident_ranked_by_who_is_most_at_risk() {
    let mut town = Box::pin(Town::of(&[("Elmwood", ""), ("elmwood ", ""), ("Elmwood", ""), ("Elmwood", ""), ("Oakham", "")])).await;
    town.resident(1, "raised").await;
    town.resident(2, "high").await;
    // One that is heard a little longer was lost later.
    town.room.pass(20).await;
    town.gateways[0].say(json!({ "id": "2", "kind": "heartbeat" })).await;
    town.room.pass(90).await;
    let id = town.incident().await;
    town.room.house.settle().await;
    let whole = town.look(&id).await;
    assert_eq!((whole["homes"].as_i64(), whole["waiting"].as_i64(), whole["cause"].as_str()), (Some(4), Some(4), Some("silence")));
    assert_eq!(
        (whole["area"]["kind"].as_str(), whole["area"]["name"].as_str().map(str::to_lowercase)),
        (Some("locality"), Some("elmwood".to_owned()))
    );
    assert_eq!(town.order(&whole), [2, 1, 3, 0], "by vulnerability, then by time: {whole}");
    let silent = town.room.house.alerts_of("gateway_silent").await;
    assert_eq!(silent.len(), 5, "no alert is gone");
    assert_eq!(silent.iter().filter(|alert| alert["incident"] == *id).count(), 4, "those of the place know their incident");
    let own = town.room.house.alerts_of("area_silent").await;
    assert_eq!((own.len(), own[0]["id"].clone(), own[0]["priority"].as_i64()), (1, whole["alert"].clone(), Some(2)));
    assert!(own[0]["explanation"].as_str().unwrap().starts_with("4 homes of"), "{}", own[0]["explanation"]);

    // An alarm of such a home raises as ever, and its home goes to the top.
    let mut third = Gateway::connect(town.room.house.mqtt(), "town-3", &rotate(&town.room, "town-3").await).await;
    third.alarm(json!({ "id": "p", "kind": "pendant", "device": "p" })).await;
    assert_eq!(town.room.house.alerts("queue=care").await.len(), 1);
    assert!(town.look(&id).await["list"][3]["heard_again"].as_bool().unwrap(), "what is heard again goes to the end");
}

async fn rotate(room: &Room, gateway: &str) -> String {
    let made = room.house.api.post(&format!("/api/v1/gateways/{gateway}/secret"), &json!({})).await.expect(200);
    made["secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_heard_again_or_looked_after_is_closed_in_bulk_and_nothing_else() {
    let mut town = Box::pin(Town::of(&[("Elmwood", ""), ("Elmwood", ""), ("Elmwood", ""), ("Elmwood", "")])).await;
    town.room.pass(70).await;
    let id = town.incident().await;
    town.room.house.settle().await;
    let care = town.gateways[0].alarm(json!({ "id": "p", "kind": "pendant", "device": "p" })).await;
    assert_eq!(care["status"], "stored");
    town.checked(&id, 1, "well").await;
    town.checked(&id, 2, "no_answer").await;
    let whole = town.checked(&id, 3, "needs_help").await;
    assert_eq!(whole["waiting"], 1, "who did not answer waits: {whole}");
    assert_eq!(whole["list"][0]["home"], town.homes[2]);
    assert_eq!(
        (whole["list"][0]["checked"]["by"]["name"].as_str(), whole["list"][0]["checked"]["note"].as_str()),
        (Some("Ann"), Some("by telephone"))
    );
    let help = town.room.house.alerts_of("raised_by_hand").await;
    assert_eq!(
        (help.len(), help[0]["home"].clone(), help[0]["priority"].as_i64(), help[0]["queue"].as_str()),
        (1, json!(town.homes[3]), Some(1), Some("care"))
    );
    let say = json!({ "home": town.room.home, "result": "well" });
    problem(town.room.ann.api.post(&format!("/api/v1/incidents/{id}/checks"), &say).await, 422);

    let close = format!("/api/v1/incidents/{id}/close");
    problem(town.room.ann.api.post(&close, &json!({ "outcome": "nonsense" })).await, 422);
    let after = town.room.ann.api.post(&close, &json!({ "note": "The mast is up." })).await.expect(200);
    assert_eq!(after["closed"].as_array().unwrap().len(), 3, "{after}");
    let left = town.room.house.alerts_of("gateway_silent").await;
    assert_eq!((left.len(), left[0]["home"].clone()), (1, json!(town.homes[2])));
    assert_eq!(town.room.house.alerts("queue=care").await.len(), 2, "no care alert was closed");
    assert_eq!(town.incidents().await.len(), 1, "it goes on for the one that is left");

    // A colleague's case stays a colleague's.
    let alert = format!("/api/v1/alerts/{}", left[0]["id"].as_str().unwrap());
    town.room.bob.does(&alert, "accept", json!({})).await;
    town.checked(&id, 2, "away").await;
    assert_eq!(town.room.ann.api.post(&close, &json!({})).await.expect(200)["closed"], json!([]));
    town.room.bob.does(&alert, "release", json!({})).await;
    let last = town.room.ann.api.post(&close, &json!({})).await.expect(200);
    assert_eq!(last["closed"].as_array().unwrap().len(), 2, "the last home's and the incident's own");
    assert!(last["incident"]["closed_at"].is_string());
    assert!(town.incidents().await.is_empty());
    let closed = town.room.alert(&alert).await;
    assert_eq!((closed["outcome"].as_str(), closed["incident"].as_str()), (Some("heard_again"), Some(&*id)));
    let told: Vec<&str> = closed["timeline"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert!(told.contains(&"grouped") && told.contains(&"checked"), "{told:?}");
    let trail = town.room.house.api.get("/api/v1/audit?limit=500").await.expect(200).to_string();
    assert!(trail.contains("\"checked\"") && trail.contains(&id), "who looked after whom is in the trail");
}

#[tokio::test]
async fn an_incident_grows_across_a_restart_and_is_clear_when_all_are_heard_again() {
    let mut town = Box::pin(Town::of(&[("Elmwood", ""), ("Elmwood", ""), ("Elmwood", ""), ("Elmwood", "")])).await;
    town.room.pass(30).await;
    town.gateways[3].say(json!({ "id": "2", "kind": "heartbeat" })).await;
    town.room.pass(40).await;
    let id = town.incident().await;
    assert_eq!(town.look(&id).await["homes"], 3);
    town.room.house.restart().await;
    town.room.ann.api = town.room.house.api.clone();
    town.room.pass(400).await;
    let grown = wait::until("the fourth home", wait::PATIENCE, || async {
        let whole = town.look(&id).await;
        (whole["homes"] == 4).then_some(whole)
    })
    .await;
    assert_eq!(town.incidents().await.len(), 1, "one, not two: {grown}");
    for n in 0..4 {
        let mut gateway =
            Gateway::connect(town.room.house.mqtt(), &format!("town-{n}"), &rotate(&town.room, &format!("town-{n}")).await).await;
        gateway.say(json!({ "id": "9", "kind": "heartbeat" })).await;
    }
    town.room.pass(10).await;
    let own = town.room.house.alerts_of("area_silent").await;
    assert!(own[0]["marks"].to_string().contains("condition_cleared"), "{}", own[0]);
}

#[tokio::test]
async fn mains_lost_in_a_place_and_silence_on_a_network_are_matters_of_their_own() {
    let mut town = Box::pin(Town::of(&[("Elmwood", "Net"), ("Oakham", "net"), ("Ashby", "NET"), ("Ashby", ""), ("Ashby", "")])).await;
    for n in 2..5 {
        town.gateways[n].say(json!({ "id": "m", "kind": "mains_lost" })).await;
    }
    town.room.pass(10).await;
    let found = town.incidents().await;
    assert_eq!(
        (found.len(), found[0]["cause"].as_str(), found[0]["area"]["name"].as_str()),
        (1, Some("mains_lost"), Some("Ashby")),
        "{found:?}"
    );
    town.room.pass(70).await;
    town.room.pass(3).await;
    let found = town.incidents().await;
    assert_eq!(found.len(), 2, "{found:?}");
    let kinds: Vec<&Value> = found.iter().filter(|each| each["cause"] == "silence").map(|each| &each["area"]["kind"]).collect();
    assert_eq!(kinds.len(), 1);
    assert!(["locality", "network"].iter().any(|kind| kinds[0] == kind));
}
