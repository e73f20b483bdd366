//! What goes and what stays: periods of an organisation's own, legal holds, and erasing a person. The figures of every report are the same before and after.

use harken::app::pruning::prune;
use harken::config::Settings;
use harken::domain::alert::{Alert, Holder};
use harken::domain::catalogue::class_of;
use harken::domain::delivery::Channel;
use harken::domain::event::{Body, Event};
use harken::domain::outcome::Outcomes;
use harken::reports::Name;
use harken::response::lifecycle::{Closing, Limits, case};
use harken::store::alerts::NewEntry;
use harken::store::mailings::MANY;
use harken::store::outbox::NewDelivery;
use serde_json::{Value, json};

use super::history::{self, FROM, TO, time};
use super::{Service, on_both};
use crate::support::api::Api;
use crate::support::harken::Harken;
use crate::support::sql;

on_both!(
    periods_are_an_organisation_s_own_and_statistics_stay,
    a_hold_keeps_and_lifted_lets_go,
    an_erased_person_is_named_nowhere_and_counted_as_before
);

/// All nine reports, without the moment at which they were made and the words that may name somebody.
async fn reports(api: &Api, organisation: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for name in Name::ALL {
        let path = format!("/api/v1/reports/{}?from={FROM}&to={TO}&organisation={organisation}", name.as_str());
        let mut report = api.get(&path).await.expect(200);
        report.as_object_mut().unwrap().retain(|field, _| field != "made_at");
        for table in report["tables"].as_array_mut().unwrap() {
            for row in table["rows"].as_array_mut().unwrap() {
                row.as_object_mut().unwrap().retain(|field, _| field != "cause" && field != "home_name");
            }
        }
        all.push(report);
    }
    all
}

async fn count(service: &Service, text: &str) -> i64 {
    sql::number(&service.database, &format!("SELECT COUNT(*) FROM {text}")).await
}

async fn alerts_of(service: &Service, organisation: &str) -> i64 {
    count(service, &format!("alerts WHERE organisation = '{organisation}'")).await
}

async fn pruned(service: &Service) {
    service.store.catch_up_facts().await.unwrap();
    prune(&service.store, &service.clock, &Settings::default().retention).await.unwrap();
}

/// Two events at each home, of January 2026, in the daily sums.
async fn events(service: &Service) {
    for n in 0..2 {
        let text = format!(
            "INSERT INTO events (gateway, id, home, kind, at_us, received_us, body)
             SELECT 'g' || id, 'e{n}', id, 'motion', 1768000000000000, 1768000000000000, '{{}}' FROM homes ORDER BY id"
        );
        sql::run(&service.database, &text).await;
    }
    let last = "INSERT INTO events (gateway, id, home, kind, at_us, received_us, body) VALUES ('g', 'last', 'nowhere', 'motion', 1900000000000000, 1900000000000000, '{}')";
    sql::run(&service.database, last).await;
    while service.store.roll_up(service.clock.now()).await.unwrap() {}
}

async fn open_alerts(service: &Service, organisation: &str) -> i64 {
    count(service, &format!("alerts WHERE organisation = '{organisation}' AND state <> 'closed'")).await
}

async fn periods_are_an_organisation_s_own_and_statistics_stay(service: Service) {
    history::write(&service, 40).await;
    let api = service.admin().await;
    service.clock.set(time("2027-06-01T12:00:00Z"));
    events(&service).await;
    let asked = api.get("/api/v1/organisations/north/retention").await.expect(200);
    assert_eq!(
        asked["periods"][1],
        json!({ "class": "alerts", "days": 2555, "own": false, "default_days": 2555, "least": 365, "most": 36500 })
    );
    let set = |days: Value| json!({ "days": days, "reason": "agreed with the council" });
    let refused = api.put("/api/v1/organisations/north/retention", &set(json!({ "alerts": 30, "events": 5000 }))).await.expect(422);
    assert!(
        refused["detail"].as_str().unwrap().contains("days.alerts") && refused["detail"].as_str().unwrap().contains("days.events"),
        "{refused}"
    );
    api.put("/api/v1/organisations/north/retention", &set(json!({ "sandwiches": 30 }))).await.expect(422);
    let all = set(json!({ "alerts": 365, "visits": 365, "audit": 365, "messages": 7, "quarantine": 7, "events": 3650 }));
    let now = api.put("/api/v1/organisations/north/retention", &all).await.expect(200);
    assert_eq!((&now["periods"][1]["days"], &now["periods"][1]["own"]), (&json!(365), &json!(true)));

    let (north, south) = (reports(&api, "north").await, reports(&api, "south").await);
    let (kept_of_south, open) = (alerts_of(&service, "south").await, open_alerts(&service, "north").await);
    let facts = count(&service, "alert_facts").await;
    service.store.seal_trail(0, service.clock.now()).await.unwrap();
    pruned(&service).await;
    assert_eq!(alerts_of(&service, "north").await, open, "what is closed for a year is gone, what is open stays");
    assert_eq!(alerts_of(&service, "south").await, kept_of_south);
    for table in ["alert_entries", "alert_evidence"] {
        assert_eq!(count(&service, &format!("{table} WHERE alert NOT IN (SELECT id FROM alerts)")).await, 0, "{table}");
    }
    assert_eq!(count(&service, "alert_facts").await, facts);
    assert!(count(&service, "visits WHERE organisation = 'north' AND thinned = 1").await > 0);
    assert_eq!(count(&service, "visits WHERE organisation = 'north' AND body LIKE '%too far%'").await, 0, "their words are gone");
    assert!(count(&service, "visits WHERE organisation = 'south' AND body LIKE '%too far%'").await > 0);
    let at_homes = |organisation: &str| format!("events WHERE home IN (SELECT id FROM homes WHERE organisation = '{organisation}')");
    assert_eq!(
        (count(&service, &at_homes("north")).await, count(&service, &at_homes("south")).await),
        (8, 0),
        "ten years, and ninety days"
    );
    assert_eq!(reports(&api, "north").await, north);
    assert_eq!(reports(&api, "south").await, south);

    // The trail says that details went, and is whole.
    let gone = count(
        &service,
        "audit a WHERE organisation = 'north' AND at_us < 1770000000000000 AND EXISTS (SELECT 1 FROM audit_details d WHERE d.seq = a.seq)",
    );
    assert_eq!(gone.await, 0);
    service.store.seal_trail(0, service.clock.now()).await.unwrap();
    let trail = service.store.verify_trail(Vec::new(), service.clock.now()).await.unwrap();
    assert!(trail.findings.is_empty() && !trail.erasures.is_empty(), "{:?}", trail.findings);

    // Shorter, and as the installation again: what was passed over goes.
    api.put("/api/v1/organisations/north/retention", &set(json!({ "events": 30 }))).await.expect(200);
    pruned(&service).await;
    assert_eq!(count(&service, &at_homes("north")).await, 0);
}

async fn a_hold_keeps_and_lifted_lets_go(service: Service) {
    history::write(&service, 40).await;
    let api = service.admin().await;
    service.clock.set(time("2034-01-01T12:00:00Z"));
    events(&service).await;
    let messages = "INSERT INTO outbox (id, organisation, channel, target, kind, body, created_us, attempts, state) \
        SELECT 'm-' || id, id, 'email', 'ann@example.org', 'alert.closed', '{}', 1768000000000000, 1, 'delivered' FROM organisations WHERE id IN ('north', 'south')";
    sql::run(&service.database, messages).await;
    let sent = |organisation: &str| format!("outbox WHERE id = 'm-{organisation}'");
    let homes = api.get("/api/v1/homes?organisation=north").await.expect(200);
    let (home, other) = (homes["items"][0]["id"].as_str().unwrap(), homes["items"][1]["id"].as_str().unwrap());
    let residents = api.get(&format!("/api/v1/residents?home={other}")).await.expect(200);
    let place = |kind: &str, object: &Value| json!({ "kind": kind, "object": object, "reason": "inquest 12/2026" });
    let on_home = api.post("/api/v1/legal-holds", &place("home", &json!(home))).await.expect(201);
    let mut on_person = place("resident", &residents["items"][0]["id"]);
    on_person["until"] = json!("2034-02-01T00:00:00Z");
    let on_person = api.post("/api/v1/legal-holds", &on_person).await.expect(201);
    let on_south = api.post("/api/v1/legal-holds", &place("organisation", &json!("south"))).await.expect(201);
    api.post("/api/v1/legal-holds", &place("home", &json!("nowhere"))).await.expect(404);
    let (before, of_south) = (reports(&api, "north").await, count(&service, "alerts WHERE organisation = 'south'").await);
    let closed_at = |home: &str| format!("alerts WHERE home = '{home}' AND state = 'closed'");
    let events_at = |home: &str| format!("events WHERE home = '{home}'");
    let (kept, of_person) = (count(&service, &closed_at(home)).await, count(&service, &closed_at(other)).await);
    assert!(kept > 0 && of_person > 0);
    pruned(&service).await;
    assert_eq!((count(&service, &closed_at(home)).await, count(&service, &closed_at(other)).await), (kept, of_person));
    assert_eq!((count(&service, &events_at(home)).await, count(&service, &events_at(other)).await), (2, 2));
    let kept_homes = format!("alerts WHERE organisation = 'north' AND state = 'closed' AND home NOT IN ('{home}', '{other}')");
    assert_eq!(count(&service, &kept_homes).await, 0, "other homes of the organisation are not kept");
    assert_eq!(alerts_of(&service, "south").await, of_south);
    // Messages are not told apart by homes: any hold in an organisation keeps all of its.
    assert_eq!((count(&service, &sent("north")).await, count(&service, &sent("south")).await), (1, 1));
    assert!(
        count(&service, "audit a JOIN audit_details d ON d.seq = a.seq WHERE a.organisation = 'north' AND a.at_us < 1770000000000000")
            .await
            > 0
    );
    assert_eq!(reports(&api, "north").await, before);

    // Lifted with a reason, or run out: the periods count again.
    let lift = |hold: &Value| format!("/api/v1/legal-holds/{}/lift", hold["id"].as_str().unwrap());
    api.post(&lift(&on_home), &json!({ "reason": "" })).await.expect(422);
    let lifted = api.post(&lift(&on_home), &json!({ "reason": "the inquest is over" })).await.expect(200);
    assert_eq!((&lifted["lift_reason"], lifted["lifted_at"].is_string()), (&json!("the inquest is over"), true));
    api.post(&lift(&on_home), &json!({ "reason": "again" })).await.expect(409);
    service.clock.set(time("2034-03-01T12:00:00Z"));
    pruned(&service).await;
    for home in [home, other] {
        assert_eq!((count(&service, &closed_at(home)).await, count(&service, &events_at(home)).await), (0, 0));
    }
    assert_eq!(alerts_of(&service, "south").await, of_south);
    assert_eq!((count(&service, &sent("north")).await, count(&service, &sent("south")).await), (0, 1));
    assert_eq!(reports(&api, "north").await, before);
    let standing = api.get("/api/v1/legal-holds").await.expect(200);
    assert_eq!((standing["items"].as_array().unwrap().len(), &standing["items"][0]["id"]), (1, &on_south["id"]));
    let ran_out = api.get(&format!("/api/v1/legal-holds/{}", on_person["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(ran_out["lifted_by"], "harken");
}

/// Writes a name wherever people write, around the alerts of a home, and closes them all.
async fn write_about(service: &Service, home: &str, name: &str) {
    let ids: Vec<String> = {
        let rows = sql::pairs(&service.database, &format!("SELECT id, state, version FROM alerts WHERE home = '{home}'")).await;
        rows.into_keys().map(|(id, _)| id).collect()
    };
    let (who, now) = (Holder { id: "olga".to_owned(), name: "Olga".to_owned() }, service.clock.now());
    for id in ids {
        let mut tx = service.store.begin().await.unwrap();
        let mut alert: Alert = tx.alert(&id).await.unwrap().unwrap();
        alert.explanation = format!("{name} pressed");
        let mut entries = vec![harken::domain::alert::Entry {
            at: now,
            what: "note".to_owned(),
            who: Some("olga".to_owned()),
            text: format!("{name} spoke"),
        }];
        if alert.is_open() {
            if alert.holder.is_none() {
                entries.push(case::accept(&mut alert, &who, now, &Limits::default()).unwrap());
            }
            let who = alert.holder.clone().unwrap();
            let breach_cause = Some(format!("{name} was late"));
            let closing = Closing { outcome: "reassured".to_owned(), activations_seen: alert.activations, breach_cause, note: None };
            entries.push(case::close(&mut alert, &who, &closing, &Outcomes::default(), now, &Limits::default()).unwrap());
        }
        let data = serde_json::value::RawValue::from_string(json!({ "said": name }).to_string()).unwrap();
        let event = Event {
            gateway: "gw".into(),
            id: format!("said-{id}"),
            kind: "fall".to_owned(),
            class: class_of("fall"),
            device: None,
            resident: None,
            at: now,
            claimed_at: None,
            received_at: now,
            body: Body { data: Some(data), ..Body::default() },
        };
        tx.save_alerts(std::slice::from_ref(&alert)).await.unwrap();
        let lines = entries.into_iter().zip(900..).map(|(entry, position)| NewEntry { alert: id.clone(), position, entry }).collect();
        tx.add_entries(lines).await.unwrap();
        tx.add_evidence(&[(id.clone(), event.clone())]).await.unwrap();
        tx.insert_events(&[(&event, home)]).await.unwrap();
        let body: std::sync::Arc<str> = json!({ "data": alert }).to_string().into();
        let message = |channel, target: String| NewDelivery {
            organisation: alert.organisation.clone(),
            channel,
            target,
            alert: Some(id.clone()),
            kind: "alert.closed".to_owned(),
            body: body.clone(),
        };
        // To many: a mailing, which nobody has spread yet when the person is erased.
        let many = (0..MANY).map(|n| message(Channel::Webhook, format!("w{n}")));
        let all: Vec<NewDelivery> = many.chain([message(Channel::Email, "ann@example.org".to_owned())]).collect();
        tx.enqueue(&all, now).await.unwrap();
        tx.append_feed(std::slice::from_ref(&alert), now).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn an_erased_person_is_named_nowhere_and_counted_as_before(service: Service) {
    history::write(&service, 40).await;
    let api = service.admin().await;
    let homes = api.get("/api/v1/homes?organisation=north").await.expect(200);
    let home = homes["items"][0]["id"].as_str().unwrap();
    let found = api.get(&format!("/api/v1/residents?home={home}")).await.expect(200);
    let person = format!("/api/v1/residents/{}", found["items"][0]["id"].as_str().unwrap());
    let name = "Zuzana Quist";
    api.patch(
        &person,
        &json!({ "name": name, "notes": "Quist is deaf", "hearing": "Quist has a hearing aid", "medical": "Quist has asthma" }),
    )
    .await
    .expect(200);
    api.post("/api/v1/contacts", &json!({ "home": home, "name": "Quist the younger", "telephone": "+441632960001" })).await.expect(201);
    api.put(&format!("{person}/plan"), &json!({ "overrides": {}, "reason": "Quist asked for it" })).await;
    write_about(&service, home, name).await;
    service.pass(3600);
    while service.store.roll_up(service.clock.now()).await.unwrap() {}

    let erase = format!("{person}/erase");
    let why = json!({ "reason": "asked for in writing" });
    assert!(api.post(&erase, &why).await.expect(409)["detail"].as_str().unwrap().contains("Archive them first"));
    api.delete(&person).await.expect(204);
    let hold = json!({ "kind": "home", "object": home, "reason": "complaint 7" });
    let hold = api.post("/api/v1/legal-holds", &hold).await.expect(201)["id"].as_str().unwrap().to_owned();
    let refused = api.post(&erase, &why).await.expect(409);
    assert!(
        refused["detail"].as_str().unwrap().contains(&hold) && refused["detail"].as_str().unwrap().contains("complaint 7"),
        "{refused}"
    );
    api.post(&format!("/api/v1/legal-holds/{hold}/lift"), &json!({ "reason": "answered" })).await.expect(200);
    service.store.seal_trail(0, service.clock.now()).await.unwrap();
    let before = reports(&api, "north").await;
    let sums = count(&service, &format!("day_rollups WHERE home = '{home}'")).await;

    let erased = api.post(&erase, &why).await.expect(200);
    assert!(
        erased["alerts"].as_i64().unwrap() > 3 && erased["events"].as_i64().unwrap() > 3 && erased["entries"].as_i64().unwrap() > 3,
        "{erased}"
    );
    assert_eq!(api.get(&person).await.expect(200)["name"], "(erased)");
    assert_eq!(reports(&api, "north").await, before);
    assert_eq!(count(&service, &format!("day_rollups WHERE home = '{home}'")).await, sums);
    nowhere(&service, "Quist").await;
    assert!(api.post(&erase, &why).await.expect(409)["detail"].as_str().unwrap().contains("already"));

    // The trail is whole, and says who erased whom and why.
    service.store.seal_trail(0, service.clock.now()).await.unwrap();
    let trail = service.store.verify_trail(Vec::new(), service.clock.now()).await.unwrap();
    assert!(trail.findings.is_empty(), "{:?}", trail.findings);
    let id = found["items"][0]["id"].as_str().unwrap();
    assert!(trail.erasures.iter().any(|erasure| erasure.object_id == id), "{:?}", trail.erasures);
    let said = api.get(&format!("/api/v1/audit?object={id}&action=erased")).await.expect(200);
    assert_eq!(said["items"][0]["detail"]["reason"], "asked for in writing");

    // The home too, once everything of it is archived.
    let erase = format!("/api/v1/homes/{home}/erase");
    api.post(&erase, &why).await.expect(409);
    api.delete(&format!("/api/v1/homes/{home}")).await.expect(204);
    assert!(api.post(&erase, &why).await.expect(409)["detail"].as_str().unwrap().contains("not archived"));
    api.delete("/api/v1/gateways/gw-north-0").await.expect(204);
    let before = reports(&api, "north").await;
    let here = Harken::builder().database(&service.database).stopped();
    let done = here.cli(&["erase", "home", home, "--reason", "asked for in writing"]).await;
    assert!(done.starts_with("1 people"), "{done}");
    let left = api.get(&format!("/api/v1/homes/{home}")).await.expect(200);
    assert_eq!((&left["name"], &left["address"]), (&json!("(erased)"), &json!("")));
    assert_eq!(reports(&api, "north").await, before);
}

/// In no table that an export holds, nor in the feed.
async fn nowhere(service: &Service, word: &str) {
    let here = Harken::builder().database(&service.database).stopped();
    let folder = here.dir().join("export");
    here.cli(&["export", "--organisation", "north", "--output", folder.to_str().unwrap()]).await;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let line = text.lines().find(|line| line.contains(word));
        assert!(line.is_none(), "{} still names her: {}", path.display(), line.unwrap_or_default());
    }
    assert_eq!(count(service, &format!("feed WHERE body LIKE '%{word}%'")).await, 0);
}
