//! Rules in shadow: evaluated like any other, and marked so that nobody is disturbed. An alarm is raised all the same.

use super::world::{World, raises, rules};

const SHADOW: &str = r#"
    [[rule]]
    id = "too_cold"
    title = "Too cold"
    subject = "device"
    shadow = true
    on = { kinds = ["temperature"] }
    queue = "care"
    priority = 2
    condition = { below = { limit = 16, hysteresis = 1, unit = "Cel" } }
    [[rule]]
    id = "smoke"
    title = "Smoke"
    subject = "device"
    shadow = true
    on = { kinds = ["smoke"] }
    queue = "care"
    priority = 1
    condition = "each"
"#;

#[test]
fn what_a_rule_in_shadow_finds_is_marked() {
    let mut world = World::new("2026-01-10 12:00").with(rules(SHADOW));
    let raised = raises(&world.reads("2026-01-10 12:00", "t", "temperature", 12.0, Some("Cel")));
    assert_eq!(raised.len(), 1);
    assert!(raised[0].shadow);
    assert_eq!(raised[0].compared[0].value, crate::domain::event::Reading::Number(12.0));
    assert_eq!(raised[0].compared[0].limit, Some(crate::domain::event::Reading::Number(16.0)));
}

#[test]
fn an_alarm_whose_only_rule_runs_in_shadow_is_raised_all_the_same() {
    let mut world = World::new("2026-01-10 12:00").with(rules(SHADOW));
    let raised = raises(&world.says("2026-01-10 12:00", "s", "smoke"));
    let shadows: Vec<bool> = raised.iter().map(|raise| raise.shadow).collect();
    assert_eq!(shadows, [true, false]);
}
