//! Webhooks, and the e-mail addresses of users.

use chrono::TimeDelta;
use harken::domain::access::Scope;
use harken::domain::register::{NewWebhook, WebhookPatch};
use harken::store::webhooks::{Terms, sealed_for};

use super::{Bench, all, at, invalid, is_not_found, on_both};

on_both!(
    webhooks_are_entered_changed_and_archived,
    a_webhook_s_secret_is_kept_encrypted_and_changed_with_overlap,
    users_have_e_mail_addresses
);

fn new(url: &str) -> NewWebhook {
    NewWebhook {
        organisation: "o".to_owned(),
        name: "other system".to_owned(),
        url: url.to_owned(),
        events: vec!["alert.raised".to_owned()],
    }
}

async fn webhooks_are_entered_changed_and_archived(bench: Bench) {
    let (store, by, all_of) = (&bench.store, &bench.by, Scope::All);
    bench.organisation("o").await;
    bench.organisation("p").await;
    let terms = Terms { key: &bench.key, private: false };
    let mut tx = store.begin().await.unwrap();
    assert_eq!((tx.webhook_changes().await.unwrap(), tx.active_webhooks().await.unwrap().len()), (0, 0));
    drop(tx);
    let made = store.create_webhook(by, at(0), &all_of, terms, &new("https://example.org/a")).await.unwrap().webhook;
    assert_eq!(store.webhook(&all_of, &made.id).await.unwrap(), made);
    assert!(made.wants("alert.raised") && !made.wants("alert.closed"));
    assert!(invalid(store.create_webhook(by, at(0), &all_of, terms, &new("http://10.0.0.1/")).await).contains("https://"));
    let typo = NewWebhook { events: vec!["alert.risen".to_owned()], ..new("https://example.org") };
    assert!(invalid(store.create_webhook(by, at(0), &all_of, terms, &typo).await).contains("`alert.risen`"));
    let elsewhere = Scope::Only(vec!["p".to_owned()]);
    assert!(is_not_found(&store.create_webhook(by, at(0), &elsewhere, terms, &new("https://example.org")).await));
    assert!(is_not_found(&store.webhook(&elsewhere, &made.id).await));
    assert!(is_not_found(&store.rotate_webhook_secret(by, at(0), &elsewhere, &bench.key, &made.id).await));
    assert!(is_not_found(&store.change_webhook(by, at(0), &elsewhere, false, &made.id, &WebhookPatch::default()).await));

    let patch = WebhookPatch { events: Some(Vec::new()), ..WebhookPatch::default() };
    let changed = store.change_webhook(by, at(1), &all_of, false, &made.id, &patch).await.unwrap();
    assert!(changed.wants("alert.closed"), "none named means all");
    let mut tx = store.begin().await.unwrap();
    assert_eq!((tx.webhook_changes().await.unwrap(), tx.active_webhooks().await.unwrap()), (2, vec![changed]));
    drop(tx);
    let archive = WebhookPatch { archived: Some(true), ..WebhookPatch::default() };
    store.change_webhook(by, at(2), &all_of, false, &made.id, &archive).await.unwrap();
    assert!(store.webhooks(&all(&all_of)).await.unwrap().is_empty());
    assert!(store.webhook_target(&made.id).await.unwrap().unwrap().archived);
    let mut tx = store.begin().await.unwrap();
    assert_eq!((tx.webhook_changes().await.unwrap(), tx.active_webhooks().await.unwrap()), (3, Vec::new()));
}

async fn a_webhook_s_secret_is_kept_encrypted_and_changed_with_overlap(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let terms = Terms { key: &bench.key, private: true };
    let made = store.create_webhook(by, at(0), &Scope::All, terms, &new("http://127.0.0.1:9/")).await.unwrap();
    let id = &made.webhook.id;
    assert!(made.secret.starts_with("whsec_"));
    let first = store.webhook_target(id).await.unwrap().unwrap();
    assert!(!first.secret.windows(8).any(|part| made.secret.as_bytes().windows(8).any(|other| part == other)));
    assert_eq!(bench.key.open(&sealed_for(id), &first.secret).unwrap(), made.secret);
    let other = store.rotate_webhook_secret(by, at(5), &Scope::All, &bench.key, id).await.unwrap();
    assert_ne!(other.secret, made.secret);
    let second = store.webhook_target(id).await.unwrap().unwrap();
    assert_eq!(second.previous, Some((first.secret, at(5) + TimeDelta::hours(24))));
    assert_eq!(bench.key.open(&sealed_for(id), &second.secret).unwrap(), other.secret);
    let trail = store.audit_records(&super::reading::trail(&Scope::All)).await.unwrap();
    let told = serde_json::to_string(&trail).unwrap();
    assert!(told.contains("secret_changed") && !told.contains(&made.secret) && !told.contains(&other.secret), "{told}");
    assert_eq!(store.webhook_target("none").await.unwrap(), None);
}

async fn users_have_e_mail_addresses(bench: Bench) {
    let store = &bench.store;
    let mut tx = store.begin().await.unwrap();
    tx.insert_user("u", "ann", "Ann", "hash", at(0)).await.unwrap();
    tx.set_email("u", Some("ann@example.org")).await.unwrap();
    tx.insert_user("v", "bob", "Bob", "hash", at(0)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.email_of("u").await.unwrap().as_deref(), Some("ann@example.org"));
    assert_eq!(store.email_of("v").await.unwrap(), None);
    assert_eq!(store.email_of("nobody").await.unwrap(), None);
    let mut tx = store.begin().await.unwrap();
    tx.archive_user("u", at(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.email_of("u").await.unwrap(), None, "who has left is told nothing");
}
