//! Recordings of real homes are read whole, sent once, and known again when they are sent a second time.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Timelike};
use chrono_tz::Tz;
use clap::Parser;
use harken::cli::replay::Replay;
use harken::clock::{Clock, Time};
use harken::config::Settings;
use harken::sim::gateway::{Habits, unobserved};
use harken::sim::installation::{GatewaySpec, Installation};
use harken::sim::link::{Link, Protocol};
use harken::sim::message::Lane;
use harken::sim::replay::play::{Speed, play};
use harken::sim::replay::recorded::Stamp;
use harken::sim::replay::{HowToRead, Recording, shift};
use harken::sim::tally::Tally;
use serde_json::Value;

use crate::fake_server::{FakeServer, Mischief};
use crate::support::recordings;

fn read(path: &std::path::Path) -> Recording {
    Recording::read(path, &HowToRead { zone: Tz::Europe__London, gateway: "ordonez-a".into() }).unwrap()
}

fn time(text: &str) -> Time {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// Every event of the recording as it would be sent, with its gateway; and how many of each kind there are.
fn messages(recording: &Recording, stamp: &Stamp) -> (Vec<(String, Value)>, BTreeMap<String, usize>) {
    let mut all = Vec::new();
    let mut kinds = BTreeMap::new();
    for stream in &recording.streams {
        for event in &stream.events {
            let message = stamp.message(event);
            let json: Value = serde_json::from_slice(&message.payload).unwrap();
            assert_eq!(json["id"], message.ids[0]);
            *kinds.entry(json["kind"].as_str().unwrap().to_owned()).or_default() += 1;
            all.push((stream.gateway.to_string(), json));
        }
    }
    (all, kinds)
}

fn kinds<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.map(|(kind, count)| (kind.to_owned(), count)).into()
}

/// An installation with a memory, at which every gateway is known.
fn installation(memory: &Arc<Mutex<BTreeMap<String, i64>>>) -> Installation {
    let (recalled, remembered) = (memory.clone(), memory.clone());
    Installation {
        register: Arc::new(|spec: GatewaySpec| Box::pin(async move { Ok(format!("secret of {}", spec.gateway)) })),
        recall: Arc::new(move |key| {
            let known = recalled.lock().unwrap().get(&key).copied();
            Box::pin(async move { Ok(known) })
        }),
        remember: Arc::new(move |key, value| {
            remembered.lock().unwrap().insert(key, value);
            Box::pin(async { Ok(()) })
        }),
        count_by_rule: Arc::new(|alerts| Box::pin(async move { Ok(BTreeMap::from([("any".to_owned(), alerts.len() as u64)])) })),
    }
}

#[test]
fn every_activation_of_the_tihm_homes_becomes_one_event() {
    let Some(path) = recordings::file("tihm/activity.csv.gz") else { return };
    let recording = read(&path);
    assert_eq!((recording.format, recording.rows, recording.events(), recording.streams.len()), ("TIHM activity", 282_090, 282_090, 10));
    assert!(recording.skipped.is_empty());
    for stream in &recording.streams {
        assert!(stream.gateway.starts_with("tihm-") && stream.events.is_sorted_by_key(|event| event.at));
    }
    let (all, found) = messages(&recording, &shift::fixed(&recording, 0));
    // Counted with zcat, cut, sort and uniq -c.
    assert_eq!(found.values().sum::<usize>(), 282_090);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["door_opened", "motion"]);
    let ids: HashSet<_> = all.iter().map(|(gateway, event)| (gateway, event["id"].as_str().unwrap())).collect();
    assert_eq!(ids.len(), 282_090);
    let first = all.iter().find(|(gateway, _)| gateway == "tihm-0cda9").unwrap();
    assert_eq!(
        (&first.1["device"], &first.1["kind"], &first.1["at"]),
        (&"back-door".into(), &"door_opened".into(), &"2019-04-15T13:22:50+01:00".into())
    );
}

#[test]
fn readings_are_paired_and_those_without_a_kind_are_named() {
    let Some(path) = recordings::file("tihm/physiology.csv") else { return };
    let recording = read(&path);
    assert_eq!((recording.rows, recording.joined), (2651, 292));
    let skipped = [("Skin Temperature", 135), ("Total body water", 183), ("O/E - muscle mass", 183)];
    assert_eq!(recording.skipped, skipped.map(|(what, count)| (what.to_owned(), count)).into());
    let (all, found) = messages(&recording, &shift::fixed(&recording, 0));
    assert_eq!(found, kinds([("body_temperature", 1062), ("heart_rate", 292), ("weight", 212), ("blood_pressure", 292)]));
    let pressure = &all.iter().find(|(gateway, event)| gateway == "tihm-3fb61" && event["kind"] == "blood_pressure").unwrap().1;
    assert_eq!(pressure["values"], serde_json::json!({"systolic": 153.0, "diastolic": 92.0}));
    assert_eq!((&pressure["unit"], &pressure["at"]), (&"mm[Hg]".into(), &"2019-04-18T13:01:59+01:00".into()));
    let rows = recording.events() + recording.joined + recording.skipped.values().sum::<u64>();
    assert_eq!(rows, recording.rows, "no row is lost silently");
}

#[test]
fn both_files_of_the_ordonez_home_say_the_same() {
    let (Some(events), Some(sensors)) =
        (recordings::file("adl-ordonez-a/events.csv.gz"), recordings::file("adl-ordonez-a/OrdonezA_Sensors.txt"))
    else {
        return;
    };
    let told = |path: &std::path::PathBuf| {
        let recording = read(path);
        assert_eq!(recording.skipped.values().sum::<u64>(), 97, "the ends of movements");
        let (all, found) = messages(&recording, &shift::fixed(&recording, 0));
        let mut said: Vec<_> =
            all.iter().map(|(_, event)| (event["at"].to_string(), event["kind"].to_string(), event["device"].to_string())).collect();
        said.sort();
        (said, found)
    };
    let (said, found) = told(&events);
    assert_eq!(told(&sensors), (said, found.clone()));
    let expected = [
        ("bed_entered", 15),
        ("bed_left", 15),
        ("chair_entered", 81),
        ("chair_left", 81),
        ("motion", 97),
        ("door_opened", 137),
        ("door_closed", 137),
        ("appliance_on", 79),
        ("appliance_off", 79),
    ];
    assert_eq!(found, kinds(expected));
}

#[tokio::test]
async fn a_recording_ends_now_and_its_shift_is_remembered() {
    let Some(path) = recordings::file("adl-ordonez-a/events.csv.gz") else { return };
    let (recording, memory) = (read(&path), Arc::default());
    let installation = installation(&memory);
    let now = time("2026-11-23T16:00:00.700Z");
    let first = shift::stamp(&recording, false, now, &installation).await.unwrap();
    let (moved, _) = messages(&recording, &first);
    assert_eq!(moved.iter().map(|(_, event)| event["at"].as_str().unwrap()).max(), Some("2026-11-23T16:00:00+00:00"));
    let later = shift::stamp(&recording, false, now + TimeDelta::days(3), &installation).await.unwrap();
    assert_eq!(messages(&recording, &later).0, moved, "the same events, three days later");

    let as_recorded = shift::stamp(&recording, true, now, &installation).await.unwrap();
    let (kept, _) = messages(&recording, &as_recorded);
    assert_eq!(kept[0].1["at"], "2011-11-28T02:27:59+00:00");
    assert_ne!(kept[0].1["id"], moved[0].1["id"], "another time is another event");
    let elsewhere = shift::stamp(&recording, false, now + TimeDelta::days(3), &self::installation(&Arc::default())).await.unwrap();
    assert_ne!(messages(&recording, &elsewhere).0[0].1["id"], moved[0].1["id"]);
}

#[test]
fn native_lines_keep_their_ids_order_and_fields() {
    let text = r#"{"gateway":"g-1","kind":"pendant","id":"press","at":"2026-01-01T08:00:00.25+01:00","data":{"x":[1]}}

{"gateway":"g-2","kind":"temperature","value":21.5,"unit":"Cel","at":"2026-07-01 08:00:00","device":"t"}
{"gateway":"g-1","kind":"motion","at":"2026-01-01T06:00:00Z","gone":null}
{"gateway":"g-1","kind":"heartbeat"}
"#;
    let how = HowToRead { zone: Tz::Europe__London, gateway: "unused".into() };
    let recording = Recording::parse(text.as_bytes(), "d".into(), &how).unwrap();
    let stamp = shift::fixed(&recording, 3600);
    let (all, _) = messages(&recording, &stamp);
    let prefix = &stamp.prefix;
    let expected = [
        ("g-1", serde_json::json!({"kind":"pendant","id":"press","at":"2026-01-01T08:00:00.250+00:00","data":{"x":[1]}})),
        ("g-1", serde_json::json!({"kind":"motion","id":format!("{prefix}-4"),"at":"2026-01-01T07:00:00+00:00","gone":null})),
        ("g-1", serde_json::json!({"kind":"heartbeat","id":format!("{prefix}-5")})),
        (
            "g-2",
            serde_json::json!({"kind":"temperature","value":21.5,"unit":"Cel","at":"2026-07-01T09:00:00+01:00","device":"t","id":format!("{prefix}-3")}),
        ),
    ];
    assert_eq!(all, expected.map(|(gateway, event)| (gateway.to_owned(), event)));
    assert_eq!(stamp.message(&recording.streams[0].events[0]).lane, Lane::Alarms, "an alarm goes on the alarms topic");
}

async fn sent_to(server: &FakeServer, recording: &Recording, stamp: &Stamp, speed: Speed) -> Tally {
    let link = Link { protocol: Protocol::V4, ..Link::plain("127.0.0.1", server.address.port()) };
    let habits = Habits { window: 100, ..Habits::default() };
    play(recording, stamp, speed, (&link, &habits), &installation(&Arc::default()), &Clock::system(), unobserved()).await.unwrap()
}

#[tokio::test]
async fn the_same_replay_again_is_all_duplicates() {
    let Some(path) = recordings::file("tihm/physiology.csv") else { return };
    let (recording, server) = (read(&path), FakeServer::start(Mischief::default()).await);
    let stamp = shift::fixed(&recording, 1_000_000);
    let first = sent_to(&server, &recording, &stamp, Speed::Max).await;
    assert_eq!((first.sent, first.stored, first.unanswered), (1858, 1858, 0), "{first:?}");
    let again = sent_to(&server, &recording, &stamp, Speed::Max).await;
    assert_eq!((again.sent, again.stored, again.duplicate), (1858, 0, 1858), "{again:?}");
    assert_eq!(server.distinct(), 1858);
    let of_another_time = sent_to(&server, &recording, &shift::fixed(&recording, 1_000_001), Speed::Max).await;
    assert_eq!(of_another_time.stored, 1858);
}

#[tokio::test]
async fn the_command_succeeds_only_when_everything_is_stored() {
    let Some(path) = recordings::file("adl-ordonez-a/OrdonezA_Sensors.txt") else { return };
    let server = FakeServer::start(Mischief::default()).await;
    let refusing = FakeServer::start(Mischief { refuse: true, ..Mischief::default() }).await;
    let installation = installation(&Arc::default());
    let run = async |server: &FakeServer| {
        let path = path.to_str().unwrap();
        let address = format!("mqtt://{}", server.address);
        let replay = Line::parse_from(["replay", path, "--mqtt", &address, "--mqtt-protocol", "3.1.1", "--json"]).replay;
        replay.run(&Settings::default(), &installation, &Clock::system()).await
    };
    assert_eq!(run(&server).await, Ok(()));
    assert_eq!(run(&server).await, Ok(()), "duplicates are stored too");
    assert_eq!(server.distinct(), 721);
    let failure = run(&refusing).await.unwrap_err().0;
    assert!(failure.starts_with("721 of 721 events were not stored: "), "{failure}");
}

/// A command line with nothing but the replay on it.
#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    replay: Replay,
}

#[tokio::test]
async fn recorded_time_passes_at_the_stated_speed() {
    let line = |s| format!(r#"{{"gateway":"g","kind":"motion","at":"2026-01-01T00:00:0{s}Z"}}"#);
    let lines = [0, 1, 2, 3, 4].map(line).join("\n");
    let how = HowToRead { zone: Tz::UTC, gateway: String::new() };
    let recording = Recording::parse(lines.as_bytes(), "d".into(), &how).unwrap();
    let server = FakeServer::start(Mischief::default()).await;
    let clock = Clock::system();
    let started = clock.monotonic();
    let tally = sent_to(&server, &recording, &shift::fixed(&recording, 0), Speed::Times(10.0)).await;
    assert_eq!(tally.stored, 5);
    assert!(
        clock.monotonic().saturating_sub(started) >= Duration::from_millis(400),
        "four seconds, ten times as fast, are not over sooner"
    );
    assert_eq!(recording.span().unwrap().1.second(), 4);
}
