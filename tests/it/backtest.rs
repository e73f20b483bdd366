//! Changed rules over stored events: what is gained, lost and moved, over HTTP and from the command line; and that the rules in force play again what they raised.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::support::house::{Gateway, House, problem};
use super::support::{scratch, wait};

/// A day at two homes: somebody out of bed for a while, somebody pressing, a cold kitchen, a gateway silent for an hour.
async fn lived() -> (House, [String; 2]) {
    let house = House::start().await;
    let organisation = house.organisation("Elm").await;
    let homes = [house.home_of(&organisation, "One").await, house.home_of(&organisation, "Two").await];
    let plan = json!({ "overrides": { "bed_not_returned.from": "12:00", "bed_not_returned.to": "20:00" }, "reason": "by day" });
    house.api.put(&format!("/api/v1/organisations/{organisation}/plan"), &plan).await.expect(200);
    let mut one = house.gateway("gw-1", &homes[0]).await;
    let mut two = house.gateway("gw-2", &homes[1]).await;
    let say = async |gateway: &mut Gateway, id: &str, kind: &str, device: &str| {
        gateway.say(json!({ "id": id, "kind": kind, "device": device })).await;
    };
    say(&mut one, "1", "bed_left", "bed").await;
    say(&mut two, "1", "bed_left", "bed").await;
    house.pass(TimeDelta::minutes(20)).await;
    say(&mut two, "2", "bed_entered", "bed").await;
    house.pass(TimeDelta::minutes(15)).await;
    say(&mut one, "2", "bed_entered", "bed").await;
    say(&mut one, "3", "pendant", "p1").await;
    one.say(json!({ "id": "4", "kind": "temperature", "device": "kitchen", "value": 12, "unit": "Cel" })).await;
    for beat in 0..2 {
        house.pass(TimeDelta::minutes(30)).await;
        one.say(json!({ "id": format!("b{beat}"), "kind": "heartbeat" })).await;
    }
    house.pass(TimeDelta::minutes(5)).await;
    (house, homes)
}

fn question(more: Value) -> Value {
    let mut question = json!({ "from": "2026-11-23T12:00:00Z", "to": "2026-11-23T13:40:00Z", "warm_up_days": 0 });
    question.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    question
}

async fn rule(house: &House, id: &str) -> Value {
    house.api.get(&format!("/api/v1/rules/{id}")).await.expect(200)["rule"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rules_in_force_play_again_what_they_raised_and_changed_ones_are_told_apart() {
    let (house, homes) = lived().await;
    let mut bed = rule(&house, "bed_not_returned").await;
    let same = house.api.post("/api/v1/rules/backtest", &question(json!({ "rules": [bed] }))).await.expect(200);
    let real = house.alerts("limit=500").await;
    assert_eq!(same["total"]["in_force"].as_u64(), Some(real.len() as u64), "{same:#} {real:#?}");
    for alert in &real {
        let rule = alert["rule"]["id"].as_str().expect("an id");
        let real = real.iter().filter(|other| other["rule"]["id"] == rule).count();
        assert_eq!(same["rules"][rule]["in_force"].as_u64(), Some(real as u64), "{rule}");
    }
    assert_eq!((&same["total"]["gained"], &same["total"]["lost"], &same["total"]["moved"]), (&json!(0), &json!(0), &json!(0)));

    // Half the patience: one alert more, one earlier.
    bed["settings"]["minutes"]["default"] = json!(15);
    let changed = house.api.post("/api/v1/rules/backtest", &question(json!({ "rules": [bed] }))).await.expect(200);
    let counts = &changed["rules"]["bed_not_returned"];
    assert_eq!(
        (&counts["in_force"], &counts["changed"], &counts["gained"], &counts["lost"], &counts["moved"]),
        (&json!(1), &json!(2), &json!(1), &json!(0), &json!(1))
    );
    let gained = &changed["gained"][0];
    assert_eq!((&gained["home"], &gained["occurred_at"]), (&json!(homes[1]), &json!("2026-11-23T12:15:00Z")));
    assert_eq!(gained["evidence"][0]["kind"], "bed_left", "{gained:#}");
    let moved = &changed["moved"][0];
    assert_eq!(
        (&moved["in_force"]["occurred_at"], &moved["changed"]["occurred_at"]),
        (&json!("2026-11-23T12:30:00Z"), &json!("2026-11-23T12:15:00Z"))
    );
    assert_eq!(changed["by_home"][&homes[1]]["gained"], 1);
    assert_eq!(changed["homes"], 2);
    let rate = changed["total"]["changed_per_100_home_days"].as_f64().expect("a number");
    let days = 2.0 * 100.0 / (24.0 * 60.0);
    assert!((rate - changed["total"]["changed"].as_f64().expect("a count") * 100.0 / days).abs() < 1e-6, "{rate}");
    assert!(changed["hours"][12]["changed"].as_f64() > changed["hours"][12]["in_force"].as_f64());

    // Only one home; and nothing was raised by trying.
    let one = house.api.post("/api/v1/rules/backtest", &question(json!({ "rules": [bed], "homes": [homes[0]] }))).await.expect(200);
    assert_eq!((&one["homes"], &one["total"]["gained"]), (&json!(1), &json!(0)));
    assert_eq!(house.alerts("limit=500").await.len(), real.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backtest_keeps_to_what_the_asker_may_see_and_says_what_is_wrong() {
    let (house, homes) = lived().await;
    let other = house.organisation("Other").await;
    let token = json!({ "name": "m", "grants": [{ "role": "manager", "organisation": other }] });
    let made = house.api.post("/api/v1/tokens", &token).await.expect(201);
    let stranger = house.api.with_token(made["secret"].as_str().expect("a secret"));
    let bed = rule(&house, "bed_not_returned").await;
    let ask = |more: Value| question(more);
    let nothing = stranger.post("/api/v1/rules/backtest", &ask(json!({ "rules": [bed] }))).await.expect(200);
    assert_eq!((&nothing["homes"], &nothing["events"]), (&json!(0), &json!(0)));
    problem(stranger.post("/api/v1/rules/backtest", &ask(json!({ "rules": [bed], "homes": [homes[0]] }))).await, 404);
    let mut broken = bed.clone();
    broken["condition"]["unfollowed"]["within"] = json!({ "minutes": -1 });
    let refuse = async |more: Value, part: &str| {
        let said = problem(house.api.post("/api/v1/rules/backtest", &ask(more)).await, 422);
        assert!(said.contains(part), "{part}: {said}");
    };
    refuse(json!({ "rules": [broken] }), "bed_not_returned").await;
    refuse(json!({}), "revision").await;
    refuse(json!({ "rules": [bed], "to": "2026-11-22T00:00:00Z" }), "after `from`").await;
    refuse(json!({ "rules": [bed], "to": "2026-11-24T00:00:00Z" }), "lies ahead").await;
    refuse(json!({ "rules": [bed], "from": "2020-11-22T00:00:00Z" }), "harken rules backtest").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_lists_imports_tries_out_and_activates() {
    let (house, homes) = lived().await;
    let cli = super::support::harken::Harken::builder().database(&house.database()).stopped();
    let listed = cli.cli(&["rules", "list"]).await;
    assert!(listed.contains("revision 1") && listed.contains("bed_not_returned: Left bed and not back"), "{listed}");
    let all: Value = serde_json::from_str(&cli.cli(&["rules", "list", "--json"]).await).expect("JSON");
    assert!(all["rule"].as_array().expect("rules").len() > 20);

    let dir = scratch::dir("rules-");
    let config = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/rules");
    for file in std::fs::read_dir(config).expect("the rules") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        // Somewhere in the file of the home, thirty minutes become fifteen.
        let text = text.replacen("default = 30\nunit = \"min\"", "default = 15\nunit = \"min\"", 1);
        std::fs::write(dir.join(path.file_name().expect("a name")), text).expect("written");
    }
    let folder = dir.display().to_string();
    let asked =
        ["rules", "backtest", "--rules", &folder, "--from", "2026-11-23T12:00:00Z", "--to", "2026-11-23T13:40:00Z", "--warm-up-days", "0"];
    let report: Value = serde_json::from_str(&cli.cli(&[&asked[..], &["--json"]].concat()).await).expect("a report");
    assert_eq!((&report["rules"]["bed_not_returned"]["gained"], &report["homes"]), (&json!(1), &json!(2)), "{report:#}");
    let text = cli.cli(&[&asked[..], &["--home", &homes[0]]].concat()).await;
    assert!(text.contains("1 homes") && text.contains("moved from 2026-11-23 12:30"), "{text}");

    let number = cli.cli(&["rules", "import", &folder, "--reason", "tried out"]).await;
    assert_eq!(number.trim(), "2");
    assert_eq!(house.api.get("/api/v1/rules/bed_not_returned").await.expect(200)["revision"], 1);
    cli.cli(&["rules", "activate", "2", "--reason", "wanted"]).await;
    wait::until("the change is in force", wait::PATIENCE, || async {
        (house.api.get("/api/v1/rules/bed_not_returned").await.expect(200)["settings"]["minutes"]["default"] == 15.0).then_some(())
    })
    .await;
    assert_eq!(cli.run(&["rules", "activate", "99", "--reason", "x"]).await.status.code(), Some(1));
    assert_eq!(cli.run(&["rules", "backtest", "--rules", &folder]).await.status.code(), Some(2));
    let ahead = cli.run(&["rules", "backtest", "--rules", &folder, "--from", "2026-11-23", "--to", "2199-01-01"]).await;
    assert_eq!(ahead.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ahead.stderr).contains("--to lies ahead"));
}
