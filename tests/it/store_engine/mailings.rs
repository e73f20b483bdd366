//! Mailings: what goes to many is written once and each receiver gets a row a moment later, in the order of what was told, once.

use std::sync::Arc;
use std::time::Duration;

use harken::domain::access::Scope;
use harken::domain::delivery::Channel;
use harken::store::mailings::{MANY, RECEIVERS_AT_ONCE};
use harken::store::outbox::NewDelivery;
use serde_json::json;

use super::*;

on_both!(
    what_goes_to_many_reaches_each_in_the_order_in_which_it_was_told,
    what_is_rolled_back_reaches_nobody,
    what_waits_to_be_spread_is_counted,
    replicas_that_spread_at_once_give_each_receiver_one_row,
    what_is_told_of_another_way_is_a_mailing_of_its_own,
);

/// One message to receivers 0 to `receivers`.
fn message(receivers: usize, n: usize) -> Vec<NewDelivery> {
    let body: Arc<str> = json!({ "n": n }).to_string().into();
    let to = |receiver| NewDelivery {
        organisation: "o".to_owned(),
        channel: Channel::Webhook,
        target: format!("w{receiver}"),
        alert: Some("a".to_owned()),
        kind: "alert.raised".to_owned(),
        body: body.clone(),
    };
    (0..receivers).map(to).collect()
}

async fn put(store: &Store, rows: &[NewDelivery], seconds: i64) {
    let mut tx = store.begin().await.unwrap();
    tx.enqueue(rows, at(seconds)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Spreads until nothing is left; in how many goes.
async fn spread(store: &Store) -> usize {
    let mut goes = 0;
    while store.spread_mailings().await.unwrap() {
        goes += 1;
    }
    goes
}

/// What a receiver was told, oldest first.
async fn told(store: &Store, receiver: usize) -> Vec<i64> {
    let mut rows = store.deliveries(&Scope::All, &format!("w{receiver}"), None, 100).await.unwrap();
    rows.reverse();
    rows.iter().map(|row| row.body["n"].as_i64().unwrap()).collect()
}

async fn what_goes_to_many_reaches_each_in_the_order_in_which_it_was_told(store: Store) {
    let receivers = RECEIVERS_AT_ONCE * 2 + 1;
    let both = [message(receivers, 1), message(MANY - 1, 2), message(receivers, 3)].concat();
    put(&store, &both, 5).await;
    assert_eq!((told(&store, 0).await, told(&store, MANY).await), (vec![2], vec![]), "few are written to at once");
    assert_eq!(spread(&store).await, 3, "both mailings together, in three goes");
    for receiver in 0..receivers {
        let expected = if receiver < MANY - 1 { vec![1, 2, 3] } else { vec![1, 3] };
        assert_eq!(told(&store, receiver).await, expected, "w{receiver}");
    }
    let due = store.due_deliveries(at(5), &[], 1_000).await.unwrap();
    let ids: Vec<&str> = due.iter().map(|one| one.id.as_str()).collect();
    let claimed = store.claim_deliveries(&ids, at(5), at(35)).await.unwrap();
    assert_eq!(claimed.len(), receivers * 2 + MANY - 1);
    assert!(claimed.iter().all(|row| row.created_at == at(5) && row.attempts == 1 && row.alert.as_deref() == Some("a")));
    assert_eq!(spread(&store).await, 0);
}

async fn what_is_rolled_back_reaches_nobody(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.enqueue(&message(MANY, 1), at(0)).await.unwrap();
    drop(tx);
    assert_eq!((spread(&store).await, store.next_delivery().await.unwrap()), (0, None));
}

async fn what_waits_to_be_spread_is_counted(store: Store) {
    let receivers = RECEIVERS_AT_ONCE + 10;
    put(&store, &message(receivers, 1), 5).await;
    let all = i64::try_from(receivers).unwrap();
    assert_eq!(store.outbox_backlog(at(6)).await.unwrap(), (all, all));
    assert_eq!(store.outbox_backlog(at(5)).await.unwrap(), (all, 0));
    assert_eq!(store.stuck_messages(at(6)).await.unwrap(), [("o".to_owned(), all)]);
    assert!(store.spread_mailings().await.unwrap());
    assert_eq!(store.outbox_backlog(at(6)).await.unwrap(), (all, all), "some as rows, some not yet");
    assert_eq!(store.stuck_messages(at(6)).await.unwrap(), [("o".to_owned(), all)]);
    spread(&store).await;
    assert_eq!(store.outbox_backlog(at(6)).await.unwrap(), (all, all));
}

async fn replicas_that_spread_at_once_give_each_receiver_one_row(store: Store) {
    for n in 0..20 {
        put(&store, &message(50, n), 0).await;
    }
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let store = store.clone();
        workers.spawn(async move {
            while store.outbox_backlog(at(0)).await.unwrap().0 > 0 && !all_have_rows(&store).await {
                store.spread_mailings().await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
    }
    workers.join_all().await;
    for receiver in 0..50 {
        let mut all = told(&store, receiver).await;
        all.sort_unstable();
        assert_eq!(all, (0..20).collect::<Vec<_>>(), "w{receiver}");
    }
}

async fn all_have_rows(store: &Store) -> bool {
    told(store, 49).await.len() == 20 && told(store, 0).await.len() == 20
}

async fn what_is_told_of_another_way_is_a_mailing_of_its_own(store: Store) {
    let by_mail = |row: NewDelivery| NewDelivery { channel: Channel::Email, target: format!("mail-{}", row.target), ..row };
    let rows = message(MANY, 1);
    let mails: Vec<NewDelivery> = rows.iter().cloned().map(by_mail).collect();
    put(&store, &[rows, mails].concat(), 0).await;
    spread(&store).await;
    for (target, channel) in [("w3", Channel::Webhook), ("mail-w3", Channel::Email)] {
        let rows = store.deliveries(&Scope::All, target, None, 10).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.channel).collect::<Vec<_>>(), [channel]);
    }
}
