//! The auditor: whatever was forgotten is found within a minute, set right and told.

use super::Room;
use crate::support::sql;

#[tokio::test]
async fn an_open_alert_without_a_clock_is_found_set_right_and_told() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    let database = room.house.database();
    sql::run(&database, "DELETE FROM clocks WHERE rule = '#lease'").await;
    room.pass(61).await;
    let told = room.house.until_alerts("unattended_alert", 1).await;
    assert!(alert.ends_with(told[0]["subject"].as_str().unwrap().trim_start_matches("alert:")), "{told:?}");
    assert_eq!(told[0]["queue"], "technical");
    assert_eq!(room.house.count("SELECT COUNT(*) FROM clocks WHERE rule = '#lease'").await, 2, "one for each open alert");
    assert!(room.lines(&alert).await.contains(&"escalation_unheard".to_owned()), "its escalation goes on");
}

#[tokio::test]
async fn while_all_is_as_it_must_be_it_says_nothing() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", serde_json::json!({})).await;
    room.press("2", "smoke").await;
    for _ in 0..4 {
        room.ann.present().await;
        room.pass(50).await;
    }
    assert!(room.house.alerts_of("unattended_alert").await.is_empty());
}

#[tokio::test]
async fn a_visit_without_a_timer_is_found_set_right_and_told() {
    let mut room = Room::open().await;
    let rae = super::person(&room.house, "Rae", "responder", &room.organisation).await;
    let alert = room.press("1", "pendant").await;
    room.ann.does(&alert, "accept", serde_json::json!({})).await;
    room.ann.api.post(&format!("{alert}/dispatch"), &serde_json::json!({ "responder": rae.id })).await.expect(201);
    sql::run(&room.house.database(), "DELETE FROM clocks WHERE rule = '#visit'").await;
    room.pass(61).await;
    let told = room.house.until_alerts("unattended_alert", 1).await;
    assert!(told[0]["subject"].as_str().unwrap().starts_with("visit:"), "{told:?}");
    assert_eq!(room.house.count("SELECT COUNT(*) FROM clocks WHERE rule = '#visit'").await, 1);
}

#[tokio::test]
async fn what_fell_due_while_the_service_was_down_is_work_in_hand_and_no_finding() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    // More homes than clocks are looked at in one transaction, each with an alert like that one.
    let id = alert.rsplit('/').next().unwrap();
    let copies = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) \
         INSERT INTO alerts (id, organisation, home, rule, subject, queue, priority, state, holder, lease_us, raised_us, closed_us, version, body, rank_us) \
         SELECT id || i, 'unclaimed', 'unclaimed/g' || i, rule, subject, queue, priority, state, holder, lease_us, raised_us, closed_us, version, \
         json_set(body, '$.id', id || i, '$.home', NULL, '$.gateway', 'g' || i, '$.organisation', 'unclaimed'), rank_us FROM alerts, n WHERE id = '{id}'; \
         INSERT INTO clocks (home, rule, subject, due_us) SELECT a.home, c.rule, a.id, c.due_us FROM alerts a, clocks c \
         WHERE c.subject = '{id}' AND a.id <> '{id}'"
    );
    sql::run(&room.house.database(), &copies).await;
    room.house.restart_after(chrono::TimeDelta::hours(1)).await;
    room.house.settle().await;
    room.pass(130).await;
    assert_eq!(room.house.count("SELECT COUNT(*) FROM alerts WHERE rule = 'unattended_alert'").await, 0);
    let stepped = "SELECT COUNT(*) FROM alerts WHERE json_extract(body, '$.level') > 0";
    assert_eq!(room.house.count(stepped).await, 1201, "and each has its step");
}

#[tokio::test]
async fn each_of_its_questions_is_served_by_an_index() {
    let room = Room::open().await;
    let plan = sql::plan(&room.house.database(), harken::store::unattended::UNATTENDED).await;
    assert!(plan.contains("clocks_by_due"), "{plan}");
    assert!(!plan.contains("SCAN c"), "no walk through all clocks: {plan}");
    assert!(!plan.lines().any(|line| line.contains("SCAN a") && !line.contains("INDEX")), "only the open alerts: {plan}");
}
