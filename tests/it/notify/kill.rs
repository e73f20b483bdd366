//! The server is killed with -9 between sending and writing it down: the message comes again, under the same id. Never is one lost.

use serde_json::json;

use super::receiver::{Answer, Receiver};
use super::webhooks::House;
use crate::support::postgres::Postgres;

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
