//! Gateways that nobody registered, possible only through a broker: stored with no home, alarms raise, registering adopts.

use serde_json::json;

use super::support::house::{Gateway, House, alerts_in, problem};
use super::support::mosquitto::Mosquitto;
use super::support::{scratch, wait};

async fn behind_a_broker() -> (Mosquitto, House) {
    let broker = Mosquitto::start().await;
    let database = format!("sqlite://{}", scratch::dir("unclaimed-").join("harken.db").display());
    let url = broker.url();
    let house = House::on(&database, move |settings| {
        settings.mqtt.url = url;
        settings.mqtt.listen = String::new();
    })
    .await;
    (broker, house)
}

async fn speak(broker: &Mosquitto, id: &str) -> Gateway {
    Gateway::connect(([127, 0, 0, 1], broker.port()).into(), id, "unused").await
}

#[tokio::test]
async fn an_unregistered_gateway_raises_and_is_adopted() {
    let (broker, house) = behind_a_broker().await;
    let mut stranger = speak(&broker, "gw-new").await;
    assert_eq!(stranger.say(json!({ "id": "1", "kind": "motion", "device": "m" })).await["status"], "stored");
    let ack = stranger.alarm(json!({ "id": "2", "kind": "pendant", "device": "p" })).await;
    let alert = house.alerts_of("pendant").await.remove(0);
    assert_eq!(alerts_in(&ack), [alert["id"].as_str().expect("an id")]);
    assert_eq!(
        (alert["organisation"].as_str(), alert["home"].is_null(), alert["gateway"].as_str()),
        (Some("unclaimed"), true, Some("gw-new"))
    );
    assert!(alert["marks"].to_string().contains("unregistered"), "{alert}");

    let home = house.home("Elm Row").await;
    house.api.post("/api/v1/gateways", &json!({ "id": "gw-new", "home": home })).await.expect(201);
    let adopted = house.alerts_of("pendant").await.remove(0);
    assert_eq!((adopted["id"].clone(), adopted["home"].as_str()), (alert["id"].clone(), Some(home.as_str())));
    assert_eq!(house.events(&home).await.len(), 2, "its events came along");
    let again = stranger.alarm(json!({ "id": "3", "kind": "pendant", "device": "p" })).await;
    assert_eq!(house.alerts_of("pendant").await.len(), 1, "{again}");
    assert_eq!(house.alerts_of("pendant").await[0]["activations"], 2, "a further press adds to the adopted alert");
}

#[tokio::test]
async fn what_cannot_be_a_gateway_is_put_into_quarantine_and_stops_nobody() {
    let (broker, house) = behind_a_broker().await;
    let mut good = speak(&broker, "gw-good").await;
    let odd = speak(&broker, "gw with spaces").await;
    odd.publish("events", json!({ "id": "1", "kind": "motion" }).to_string(), false).await;
    wait::until("quarantine", wait::PATIENCE, || async {
        let rows = house.api.get("/api/v1/quarantine").await.expect(200);
        rows["items"].as_array().is_some_and(|items| items.len() == 1).then_some(())
    })
    .await;
    assert_eq!(good.say(json!({ "id": "1", "kind": "motion" })).await["status"], "stored");
    assert!(problem(house.api.get("/api/v1/gateways/gw%20with%20spaces").await, 404).len() > 5);
}
