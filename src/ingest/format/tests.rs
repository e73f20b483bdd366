//! What becomes of payloads, good, bad and hostile.

use super::*;

fn at(text: &str) -> Time {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

fn read(payload: &[u8], topic: Topic) -> Decoded {
    let limits = Dating::default();
    let gateway: Arc<str> = "gw".into();
    decode(payload, Origin { gateway: &gateway, topic, retained: false, received_at: at("2026-11-23T12:00:00Z") }, limits)
}

fn event(payload: &str, topic: Topic) -> Event {
    match read(payload.as_bytes(), topic).items.remove(0) {
        Item::Event(event) => *event,
        Item::Rejected(rejection) => panic!("rejected: {rejection:?}"),
    }
}

fn rejection(payload: &str, topic: Topic) -> Rejection {
    match read(payload.as_bytes(), topic).items.remove(0) {
        Item::Rejected(rejection) => rejection,
        Item::Event(event) => panic!("accepted: {event:?}"),
    }
}

#[test]
fn an_event_keeps_all_it_said() {
    let event = event(
        r#"{"id":"7","kind":"temperature","device":"t1","at":"2026-11-23T11:59:30+00:00","value":21.5,"unit":"Cel","data":{"a":[1]}}"#,
        Topic::Events,
    );
    assert_eq!((event.id.as_str(), event.class, event.number()), ("7", Class::Measurement, Some(21.5)));
    assert_eq!(event.at, at("2026-11-23T11:59:30Z"));
    assert_eq!(event.body.data.unwrap().get(), r#"{"a":[1]}"#);
    assert_eq!(event.body.marks, Marks::default());
}

#[test]
fn a_clock_that_cannot_be_believed_is_kept_beside_the_time_of_receipt() {
    for claimed in ["2026-11-23T12:02:01Z", "1970-01-01T00:00:00Z", "2019-12-31T23:59:59Z", "9999-12-31T23:59:59Z"] {
        let event = event(&format!(r#"{{"kind":"motion","at":"{claimed}"}}"#), Topic::Events);
        assert_eq!(event.at, at("2026-11-23T12:00:00Z"), "{claimed}");
        assert_eq!(event.claimed_at, Some(at(claimed)));
        assert!(event.body.marks.clock_off);
    }
    let near = event(r#"{"kind":"motion","at":"2026-11-23T12:01:59Z"}"#, Topic::Events);
    assert!(!near.body.marks.clock_off);
}

#[test]
fn late_and_too_late_are_marked() {
    let late = event(r#"{"kind":"motion","at":"2026-11-21T12:00:00Z"}"#, Topic::Events);
    assert_eq!((late.body.marks.late_s, late.body.marks.beyond_window), (Some(172_800), false));
    assert!(event(r#"{"kind":"motion","at":"2026-11-20T11:59:59Z"}"#, Topic::Events).body.marks.beyond_window);
}

#[test]
fn ids_that_are_absent_are_derived_from_content_only_with_a_time() {
    let timed = r#"{"kind":"motion","at":"2026-11-23T11:00:00Z"}"#;
    assert_eq!(event(timed, Topic::Events).id, event(timed, Topic::Events).id);
    let untimed = r#"{"kind":"pendant"}"#;
    assert_ne!(event(untimed, Topic::Events).id, event(untimed, Topic::Events).id);
}

#[test]
fn an_unknown_kind_is_an_alarm_on_the_alarms_topic_only() {
    assert_eq!(event(r#"{"kind":"dishwasher"}"#, Topic::Events).class, Class::Unknown);
    let alarm = event(r#"{"kind":"dishwasher"}"#, Topic::Alarms);
    assert_eq!((alarm.kind.as_str(), alarm.body.marks.kind_as_sent.as_deref()), ("assistance", Some("dishwasher")));
}

#[test]
fn bad_fields_reject_telemetry_and_are_set_aside_for_alarms() {
    for field in [
        r#""at":"yesterday""#,
        r#""at":5"#,
        r#""device":7"#,
        r#""device":"""#,
        r#""value":[1]"#,
        r#""values":{"a":"b"}"#,
        r#""test":"yes""#,
        r#""data":[]"#,
        r#""id":"\u0000""#,
        r#""unit":1,"resident":{}"#,
    ] {
        let bad = rejection(&format!(r#"{{"kind":"motion",{field}}}"#), Topic::Events);
        assert!(!bad.alarming && !bad.reason.is_empty(), "{field}");
        let kept = event(&format!(r#"{{"kind":"pendant",{field}}}"#), Topic::Events);
        assert!(!kept.body.marks.set_aside.is_empty(), "{field}");
    }
}

#[test]
fn what_cannot_be_read_on_the_alarms_topic_is_alarming() {
    for payload in ["", "{", "null", "42", "\"pendant\"", "{}", r#"{"kind":7}"#, "[]", "[", "\u{0}"] {
        assert!(rejection(payload, Topic::Alarms).alarming, "{payload:?}");
        assert!(!rejection(payload, Topic::Events).alarming, "{payload:?}");
    }
    let big = format!(r#"{{"id":"b","kind":"fall","data":{{"x":"{}"}}}}"#, "y".repeat(MAX_EVENT_BYTES));
    let refused = rejection(&big, Topic::Events);
    assert!(refused.alarming && refused.id.as_deref() == Some("b") && refused.head.len() == EVIDENCE_BYTES);
}

#[test]
fn a_garbled_message_that_names_an_alarm_is_alarming_on_any_topic() {
    for payload in [r#"{"kind":"pendant","value":1e999}"#, r#"{"id":"1", "kind" : "fall", "at"#, r#"[{"kind":"motion"},{"kind":"smoke""#] {
        assert!(rejection(payload, Topic::Events).alarming, "{payload}");
    }
    assert!(!rejection(r#"{"kind":"motion","value":1e999}"#, Topic::Events).alarming);
}

#[test]
fn in_an_array_each_is_judged_alone() {
    let decoded = read(br#"[{"id":"1","kind":"motion"}, 7, {"id":"3"}, {"id":"4","kind":"fall"}]"#, Topic::Events);
    let readable: Vec<bool> = decoded.items.iter().map(|item| matches!(item, Item::Event(_))).collect();
    assert_eq!((decoded.array, readable), (true, vec![true, false, false, true]));
    assert!(decoded.is_alarm());
}

#[test]
fn beyond_five_hundred_only_alarms_pass() {
    let mut events = vec![r#"{"kind":"motion"}"#; MAX_EVENTS + 1];
    events.push(r#"{"kind":"pendant"}"#);
    let decoded = read(format!("[{}]", events.join(",")).as_bytes(), Topic::Events);
    assert!(matches!(decoded.items[MAX_EVENTS], Item::Rejected(_)));
    assert!(matches!(decoded.items[MAX_EVENTS + 1], Item::Event(_)));
}

/// Garbled events: whatever comes, it is judged without a panic, an alarm kind that can still be read keeps its alarm, and evidence stays bounded.
#[test]
#[allow(clippy::disallowed_methods, reason = "the environment asks for long counts")]
fn garbled_payloads_are_judged_and_no_more() {
    use rand::{RngExt, SeedableRng};
    let cases: u64 = std::env::var("HARKEN_PROPERTY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(200_000);
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let models: [&[u8]; 4] = [
        br#"{"id":"7","kind":"pendant","device":"p1","at":"2026-11-23T11:59:30+00:00","value":21.5,"unit":"Cel","data":{"a":[1,{"b":null}]}}"#,
        br#"[{"id":"1","kind":"motion"},{"id":"2","kind":"fall","values":{"x":1e3}},{"kind":"temperature","value":true}]"#,
        br#"{"kind":"smoke","test":false,"resident":"r\u00e9","at":"2026-02-29T25:61:00Z"}"#,
        b"[[[[{}]]]]",
    ];
    for _ in 0..cases {
        let mut payload = models[random.random_range(0..models.len())].to_vec();
        for _ in 0..random.random_range(0..4) {
            let place = random.random_range(0..payload.len().max(1));
            match random.random_range(0..4) {
                0 => payload.truncate(place),
                1 => payload.insert(place.min(payload.len()), random.random()),
                2 if place < payload.len() => payload[place] ^= 1 << random.random_range(0..8),
                _ => payload.extend_from_within(place.min(payload.len())..),
            }
        }
        let topic = if random.random() { Topic::Events } else { Topic::Alarms };
        let decoded = read(&payload, topic);
        assert!(!decoded.items.is_empty(), "nothing is lost without a word");
        for item in &decoded.items {
            match item {
                Item::Event(event) => {
                    assert!(topic == Topic::Events || event.class == Class::Alarm || class_of(&event.kind) != Class::Unknown);
                }
                Item::Rejected(rejection) => {
                    assert!(!rejection.reason.is_empty() && rejection.head.len() <= EVIDENCE_BYTES);
                    assert!(rejection.alarming || topic == Topic::Events, "an unreadable alarm raises");
                }
            }
        }
    }
}
