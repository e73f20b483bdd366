//! The live stream: everything the caller may see, in order, once; resumed without a hole; ended when the right to listen ends.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::StreamExt;
use harken::config::Settings;
use harken::domain::access::Role;
use harken::domain::alert::Alert;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::service::Service;
use crate::support::api::{Api, Sse, SseStream};
use crate::support::postgres::Postgres;
use crate::support::wait;

const LIMIT: Duration = wait::PATIENCE;
/// Long enough to see that nothing comes: what is waited for here is an absence.
const SILENCE: Duration = Duration::from_millis(300);

/// A change of a new alert; its position.
async fn change(service: &Service, organisation: &str) -> i64 {
    let alert = service.alert(organisation, None, "pendant");
    service.save(&alert).await
}

async fn next(stream: &mut SseStream) -> Sse {
    stream.next(LIMIT).await.expect("an event on the stream")
}

fn position(event: &Sse) -> i64 {
    assert_eq!(event.event, "alert");
    event.id.as_ref().unwrap().parse().unwrap()
}

/// A stream opened by a browser that comes back.
async fn resumed(api: &Api, last_event_id: &str) -> SseStream {
    let request = api.request(reqwest::Method::GET, "/api/v1/alerts/stream?after=0").header("last-event-id", last_event_id);
    SseStream::of(request.send().await.unwrap())
}

#[tokio::test]
async fn an_alert_comes_whole_with_its_position() {
    let service = Service::start().await;
    let api = service.api_as(Role::System, None).await;
    let before = change(&service, "north").await;
    let mut stream = api.stream("/api/v1/alerts/stream").await;
    let alert: Alert = service.alert("north", Some("h1"), "fall");
    let position = service.save(&alert).await;
    assert_eq!(position, before + 1);
    let event = next(&mut stream).await;
    assert_eq!((event.event.as_str(), event.id.as_deref()), ("alert", Some(position.to_string().as_str())));
    assert_eq!(serde_json::from_str::<Alert>(&event.data).unwrap(), alert, "from now on, and whole");
}

#[tokio::test]
async fn the_answer_is_an_event_stream_that_says_where_it_begins() {
    let service = Service::start().await;
    let api = service.admin().await;
    let at = change(&service, "north").await;
    let response = api.request(reqwest::Method::GET, "/api/v1/alerts/stream").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let first = response.bytes_stream().next().await.unwrap().unwrap();
    let first = String::from_utf8(first.to_vec()).unwrap();
    assert!(first.contains(&format!("id: {at}\n")) && first.contains("retry: 2000\n"), "{first}");
}

#[tokio::test]
async fn a_quiet_stream_gives_a_sign_of_life_and_its_position_moves_past_what_others_are_told() {
    let service = Service::start().await;
    service.organisation("south").await;
    let api = service.api_as(Role::System, Some("south")).await;
    let request = api.request(reqwest::Method::GET, "/api/v1/alerts/stream").timeout(LIMIT);
    let mut chunks = request.send().await.unwrap().bytes_stream();
    let hello = chunks.next().await.unwrap().unwrap();
    assert!(hello.starts_with(b": from now on"), "{hello:?}");
    let others = change(&service, "north").await;
    let sign = tokio::time::timeout(LIMIT, chunks.next()).await.expect("a sign of life in time").unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&sign), format!(": still here\nid: {others}\n\n"));
}

#[tokio::test]
async fn others_alerts_do_not_come() {
    let service = Service::start().await;
    let mut north = service.api_as(Role::Viewer, Some("north")).await.stream("/api/v1/alerts/stream").await;
    let mut all = service.api_as(Role::Viewer, None).await.stream("/api/v1/alerts/stream").await;
    change(&service, "south").await;
    change(&service, "unclaimed").await;
    let third = change(&service, "north").await;
    assert_eq!(position(&next(&mut north).await), third);
    for expected in third - 2..=third {
        assert_eq!(position(&next(&mut all).await), expected);
    }
}

async fn nothing_is_missed_and_nothing_comes_twice(service: Service) {
    const CHANGES: i64 = 400;
    let service = std::sync::Arc::new(service);
    let first = change(&service, "north").await;
    let api = service.api_as(Role::System, Some("north")).await;
    let writer = tokio::spawn({
        let service = service.clone();
        async move {
            for n in 1..CHANGES {
                change(&service, if n % 3 == 0 { "south" } else { "north" }).await;
            }
        }
    });
    // A listener that loses its connection again and again, and comes back with the last position it saw.
    let (mut seen, mut last, mut cuts) = (Vec::new(), first - 1, 0);
    let end = first + CHANGES - 1 - i64::from((CHANGES - 1) % 3 == 0);
    while last < end {
        let mut stream = resumed(&api, &last.to_string()).await;
        for _ in 0..17 {
            if last >= end {
                break;
            }
            last = position(&next(&mut stream).await);
            seen.push(last);
        }
        cuts += 1;
    }
    writer.await.unwrap();
    let expected: Vec<i64> = (0..CHANGES).filter(|n| n % 3 != 0 || *n == 0).map(|n| first + n).collect();
    assert_eq!(seen, expected);
    assert!(cuts > 10, "the connection was cut in between");
}

#[tokio::test]
async fn resumed_again_and_again_on_sqlite() {
    nothing_is_missed_and_nothing_comes_twice(Service::start().await).await;
}

#[tokio::test]
async fn resumed_again_and_again_on_postgres() {
    let url = Postgres::shared().await.database().await;
    nothing_is_missed_and_nothing_comes_twice(Service::with(Settings::default(), Some(url)).await).await;
}

#[tokio::test]
async fn what_another_replica_commits_comes_too() {
    let url = Postgres::shared().await.database().await;
    let (here, there) = (Service::with(Settings::default(), Some(url.clone())).await, Service::with(Settings::default(), Some(url)).await);
    let mut stream = here.api_as(Role::System, None).await.stream("/api/v1/alerts/stream").await;
    let expected = change(&there, "north").await;
    assert_eq!(position(&next(&mut stream).await), expected);
}

#[tokio::test]
async fn a_list_and_the_stream_fit_together() {
    let service = Service::start().await;
    let api = service.admin().await;
    change(&service, "north").await;
    let page = api.get("/api/v1/alerts").await.expect(200);
    let missed_by_the_list = change(&service, "north").await;
    let mut stream = api.stream(&format!("/api/v1/alerts/stream?after={}", page["stream_position"])).await;
    assert_eq!(position(&next(&mut stream).await), missed_by_the_list);
}

#[tokio::test]
async fn further_back_than_memory_reaches_the_database_tells() {
    let service = Service::start().await;
    let api = service.admin().await;
    let alerts: Vec<Alert> = (0..5000).map(|_| service.alert("north", None, "pendant")).collect();
    let last = service.save_quietly(&alerts).await;
    let mut stream = api.stream("/api/v1/alerts/stream?after=0").await;
    for expected in 1..=last {
        assert_eq!(position(&next(&mut stream).await), expected);
    }
    let live = change(&service, "north").await;
    assert_eq!(position(&next(&mut stream).await), live, "and goes on live");
}

#[tokio::test]
async fn a_position_that_is_not_kept_gives_one_reset_and_the_stream_goes_on() {
    let service = Service::start().await;
    let api = service.admin().await;
    let alerts: Vec<Alert> = (0..10).map(|_| service.alert("north", None, "pendant")).collect();
    let last = service.save_quietly(&alerts).await;
    service.sql("DELETE FROM feed WHERE position < 5").await;
    // 4 was the last that is gone: whoever has seen it misses nothing.
    let mut stream = api.stream("/api/v1/alerts/stream?after=4").await;
    assert_eq!(position(&next(&mut stream).await), 5);
    for unknown in ["3", "0", "11", "999999"] {
        let mut stream = api.stream(&format!("/api/v1/alerts/stream?after={unknown}")).await;
        let reset = next(&mut stream).await;
        assert_eq!((reset.event.as_str(), reset.id), ("reset", Some(last.to_string())), "after={unknown}");
        assert_eq!(serde_json::from_str::<Value>(&reset.data).unwrap(), json!({ "position": last }));
        assert_eq!(stream.next(SILENCE).await, None, "one reset, and no old alerts after it");
    }
    let mut stream = resumed(&api, "nonsense").await;
    assert_eq!(next(&mut stream).await.event, "reset");
    let live = change(&service, "north").await;
    assert_eq!(position(&next(&mut stream).await), live);
    api.get("/api/v1/alerts/stream?after=-1").await.expect(400);
}

#[tokio::test]
async fn an_empty_feed_is_resumed_from_its_counter() {
    let service = Service::start().await;
    let api = service.admin().await;
    let last = change(&service, "north").await;
    service.sql("DELETE FROM feed").await;
    let mut stream = api.stream(&format!("/api/v1/alerts/stream?after={last}")).await;
    let live = change(&service, "north").await;
    assert_eq!(position(&next(&mut stream).await), live);
    let mut stream = api.stream(&format!("/api/v1/alerts/stream?after={}", last - 1)).await;
    assert_eq!(next(&mut stream).await.event, "reset");
}

#[tokio::test]
async fn who_may_no_longer_listen_is_sent_away_within_the_minute() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let made = admin.post("/api/v1/tokens", &json!({ "name": "listener", "grants": [{ "role": "system" }] })).await.expect(201);
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    let (revoked, stays) = (service.api().with_token(made["secret"].as_str().unwrap()), admin.clone());
    let mut gone = revoked.stream("/api/v1/alerts/stream").await;
    let mut there = stays.stream("/api/v1/alerts/stream").await;
    let first = change(&service, "north").await;
    assert_eq!(position(&next(&mut gone).await), first);
    assert_eq!(position(&next(&mut there).await), first);
    admin.delete(&path).await.expect(204);
    service.pass(61);
    assert!(gone.ended(LIMIT).await, "the stream of a revoked token ends");
    let second = change(&service, "north").await;
    assert_eq!(position(&next(&mut there).await), second, "the others go on");
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let service = Service::start().await;
    service.person("ann", Role::Operator, None).await;
    let signed_in = service.api().post("/api/v1/auth/login", &json!({ "login": "ann", "password": "correct horse" })).await;
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let request = service.api().request(reqwest::Method::GET, "/api/v1/alerts/stream").header("cookie", cookie);
    let mut stream = SseStream::of(request.send().await.unwrap());
    let first = change(&service, "north").await;
    assert_eq!(position(&next(&mut stream).await), first);
    service.pass(12 * 3600);
    assert!(stream.ended(LIMIT).await);
}

#[tokio::test]
async fn streams_end_when_the_service_stops() {
    let mut service = Service::start().await;
    let mut stream = service.admin().await.stream("/api/v1/alerts/stream").await;
    service.stopping.cancel();
    assert!(stream.ended(LIMIT).await);
    let server = service.server.take().unwrap();
    tokio::time::timeout(LIMIT, server).await.expect("it stops in time").unwrap().unwrap();
}

#[tokio::test]
async fn a_thousand_listeners_hear_and_a_deaf_one_holds_nobody_up() {
    let service = Service::start().await;
    let token = service.token(Role::System, None).await;
    // One that asks and never reads.
    let mut deaf = tokio::net::TcpStream::connect(service.address).await.unwrap();
    let ask = format!("GET /api/v1/alerts/stream?after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    deaf.write_all(ask.as_bytes()).await.unwrap();
    let mut listeners = Vec::new();
    for _ in 0..1000 {
        let mut listener = tokio::net::TcpStream::connect(service.address).await.unwrap();
        listener.write_all(ask.as_bytes()).await.unwrap();
        listeners.push(listener);
    }
    let mut big = service.alert("north", None, "pendant");
    big.explanation = "x".repeat(4000);
    // More than every buffer between here and the deaf one holds.
    let alerts: Vec<Alert> = (0..3).map(|_| big.clone()).collect();
    let mut expected = HashSet::new();
    for _ in 0..5 {
        expected.insert(service.save_quietly(&alerts).await);
    }
    let last = *expected.iter().max().unwrap();
    let heard = listeners.into_iter().map(|mut listener| async move {
        let (mut text, mut buffer) = (String::new(), [0; 16 * 1024]);
        let wanted = format!("id: {last}\n");
        while !text.contains(&wanted) {
            let read = listener.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the stream goes on");
            text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        text.matches("event: alert").count()
    });
    let heard = tokio::time::timeout(LIMIT, futures_util::future::join_all(heard)).await.expect("everybody hears in time");
    assert!(heard.iter().all(|count| *count == 15), "each hears every change once");
    drop(deaf);
}
