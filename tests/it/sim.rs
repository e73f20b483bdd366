//! What plays a gateway does so without luck: every event is answered or counted as unanswered, whatever the server does.

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono_tz::Europe::London as LONDON;
use harken::clock::{Clock, Time};
use harken::sim::gateway::{self, Command, Habits, Notice, unobserved};
use harken::sim::home::{Home, What, World};
use harken::sim::link::{Identity, Link, Protocol};
use harken::sim::load::{self, Plan, Progress, Release};
use harken::sim::message::{Lane, Message};
use harken::sim::tally::Tally;
use harken::sim::town::Town;
use tokio_util::sync::CancellationToken;

use crate::fake_server::{FakeServer, Mischief};

fn identity(id: &str) -> Identity {
    Identity { id: id.into(), secret: Some("secret".into()) }
}

fn link(server: &FakeServer) -> Link {
    Link { protocol: Protocol::V4, ..Link::plain(server.address.ip().to_string(), server.address.port()) }
}

/// Impatient, so that a test is short.
fn hasty() -> Habits {
    Habits {
        window: 8,
        resend_after: Duration::from_millis(100),
        patience: Duration::from_secs(20),
        reconnect: (Duration::from_millis(5), Duration::from_millis(50)),
    }
}

fn numbered(lane: Lane, number: usize) -> Command {
    let id = number.to_string();
    let json = format!(r#"{{"id":"{id}","kind":"motion"}}"#);
    Command::Publish(Message::of_json(lane, id, json))
}

/// Runs gateway `g` over `commands`.
async fn play(server: &FakeServer, habits: Habits, commands: Vec<Command>, observer: gateway::Observer) -> Tally {
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    let feed = async move {
        for command in commands {
            if sender.send(command).await.is_err() {
                break;
            }
        }
    };
    let (clock, link) = (Clock::system(), link(server));
    tokio::join!(feed, gateway::run(&link, identity("g"), habits, &clock, receiver, observer)).1
}

#[tokio::test]
async fn a_gateway_ends_when_every_event_is_answered() {
    let server = FakeServer::start(Mischief::default()).await;
    let seen = Arc::new(Mutex::new((0, 0)));
    let told = seen.clone();
    let observer: gateway::Observer = Arc::new(move |_, notice| match notice {
        Notice::Answered(_) => told.lock().unwrap().0 += 1,
        Notice::Acknowledged(ids, true) => told.lock().unwrap().1 += ids.len(),
        _ => {}
    });
    let mut commands: Vec<_> = (0..200).map(|number| numbered(Lane::Events, number)).collect();
    commands.push(numbered(Lane::Alarms, 200));
    let array = r#"[{"id":"a1","kind":"motion"},{"id":"a2","kind":"motion"}]"#;
    commands.push(Command::Publish(Message { lane: Lane::Events, ids: vec!["a1".into(), "a2".into()], payload: array.into() }));
    let tally = play(&server, hasty(), commands, observer).await;
    assert_eq!((tally.sent, tally.stored, tally.unanswered, tally.resent), (203, 203, 0, 0));
    assert_eq!(tally.alerts.iter().collect::<Vec<_>>(), ["alert of g"]);
    assert_eq!(seen.lock().unwrap().0, 203);
    let statuses: Vec<_> = server.seen.lock().unwrap().statuses.iter().map(|(_, state)| state.clone()).collect();
    assert_eq!(statuses, ["online", "offline"], "a farewell, and no last will after it");
}

#[tokio::test]
async fn a_puback_is_not_believed_where_an_ack_object_is_owed() {
    let server = FakeServer::start(Mischief { mute: Some(3), ..Mischief::default() }).await;
    let tally = play(&server, hasty(), (0..50).map(|number| numbered(Lane::Events, number)).collect(), unobserved()).await;
    assert_eq!((tally.stored + tally.duplicate, tally.unanswered, tally.disconnects), (50, 0, 0), "{tally:?}");
    assert!(tally.duplicate >= 16 && tally.resent >= 16, "{tally:?}");
}

#[tokio::test]
async fn a_server_that_owes_pubacks_is_left_and_called_again() {
    let server = FakeServer::start(Mischief { unanswered: Some(3), ..Mischief::default() }).await;
    let tally = play(&server, hasty(), (0..50).map(|number| numbered(Lane::Events, number)).collect(), unobserved()).await;
    assert_eq!((tally.sent, tally.stored + tally.duplicate, tally.unanswered), (50, 50, 0), "{tally:?}");
    assert!(tally.duplicate >= 16 && tally.resent >= 16 && tally.disconnects > 0, "{tally:?}");
    assert_eq!(server.distinct(), 50);
}

#[tokio::test]
async fn a_gateway_comes_back_after_every_break_and_sends_the_rest_again() {
    let server = FakeServer::start(Mischief { cut_after: Some(10), ..Mischief::default() }).await;
    let tally = play(&server, hasty(), (0..100).map(|number| numbered(Lane::Events, number)).collect(), unobserved()).await;
    assert_eq!((tally.sent, tally.stored + tally.duplicate, tally.unanswered), (100, 100, 0), "{tally:?}");
    assert!(tally.disconnects >= 9, "{tally:?}");
    assert!(server.seen.lock().unwrap().statuses.contains(&("g".into(), "offline".into())), "the last will");
}

#[tokio::test]
async fn a_gateway_gives_up_and_says_so() {
    let server = FakeServer::start(Mischief { unanswered: Some(1), ..Mischief::default() }).await;
    let habits = Habits { patience: Duration::from_millis(300), ..hasty() };
    let tally = play(&server, habits, (0..5).map(|number| numbered(Lane::Events, number)).collect(), unobserved()).await;
    assert_eq!((tally.sent, tally.stored, tally.unanswered), (5, 0, 5));

    let refusing = FakeServer::start(Mischief { refuse: true, ..Mischief::default() }).await;
    let tally = play(&refusing, hasty(), vec![numbered(Lane::Events, 1)], unobserved()).await;
    assert_eq!((tally.sent, tally.all_stored()), (0, true), "nothing was sent, so nothing is owed");
    assert_eq!(tally.reasons.len(), 1, "{tally:?}");
    assert_eq!(refusing.seen.lock().unwrap().connections, 5);
}

#[tokio::test]
async fn a_gateway_without_power_leaves_its_last_will_and_comes_back() {
    let server = FakeServer::start(Mischief::default()).await;
    let commands =
        vec![numbered(Lane::Events, 1), Command::PowerOff, numbered(Lane::Events, 2), Command::PowerOn, numbered(Lane::Events, 3)];
    let tally = play(&server, hasty(), commands, unobserved()).await;
    assert_eq!((tally.sent, tally.stored + tally.duplicate), (2, 2), "what happened in the dark is lost");
    assert_eq!(server.seen.lock().unwrap().connections, 2);
}

/// How many homes a town has.
const HOMES: u32 = 5;

/// Their gateways.
const TOWN: [&str; 5] = ["sim1-0001", "sim1-0002", "sim1-0003", "sim1-0004", "sim1-0005"];

/// How its homes live. Nothing goes wrong in them: a home that lies in the dark when the town ends owes what it could not send, by right.
const QUIET: World = World { seed: 1, incidents_per_day: 0.0, heartbeat_s: 300 };

/// A town at the fake server that lasts until so many events were answered and each home has been heard, however fast the machine is;
/// and what the gateways did by the counters.
async fn town(server: &FakeServer, speed: f64, since: Duration, events: u64) -> (Tally, Arc<harken::sim::progress::Progress>) {
    let town = Town { world: QUIET, homes: HOMES, zone: LONDON, speed, since, lasting: None };
    let progress = Arc::new(harken::sim::progress::Progress::default());
    let register: harken::sim::installation::Register = Arc::new(|_| Box::pin(async { Ok("secret".to_owned()) }));
    let (clock, link, habits, stop) = (Clock::system(), link(server), Habits::default(), CancellationToken::new());
    let enough = async {
        while progress.answered() < events || server.gateways().len() < TOWN.len() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    let living = async { tokio::join!(town.live((&link, &habits), &register, &clock, progress.observer(), &stop), enough).0.unwrap() };
    let tally = tokio::time::timeout(Duration::from_mins(1), living).await.expect("enough within a minute");
    (tally, progress)
}

/// How much is said in a town's homes within `day`, by how they live.
fn said(day: Range<Time>) -> u64 {
    let lives = (0..HOMES)
        .flat_map(|index| Home::new(&QUIET, index, LONDON, "").life_from(day.start).take_while(|happening| happening.at <= day.end));
    lives.filter(|happening| matches!(happening.what, What::Said(..))).count() as u64
}

/// When an event happened, as it tells.
fn moment(event: &serde_json::Value) -> Time {
    chrono::DateTime::parse_from_rfc3339(event["at"].as_str().unwrap()).unwrap().to_utc()
}

#[tokio::test]
async fn a_town_lives_squeezed_and_is_answered_to_the_last_event() {
    let server = FakeServer::start(Mischief::default()).await;
    let before = Clock::system().now();
    // Six hours to a second.
    let (tally, progress) = town(&server, 21_600.0, Duration::ZERO, 200).await;
    let after = Clock::system().now();
    assert!(tally.sent >= 200 && tally.all_stored() && tally.unanswered == 0, "{tally:?}");
    assert_eq!((progress.sent(), progress.answered()), (tally.sent, tally.sent));
    assert_eq!(progress.connected(), 0);
    let seen = server.seen.lock().unwrap();
    for (_, event) in &seen.payloads {
        assert!((before..=after).contains(&moment(event)), "now, only closer together: {event}");
    }
    drop(seen);
    assert_eq!(server.gateways().iter().collect::<Vec<_>>(), TOWN);
}

#[tokio::test]
async fn a_town_that_began_yesterday_catches_up_and_repeats_itself() {
    let server = FakeServer::start(Mischief::default()).await;
    let (now, day) = (Clock::system().now(), Duration::from_hours(24));
    let since = said(now - day..now);
    let (tally, _) = town(&server, 1.0, day, since).await;
    assert!(since > 1000 && tally.sent >= since && tally.all_stored(), "{since}: {tally:?}");
    let first = server.seen.lock().unwrap().payloads.iter().map(|(_, event)| moment(event)).min().unwrap();
    assert!(first >= now - day && first <= now - day + Duration::from_hours(1), "{first}");
    let (again, _) = town(&server, 1.0, day, since).await;
    assert!(again.duplicate * 100 > again.sent * 95, "the same people did the same things: {again:?}");
}

fn plan(server: &FakeServer, gateways: usize) -> Plan {
    let gateways = (0..gateways).map(|number| identity(&format!("load-{number}"))).collect();
    Plan {
        resend_after: Duration::from_millis(600),
        patience: Duration::from_secs(20),
        reconnect: (Duration::from_millis(5), Duration::from_millis(50)),
        ..Plan::new("127.0.0.1", server.address.port(), gateways, "test")
    }
}

async fn load(plan: Plan) -> load::Outcome {
    load::run(plan, &Clock::system(), None, Arc::new(Progress::default()), CancellationToken::new()).await
}

#[tokio::test]
async fn a_load_sends_what_it_was_told_and_counts_every_answer() {
    let server = FakeServer::start(Mischief::default()).await;
    let outcome = load(Plan { events: Some(3000), ..plan(&server, 50) }).await;
    assert_eq!((outcome.sent, outcome.stored, outcome.acknowledged, outcome.unanswered), (3000, 3000, 3000, 0), "{outcome:?}");
    assert_eq!((outcome.resent, outcome.disconnects, outcome.to_puback.count(), outcome.to_answer.count()), (0, 0, 3000, 3000));
    assert_eq!(server.distinct(), 3000);
    assert!(outcome.stored_per_second() > 0.0);
}

#[tokio::test]
async fn a_load_survives_a_server_that_cuts_and_forgets() {
    let server = FakeServer::start(Mischief { cut_after: Some(70), unanswered: Some(41), ..Mischief::default() }).await;
    for release in [Release::Puback, Release::AckObject] {
        let run = format!("{release:?}");
        let outcome = load(Plan { events: Some(1000), release, run, ..plan(&server, 7) }).await;
        assert_eq!((outcome.sent, outcome.stored + outcome.duplicate, outcome.unanswered), (1000, 1000, 0), "{outcome:?}");
        assert!(outcome.resent > 0 && outcome.disconnects > 0, "{outcome:?}");
    }
    assert_eq!(server.distinct(), 2000);
}

#[tokio::test]
async fn a_load_sends_the_rest_again_on_every_new_connection() {
    let server = FakeServer::start(Mischief { cut_after: Some(50), ..Mischief::default() }).await;
    let outcome = load(Plan { events: Some(1000), resend_after: Duration::from_hours(1), ..plan(&server, 3) }).await;
    assert_eq!((outcome.sent, outcome.stored + outcome.duplicate, outcome.unanswered), (1000, 1000, 0), "{outcome:?}");
}

#[tokio::test]
async fn a_load_keeps_its_rate_and_presses_pendants_beside_it() {
    let server = FakeServer::start(Mischief::default()).await;
    let outcome = load(Plan { rate: Some(500.0), alarms_per_second: 20.0, events: Some(260), ..plan(&server, 10) }).await;
    assert_eq!((outcome.sent, outcome.stored), (260, 260));
    assert!(outcome.elapsed > Duration::from_millis(400), "not faster than the rate: {:?}", outcome.elapsed);
    let alarms = server.seen.lock().unwrap().payloads.iter().filter(|(_, event)| event["kind"] == "pendant").count() as u64;
    assert!(alarms > 0 && (outcome.alarm_to_answer.count(), outcome.alarms_told) == (alarms, alarms), "{outcome:?}");
}

#[tokio::test]
async fn a_load_stops_when_told() {
    let server = FakeServer::start(Mischief::default()).await;
    let (progress, stop) = (Arc::new(Progress::default()), CancellationToken::new());
    let clock = Clock::system();
    let running = load::run(plan(&server, 3), &clock, None, progress.clone(), stop.clone());
    let stopping = async {
        while progress.answered.load(std::sync::atomic::Ordering::Relaxed) < 100 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let (outcome, ()) = tokio::time::timeout(Duration::from_secs(30), async { tokio::join!(running, stopping) }).await.unwrap();
    assert!(outcome.sent >= 100 && outcome.unanswered == 0 && outcome.stored == outcome.sent, "{outcome:?}");
}
