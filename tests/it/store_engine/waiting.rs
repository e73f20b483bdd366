//! What rules remember and wait for; versions of homes; revisions of the rules; replays.

use super::*;

on_both!(states_and_clocks, what_is_due, versions_only_rise, revisions_are_numbered, a_replay_remembers_its_first_shift);

fn clock(home: &str, subject: &str, seconds: i64) -> ClockRow {
    ClockRow { home: home.to_owned(), rule: "r".to_owned(), subject: subject.to_owned(), due: at(seconds) }
}

async fn states_and_clocks(store: Store) {
    let row = |subject: &str, state: &str| StateRow {
        home: "h".to_owned(),
        rule: "r".to_owned(),
        subject: subject.to_owned(),
        revision: 1,
        state: state.to_owned(),
    };
    let key = |subject: &str| ("h".to_owned(), "r".to_owned(), subject.to_owned());
    let mut tx = store.begin().await.unwrap();
    tx.save_states(vec![row("a", "{}"), row("b", "{}")]).await.unwrap();
    tx.save_states(vec![row("a", "[1]")]).await.unwrap();
    tx.drop_states(&[key("b")]).await.unwrap();
    assert_eq!(tx.states_of(&["h"]).await.unwrap(), [row("a", "[1]")]);
    tx.save_clocks(vec![clock("h", "a", 5), clock("h", "b", 3)]).await.unwrap();
    tx.save_clocks(vec![clock("h", "a", 9)]).await.unwrap();
    tx.drop_clocks(&[key("b")]).await.unwrap();
    assert_eq!(tx.clocks_of(&["h", "other"]).await.unwrap(), [clock("h", "a", 9)]);
}

async fn what_is_due(store: Store) {
    assert_eq!(store.next_due().await.unwrap(), None);
    let mut tx = store.begin().await.unwrap();
    tx.save_clocks(vec![clock("late", "a", 1), clock("later", "a", 2), clock("late", "b", 3), clock("not yet", "a", 50)]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(1)));
    assert_eq!(store.homes_due(at(10), 10).await.unwrap(), ["late", "later"]);
    assert_eq!(store.homes_due(at(10), 1).await.unwrap(), ["late"]);
    assert!(store.homes_due(at(0), 10).await.unwrap().is_empty());
}

async fn versions_only_rise(store: Store) {
    let mut tx = store.begin().await.unwrap();
    tx.bump_homes(&["a", "b", "a"]).await.unwrap();
    tx.bump_homes(&["a"]).await.unwrap();
    let versions = tx.lock_homes(&["a", "b", "nobody"]).await.unwrap();
    assert_eq!((versions.len(), versions["a"], versions["b"]), (2, 2, 1));
}

async fn revisions_are_numbered(store: Store) {
    assert_eq!(store.import_default_rules("{}", "one", at(0)).await.unwrap(), 1);
    assert_eq!(store.import_default_rules("{}", "one", at(1)).await.unwrap(), 1, "the same set is imported once");
    assert_eq!(store.import_default_rules("[]", "two", at(2)).await.unwrap(), 2, "an upgrade brings another");
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.activate_rules("{\"own\": 1}", "own", "ann", "why", at(3)).await.unwrap(), 3);
    assert_eq!((tx.active_revision().await.unwrap(), tx.revision(3).await.unwrap().unwrap().author.as_str()), (3, "ann"));
    assert_eq!(tx.revision(9).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(store.import_default_rules("()", "three", at(4)).await.unwrap(), 3, "rules of one's own stay");
}

async fn a_replay_remembers_its_first_shift(store: Store) {
    assert_eq!(store.replay_shift("r").await.unwrap(), None);
    store.remember_replay_shift("r", 7).await.unwrap();
    store.remember_replay_shift("r", 8).await.unwrap();
    assert_eq!(store.replay_shift("r").await.unwrap(), Some(7));
}
