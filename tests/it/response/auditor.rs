//! The auditor: whatever was forgotten is found within a minute, set right and told.

use super::Room;
use crate::support::sql;

#[tokio::test]
async fn an_open_alert_without_a_clock_is_found_set_right_and_told() {
    let mut room = Room::open().await;
    let alert = room.press("1", "pendant").await;
    let database = room.house.database();
    sql::run(&database, "DELETE FROM clocks WHERE rule = '#lease'").await;
    room.pass(121).await;
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
async fn both_of_its_questions_are_served_by_an_index() {
    let room = Room::open().await;
    let plan = sql::plan(&room.house.database(), harken::store::unattended::UNATTENDED).await;
    assert!(plan.contains("clocks_by_due"), "{plan}");
    assert!(!plan.contains("SCAN c"), "no walk through all clocks: {plan}");
    assert!(!plan.lines().any(|line| line.contains("SCAN a") && !line.contains("INDEX")), "only the open alerts: {plan}");
}
