//! The outbox: enqueued with the change, claimed once, finished once, sent again when asked.

use std::time::Duration;

use harken::domain::access::Scope;
use harken::domain::delivery::{Channel, Delivery, DeliveryState};
use harken::store::outbox::{Fate, NewDelivery, Tried};
use serde_json::json;

use super::*;

on_both!(
    what_is_rolled_back_never_goes_out,
    each_message_is_claimed_once_and_again_when_its_try_is_lost,
    busy_targets_hold_up_nobody,
    a_late_answer_of_a_lost_try_decides_nothing_unless_it_arrived,
    what_is_dead_is_told_once_and_sent_again_when_asked,
    two_replicas_share_without_meeting,
    finished_messages_go_in_time,
);

fn message(target: &str, n: i64) -> NewDelivery {
    NewDelivery {
        organisation: "o".to_owned(),
        channel: Channel::Webhook,
        target: target.to_owned(),
        alert: Some("a".to_owned()),
        kind: "alert.raised".to_owned(),
        body: json!({ "n": n }).to_string().into(),
    }
}

async fn put(store: &Store, rows: &[NewDelivery], seconds: i64) {
    let mut tx = store.begin().await.unwrap();
    tx.enqueue(rows, at(seconds)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(store: &Store, seconds: i64, busy: &[&str]) -> Vec<Delivery> {
    let due = store.due_deliveries(at(seconds), busy, 100).await.unwrap();
    let ids: Vec<&str> = due.iter().map(|each| each.id.as_str()).collect();
    store.claim_deliveries(&ids, at(seconds), at(seconds + 30)).await.unwrap()
}

async fn all(store: &Store, target: &str) -> Vec<Delivery> {
    store.deliveries(&Scope::All, target, None, 100).await.unwrap()
}

fn tried(delivery: &Delivery, status: Option<i64>, fate: Fate) -> Tried {
    Tried { id: delivery.id.clone(), attempt: delivery.attempts, status, fate }
}

async fn what_is_rolled_back_never_goes_out(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.enqueue(&[message("w", 1)], at(0)).await.unwrap();
    drop(tx);
    assert_eq!(store.next_delivery().await.unwrap(), None);
    put(&store, &[message("w", 2)], 5).await;
    assert_eq!(store.next_delivery().await.unwrap(), Some(at(5)));
    assert!(claim(&store, 4, &[]).await.is_empty(), "not due yet");
}

async fn each_message_is_claimed_once_and_again_when_its_try_is_lost(store: Store) {
    put(&store, &[message("w", 1), message("w", 2)], 0).await;
    let first = claim(&store, 1, &[]).await;
    assert_eq!((first.len(), first[0].attempts, &first[0].body["n"], first[0].next_at), (2, 1, &json!(1), Some(at(31))));
    assert!(first[0].id.starts_with("msg_"));
    assert!(claim(&store, 2, &[]).await.is_empty(), "somebody tries");
    store.record_tries(&[tried(&first[0], Some(204), Fate::Delivered)], at(3)).await.unwrap();
    let second = claim(&store, 31, &[]).await;
    assert_eq!((second.len(), second[0].attempts, &second[0].id), (1, 2, &first[1].id), "the try was lost, the message was not");
    store.record_tries(&[tried(&second[0], Some(500), Fate::Again(at(90), "it answered 500".to_owned()))], at(32)).await.unwrap();
    assert!(claim(&store, 89, &[]).await.is_empty());
    let third = claim(&store, 90, &[]).await;
    assert_eq!((third[0].attempts, third[0].last_status, third[0].last_error.as_deref()), (3, Some(500), Some("it answered 500")));
    store.record_tries(&[tried(&third[0], Some(200), Fate::Delivered)], at(91)).await.unwrap();
    assert_eq!(store.next_delivery().await.unwrap(), None);
    let all = all(&store, "w").await;
    assert!(all.iter().all(|each| each.state == DeliveryState::Delivered && each.next_at.is_none()), "{all:?}");
    assert_eq!((all[0].delivered_at, all[0].last_error.as_deref()), (Some(at(91)), None));
}

async fn busy_targets_hold_up_nobody(store: Store) {
    put(&store, &(0..300).map(|n| message("stuck", n)).collect::<Vec<_>>(), 0).await;
    put(&store, &[message("well", 1)], 5).await;
    let due = store.due_deliveries(at(9), &["stuck"], 10).await.unwrap();
    assert_eq!(due.iter().map(|each| each.target.as_str()).collect::<Vec<_>>(), ["well"]);
    assert_eq!(store.due_deliveries(at(9), &[], 10).await.unwrap()[0].target, "stuck", "longest due first");
    assert_eq!(store.outbox_backlog(at(3)).await.unwrap(), (301, 300));
}

async fn a_late_answer_of_a_lost_try_decides_nothing_unless_it_arrived(store: Store) {
    put(&store, &[message("w", 1)], 0).await;
    let lost = claim(&store, 0, &[]).await.remove(0);
    let now = claim(&store, 30, &[]).await.remove(0);
    store.record_tries(&[tried(&lost, None, Fate::Dead("late".to_owned()))], at(31)).await.unwrap();
    assert_eq!(all(&store, "w").await[0].state, DeliveryState::Pending);
    store.record_tries(&[tried(&lost, Some(200), Fate::Delivered)], at(32)).await.unwrap();
    assert_eq!(all(&store, "w").await[0].state, DeliveryState::Delivered, "it did arrive");
    store.record_tries(&[tried(&now, None, Fate::Dead("then not".to_owned()))], at(33)).await.unwrap();
    assert_eq!(all(&store, "w").await[0].state, DeliveryState::Delivered);
}

async fn what_is_dead_is_told_once_and_sent_again_when_asked(store: Store) {
    put(&store, &[message("w", 1), message("w", 2)], 0).await;
    let claimed = claim(&store, 0, &[]).await;
    let dead: Vec<Tried> = claimed.iter().map(|each| tried(each, None, Fate::Dead("gone\n".to_owned()))).collect();
    store.record_tries(&dead, at(1)).await.unwrap();
    let unreached = store.unreached(10).await.unwrap();
    assert_eq!((unreached.len(), unreached[0].messages, unreached[0].last_error.as_deref()), (1, 2, Some("gone")));
    store.told_of_dead(&unreached[0]).await.unwrap();
    assert!(store.unreached(10).await.unwrap().is_empty());

    let elsewhere = Scope::Only(vec!["other".to_owned()]);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.replay_delivery(&elsewhere, "w", &claimed[0].id, at(2)).await.unwrap(), None);
    assert_eq!(tx.replay_delivery(&Scope::All, "other", &claimed[0].id, at(2)).await.unwrap(), None);
    let again = tx.replay_delivery(&Scope::All, "w", &claimed[0].id, at(2)).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!((again.state, again.attempts), (DeliveryState::Pending, 0));
    let mut tx = store.begin().await.unwrap();
    assert!(tx.replay_delivery(&Scope::All, "w", &claimed[0].id, at(2)).await.unwrap_err().to_string().contains("under way"));
    drop(tx);
    let second = claim(&store, 2, &[]).await;
    assert_eq!((second.len(), &second[0].id, second[0].attempts), (1, &claimed[0].id, 1), "the same id, so that the receiver knows it");
    assert_eq!(store.deliveries(&elsewhere, "w", None, 10).await.unwrap(), []);
    let newest = all(&store, "w").await;
    assert_eq!(store.deliveries(&Scope::All, "w", Some(&newest[0].id), 10).await.unwrap(), newest[1..]);
}

async fn two_replicas_share_without_meeting(store: Store) {
    put(&store, &(0..200).map(|n| message("w", n)).collect::<Vec<_>>(), 0).await;
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        workers.spawn(async move {
            let mut mine = Vec::new();
            while !store.due_deliveries(at(1), &[], 1).await.unwrap().is_empty() {
                mine.extend(claim(&store, 1, &[]).await.into_iter().map(|each| each.id));
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            mine
        });
    }
    let mut claimed: Vec<String> = workers.join_all().await.into_iter().flatten().collect();
    claimed.sort_unstable();
    let count = claimed.len();
    claimed.dedup();
    assert_eq!((count, claimed.len()), (200, 200), "each by one of them");
}

async fn finished_messages_go_in_time(store: Store) {
    put(&store, &[message("w", 1), message("w", 2), message("w", 3)], 0).await;
    let claimed = claim(&store, 0, &[]).await;
    let fates = [tried(&claimed[0], Some(200), Fate::Delivered), tried(&claimed[1], None, Fate::Dead("no".to_owned()))];
    store.record_tries(&fates, at(1)).await.unwrap();
    assert_eq!(store.prune(Prune::Outbox, at(0)).await.unwrap(), 0);
    assert_eq!(store.prune(Prune::Outbox, at(9)).await.unwrap(), 1, "what nobody was told of stays, and what is under way");
    let unreached = store.unreached(1).await.unwrap();
    store.told_of_dead(&unreached[0]).await.unwrap();
    assert_eq!(store.prune(Prune::Outbox, at(9)).await.unwrap(), 1);
    store.resume_deliveries(at(2)).await.unwrap();
    assert_eq!(claim(&store, 2, &[]).await.len(), usize::from(store.postgres().is_none()), "SQLite has one server: nobody else is trying");
}
