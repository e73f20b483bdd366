//! Users, tokens, their grants, and sessions.

use harken::domain::access::{Grant, Role, Scope};
use harken::store::{Store, StoreError};

use super::{at, grant, on_both, only};

on_both!(users_are_seen_by_who_shares_an_organisation, users_change, tokens_hold_their_grants, sessions_end, organisations_are_checked);

async fn add_user(store: &Store, id: &str, grants: &[Grant]) {
    let mut tx = store.begin().await.unwrap();
    tx.insert_user(id, &format!("login-{id}"), &format!("Name {id}"), "hash", at(0)).await.unwrap();
    tx.set_grants(id, grants).await.unwrap();
    tx.commit().await.unwrap();
}

async fn add_token(store: &Store, id: &str, grants: &[Grant]) {
    let mut tx = store.begin().await.unwrap();
    tx.insert_token(id, &format!("Name {id}"), &format!("sum of {id}"), at(0)).await.unwrap();
    tx.set_grants(id, grants).await.unwrap();
    tx.commit().await.unwrap();
}

async fn users_are_seen_by_who_shares_an_organisation(store: Store) {
    add_user(&store, "a", &[grant(Role::Operator, Some("north"))]).await;
    add_user(&store, "b", &[grant(Role::Viewer, Some("south")), grant(Role::Operator, Some("north"))]).await;
    add_user(&store, "c", &[grant(Role::Administrator, None)]).await;
    add_user(&store, "d", &[]).await;
    let ids = async |scope: &Scope, after: Option<&str>, limit: i64| {
        store.users(scope, false, after, limit).await.unwrap().into_iter().map(|user| user.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&Scope::All, None, 10).await, ["a", "b", "c", "d"]);
    assert_eq!(ids(&Scope::All, Some("b"), 1).await, ["c"]);
    assert_eq!(ids(&only(&["north"]), None, 10).await, ["a", "b"]);
    assert_eq!(ids(&only(&["south", "east"]), None, 10).await, ["b"]);
    assert!(ids(&only(&[]), None, 10).await.is_empty());
    assert!(store.user(&only(&["south"]), "a").await.unwrap().is_none());
    assert!(store.user(&only(&["north"]), "c").await.unwrap().is_none(), "who has rights everywhere is not north's");
    let both = store.user(&only(&["south"]), "b").await.unwrap().unwrap();
    assert_eq!(both.grants, [grant(Role::Operator, Some("north")), grant(Role::Viewer, Some("south"))]);
    assert_eq!(store.users(&Scope::All, false, None, 10).await.unwrap()[1].grants, both.grants, "the list shows the same");
}

async fn users_change(store: Store) {
    add_user(&store, "a", &[]).await;
    let mut tx = store.begin().await.unwrap();
    let taken = tx.insert_user("b", "login-a", "B", "hash", at(1)).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    drop(tx);
    assert_eq!(store.credentials("login-a").await.unwrap(), Some(("a".to_owned(), "hash".to_owned())));
    assert_eq!(store.credentials("login-b").await.unwrap(), None);
    let mut tx = store.begin().await.unwrap();
    tx.update_user("a", Some("Ann"), None).await.unwrap();
    tx.update_user("a", None, Some("other hash")).await.unwrap();
    tx.commit().await.unwrap();
    let user = store.user(&Scope::All, "a").await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.login.as_str(), user.created_at, user.archived_at), ("Ann", "login-a", at(0), None));
    assert_eq!(store.credentials("login-a").await.unwrap().unwrap().1, "other hash");
    for moment in [2, 3] {
        let mut tx = store.begin().await.unwrap();
        tx.archive_user("a", at(moment)).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(store.user(&Scope::All, "a").await.unwrap().unwrap().archived_at, Some(at(2)), "archived once");
    assert_eq!(store.credentials("login-a").await.unwrap(), None);
    assert!(store.users(&Scope::All, false, None, 10).await.unwrap().is_empty());
}

async fn tokens_hold_their_grants(store: Store) {
    add_token(&store, "a", &[grant(Role::System, Some("north")), grant(Role::Viewer, None)]).await;
    add_token(&store, "b", &[]).await;
    let (holder, last_used) = store.token_holder("sum of a").await.unwrap().unwrap();
    assert_eq!((holder.id.as_str(), holder.name.as_str(), holder.is_user, last_used), ("a", "Name a", false, None));
    assert_eq!(holder.grants.len(), 2);
    assert_eq!(store.token_holder("sum of b").await.unwrap().unwrap().0.grants, []);
    assert!(store.token_holder("sum of c").await.unwrap().is_none());
    let mut tx = store.begin().await.unwrap();
    tx.note_token_used("a", at(60)).await.unwrap();
    tx.note_token_used("a", at(30)).await.unwrap();
    tx.rename_token("a", "Other").await.unwrap();
    tx.commit().await.unwrap();
    let token = store.token(&only(&["north"]), "a").await.unwrap().unwrap();
    assert_eq!((token.name.as_str(), token.last_used_at), ("Other", Some(at(60))), "the last use never moves back");
    assert!(store.token(&only(&["south"]), "a").await.unwrap().is_none());
    let list =
        async |scope: &Scope| store.tokens(scope, false, None, 10).await.unwrap().into_iter().map(|token| token.id).collect::<Vec<_>>();
    assert_eq!((list(&Scope::All).await, list(&only(&["north"])).await), (vec!["a".to_owned(), "b".to_owned()], vec!["a".to_owned()]));
    let mut tx = store.begin().await.unwrap();
    tx.archive_token("a", at(70)).await.unwrap();
    tx.set_grants("b", &[grant(Role::Operator, Some("south"))]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.token_holder("sum of a").await.unwrap().is_none());
    assert_eq!(store.token(&Scope::All, "a").await.unwrap().unwrap().archived_at, Some(at(70)));
    assert_eq!(list(&Scope::All).await, ["b"]);
    assert_eq!(store.token_holder("sum of b").await.unwrap().unwrap().0.grants, [grant(Role::Operator, Some("south"))]);
}

async fn sessions_end(store: Store) {
    add_user(&store, "a", &[grant(Role::Operator, None)]).await;
    add_user(&store, "b", &[]).await;
    let mut tx = store.begin().await.unwrap();
    for (sum, person) in [("s1", "a"), ("s2", "a"), ("s3", "b")] {
        tx.insert_session(sum, person, &format!("csrf {sum}"), at(0), at(100)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let session = store.session("s1", at(99)).await.unwrap().unwrap();
    assert_eq!((session.principal.id.as_str(), session.principal.is_user, session.csrf.as_str()), ("a", true, "csrf s1"));
    assert_eq!((session.expires_at, session.principal.grants), (at(100), vec![grant(Role::Operator, None)]));
    assert_eq!(session.began_at, at(0));
    assert!(store.session("s1", at(100)).await.unwrap().is_none());
    let mut tx = store.begin().await.unwrap();
    assert!(tx.renew_session("s2", at(99), at(150)).await.unwrap());
    assert!(!tx.renew_session("s3", at(100), at(150)).await.unwrap(), "what has ended stays ended");
    assert!(!tx.renew_session("unknown", at(1), at(150)).await.unwrap());
    tx.commit().await.unwrap();
    let renewed = store.session("s2", at(149)).await.unwrap().unwrap();
    assert_eq!((renewed.began_at, renewed.expires_at), (at(0), at(150)));
    assert!(
        store.session("s1", at(100)).await.unwrap().is_none() && store.session("s3", at(100)).await.unwrap().is_none(),
        "one, not all of them"
    );
    assert!(store.session("unknown", at(1)).await.unwrap().is_none());
    let alive = async |sum: &str| store.session(sum, at(1)).await.unwrap().is_some();
    let mut tx = store.begin().await.unwrap();
    tx.delete_session("s1").await.unwrap();
    tx.archive_user("b", at(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((alive("s1").await, alive("s2").await, alive("s3").await), (false, true, false));
    let mut tx = store.begin().await.unwrap();
    tx.delete_sessions_of("a").await.unwrap();
    tx.commit().await.unwrap();
    assert!(!alive("s2").await);
}

async fn organisations_are_checked(store: Store) {
    let new = harken::domain::register::NewOrganisation { id: Some("north".to_owned()), name: "North".to_owned(), zone: None };
    store.create_organisation(&harken::store::Actor::cli(), at(0), &new).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let named = ["north".to_owned(), "nowhere".to_owned()];
    assert_eq!(tx.unknown_organisations(&Scope::All, &named).await.unwrap(), ["nowhere"]);
    assert_eq!(tx.unknown_organisations(&only(&["nowhere"]), &named).await.unwrap(), named);
}
