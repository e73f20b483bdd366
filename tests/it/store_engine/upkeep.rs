//! Daily sums that stay, and what goes when its time is over.

use super::*;

on_both!(each_event_is_summed_once_on_its_local_day, what_is_summed_and_old_goes, a_backup_is_for_sqlite, a_long_log_is_copied_back);

async fn put(store: &Store, events: &[Event]) {
    let rows: Vec<(&Event, &str)> = events.iter().map(|event| (event, "h")).collect();
    let mut tx = store.begin().await.unwrap();
    tx.insert_events(&rows).await.unwrap();
    tx.commit().await.unwrap();
}

async fn each_event_is_summed_once_on_its_local_day(store: Store) {
    // The home is not in the register, so its days are those of UTC: midnight is at 0 s.
    put(&store, &[event("g", "1", "motion", -10), event("g", "2", "motion", 10), event("g", "3", "motion", 20)]).await;
    assert!(!store.roll_up(at(30)).await.unwrap());
    assert_eq!(store.day_sums("h").await.unwrap(), [], "too fresh to be sure that none with a lower number is still under way");
    while store.roll_up(at(200)).await.unwrap() {}
    while store.roll_up(at(300)).await.unwrap() {}
    let day = |day: &str, events: i64| (day.to_owned(), "motion".to_owned(), events);
    assert_eq!(store.day_sums("h").await.unwrap(), [day("2026-02-28", 1), day("2026-03-01", 2)]);
    put(&store, &[event("g", "4", "motion", -5)]).await;
    while store.roll_up(at(200)).await.unwrap() {}
    assert_eq!(store.day_sums("h").await.unwrap()[0], day("2026-02-28", 2), "a late one is added to its day");
}

async fn a_long_log_is_copied_back(store: Store) {
    assert_eq!(store.copy_log_back().await.unwrap(), 0, "nothing to do");
    let mut long = event("g", "1", "motion", 0);
    long.body.unit = Some("x".repeat(16_000));
    let many: Vec<Event> = (0..4_800).map(|n| Event { id: n.to_string(), ..long.clone() }).collect();
    put(&store, &many).await;
    let copied = store.copy_log_back().await.unwrap();
    assert_eq!(copied > 16_384, store.postgres().is_none(), "{copied} pages");
    assert_eq!(store.copy_log_back().await.unwrap(), 0, "once is enough");
}

async fn what_is_summed_and_old_goes(store: Store) {
    put(&store, &[event("g", "1", "motion", 0), event("g", "2", "motion", 1_000)]).await;
    assert_eq!(store.prune_events(at(500)).await.unwrap().gone, 0, "what is not summed stays");
    while store.roll_up(at(5_000)).await.unwrap() {}
    assert_eq!(store.prune_events(at(500)).await.unwrap().gone, 1);
    assert_eq!(store.prune_events(at(500)).await.unwrap().gone, 0);
    let mut tx = store.begin().await.unwrap();
    tx.append_feed(&[alert("a", "home")], at(0)).await.unwrap();
    tx.append_feed(&[alert("a", "home")], at(1_000)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.prune(Prune::Feed, at(500)).await.unwrap(), 1);
    assert_eq!(store.feed_position().await.unwrap(), 2, "positions are never used again");
    for what in [Prune::Quarantine, Prune::Outbox, Prune::Sessions, Prune::IdempotencyKeys] {
        assert_eq!(store.prune(what, at(500)).await.unwrap(), 0);
    }
}

async fn a_backup_is_for_sqlite(store: Store) {
    let file = scratch::dir("backup-").join("copy.db");
    let done = store.backup(&file).await;
    if store.postgres().is_some() {
        assert!(done.unwrap_err().to_string().contains("pg_dump"));
        return;
    }
    done.unwrap();
    assert!(store.backup(&file).await.unwrap_err().to_string().contains("exists"));
    open(format!("sqlite://{}", file.display())).await.ping().await.unwrap();
}
