//! Rules of every condition of the language, and generated days at a home that they all look at.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::world::{World, rules};
use crate::clock::Time;
use crate::domain::event::{Body, Event, Marks, Reading};
use crate::rules::{Outcome, RuleSet};

#[allow(clippy::disallowed_methods, reason = "how hard a property is tried is no setting of the service")]
/// Cases of a property: `HARKEN_PROPERTY_CASES`, or so many.
pub(super) fn cases(default: u32) -> ProptestConfig {
    let asked = std::env::var("HARKEN_PROPERTY_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig::with_cases(asked.map_or(default, |asked: u32| asked.clamp(default, 20_000)))
}

/// One rule of each condition, those that judge facts in several forms. `THRESHOLDS` and `ABSENCES` stand beside.
const FACTS: &str = r#"
    [[rule]]
    id = "bed"
    title = "Bed"
    subject = "device"
    queue = "care"
    priority = 2
    [rule.condition.unfollowed]
    first = ["bed_left"]
    then = ["bed_entered"]
    within = { minutes = 30 }
    window = { from = "22:00", to = "07:00" }
    [[rule]]
    id = "out"
    title = "Out"
    subject = "home"
    queue = "care"
    priority = 2
    [rule.condition.unfollowed]
    first = ["door_opened"]
    then = ["motion", "bed_entered"]
    within = { minutes = 20 }
    window = { from = "21:00", to = "05:30" }
    crossing = true
    [[rule]]
    id = "door"
    title = "Door open"
    subject = "device"
    queue = "care"
    priority = 2
    [rule.condition.lasting]
    begin = ["door_opened"]
    end = ["door_closed"]
    for = { minutes = 20 }
    [[rule]]
    id = "door_night"
    title = "Door open at night"
    subject = "device"
    queue = "care"
    priority = 2
    [rule.condition.lasting]
    begin = ["door_opened"]
    end = ["door_closed"]
    for = { minutes = 45 }
    window = { from = "23:00", to = "06:00" }
    [[rule]]
    id = "cold_long"
    title = "Cold for long"
    subject = "device"
    queue = "care"
    priority = 2
    on = { kinds = ["temperature"] }
    [rule.condition.lasting]
    holds = { field = { name = "value", at_most = 14 } }
    for = { hours = 1 }
    [[rule]]
    id = "restless"
    title = "Restless"
    subject = "device"
    queue = "care"
    priority = 4
    on = { kinds = ["bed_left"] }
    condition = { count = { at_least = 3, within = { hours = 2 } } }
    [[rule]]
    id = "bed_then_door"
    title = "Out of bed and to the door"
    subject = "home"
    queue = "care"
    priority = 3
    condition = { followed = { first = ["bed_left"], then = ["door_opened"], within = { minutes = 40 } } }
    [[rule]]
    id = "warming"
    title = "Warming"
    subject = "device"
    queue = "care"
    priority = 2
    on = { kinds = ["temperature"] }
    condition = { change = { rise = 3, fall = 5, within = { hours = 2 }, unit = "Cel" } }
    [[rule]]
    id = "busy"
    title = "Busy"
    subject = "home"
    queue = "care"
    priority = 4
    on = { kinds = ["motion"] }
    condition = { deviation = { spread = 1, least = 2, days = 3, history = 3, direction = "both" } }
    [[rule]]
    id = "daily_ok"
    title = "Daily OK"
    subject = "resident"
    queue = "care"
    priority = 3
    on = { kinds = ["daily_ok"] }
    condition = { missing = { by = "10:00" } }
    [[rule]]
    id = "in_bed"
    title = "Not in bed"
    subject = "device"
    queue = "care"
    priority = 3
    on = { kinds = ["bed_entered"] }
    condition = { missing = { by = "23:30", undone = ["bed_left"] } }
    [[rule]]
    id = "morning"
    title = "No morning"
    subject = "home"
    queue = "care"
    priority = 3
    on = { classes = ["activity"] }
    condition = { missing = { from = "07:00", by = "08:00", habit = 1 } }
    [[rule]]
    id = "score"
    title = "Score"
    subject = "resident"
    queue = "health"
    priority = 3
    on = { kinds = ["respiration_rate", "spo2", "supplemental_oxygen", "blood_pressure", "heart_rate", "consciousness", "body_temperature"] }
    condition = { score = { table = "news2", band = "urgent", scale = 1, within = { minutes = 60 } } }
    [[rule]]
    id = "incomplete"
    title = "Incomplete"
    subject = "resident"
    queue = "health"
    priority = 3
    on = { kinds = ["respiration_rate", "spo2", "supplemental_oxygen", "blood_pressure", "heart_rate", "consciousness", "body_temperature"] }
    condition = { score = { table = "news2", band = "incomplete", scale = 1, within = { minutes = 60 }, least = 1 } }
    [[rule]]
    id = "tested"
    title = "Not tested"
    subject = "gateway"
    queue = "technical"
    priority = 4
    on = { kinds = ["test_call"] }
    condition = { due = { after = { hours = 9 }, starts = { kinds = ["motion"] } } }
"#;

const THRESHOLDS: &str = r#"
    [[rule]]
    id = "cold"
    title = "Cold"
    subject = "device"
    queue = "care"
    priority = 2
    on = { kinds = ["temperature"] }
    condition = { below = { limit = 14, hysteresis = 1, unit = "Cel" } }
    [[rule]]
    id = "hot"
    title = "Hot"
    subject = "device"
    queue = "care"
    priority = 2
    on = { kinds = ["temperature"] }
    condition = { above = { limit = 20, hysteresis = 1, unit = "Cel", hold = { minutes = 5 }, at_most_a_day = 3 } }
    [[rule]]
    id = "inactive"
    title = "Inactive"
    subject = "home"
    queue = "care"
    priority = 2
    on = { classes = ["activity"] }
    condition = { absence = { after = { hours = 6 } } }
    [[rule]]
    id = "silent"
    title = "Silent"
    subject = "gateway"
    queue = "technical"
    priority = 3
    condition = { absence = { after = { minutes = 45 } } }
"#;

/// More of those that keep no facts: with everything that may be said of a limit and of a silence.
const LIMITS: &str = r#"
    [[rule]]
    id = "new_and_cold"
    title = "Cold"
    subject = "device"
    queue = "care"
    priority = 2
    on = { kinds = ["temperature"] }
    condition = { below = { limit = 15, hysteresis = 2, unit = "Cel", rest = { hours = 20 }, hold = { minutes = 40 } } }
    [[rule]]
    id = "warm_once"
    title = "Warm"
    subject = "home"
    queue = "care"
    priority = 2
    on = { kinds = ["temperature"] }
    where = { not = { window = { from = "02:00", to = "04:00" } } }
    condition = { above = { limit = 17, hysteresis = 3, unit = "Cel", at_most_a_day = 1 } }
    [[rule]]
    id = "still"
    title = "Still"
    subject = "device"
    queue = "care"
    priority = 4
    on = { kinds = ["motion"] }
    condition = { absence = { after = { hours = 3 }, rise_after = { hours = 2 }, rise_to = 2 } }
    [[rule]]
    id = "not_moved"
    title = "Not moved"
    subject = "home"
    queue = "care"
    priority = 3
    on = { kinds = ["motion"] }
    condition = { due = { after = { hours = 17 } } }
    [[rule]]
    id = "no_bed"
    title = "No bed"
    subject = "home"
    queue = "care"
    priority = 3
    excused_by = []
    on = { kinds = ["bed_left", "bed_entered"] }
    condition = { absence = { after = { minutes = 787 } } }
"#;

/// Rules of every condition.
pub(super) fn of_all() -> RuleSet {
    rules(&format!("{FACTS}{THRESHOLDS}"))
}

/// Rules on limits and silences alone.
pub(super) fn of_limits() -> RuleSet {
    rules(&format!("{THRESHOLDS}{LIMITS}"))
}

/// Something that happened: minutes after the beginning, what, and a number.
pub(super) type Happened = (u32, u8, i32);

/// `days` with up to `most` things that happened.
pub(super) fn days(days: u32, most: usize) -> impl Strategy<Value = Vec<Happened>> {
    proptest::collection::vec((0_u32..days * 24 * 60, 0_u8..26, 10_i32..24), 1..most)
}

/// `days` with up to `most` things of which limits and silences hear.
pub(super) fn days_of_limits(days: u32, most: usize) -> impl Strategy<Value = Vec<Happened>> {
    let what = prop_oneof![6 => Just(14_u8), 3 => Just(9_u8), 2 => Just(3_u8), 1 => 24_u8..26];
    proptest::collection::vec((0_u32..days * 24 * 60, what, 10_i32..24), 1..most)
}

/// The events of what happened, by their own times, as if received on time.
pub(super) fn happen(world: &mut World, begin: Time, happened: &[Happened]) -> Vec<Event> {
    let mut events: Vec<Event> = happened
        .iter()
        .zip(0..)
        .map(|((minute, what, value), second)| {
            // No two at the same instant, and none at the instant of a deadline: which came first would be anybody's guess.
            let at = begin + TimeDelta::minutes(i64::from(*minute)) + TimeDelta::seconds(second % 60) + TimeDelta::milliseconds(second + 1);
            let bed = if what % 2 == 0 { "bed" } else { "bed-2" };
            let number = f64::from(*value);
            let mut say = |device: &str, kind: &str, reading: Option<Reading>| {
                let mut event = world.make("gw", device, kind, at);
                event.body.value = reading;
                event
            };
            match what {
                0..=2 => say(bed, "bed_left", None),
                3 | 4 => say(bed, "bed_entered", None),
                5 | 6 => say("door", "door_opened", None),
                7 | 8 => say("door", "door_closed", None),
                9..=11 => say("m1", "motion", None),
                12 => say("ok", "daily_ok", None),
                13 => say("", "test_call", None),
                14..=16 => {
                    let mut event = say("t1", "temperature", Some(Reading::Number(number)));
                    event.body.unit = Some("Cel".to_owned());
                    event
                }
                17 => say("v", "respiration_rate", Some(Reading::Number(number))),
                18 => say("v", "spo2", Some(Reading::Number(80.0 + number))),
                19 => say("v", "supplemental_oxygen", Some(Reading::Bool(*value > 15))),
                20 => {
                    let mut event = say("v", "blood_pressure", None);
                    event.body.values = Some([("systolic".to_owned(), 80.0 + number * 3.0)].into());
                    event
                }
                21 => say("v", "heart_rate", Some(Reading::Number(30.0 + number * 4.0))),
                22 => say("v", "consciousness", Some(Reading::Text(if *value > 20 { "voice" } else { "alert" }.to_owned()))),
                24 => say("panel", "away_on", None),
                25 => say("panel", "away_off", None),
                _ => say("v", "body_temperature", Some(Reading::Number(30.0 + number / 2.0))),
            }
        })
        .collect();
    events.sort_by_key(|event| (event.at, event.id.len(), event.id.clone()));
    events
}

/// The event as it is received now.
pub(super) fn received(world: &World, event: &Event) -> Event {
    let late_s = Some((world.now - event.at).num_seconds()).filter(|late| *late > 60);
    let marks = Marks { late_s, ..Marks::default() };
    Event { received_at: world.now, body: Body { marks, ..event.body.clone() }, ..event.clone() }
}

/// Rule, subject, time of what was raised and never taken back by a late event.
pub(super) fn stands(outcomes: &[Outcome]) -> Vec<(String, String, Time)> {
    let mut raised: Vec<(String, String, Time)> = Vec::new();
    for outcome in outcomes {
        if let Outcome::Raise(raise) = outcome {
            raised.push((raise.rule.id.clone(), raise.subject.clone(), raise.occurred_at));
        }
    }
    raised.sort();
    raised
}
