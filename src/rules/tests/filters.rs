//! `where`: comparisons, sets, windows, and/or/not.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::world::{World, raises, rules};
use crate::domain::event::{Event, Reading};

fn holds(filter: &str, shape: impl Fn(&mut Event)) -> bool {
    let text = format!(
        "[[rule]]\nid = \"r\"\ntitle = \"R\"\nsubject = \"home\"\non = {{ kinds = [\"motion\"] }}\nwhere = {filter}\ncondition = \"each\"\n\
         queue = \"care\"\npriority = 3\n[rule.settings.limit]\ndefault = 5\nunit = \"1\"\nmin = 0\nmax = 9\ntext = \"A limit.\"\n"
    );
    let text = if filter.contains("setting") { text } else { text.split("[rule.settings").next().unwrap().to_owned() };
    let mut world = World::new("2026-01-10 12:00").with(rules(&text));
    let mut event = world.event("hall", "motion", "2026-01-10 12:00");
    shape(&mut event);
    !raises(&world.hears(&event)).is_empty()
}

fn number(value: f64) -> impl Fn(&mut Event) {
    move |event| event.body.value = Some(Reading::Number(value))
}

#[test]
fn numbers_compare() {
    for (filter, five, six) in [
        ("{ field = { name = \"value\", above = 5 } }", false, true),
        ("{ field = { name = \"value\", at_least = 5 } }", true, true),
        ("{ field = { name = \"value\", below = 6 } }", true, false),
        ("{ field = { name = \"value\", at_most = 6 } }", true, true),
        ("{ field = { name = \"value\", at_least = 5, below = 6 } }", true, false),
        ("{ field = { name = \"value\", equals = 5 } }", true, false),
        ("{ field = { name = \"value\", in = [4, 6] } }", false, true),
        ("{ field = { name = \"value\", above = { setting = \"limit\" } } }", false, true),
    ] {
        assert_eq!((holds(filter, number(5.0)), holds(filter, number(6.0))), (five, six), "{filter}");
    }
}

#[test]
fn what_is_not_there_compares_as_false() {
    let nothing = |_: &mut Event| {};
    assert!(!holds("{ field = { name = \"value\", above = -1e300 } }", nothing));
    assert!(holds("{ not = { field = { name = \"value\", above = -1e300 } } }", nothing));
    assert!(!holds("{ field = { name = \"value\", present = true } }", nothing));
    assert!(holds("{ field = { name = \"value\", present = false } }", nothing));
    assert!(!holds("{ field = { name = \"value\", below = 1 } }", |event| event.body.value = Some(Reading::Text("0".to_owned()))));
}

#[test]
fn every_field_can_be_asked() {
    let shape = |event: &mut Event| {
        event.body.values = Some(BTreeMap::from([("systolic".to_owned(), 150.0)]));
        event.body.unit = Some("mm[Hg]".to_owned());
        event.body.data = Some(RawValue::from_string("{\"zone\": {\"name\": \"front\", \"armed\": true}, \"n\": 3}".to_owned()).unwrap());
    };
    for (filter, wanted) in [
        ("{ field = { name = \"values.systolic\", at_least = 150 } }", true),
        ("{ field = { name = \"values.diastolic\", at_least = 0 } }", false),
        ("{ field = { name = \"unit\", equals = \"mm[Hg]\" } }", true),
        ("{ field = { name = \"device\", in = [\"hall\", \"kitchen\"] } }", true),
        ("{ field = { name = \"device\", in = [\"kitchen\"] } }", false),
        ("{ field = { name = \"kind\", equals = \"motion\" } }", true),
        ("{ field = { name = \"gateway\", equals = \"gw\" } }", true),
        ("{ field = { name = \"data.zone.name\", equals = \"front\" } }", true),
        ("{ field = { name = \"data.zone.armed\", equals = true } }", true),
        ("{ field = { name = \"data.n\", above = 2 } }", true),
        ("{ field = { name = \"data.zone\", present = true } }", false),
        ("{ all = [{ field = { name = \"data.n\", above = 2 } }, { field = { name = \"device\", equals = \"hall\" } }] }", true),
        ("{ all = [{ field = { name = \"data.n\", above = 3 } }, { field = { name = \"device\", equals = \"hall\" } }] }", false),
        ("{ any = [{ field = { name = \"data.n\", above = 3 } }, { field = { name = \"device\", equals = \"hall\" } }] }", true),
        ("{ window = { from = \"11:00\", to = \"13:00\" } }", true),
        ("{ window = { from = \"12:01\", to = \"12:00\" } }", false),
        ("{ window = { from = \"11:00\", to = \"13:00\", days = [\"sat\"] } }", true),
        ("{ window = { from = \"11:00\", to = \"13:00\", days = [\"fri\", \"sun\"] } }", false),
    ] {
        assert_eq!(holds(filter, shape), wanted, "{filter}");
    }
}
