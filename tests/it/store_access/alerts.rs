//! Reading alerts and the feed.

use harken::clock::Time;
use harken::domain::access::Scope;
use harken::domain::alert::{Alert, Queue, RuleRef, State};
use harken::store::Store;
use harken::store::alert_queries::{AlertFilter, AlertKey};
use harken::store::feed_queries::FeedReach;

use super::{at, on_both, only};

on_both!(the_queue_and_the_record_are_read_in_pages, filters_narrow, the_feed_is_read_in_order, an_alert_is_found_within_its_scope);

fn alert(id: &str, organisation: &str, priority: u8, raised_at: Time, state: State) -> Alert {
    let json = serde_json::json!({
        "id": id, "organisation": organisation, "home": format!("home-{organisation}"), "resident": null, "device": null, "gateway": null,
        "subject": id, "rule": RuleRef { id: "pendant".to_owned(), revision: 1, title: "Pendant".to_owned() }, "queue": Queue::Care,
        "priority": priority, "state": state, "raised_at": raised_at, "occurred_at": raised_at, "late_s": null, "activations": 1,
        "explanation": "", "call_back": null, "holder": null, "lease_until": null, "level": 0, "next_step_at": null, "accepted_at": null,
        "closed_at": null, "outcome": null, "previous": null, "test": false, "marks": [], "instructions": [], "settings": {}, "version": 1
    });
    serde_json::from_value(json).unwrap()
}

async fn save(store: &Store, alerts: &[Alert]) -> i64 {
    let mut tx = store.begin().await.unwrap();
    tx.save_alerts(alerts).await.unwrap();
    let position = tx.append_feed(alerts, at(0)).await.unwrap();
    tx.commit().await.unwrap();
    position
}

/// All pages of two, put together.
async fn paged(store: &Store, scope: &Scope, filter: &AlertFilter) -> Vec<String> {
    let (mut ids, mut after): (Vec<String>, Option<AlertKey>) = (Vec::new(), None);
    loop {
        let page = store.alerts(scope, filter, after.as_ref(), 2).await.unwrap();
        let Some(last) = page.alerts.last() else { return ids };
        after = Some(filter.key(last));
        ids.extend(page.alerts.into_iter().map(|alert| alert.id));
    }
}

async fn the_queue_and_the_record_are_read_in_pages(store: Store) {
    let all = [
        alert("a", "north", 2, at(5), State::Raised),
        alert("b", "north", 1, at(9), State::Accepted),
        alert("c", "north", 2, at(5), State::Held),
        alert("d", "south", 2, at(1), State::Raised),
        alert("e", "north", 5, at(0), State::Closed),
        alert("f", "north", 1, at(7), State::Closed),
        alert("g", "north", 1, at(7), State::Closed),
    ];
    let position = save(&store, &all).await;
    let (open, closed) = (AlertFilter::default(), AlertFilter { state: Some(State::Closed), ..AlertFilter::default() });
    assert_eq!(paged(&store, &Scope::All, &open).await, ["b", "d", "a", "c"]);
    assert_eq!(paged(&store, &only(&["north"]), &open).await, ["b", "a", "c"]);
    assert_eq!(paged(&store, &Scope::All, &closed).await, ["g", "f", "e"]);
    assert_eq!(store.alerts(&only(&["nowhere"]), &open, None, 2).await.unwrap().position, position, "known to everybody");
    assert!(store.alerts(&only(&[]), &open, None, 2).await.unwrap().alerts.is_empty());
}

async fn filters_narrow(store: Store) {
    let mut test = alert("t", "north", 5, at(3), State::Raised);
    test.queue = Queue::Test;
    save(&store, &[alert("a", "north", 2, at(1), State::Raised), alert("b", "south", 2, at(2), State::Accepted), test]).await;
    let found = async |filter: AlertFilter| paged(&store, &Scope::All, &filter).await;
    let none = AlertFilter::default;
    assert_eq!(found(AlertFilter { state: Some(State::Accepted), ..none() }).await, ["b"]);
    assert_eq!(found(AlertFilter { queue: Some(Queue::Test), ..none() }).await, ["t"]);
    assert_eq!(found(AlertFilter { priority: Some(2), ..none() }).await, ["a", "b"]);
    assert_eq!(found(AlertFilter { home: Some("home-south".to_owned()), ..none() }).await, ["b"]);
    assert_eq!(found(AlertFilter { organisation: Some("north".to_owned()), ..none() }).await, ["a", "t"]);
    assert_eq!(found(AlertFilter { from: Some(at(2)), to: Some(at(3)), ..none() }).await, ["b"]);
    let both = AlertFilter { organisation: Some("north".to_owned()), ..none() };
    assert!(paged(&store, &only(&["south"]), &both).await.is_empty(), "a filter widens nothing");
}

async fn the_feed_is_read_in_order(store: Store) {
    assert_eq!(store.feed_reach().await.unwrap(), FeedReach { resumable_from: 0, last: 0 });
    let last = save(&store, &[alert("a", "north", 2, at(1), State::Raised), alert("b", "south", 2, at(2), State::Raised)]).await;
    let last_again = save(&store, &[alert("a", "north", 2, at(1), State::Accepted)]).await;
    assert_eq!((last, last_again), (2, 3));
    assert_eq!(store.feed_reach().await.unwrap(), FeedReach { resumable_from: 0, last: 3 });
    let entries = store.feed_after(0, 10).await.unwrap();
    let seen: Vec<(i64, &str)> = entries.iter().map(|entry| (entry.position, entry.organisation.as_str())).collect();
    assert_eq!(seen, [(1, "north"), (2, "south"), (3, "north")]);
    let now: Alert = serde_json::from_str(&entries[2].body).unwrap();
    assert_eq!((now.id.as_str(), now.state), ("a", State::Accepted));
    assert_eq!(store.feed_after(1, 1).await.unwrap().len(), 1);
    assert!(store.feed_after(3, 10).await.unwrap().is_empty());
}

async fn an_alert_is_found_within_its_scope(store: Store) {
    let (mine, other) = (alert("a", "north", 2, at(1), State::Raised), alert("b", "north", 1, at(2), State::Raised));
    save(&store, &[mine.clone(), other, alert("c", "north", 1, at(2), State::Closed)]).await;
    let whole = store.whole_alert(&only(&["north"]), "a").await.unwrap().unwrap();
    assert_eq!(whole.alert, mine);
    assert_eq!(store.alert(&only(&["north"]), "a").await.unwrap(), Some(mine));
    assert!(store.alert(&only(&["south"]), "a").await.unwrap().is_none() && store.alert(&Scope::All, "z").await.unwrap().is_none());
    assert_eq!(whole.others.iter().map(|alert| alert.id.as_str()).collect::<Vec<_>>(), ["b"], "open ones only");
    assert!(whole.home.is_none() && whole.contacts.is_empty(), "a home that the register does not know");
    assert!(store.whole_alert(&only(&["south"]), "a").await.unwrap().is_none());
    assert!(store.whole_alert(&Scope::All, "x").await.unwrap().is_none());
}
