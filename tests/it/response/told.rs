//! Whom a step reaches beyond the console: systems by webhook, people by e-mail, those on call by a rota.

use std::net::SocketAddr;

use chrono::TimeDelta;
use harken::config::Settings;
use serde_json::json;

use super::Room;
use crate::notify::email::smtp_server;
use crate::notify::receiver::Receiver;
use crate::support::house::id_of;
use crate::support::wait;

fn settings(mail: Option<SocketAddr>) -> impl FnOnce(&mut Settings) {
    move |settings| {
        settings.notify.private_targets = true;
        if let Some(mail) = mail {
            settings.smtp.host = mail.ip().to_string();
            settings.smtp.port = mail.port();
            "none".clone_into(&mut settings.smtp.encryption);
            "Harken <alerts@harken.example>".clone_into(&mut settings.smtp.from);
        }
    }
}

/// A user of the organisation who can be written to; their id.
async fn user(room: &Room, name: &str, role: &str) -> String {
    let grants = json!([{ "role": role, "organisation": room.organisation }]);
    let email = format!("{name}@example.org");
    let user = json!({ "login": name, "name": name, "password": "correct horse", "email": email, "grants": grants });
    id_of(&room.house.api.post("/api/v1/users", &user).await.expect(201))
}

async fn text_of(room: &Room, alert: &str, line: usize) -> String {
    room.alert(alert).await["timeline"][line]["text"].as_str().expect("words").to_owned()
}

#[tokio::test]
async fn a_step_tells_a_webhook_in_a_signed_message_and_another_organisation_s_never() {
    let receiver = Receiver::start().await;
    let mut room = Room::open_with(settings(None)).await;
    let south = room.house.organisation("South").await;
    let webhook = |organisation: &str, path: &str| json!({ "organisation": organisation, "name": format!("hook {path}"), "url": receiver.url(path), "events": ["alert.closed"] });
    let ours = id_of(&room.house.api.post("/api/v1/webhooks", &webhook(&room.organisation, "/ours")).await.expect(201));
    let theirs = id_of(&room.house.api.post("/api/v1/webhooks", &webhook(&south, "/theirs")).await.expect(201));
    room.policy(json!([{ "after_s": 20, "targets": [{ "webhook": theirs }, { "webhook": ours }] }]), 60).await;
    let alert = room.press("1", "pendant").await;
    room.pass(20).await;
    let received = receiver.reaches(1).await;
    let told = received[0].json();
    assert_eq!((received[0].path.as_str(), told["type"].as_str()), ("/ours", Some("escalation.step")));
    assert!(
        alert.ends_with(told["data"]["id"].as_str().unwrap()) && told["data"]["level"] == 1,
        "the alert as it is after the step: {told}"
    );
    assert!(received[0].header("webhook-signature").starts_with("v1,"));
    let words = text_of(&room, &alert, 1).await;
    assert!(words.contains("webhook hook /ours") && !words.contains("theirs"), "{words}");
    room.house.api.delete(&format!("/api/v1/webhooks/{ours}")).await.expect(204);
    room.pass(60).await;
    assert_eq!(room.lines(&alert).await.last().unwrap(), "escalation_unheard", "an archived one is told nothing");
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn who_is_not_at_the_console_is_written_to_and_who_is_on_call_is_found_by_the_rota() {
    let (server, mails) = smtp_server().await;
    let mut room = Room::open_with(settings(Some(server))).await;
    let (meg, uma) = (user(&room, "Meg", "manager").await, user(&room, "Uma", "operator").await);
    let layer =
        json!({ "name": "one", "persons": [uma], "hand_over": { "every": "days", "at": "09:00" }, "starts_at": "2026-11-01T09:00:00Z" });
    let rota = json!({ "organisation": room.organisation, "name": "nights", "layers": [layer] });
    let rota = id_of(&room.house.api.post("/api/v1/rotas", &rota).await.expect(201));
    room.policy(json!([{ "after_s": 10, "targets": [{ "user": meg }] }, { "after_s": 10, "targets": [{ "rota": rota }] }]), 600).await;
    let alert = room.press("1", "pendant").await;
    room.pass(10).await;
    assert_eq!(text_of(&room, &alert, 1).await, "Step 1: told Meg, by e-mail.");
    room.pass(10).await;
    assert_eq!(text_of(&room, &alert, 2).await, "Step 2: told Uma, on call, by e-mail.");
    let to = wait::until("two e-mails came", wait::PATIENCE, || async {
        let mut to: Vec<String> = mails.lock().unwrap().iter().map(|(to, _)| to.clone()).collect();
        to.sort();
        (to.len() == 2).then_some(to)
    })
    .await;
    assert_eq!(to, ["Meg@example.org", "Uma@example.org"]);
    assert!(mails.lock().unwrap()[0].1.contains("An alert waits for you."));
}

#[tokio::test]
async fn without_a_mail_server_an_address_reaches_nobody_and_the_next_step_is_due_at_once() {
    let mut room = Room::open().await;
    let meg = user(&room, "Meg", "manager").await;
    room.policy(json!([{ "after_s": 10, "targets": [{ "user": meg }] }, { "after_s": 300, "targets": [{ "role": "operator" }] }]), 60)
        .await;
    let alert = room.press("1", "pendant").await;
    room.house.pass(TimeDelta::seconds(5)).await;
    room.ann.present().await;
    room.pass(5).await;
    assert_eq!(room.lines(&alert).await, ["raised", "escalation_skipped", "escalated"]);
    let outbox: i64 = room.house.count("SELECT COUNT(*) FROM outbox").await;
    assert_eq!(outbox, 0, "nothing is put where nobody takes it out");
}
