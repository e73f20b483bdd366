//! E-mail, to a server that really speaks SMTP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use harken::clock::Clock;
use harken::config::{Settings, Smtp};
use harken::domain::access::Scope;
use harken::domain::delivery::{Channel, Delivery, DeliveryState};
use harken::notify::{Notifier, Tell};
use harken::secrets::KeySafe;
use harken::store::outbox::NewDelivery;
use harken::store::{Store, StoreSettings};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::support::{scratch, wait};

/// What came: the envelope's receiver and the text.
pub type Mails = Arc<Mutex<Vec<(String, String)>>>;

/// Takes mails; refuses receivers at `nobody.example` for good, and puts off the first one for `busy.example`.
pub async fn smtp_server() -> (SocketAddr, Mails) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, mails) = (socket.local_addr().unwrap(), Mails::default());
    let (taken, busy) = (mails.clone(), Arc::new(Mutex::new(true)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            tokio::spawn(converse(BufReader::new(stream), true, taken.clone(), busy.clone()));
        }
    });
    (address, mails)
}

/// Speaks SMTP; without `greeting` after a change to TLS.
pub async fn converse(
    stream: BufReader<impl AsyncRead + AsyncWrite + Unpin>,
    greeting: bool,
    mails: Mails,
    busy: Arc<Mutex<bool>>,
) -> std::io::Result<()> {
    let (from, mut to) = tokio::io::split(stream);
    let mut lines = BufReader::new(from).lines();
    if greeting {
        to.write_all(b"220 test.example ESMTP\r\n").await?;
    }
    let mut receiver = String::new();
    while let Some(line) = lines.next_line().await? {
        let upper = line.to_uppercase();
        let answer = if upper.starts_with("EHLO") {
            "250-test.example\r\n250 8BITMIME".to_owned()
        } else if upper.starts_with("RCPT TO") {
            receiver = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            if receiver.ends_with("@nobody.example") {
                "550 5.1.1 no such user".to_owned()
            } else if receiver.ends_with("@busy.example") && std::mem::take(&mut *busy.lock().unwrap()) {
                "451 4.3.0 try later".to_owned()
            } else {
                "250 2.1.5 ok".to_owned()
            }
        } else if upper.starts_with("DATA") {
            to.write_all(b"354 go ahead\r\n").await?;
            let mut text = String::new();
            while let Some(line) = lines.next_line().await? {
                if line == "." {
                    break;
                }
                text.push_str(&line);
                text.push('\n');
            }
            mails.lock().unwrap().push((receiver.clone(), text));
            "250 2.0.0 taken".to_owned()
        } else if upper.starts_with("QUIT") {
            to.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            "250 ok".to_owned()
        };
        to.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// A notifier on a database of its own.
pub struct Post {
    pub store: Store,
    clock: Clock,
    pub told: Arc<Mutex<Vec<String>>>,
    wake: watch::Sender<i64>,
    _stop: tokio_util::sync::DropGuard,
}

impl Post {
    async fn start(server: Option<SocketAddr>) -> Self {
        let own = |server: SocketAddr| Smtp {
            host: server.ip().to_string(),
            port: server.port(),
            encryption: "none".to_owned(),
            from: "Harken <alerts@harken.example>".to_owned(),
            ..Settings::default().smtp
        };
        Self::through(server.map(own)).await
    }

    /// Through a server that is reached so.
    pub async fn through(smtp: Option<Smtp>) -> Self {
        crate::support::api::provider();
        let url = format!("sqlite://{}", scratch::dir("email-").join("harken.db").display());
        let store = Store::open(&StoreSettings { url, connections: 4, max_pages: None }).await.unwrap();
        let start: DateTime<Utc> = "2026-03-01T08:00:00Z".parse().unwrap();
        let (clock, stop, told) = (Clock::manual(start), CancellationToken::new(), Arc::new(Mutex::new(Vec::new())));
        let mut settings = Settings::default();
        if let Some(smtp) = smtp {
            settings.smtp = smtp;
        }
        let list = told.clone();
        let tell: Tell = Arc::new(move |unreached| {
            list.lock().unwrap().push(format!("{}: {}", unreached.target, unreached.last_error.unwrap_or_default()));
            async { true }.boxed()
        });
        let notifier = Notifier::new(store.clone(), clock.clone(), &settings, KeySafe::from_key(&[1; 32]), tell).unwrap();
        let wake = watch::Sender::new(0);
        tokio::spawn(notifier.run(wake.subscribe(), stop.clone()));
        Self { store, clock, told, wake, _stop: stop.drop_guard() }
    }

    pub async fn send(&self, target: &str) {
        let body = json!({ "type": "escalation.step", "data": { "id": "a1", "priority": 1, "queue": "care", "organisation": "north",
            "rule": { "id": "pendant", "title": "Pendant\r\nBcc: mallory@example.org" }, "explanation": "Ann Other pressed" } });
        let row = NewDelivery {
            organisation: "north".to_owned(),
            channel: Channel::Email,
            target: target.to_owned(),
            alert: Some("a1".to_owned()),
            kind: "escalation.step".to_owned(),
            body: body.to_string().into(),
        };
        let mut tx = self.store.begin().await.unwrap();
        tx.enqueue(&[row], self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.wake.send_modify(|position| *position += 1);
    }

    pub async fn reaches(&self, target: &str, state: DeliveryState) -> Delivery {
        wait::until(&format!("the message to {target} is {state:?}"), wait::PATIENCE, || async {
            let found = self.store.deliveries(&Scope::All, target, None, 1).await.unwrap();
            found.into_iter().next().filter(|message| message.state == state)
        })
        .await
    }
}

#[tokio::test]
async fn an_e_mail_arrives_and_names_nobody() {
    let (server, mails) = smtp_server().await;
    let post = Post::start(Some(server)).await;
    let mut tx = post.store.begin().await.unwrap();
    tx.insert_user("u1", "ann", "Ann", "hash", post.clock.now()).await.unwrap();
    tx.set_email("u1", Some("ann@example.org")).await.unwrap();
    tx.commit().await.unwrap();
    post.send("u1").await;
    let sent = post.reaches("u1", DeliveryState::Delivered).await;
    let (receiver, text) = mails.lock().unwrap()[0].clone();
    assert_eq!(receiver, "ann@example.org");
    assert!(text.contains(&format!("Message-ID: <{}@harken.example>", sent.id)), "the same at each try: {text}");
    assert!(text.contains("Priority: 1") && text.contains("Alert: a1"), "{text}");
    assert!(!text.contains("Ann Other"), "it travels in the open: {text}");
    assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "a title is no header: {text}");
}

#[tokio::test]
async fn what_the_mail_server_puts_off_comes_later_and_what_it_refuses_is_told() {
    let (server, mails) = smtp_server().await;
    let post = Post::start(Some(server)).await;
    post.send("ann@busy.example").await;
    let again = wait::until("it was put off", wait::PATIENCE, || async {
        let found = post.store.deliveries(&Scope::All, "ann@busy.example", None, 1).await.unwrap();
        found.into_iter().next().filter(|message| message.last_status == Some(451))
    })
    .await;
    assert_eq!(again.state, DeliveryState::Pending);
    assert!(mails.lock().unwrap().is_empty());
    post.clock.set(again.next_at.unwrap());
    post.reaches("ann@busy.example", DeliveryState::Delivered).await;

    post.send("bob@nobody.example").await;
    assert_eq!(post.reaches("bob@nobody.example", DeliveryState::Dead).await.last_status, Some(550));
    post.send("u9").await;
    post.reaches("u9", DeliveryState::Dead).await;
    wait::until("both are told", wait::PATIENCE, || async { (post.told.lock().unwrap().len() >= 2).then_some(()) }).await;
    assert!(post.told.lock().unwrap().iter().any(|told| told.contains("u9") && told.contains("no e-mail address")));
}

#[tokio::test]
async fn without_a_mail_server_e_mail_is_given_up_and_told() {
    let post = Post::start(None).await;
    post.send("ann@example.org").await;
    let dead: Value = json!(post.reaches("ann@example.org", DeliveryState::Dead).await);
    assert!(dead["last_error"].as_str().unwrap().contains("smtp.host"), "{dead}");
}
