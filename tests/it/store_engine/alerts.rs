//! Alerts, their histories, and the feed.

use super::*;
use harken::domain::alert::{Holder, State};

on_both!(one_open_alert_on_a_matter, histories_and_holders, the_feed_is_numbered_without_gaps, the_trail_grows);

async fn one_open_alert_on_a_matter(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.save_alerts(&[alert("a", "home"), alert("b", "device:g/d")]).await.unwrap();
    assert_eq!(tx.open_alerts_of(&["h", "other"]).await.unwrap().len(), 2);
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let second = tx.save_alerts(&[alert("c", "home")]).await.unwrap_err();
    assert!(second.is_unique_violation(), "{second}");
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    let mut closed = tx.alert("a").await.unwrap().expect("stored");
    closed.state = State::Closed;
    tx.save_alerts(&[closed]).await.unwrap();
    tx.save_alerts(&[alert("c", "home")]).await.unwrap();
    assert_eq!(tx.previous_alert("h", "care", "", "home").await.unwrap().as_deref(), Some("a"));
    assert_eq!(tx.previous_alert("h", "care", "", "device:g/d").await.unwrap(), None);
    assert_eq!(tx.alert("nobody").await.unwrap(), None);
}

async fn histories_and_holders(store: Store) {
    let mut tx = store.begin().await.unwrap();
    let mut held = alert("a", "home");
    let who = Holder { id: "ann".to_owned(), name: "Ann".to_owned() };
    let entry = lifecycle::case::accept(&mut held, &who, at(1), &lifecycle::Limits::default()).unwrap();
    tx.save_alerts(&[held.clone()]).await.unwrap();
    tx.add_entries(vec![NewEntry { alert: "a".to_owned(), position: held.version, entry }]).await.unwrap();
    assert_eq!(tx.alerts_held_by("ann").await.unwrap(), [held]);
    assert!(tx.alerts_held_by("ben").await.unwrap().is_empty());
    tx.note_presence("ann", at(2)).await.unwrap();
    tx.note_presence("ann", at(3)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.alerts_by_rule(&["a".to_owned(), "nobody".to_owned()]).await.unwrap().values().sum::<u64>(), 1);
}

async fn the_feed_is_numbered_without_gaps(store: Store) {
    assert_eq!(store.feed_position().await.unwrap(), 0);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.append_feed(&[alert("a", "home"), alert("b", "home")], at(0)).await.unwrap(), 2);
    tx.commit().await.unwrap();
    let mut undone = store.begin().await.unwrap();
    assert_eq!(undone.append_feed(&[alert("c", "home")], at(0)).await.unwrap(), 3);
    drop(undone);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.append_feed(&[alert("d", "home")], at(0)).await.unwrap(), 3, "what was undone leaves no hole");
    tx.commit().await.unwrap();
    assert_eq!(store.feed_position().await.unwrap(), 3);
}

async fn the_trail_grows(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.note_in_trail(at(0), Some("o"), "ann", "accepted", ("alert", "a"), "Accepted by Ann.").await.unwrap();
    tx.commit().await.unwrap();
}
