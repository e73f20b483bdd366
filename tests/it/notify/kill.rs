//! The server is killed with -9 between sending and writing it down: the message comes again, under the same id. Never is one lost.

use std::collections::BTreeSet;

use serde_json::json;

use super::receiver::{Answer, Receiver};
use super::webhooks::House;
use crate::support::postgres::Postgres;
use crate::support::wait;

async fn killed_while_sending(settings: &[(&str, &str)]) {
    let receiver = Receiver::start().await;
    receiver.answer(&[Answer::Never]);
    let mut house = House::start(&[settings, &[("HARKEN_NOTIFY_TIMEOUT_S", "5")]].concat()).await;
    let (webhook, _) = house.webhook(&receiver.url("/"), &[]).await;
    house.raise("a call came in").await;
    let first = receiver.reaches(1).await.remove(0);
    house.harken.kill().await;
    house.harken.start_again().await;
    let second = receiver.reaches(2).await.remove(1);
    assert_eq!((second.header("webhook-id"), &second.body), (first.header("webhook-id"), &first.body), "the same message");
    let done = house.newest_is(&webhook, "delivered").await;
    assert_eq!(done["attempts"], json!(2));
}

#[tokio::test]
async fn a_kill_between_sending_and_recording_loses_nothing_on_sqlite() {
    killed_while_sending(&[]).await;
}

#[tokio::test]
async fn a_kill_between_sending_and_recording_loses_nothing_on_postgresql() {
    let url = Postgres::shared().await.database().await;
    killed_while_sending(&[("HARKEN_DATABASE_URL", &url)]).await;
}

/// Forty receivers are told in several goes; the server is killed as soon as the first of them hears anything.
async fn killed_while_spreading(settings: &[(&str, &str)]) {
    let receiver = Receiver::start().await;
    let mut house = House::start(&[settings, &[("HARKEN_NOTIFY_TIMEOUT_S", "5")]].concat()).await;
    for n in 0..40 {
        house.webhook(&receiver.url(&format!("/{n}")), &["alert.raised"]).await;
    }
    house.raise("a call came in").await;
    receiver.reaches(1).await;
    house.harken.kill().await;
    house.harken.start_again().await;
    let heard =
        || receiver.received().into_iter().map(|one| (one.path.clone(), one.header("webhook-id").to_owned())).collect::<BTreeSet<_>>();
    let pairs = wait::until("all forty were told", wait::PATIENCE, || async { Some(heard()).filter(|pairs| pairs.len() >= 40) }).await;
    let paths: BTreeSet<&str> = pairs.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!((pairs.len(), paths.len()), (40, 40), "each is told of one message, under one id however often: {pairs:?}");
}

#[tokio::test]
async fn a_kill_while_many_are_told_leaves_nobody_out_on_sqlite() {
    killed_while_spreading(&[]).await;
}

#[tokio::test]
async fn a_kill_while_many_are_told_leaves_nobody_out_on_postgresql() {
    let url = Postgres::shared().await.database().await;
    killed_while_spreading(&[("HARKEN_DATABASE_URL", &url)]).await;
}
