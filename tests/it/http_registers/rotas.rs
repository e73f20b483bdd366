//! Rotas over HTTP: who is on call, shifts, overrides and swaps, and what is refused with words that say the mend.

use harken::domain::access::Role;
use serde_json::{Value, json};

use super::{each, items, text};
use crate::http::service::Service;
use crate::support::api::Api;

/// Ann and Bob week by week, and what a manager of theirs needs.
struct Stage {
    service: Service,
    manager: Api,
    ann: String,
    bob: String,
}

impl Stage {
    async fn set() -> Self {
        let service = Service::start().await;
        service.organisation("north").await;
        service.organisation("south").await;
        let ann = service.person("ann", Role::Responder, Some("north")).await;
        let bob = service.person("bob", Role::Responder, Some("north")).await;
        let manager = service.api_as(Role::Manager, Some("north")).await;
        Self { service, manager, ann, bob }
    }

    fn weeks(&self) -> Value {
        json!({ "name": "Weeks", "persons": [self.ann, self.bob], "hand_over": { "every": "weeks", "on": "mon", "at": "09:00" },
            "starts_at": "2026-02-23T09:00:00Z" })
    }

    async fn rota(&self) -> String {
        let new = json!({ "organisation": "north", "name": "Responders", "layers": [self.weeks()] });
        text(&self.manager.post("/api/v1/rotas", &new).await.expect(201), "id").to_owned()
    }
}

/// Name and beginning of each shift.
fn told(shifts: &Value) -> Vec<String> {
    shifts.as_array().unwrap().iter().map(|each| format!("{} {}", text(each, "name"), text(each, "from"))).collect()
}

#[tokio::test]
async fn a_rota_says_who_is_on_call_and_who_comes_next() {
    let stage = Stage::set().await;
    let id = stage.rota().await;
    let rota = stage.manager.get(&format!("/api/v1/rotas/{id}")).await.expect(200);
    assert_eq!((text(&rota, "zone"), &rota["version"]), ("Europe/London", &json!(1)));
    assert_eq!(each(&stage.manager.get("/api/v1/rotas").await.expect(200), "name"), ["Responders"]);
    // It is Sunday, the 1st of March, 08:00.
    let now = stage.manager.get(&format!("/api/v1/rotas/{id}/now")).await.expect(200);
    assert_eq!(told(&now["on_call"]), ["Person ann 2026-03-01T08:00:00Z"]);
    assert_eq!((text(&now["on_call"][0], "until"), text(&now["on_call"][0], "layer")), ("2026-03-02T09:00:00Z", "Weeks"));
    assert_eq!(told(&now["next"]), ["Person bob 2026-03-02T09:00:00Z"]);

    let shifts = stage.manager.get(&format!("/api/v1/rotas/{id}/shifts?to=2026-04-07T00:00:00Z")).await.expect(200);
    assert_eq!(
        told(&shifts["shifts"]),
        [
            "Person ann 2026-03-01T08:00:00Z",
            "Person bob 2026-03-02T09:00:00Z",
            "Person ann 2026-03-09T09:00:00Z",
            "Person bob 2026-03-16T09:00:00Z",
            "Person ann 2026-03-23T09:00:00Z",
            // The clocks went forward: nine o'clock on the wall is an hour earlier.
            "Person bob 2026-03-30T08:00:00Z",
            "Person ann 2026-04-06T08:00:00Z"
        ]
    );
    assert_eq!(shifts["gaps"], json!([]));
    let path = format!("/api/v1/users/{}/shifts?to=2026-03-20T00:00:00Z", stage.bob);
    let of_bob = stage.manager.get(&path).await.expect(200);
    assert_eq!(told(&of_bob["shifts"]), ["Person bob 2026-03-02T09:00:00Z", "Person bob 2026-03-16T09:00:00Z"]);
    assert_eq!(text(&of_bob["shifts"][0], "rota_name"), "Responders");

    stage.manager.delete(&format!("/api/v1/rotas/{id}")).await.expect(204);
    assert_eq!(stage.manager.get(&format!("/api/v1/rotas/{id}/now")).await.expect(200)["on_call"], json!([]));
    assert!(items(&stage.manager.get("/api/v1/rotas").await.expect(200)).is_empty());
    let versions = stage.manager.get(&format!("/api/v1/rotas/{id}/versions")).await.expect(200);
    assert_eq!(items(&versions).iter().map(|each| each["version"].clone()).collect::<Vec<_>>(), [json!(2), json!(1)]);
}

#[tokio::test]
async fn overrides_and_swaps_change_who_is_on_call() {
    let stage = Stage::set().await;
    let id = stage.rota().await;
    let (manager, path) = (&stage.manager, format!("/api/v1/rotas/{id}"));
    let shifts = async || told(&manager.get(&format!("{path}/shifts?to=2026-03-17T00:00:00Z")).await.expect(200)["shifts"]);
    let leave = json!({ "from": "2026-03-01T12:00:00Z", "until": "2026-03-01T18:00:00Z", "person": stage.bob, "reason": "a funeral" });
    let made = manager.post(&format!("{path}/overrides"), &leave).await.expect(201);
    assert_eq!(made["overrides"][0]["n"], json!(1));
    assert_eq!(shifts().await[1], "Person bob 2026-03-01T12:00:00Z");
    manager.delete(&format!("{path}/overrides/1")).await.expect(204);
    manager.delete(&format!("{path}/overrides/1")).await.expect(404);
    assert_eq!(shifts().await[1], "Person bob 2026-03-02T09:00:00Z", "as it was before");

    let swap = json!({
        "one": { "person": stage.bob, "from": "2026-03-02T09:00:00Z", "until": "2026-03-09T09:00:00Z" },
        "other": { "person": stage.ann, "from": "2026-03-09T09:00:00Z", "until": "2026-03-16T09:00:00Z" }, "reason": "school holidays" });
    manager.post(&format!("{path}/swaps"), &swap).await.expect(201);
    assert_eq!(
        shifts().await,
        [
            "Person ann 2026-03-01T08:00:00Z",
            "Person ann 2026-03-02T09:00:00Z",
            "Person bob 2026-03-09T09:00:00Z",
            "Person bob 2026-03-16T09:00:00Z"
        ]
    );
    let problem = manager.post(&format!("{path}/swaps"), &swap).await.expect(409);
    assert!(text(&problem, "detail").contains("never on call"), "they have swapped already: {problem}");
    let trail = stage.service.admin().await.get(&format!("/api/v1/audit?object={id}")).await.expect(200);
    assert_eq!(each(&trail, "action"), ["override_made", "override_made", "override_withdrawn", "override_made", "created"]);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_what_would() {
    let stage = Stage::set().await;
    let south = stage.service.person("sue", Role::Responder, Some("south")).await;
    let refused = async |change: Value, says: &str| {
        let mut layer = stage.weeks();
        for (field, value) in change.as_object().unwrap() {
            layer[field] = value.clone();
        }
        let new = json!({ "organisation": "north", "name": "R", "layers": [layer] });
        let problem = stage.manager.post("/api/v1/rotas", &new).await.expect(422);
        assert!(text(&problem, "detail").contains(says), "{change}: {problem} should say {says}");
    };
    refused(json!({ "persons": [] }), "`layers[0].persons` must name 1 to 100 people").await;
    refused(json!({ "persons": [south] }), "cannot be put on call").await;
    refused(json!({ "persons": ["ann"] }), "not their logins").await;
    refused(json!({ "name": " " }), "`layers[0].name` must not be empty").await;
    refused(json!({ "hand_over": { "every": "weeks", "at": "09:00" } }), "name the day of the week").await;
    refused(json!({ "hand_over": { "every": "days" } }), "name the local time").await;
    refused(json!({ "hand_over": { "every": "hours", "count": 12, "at": "09:00" } }), "counted from `starts_at`").await;
    refused(json!({ "hand_over": { "every": "weeks", "count": 99, "on": "mon", "at": "09:00" } }), "between 1 and 52").await;
    refused(json!({ "hand_over": { "every": "days", "at": "9 o'clock" } }), "write hh:mm").await;
    refused(json!({ "windows": [{ "from": "25:00", "to": "06:00" }] }), "write hh:mm").await;
    refused(json!({ "ends_at": "2026-02-01T00:00:00Z" }), "must be later than `starts_at`").await;
    refused(json!({ "starts_at": "0001-01-01T00:00:00Z" }), "years 2000 to 2199").await;
    let whole = async |new: Value, status: u16, says: &str| {
        let problem = stage.manager.post("/api/v1/rotas", &new).await.expect(status);
        assert!(text(&problem, "detail").contains(says), "{new}: {problem} should say {says}");
    };
    let weeks = stage.weeks();
    whole(json!({ "organisation": "north", "name": "R", "layers": [] }), 422, "nobody is ever on call").await;
    whole(json!({ "organisation": "north", "name": "R", "layers": [weeks, weeks] }), 422, "name of another layer").await;
    whole(json!({ "organisation": "north", "name": "R", "zone": "Mars", "layers": [weeks] }), 422, "IANA").await;
    whole(json!({ "organisation": "south", "name": "R", "layers": [weeks] }), 404, "no such organisation").await;
    assert!(items(&stage.manager.get("/api/v1/rotas").await.expect(200)).is_empty(), "nothing of it holds");

    let path = format!("/api/v1/rotas/{}", stage.rota().await);
    for query in ["from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "to=2028-01-01T00:00:00Z", "from=9999-01-01T00:00:00Z"] {
        stage.manager.get(&format!("{path}/shifts?{query}")).await.expect(400);
    }
    let backwards = json!({ "from": "2026-03-03T00:00:00Z", "until": "2026-03-02T00:00:00Z", "reason": "x" });
    let problem = stage.manager.post(&format!("{path}/overrides"), &backwards).await.expect(422);
    assert!(text(&problem, "detail").contains("must be later than `from`"), "{problem}");
    stage.service.api_as(Role::Operator, Some("north")).await.patch(&path, &json!({ "name": "x" })).await.expect(403);
    stage.service.api_as(Role::Manager, Some("south")).await.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_person_sees_their_own_shifts() {
    let stage = Stage::set().await;
    stage.rota().await;
    let client = reqwest::Client::builder().cookie_store(true).no_proxy().build().unwrap();
    let base = format!("http://{}", stage.service.address);
    let login = json!({ "login": "bob", "password": "correct horse" });
    let answer = client.post(format!("{base}/api/v1/auth/login")).json(&login).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let mine: Value = client.get(format!("{base}/api/v1/me/shifts")).send().await.unwrap().json().await.unwrap();
    assert_eq!(told(&mine["shifts"]), ["Person bob 2026-03-02T09:00:00Z"], "a responder, who may not see the rota itself");
    let rotas = client.get(format!("{base}/api/v1/rotas")).send().await.unwrap();
    assert_eq!(rotas.status().as_u16(), 403);
}
