//! The queue, the alert whole, and what people do with it.

use harken::clock::Time;
use harken::domain::access::{Role, Scope};
use harken::domain::alert::{Alert, Entry, Holder, Queue, State};
use harken::domain::event::{Body, Event};
use harken::domain::register::NewContact;
use harken::engine::action::{Action, Deed};
use harken::store::Actor;
use harken::store::alerts::NewEntry;
use harken::store::audit::AuditQuery;
use serde_json::{Value, json};

use super::service::Service;
use crate::support::api::Api;
use crate::support::wait;

async fn ids(api: &Api, query: &str) -> Vec<String> {
    let page = api.get(&format!("/api/v1/alerts{query}")).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Alerts of one home, a second apart: each the default one with what `change` does to it.
async fn alerts<const N: usize>(service: &Service, home: &str, change: [fn(&mut Alert); N]) -> [String; N] {
    let mut ids = Vec::new();
    for change in change {
        service.pass(1);
        let mut alert = service.alert("north", Some(home), "pendant");
        change(&mut alert);
        service.save(&alert).await;
        ids.push(alert.id);
    }
    ids.try_into().unwrap()
}

#[tokio::test]
async fn the_queue_is_by_priority_and_then_by_waiting() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let api = service.api_as(Role::Viewer, Some("north")).await;
    let [later, urgent, info] = alerts(&service, &north.home, [|_| (), |alert| alert.priority = 1, |alert| alert.priority = 5]).await;
    let order = vec![urgent, north.alert.id.clone(), later, info];
    assert_eq!(ids(&api, "").await, order);
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("/api/v1/alerts?limit=1{cursor}")).await.expect(200);
        paged.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, order);
}

#[tokio::test]
async fn filters_narrow_the_queue() {
    let service = Service::start().await;
    let (north, south) = (service.organisation("north").await, service.organisation("south").await);
    let api = service.admin().await;
    let [accepted, test, closed, closed_later] = alerts(
        &service,
        &north.home,
        [
            |alert| {
                alert.state = State::Accepted;
                alert.holder = Some(Holder { id: "u".to_owned(), name: "Ann".to_owned() });
            },
            |alert| {
                alert.queue = Queue::Test;
                alert.priority = 5;
            },
            |alert| alert.state = State::Closed,
            |alert| alert.state = State::Closed,
        ],
    )
    .await;
    let (first, other) = (north.alert.id.clone(), south.alert.id.clone());
    assert_eq!(ids(&api, "").await.len(), 4, "open unless told");
    assert_eq!(ids(&api, "?state=open").await.len(), 4);
    assert_eq!(ids(&api, "?state=accepted").await, std::slice::from_ref(&accepted));
    assert_eq!(ids(&api, "?state=closed").await, [closed_later, closed.clone()], "a record: newest first");
    let page = api.get("/api/v1/alerts?state=closed&limit=1").await.expect(200);
    assert_eq!(ids(&api, &format!("?state=closed&limit=1&cursor={}", page["next"].as_str().unwrap())).await, [closed]);
    assert_eq!(ids(&api, "?queue=test").await, std::slice::from_ref(&test));
    assert_eq!(ids(&api, "?priority=5").await, std::slice::from_ref(&test));
    assert_eq!(ids(&api, &format!("?home={}", south.home)).await, std::slice::from_ref(&other));
    assert_eq!(ids(&api, "?organisation=south").await, [other]);
    assert_eq!(ids(&api, "?from=2026-03-01T08:00:01Z&to=2026-03-01T08:00:02Z").await, [accepted]);
    assert_eq!(ids(&api, "?to=2026-03-01T08:00:01%2B00:00&organisation=north").await, [first]);
}

#[tokio::test]
async fn a_list_tells_where_the_stream_stood() {
    let service = Service::start().await;
    let api = service.admin().await;
    assert_eq!(api.get("/api/v1/alerts").await.expect(200)["stream_position"], 0);
    let north = service.organisation("north").await;
    let position = service.save(&north.alert).await;
    assert_eq!(api.get("/api/v1/alerts").await.expect(200)["stream_position"], position);
}

#[tokio::test]
async fn an_alert_is_shown_whole_and_that_is_noted() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let (by, now) = (Actor { id: "tester".to_owned() }, service.clock.now());
    let first = json!({ "home": north.home, "name": "Daughter", "telephone": "+441632960002", "relation": "daughter", "calling_order": 0, "key_holder": true });
    let first: NewContact = serde_json::from_value(first).unwrap();
    service.store.create_contact(&by, now, &Scope::All, &first).await.unwrap();
    let [other] = alerts(&service, &north.home, [|alert| alert.priority = 4]).await;
    let mut tx = service.store.begin().await.unwrap();
    let line = |position, what: &str| NewEntry {
        alert: north.alert.id.clone(),
        position,
        entry: Entry { at: now, what: what.to_owned(), who: None, text: format!("It was {what}.") },
    };
    tx.add_entries(vec![line(1, "raised"), line(2, "activation")]).await.unwrap();
    tx.add_evidence(&[(north.alert.id.clone(), pressed(now))]).await.unwrap();
    tx.commit().await.unwrap();

    let api = service.api_as(Role::Operator, Some("north")).await;
    let me = api.get("/api/v1/me").await.expect(200)["id"].as_str().unwrap().to_owned();
    let whole = api.get(&format!("/api/v1/alerts/{}", north.alert.id)).await.expect(200);
    assert_eq!(whole["id"], north.alert.id);
    assert_eq!(whole["explanation"], "Somebody in north needs help.");
    assert_eq!(whole["rule"]["title"], "The pendant was pressed");
    assert_eq!(whole["instructions"], json!(["Speak to the person."]));
    let lines: Vec<&Value> = whole["timeline"].as_array().unwrap().iter().map(|line| &line["what"]).collect();
    assert_eq!(lines, ["raised", "activation"]);
    assert_eq!(whole["evidence"][0]["id"], "e1");
    assert_eq!(whole["others"][0]["id"], other);
    assert_eq!(whole["home_details"]["address"], "1 High Street");
    assert_eq!(whole["residents"][0]["name"], "Resident of north");
    let contacts: Vec<&Value> = whole["contacts"].as_array().unwrap().iter().map(|contact| &contact["name"]).collect();
    assert!(contacts.contains(&&json!("Daughter")) && contacts.contains(&&json!("Contact of north")), "{contacts:?}");
    wait::until("the reading is in the trail", wait::PATIENCE, || async {
        let found = service.store.audit_records(&trail_of(&north.alert.id)).await.unwrap();
        found.iter().any(|record| record.who == me).then_some(())
    })
    .await;
}

/// Who read this.
pub fn trail_of(object: &str) -> AuditQuery<'_> {
    let (object, action) = (Some(object), Some("read"));
    AuditQuery { scope: &Scope::All, organisation: None, who: None, object, action, from: None, to: None, before: None, limit: 10 }
}

/// A press of the pendant, as it is copied into an alert.
fn pressed(at: Time) -> Event {
    Event {
        gateway: "gw-north".into(),
        id: "e1".to_owned(),
        kind: "pendant".to_owned(),
        class: harken::domain::catalogue::class_of("pendant"),
        device: None,
        resident: None,
        at,
        claimed_at: None,
        received_at: at,
        body: Body::default(),
    }
}

#[tokio::test]
async fn what_people_do_is_asked_of_the_engine_in_their_name() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let api = service.api_as(Role::Operator, Some("north")).await;
    let me = api.get("/api/v1/me").await.expect(200)["id"].as_str().unwrap().to_owned();
    let alert = format!("/api/v1/alerts/{}", north.alert.id);
    let does = async |path: &str, body: Value, status: u16| {
        service.engine_answers(Ok(vec![north.alert.clone()]));
        let answer = api.post(path, &body).await.expect(status);
        assert_eq!(answer["id"], north.alert.id, "the alert as it is afterwards");
        let (who, action) = service.asked();
        assert_eq!(who, me);
        action
    };
    let id = north.alert.id.clone();
    assert!(matches!(does(&format!("{alert}/accept"), Value::Null, 200).await, Action::Deal { alert, deed: Deed::Accept } if alert == id));
    assert!(
        matches!(does(&format!("{alert}/release"), Value::Null, 200).await, Action::Deal { alert, deed: Deed::Release } if alert == id)
    );
    let action = does(&format!("{alert}/notes"), json!({ "text": "she is well" }), 200).await;
    assert!(matches!(action, Action::Deal { alert, deed: Deed::Note { text } } if alert == id && text == "she is well"));
    let closing = json!({ "outcome": "reassured", "note": "all is well", "activations_seen": 3, "breach_cause": "two at once" });
    let Action::Deal { deed: Deed::Close { closing }, .. } = does(&format!("{alert}/close"), closing, 200).await else {
        panic!("a closing")
    };
    assert_eq!((closing.outcome.as_str(), closing.note.as_deref(), closing.activations_seen), ("reassured", Some("all is well"), 3));
    assert_eq!(closing.breach_cause.as_deref(), Some("two at once"));
    let Action::RaiseByHand { home, hand } = does(&format!("/api/v1/homes/{}/alerts", north.home), json!({ "text": "a call" }), 201).await
    else {
        panic!("an alert by hand")
    };
    assert_eq!((home, hand.queue, hand.priority, hand.text.as_str()), (north.home.clone(), Queue::Care, 2, "a call"), "what is not told");
    let all = json!({ "text": "a call", "queue": "health", "priority": 4, "resident": north.resident });
    let Action::RaiseByHand { hand, .. } = does(&format!("/api/v1/homes/{}/alerts", north.home), all, 201).await else { panic!() };
    assert_eq!((hand.queue, hand.priority, hand.resident), (Queue::Health, 4, Some(north.resident)));
}

#[tokio::test]
async fn presence_renews_what_i_hold() {
    let service = Service::start().await;
    let north = service.organisation("north").await;
    let api = service.api_as(Role::Operator, Some("north")).await;
    service.engine_answers(Ok(vec![north.alert.clone()]));
    let answer = api.put("/api/v1/me/presence", &Value::Null).await.expect(200);
    assert_eq!(answer["holding"], json!([north.alert.id]));
    assert!(matches!(service.asked().1, Action::Present));
}
