//! Starting, dying and stopping, and what the service manager is told.

use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use sqlx::{ConnectOptions, Connection, Executor};

use crate::support::harken::Harken;
use crate::support::{sql, wait};

#[tokio::test]
async fn a_killed_server_starts_again_and_an_asked_one_stops_in_order() {
    let mut harken = Harken::start().await;
    let (http, mqtt) = (harken.http(), harken.mqtt());
    let token = harken.cli(&["token", "add", "--name", "t", "--role", "viewer"]).await;
    harken.kill().await;
    harken.start_again().await;
    assert_eq!((harken.http(), harken.mqtt()), (http, mqtt), "on the same ports");
    harken.api().with_token(&token).get("/api/v1/alerts").await.expect(200);
    let status = harken.stop().await;
    assert!(status.success(), "{status}: {}", harken.log());
}

#[tokio::test]
async fn an_sqlite_database_has_one_server_at_a_time() {
    let mut first = Harken::start().await;
    let database = format!("sqlite://{}", first.dir().join("harken.db").display());
    let mut second = Harken::builder().database(&database).stopped();
    second.spawn();
    assert_eq!(second.ended().await.code(), Some(1), "{}", second.log());
    assert!(second.log().contains(&format!("process {}", first.pid())), "it names the holder: {}", second.log());
    first.api().get("/readyz").await.expect(200);

    // Commands work beside the server, and a lock does not outlive its holder.
    first.cli(&["token", "add", "--name", "t", "--role", "viewer"]).await;
    first.kill().await;
    second.start_again().await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let mut harken = Harken::start().await;
    harken.stop().await;
    let database = format!("sqlite://{}", harken.dir().join("harken.db").display());
    let mut connection = database.parse::<sqlx::sqlite::SqliteConnectOptions>().unwrap().connect().await.unwrap();
    let newer =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, x'00', 0)";
    connection.execute(newer).await.unwrap();
    connection.close().await.unwrap();
    for command in ["serve", "migrate"] {
        let output = harken.run(&[command]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("9999") && said.contains("newer"), "{command}: {said}");
    }
    assert_eq!(sql::number(&database, "SELECT count(*) FROM alerts").await, 0, "the tables are still there");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let first = Harken::start().await;
    for (setting, address) in [("HARKEN_HTTP_LISTEN", first.http()), ("HARKEN_MQTT_LISTEN", first.mqtt())] {
        let mut second = Harken::builder().set(setting, &address.to_string()).stopped();
        second.spawn();
        assert_eq!(second.ended().await.code(), Some(1), "{}", second.log());
        assert!(second.log().contains(&address.to_string()), "{}", second.log());
    }
}

#[tokio::test]
async fn the_service_manager_hears_that_it_is_ready_alive_and_stopping() {
    let harken = Harken::builder();
    let socket = harken.dir().join("notify");
    let heard = UnixDatagram::bind(&socket).unwrap();
    let mut harken = harken.set("NOTIFY_SOCKET", socket.to_str().unwrap()).set("WATCHDOG_USEC", "600000").start().await;
    hear(&heard, "READY=1").await;
    hear(&heard, "WATCHDOG=1").await;
    hear(&heard, "WATCHDOG=1").await;
    harken.stop().await;
    hear(&heard, "STOPPING=1").await;
}

/// Waits for a message, passing over others.
async fn hear(socket: &UnixDatagram, message: &str) {
    socket.set_nonblocking(true).unwrap();
    wait::until(&format!("the service manager hears {message}"), Duration::from_secs(30), || async {
        let mut buffer = [0; 256];
        loop {
            match socket.recv(&mut buffer) {
                Ok(length) if String::from_utf8_lossy(&buffer[..length]).lines().any(|line| line == message) => return Some(()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return None,
                Err(error) => panic!("{error}"),
            }
        }
    })
    .await;
}
