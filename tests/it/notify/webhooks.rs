//! Webhooks through the whole house: an alert raised over HTTP, a message at the receiver.

use harken::domain::register::NewWebhook;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use super::receiver::{Answer, Received, Receiver};
use crate::support::api::Api;
use crate::support::harken::Harken;
use crate::support::{sql, wait};

/// A running house with one home, and an administrator at it.
pub struct House {
    pub harken: Harken,
    pub api: Api,
    pub home: String,
}

impl House {
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let builder = Harken::builder().set("HARKEN_NOTIFY_PRIVATE_TARGETS", "true").set("HARKEN_NOTIFY_FIRST_PAUSE_S", "1");
        let harken = settings.iter().fold(builder, |builder, (name, value)| builder.set(name, value)).start().await;
        let api = harken.api_as("administrator", None).await;
        api.post("/api/v1/organisations", &json!({ "id": "north", "name": "North" })).await.expect(201);
        let home = api.post("/api/v1/homes", &json!({ "organisation": "north", "name": "1 High Street" })).await.expect(201);
        Self { harken, api, home: home["id"].as_str().expect("an id").to_owned() }
    }

    /// Enters a webhook; its id and secret.
    pub async fn webhook(&self, url: &str, events: &[&str]) -> (String, String) {
        let new = json!({ "organisation": "north", "name": "other system", "url": url, "events": events });
        let made = self.api.post("/api/v1/webhooks", &new).await.expect(201);
        (made["id"].as_str().expect("an id").to_owned(), made["secret"].as_str().expect("a secret").to_owned())
    }

    /// Raises an alert by hand; the alert.
    pub async fn raise(&self, text: &str) -> Value {
        let path = format!("/api/v1/homes/{}/alerts", self.home);
        let raised = self.api.post(&path, &json!({ "queue": "care", "priority": 1, "text": text })).await;
        assert!((200..300).contains(&raised.status), "{}", raised.body);
        raised.body
    }

    pub async fn deliveries(&self, webhook: &str) -> Vec<Value> {
        let page = self.api.get(&format!("/api/v1/webhooks/{webhook}/deliveries")).await.expect(200);
        page["items"].as_array().expect("a page").clone()
    }

    /// Waits until the newest message to a webhook is in this state.
    pub async fn newest_is(&self, webhook: &str, state: &str) -> Value {
        wait::until(&format!("the newest message is {state}"), wait::PATIENCE, || async {
            self.deliveries(webhook).await.into_iter().next().filter(|message| message["state"] == state)
        })
        .await
    }
}

fn verify(secret: &str, received: &Received) {
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(name, received.headers[name].clone());
    }
    Webhook::new(secret).unwrap().verify(&received.body, &headers).expect("a published library takes it");
}

#[tokio::test]
async fn an_alert_arrives_signed_and_only_what_was_asked_for() {
    let (house, receiver) = (House::start(&[]).await, Receiver::start().await);
    let (all, secret) = house.webhook(&receiver.url("/all"), &[]).await;
    house.webhook(&receiver.url("/closed"), &["alert.closed"]).await;
    let alert = house.raise("a call came in").await;
    let first = receiver.reaches(1).await.remove(0);
    assert_eq!((first.path.as_str(), first.header("content-type")), ("/all", "application/json"));
    verify(&secret, &first);
    let body = first.json();
    assert_eq!((&body["type"], &body["data"]["id"]), (&json!("alert.raised"), &alert["id"]));
    let id = alert["id"].as_str().unwrap();
    house.api.post(&format!("/api/v1/alerts/{id}/accept"), &json!({})).await.expect(200);
    let closing = json!({ "outcome": "reassured", "activations_seen": 1 });
    house.api.post(&format!("/api/v1/alerts/{id}/close"), &closing).await.expect(200);
    let received = receiver.reaches(4).await;
    let mut told: Vec<(String, String)> =
        received.iter().map(|each| (each.path.clone(), each.json()["type"].as_str().unwrap().to_owned())).collect();
    told.sort();
    let expected = [("/all", "alert.accepted"), ("/all", "alert.closed"), ("/all", "alert.raised"), ("/closed", "alert.closed")];
    assert_eq!(told, expected.map(|(path, kind)| (path.to_owned(), kind.to_owned())));
    let newest = house.newest_is(&all, "delivered").await;
    assert_eq!((&newest["attempts"], &newest["last_status"]), (&json!(1), &json!(204)));

    // With a new secret both are good for a while; an archived webhook is told nothing more.
    let rotated = house.api.post(&format!("/api/v1/webhooks/{all}/secret"), &json!({})).await.expect(200);
    house.raise("again").await;
    let fifth = receiver.reaches(5).await.remove(4);
    verify(&secret, &fifth);
    verify(rotated["secret"].as_str().unwrap(), &fifth);
    house.api.delete(&format!("/api/v1/webhooks/{all}")).await.expect(204);
}

#[tokio::test]
async fn a_message_that_is_refused_is_tried_again_under_the_same_id() {
    let (house, receiver) = (House::start(&[]).await, Receiver::start().await);
    receiver.answer(&[Answer::Status(500), Answer::Status(302)]);
    let (webhook, secret) = house.webhook(&receiver.url("/"), &[]).await;
    house.raise("a call came in").await;
    let received = receiver.reaches(3).await;
    for each in &received {
        verify(&secret, each);
        assert_eq!((each.header("webhook-id"), &each.body), (received[0].header("webhook-id"), &received[0].body));
    }
    let done = house.newest_is(&webhook, "delivered").await;
    assert_eq!((&done["attempts"], &done["id"]), (&json!(3), &json!(received[0].header("webhook-id"))));
}

#[tokio::test]
async fn a_message_that_is_given_up_raises_one_alert_and_is_sent_again_when_asked() {
    let (house, receiver) = (House::start(&[("HARKEN_NOTIFY_ATTEMPTS", "2")]).await, Receiver::start().await);
    receiver.answer(&[Answer::Status(500); 4]);
    let (webhook, _) = house.webhook(&receiver.url("/"), &["alert.raised"]).await;
    house.raise("a call came in").await;
    let dead = house.newest_is(&webhook, "dead").await;
    assert_eq!((&dead["attempts"], &dead["last_error"]), (&json!(2), &json!("it answered 500")));
    let technical = async || {
        let page = house.api.get("/api/v1/alerts?queue=technical").await.expect(200);
        page["items"].as_array().unwrap().iter().filter(|alert| alert["rule"]["id"] == "messages_undelivered").cloned().collect::<Vec<_>>()
    };
    let told = wait::until("the alert is raised", wait::PATIENCE, || async { technical().await.into_iter().next() }).await;
    assert_eq!((&told["organisation"], &told["subject"]), (&json!("north"), &json!(format!("webhook:{webhook}"))));
    // The message about that alert dies too, and raises no second one.
    wait::until("that is given up too", wait::PATIENCE, || async {
        let all = house.deliveries(&webhook).await;
        (all.len() == 2 && all.iter().all(|each| each["state"] == "dead")).then_some(())
    })
    .await;
    assert_eq!(technical().await.len(), 1);
    let path = format!("/api/v1/webhooks/{webhook}/deliveries/{}/retry", dead["id"].as_str().unwrap());
    house.api.post(&path, &json!({})).await.expect(200);
    let last = receiver.reaches(5).await.remove(4);
    assert_eq!(last.header("webhook-id"), dead["id"].as_str().unwrap());
    wait::until("it is delivered", wait::PATIENCE, || async {
        house.deliveries(&webhook).await.iter().any(|each| each["id"] == dead["id"] && each["state"] == "delivered").then_some(())
    })
    .await;
    // The alert is dealt with like any other.
    let id = told["id"].as_str().unwrap();
    house.api.post(&format!("/api/v1/alerts/{id}/accept"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn two_hundred_that_hang_hold_up_nobody() {
    let house = House::start(&[("HARKEN_NOTIFY_TIMEOUT_S", "600")]).await;
    let (hanging, well) = (Receiver::start().await, Receiver::start().await);
    hanging.answer(&[Answer::Never; 2_000]);
    for n in 0..200 {
        house.webhook(&hanging.url(&format!("/{n}")), &[]).await;
    }
    house.raise("the first").await;
    hanging.reaches(200).await;
    house.webhook(&well.url("/"), &[]).await;
    for n in 0..3 {
        house.raise(&format!("another {n}")).await;
    }
    // No time-out has passed: all of them still hang while this one is told.
    assert_eq!(well.reaches(3).await.len(), 3);
}

#[tokio::test]
async fn a_mailing_that_cannot_be_read_keeps_back_nothing_that_is_in_the_outbox() {
    let house = House::start(&[]).await;
    let receiver = Receiver::start().await;
    house.webhook(&receiver.url("/"), &["alert.raised"]).await;
    let broken = "INSERT INTO mailings (id, organisation, channel, kind, body, targets, receivers, spread, created_us) \
        VALUES ('msg_0', 'north', 'webhook', 'alert.raised', '{}', 'nonsense', 20, 0, 0)";
    sql::run(&format!("sqlite://{}", house.harken.dir().join("harken.db").display()), broken).await;
    house.raise("a call came in").await;
    assert_eq!(receiver.reaches(1).await.len(), 1);
}

#[tokio::test]
async fn nobody_sends_us_where_only_we_can_go() {
    let harken = Harken::start().await;
    let api = harken.api_as("administrator", None).await;
    api.post("/api/v1/organisations", &json!({ "id": "north", "name": "North" })).await.expect(201);
    let new = |url: &str| NewWebhook { organisation: "north".to_owned(), name: "x".to_owned(), url: url.to_owned(), events: Vec::new() };
    for url in ["http://example.org/", "http://127.0.0.1/", "ftp://example.org", "https://ann:secret@example.org/", "nonsense"] {
        api.post("/api/v1/webhooks", &json!(new(url))).await.expect(422);
    }
    // By a name or a number that looks harmless: refused when it is to be reached.
    let home = api.post("/api/v1/homes", &json!({ "organisation": "north", "name": "h" })).await.expect(201);
    let mut entered = Vec::new();
    for url in ["https://localhost:1/", "https://[::ffff:127.0.0.1]:1/", "https://169.254.169.254/", "https://2130706433:1/"] {
        let made = api.post("/api/v1/webhooks", &json!(new(url))).await.expect(201);
        entered.push(made["id"].as_str().unwrap().to_owned());
    }
    let raise = format!("/api/v1/homes/{}/alerts", home["id"].as_str().unwrap());
    api.post(&raise, &json!({ "queue": "care", "priority": 1, "text": "x" })).await;
    for webhook in entered {
        let path = format!("/api/v1/webhooks/{webhook}/deliveries");
        let error = wait::until("a try was made", wait::PATIENCE, || async {
            api.get(&path).await.expect(200)["items"][0]["last_error"].as_str().map(str::to_owned)
        })
        .await;
        assert!(error.contains("not allowed"), "{error}");
    }
}
