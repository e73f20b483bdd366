//! The trail, sealed: what was altered, removed or put elsewhere behind Harken's back is found, what was erased is named. On both databases.

use chrono::{TimeDelta, TimeZone, Utc};
use harken::clock::Time;
use harken::domain::access::Scope;
use harken::domain::seal::Report;
use harken::store::audit::{AuditEntry, AuditQuery};
use harken::store::{Actor, Store, StoreSettings};
use serde_json::{Value, json};

use crate::support::harken::Harken;
use crate::support::postgres::Postgres;
use crate::support::{sql, wait};

macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $case() {
                let file = $crate::support::scratch::dir("trail-").join("harken.db");
                super::$case(super::Trail::open(format!("sqlite://{}", file.display())).await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test] async fn $case() {
                super::$case(super::Trail::open($crate::support::postgres::Postgres::shared().await.database().await).await).await;
            })*
        }
    };
}

on_both!(
    a_trail_as_it_was_made_is_good,
    an_altered_entry_is_found,
    altered_details_are_found,
    a_removed_entry_is_found,
    entries_put_elsewhere_are_found,
    a_trail_cut_short_is_found_by_the_head_noted_outside,
    a_trail_sealed_anew_is_found_by_the_head_noted_outside,
    what_was_erased_is_named_and_what_vanished_is_found,
    what_becomes_visible_late_is_sealed_late,
    two_sealers_cannot_fork_the_chain,
    an_entry_that_nobody_seals_is_found,
);

struct Trail {
    store: Store,
    url: String,
}

fn at(seconds: i64) -> Time {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).single().expect("a time") + TimeDelta::seconds(seconds)
}

impl Trail {
    async fn open(url: String) -> Self {
        let store = Store::open(&StoreSettings { url: url.clone(), connections: 4, max_pages: None }).await.expect("a database");
        Self { store, url }
    }

    async fn enter(&self, object: &str, detail: Value) {
        let mut tx = self.store.begin().await.unwrap();
        let entry = AuditEntry { organisation: Some("o"), who: "ann", action: "changed", object_kind: "home", object_id: object, detail };
        tx.audit(at(0), entry).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Five entries, sealed; the head.
    async fn five(&self) -> String {
        for n in 1..=5 {
            self.enter(&format!("h{n}"), json!({ "after": { "name": format!("Name {n}") } })).await;
        }
        assert_eq!(self.store.seal_trail(0, at(1)).await.unwrap().sealed, 5);
        self.head().await
    }

    async fn head(&self) -> String {
        self.store.trail_head().await.unwrap().hash
    }

    async fn verify(&self, heads: &[&str]) -> Report {
        self.store.verify_trail(heads.iter().map(|head| (*head).to_owned()).collect(), at(10)).await.unwrap()
    }

    async fn sql(&self, text: &str) {
        sql::run(&self.url, text).await;
    }

    /// What is found after somebody ran `text` on the database.
    async fn found_after(&self, text: &str, heads: &[&str]) -> Vec<String> {
        assert_eq!(self.verify(heads).await.findings, [], "good before");
        self.sql(text).await;
        self.verify(heads).await.findings.into_iter().map(|finding| finding.what).collect()
    }
}

async fn a_trail_as_it_was_made_is_good(trail: Trail) {
    assert_eq!(trail.verify(&[]).await.head.position, 0, "an empty one too");
    let head = trail.five().await;
    trail.enter("h6", json!({})).await;
    let report = trail.verify(&[&head]).await;
    assert_eq!((report.head.position, report.waiting, report.findings, report.erasures), (5, 1, Vec::new(), Vec::new()));
    assert_eq!(trail.store.seal_trail(0, at(2)).await.unwrap().sealed, 1);
    assert_eq!(trail.store.seal_trail(0, at(2)).await.unwrap().sealed, 0, "once");
    assert_eq!(trail.verify(&[&head]).await.head.position, 6, "the head of before is still in the chain");
    let query = AuditQuery {
        scope: &Scope::All,
        organisation: None,
        who: None,
        object: Some("h1"),
        action: None,
        from: None,
        to: None,
        before: None,
        limit: 9,
    };
    assert_eq!(trail.store.audit_records(&query).await.unwrap()[0].detail["after"]["name"], "Name 1");
}

async fn an_altered_entry_is_found(trail: Trail) {
    trail.five().await;
    let found = trail.found_after("UPDATE audit SET who = 'bob' WHERE object_id = 'h3'", &[]).await;
    assert!(found.len() == 1 && found[0].contains("altered"), "{found:?}");
}

async fn altered_details_are_found(trail: Trail) {
    trail.five().await;
    let found = trail.found_after("UPDATE audit_details SET detail = '{\"after\":{}}' WHERE detail LIKE '%Name 3%'", &[]).await;
    assert!(found.len() == 1 && found[0].contains("details were altered"), "{found:?}");
}

async fn a_removed_entry_is_found(trail: Trail) {
    trail.five().await;
    let remove = "DELETE FROM audit_details WHERE detail LIKE '%Name 3%'; DELETE FROM audit WHERE object_id = 'h3'";
    let found = trail.found_after(remove, &[]).await;
    assert!(found[0].contains("removed"), "{found:?}");
    trail.sql("DELETE FROM audit_seals WHERE position = 3").await;
    assert!(trail.verify(&[]).await.findings.iter().any(|finding| finding.what.contains("missing")), "with its seal too");
}

async fn entries_put_elsewhere_are_found(trail: Trail) {
    trail.five().await;
    let swap = "UPDATE audit SET seq = -1 WHERE object_id = 'h2'; UPDATE audit SET seq = 2 WHERE object_id = 'h3'; \
        UPDATE audit SET seq = 3 WHERE object_id = 'h2'";
    let found = trail.found_after(swap, &[]).await;
    assert!(found.len() >= 2 && found.iter().all(|what| what.contains("altered")), "{found:?}");
}

async fn a_trail_cut_short_is_found_by_the_head_noted_outside(trail: Trail) {
    let head = trail.five().await;
    let cut = "DELETE FROM audit_seals WHERE position = 5; DELETE FROM audit_details WHERE seq = 5; DELETE FROM audit WHERE seq = 5";
    let found = trail.found_after(cut, &[&head]).await;
    assert!(found.len() == 1 && found[0].contains(&head), "{found:?}");
    assert_eq!(trail.verify(&[]).await.findings, [], "which nobody without that head could tell");
}

async fn a_trail_sealed_anew_is_found_by_the_head_noted_outside(trail: Trail) {
    let head = trail.five().await;
    trail.sql("UPDATE audit SET who = 'bob' WHERE object_id = 'h3'; DELETE FROM audit_seals").await;
    assert_eq!(trail.store.seal_trail(0, at(2)).await.unwrap().sealed, 5);
    assert_eq!(trail.verify(&[]).await.findings, []);
    assert_eq!(trail.verify(&[&head]).await.findings.len(), 1);
}

async fn what_was_erased_is_named_and_what_vanished_is_found(trail: Trail) {
    trail.five().await;
    let by = Actor { id: "ann".to_owned() };
    assert!(trail.store.erase_details(&by, at(2), "nobody", "asked to").await.unwrap().is_empty());
    let erased = trail.store.erase_details(&by, at(2), "h3", "asked to").await.unwrap();
    assert_eq!(erased, [3]);
    assert_eq!(trail.verify(&[]).await.findings, [], "while the entry that says so waits for its seal, too");
    trail.store.seal_trail(0, at(3)).await.unwrap();
    let report = trail.verify(&[]).await;
    assert_eq!((report.findings, report.erasures.len(), report.erasures[0].object_id.as_str()), (Vec::new(), 1, "h3"));
    assert_eq!(report.head.position, 6, "the erasure is an entry itself");
    let found = trail.found_after("DELETE FROM audit_details WHERE seq = 4", &[]).await;
    assert!(found.len() == 1 && found[0].contains("no entry says"), "{found:?}");
}

async fn what_becomes_visible_late_is_sealed_late(trail: Trail) {
    // A number taken early and committed late, as happens on PostgreSQL.
    trail.sql("INSERT INTO audit (seq, at_us, who, action, object_kind, object_id, detail) VALUES (20, 0, 'ann', 'changed', 'home', 'h', '{}')").await;
    let pass = trail.store.seal_trail(0, at(1)).await.unwrap();
    assert_eq!((pass.sealed, pass.highest), (1, 20));
    trail.sql("INSERT INTO audit (seq, at_us, who, action, object_kind, object_id, detail) VALUES (7, 0, 'ann', 'changed', 'home', 'h', '{}')").await;
    assert_eq!(trail.store.seal_trail(20, at(2)).await.unwrap().sealed, 0, "below the floor nothing is looked for");
    assert_eq!(trail.store.seal_trail(0, at(2)).await.unwrap().sealed, 1);
    let report = trail.verify(&[]).await;
    assert_eq!((report.head.position, report.findings), (2, Vec::new()));
}

async fn two_sealers_cannot_fork_the_chain(trail: Trail) {
    for n in 0..300 {
        trail.enter(&format!("h{n}"), json!({ "n": n })).await;
    }
    let mut sealers = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let store = trail.store.clone();
        // One of them wins each time; the others are told by a unique violation.
        sealers.spawn(async move { store.seal_trail(0, at(1)).await.is_ok() });
    }
    assert!(sealers.join_all().await.into_iter().any(|won| won));
    let report = trail.verify(&[]).await;
    assert_eq!((report.head.position, report.findings), (300, Vec::new()));
}

async fn an_entry_that_nobody_seals_is_found(trail: Trail) {
    trail.enter("h", json!({})).await;
    assert_eq!(trail.verify(&[]).await.findings, []);
    let later = trail.store.verify_trail(Vec::new(), at(7_200)).await.unwrap();
    assert!(later.findings[0].what.contains("no seal"), "{later:?}");
}

async fn the_command_tells(harken: Harken, url: &str) {
    let api = harken.api_as("administrator", None).await;
    api.post("/api/v1/organisations", &json!({ "id": "north", "name": "North" })).await.expect(201);
    let unsealed = "SELECT (SELECT COUNT(*) FROM audit) - (SELECT COUNT(*) FROM audit_seals)";
    wait::until("all is sealed", wait::PATIENCE, || async { (sql::number(url, unsealed).await == 0).then_some(()) }).await;
    let verify = async |arguments: &[&str]| {
        let output = harken.run(&[&["audit", "verify", "--json"], arguments].concat()).await;
        (output.status.code(), serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default())
    };
    let (code, report) = verify(&[]).await;
    assert_eq!(code, Some(0), "{report}");
    let head = report["head"]["hash"].as_str().unwrap().to_owned();
    assert_eq!(verify(&["--head", &head]).await.0, Some(0));
    assert_eq!(verify(&["--head", "nonsense"]).await.0, Some(2));
    assert_eq!(verify(&["--head", &"a".repeat(64)]).await.0, Some(1));
    harken.cli(&["audit", "erase", "--object", "north", "--reason", "the organisation asked for it"]).await;
    let (code, report) = verify(&["--head", &head]).await;
    assert_eq!((code, report["erasures"][0]["object_id"].as_str()), (Some(0), Some("north")), "{report}");
    sql::run(url, "UPDATE audit SET who = 'somebody else' WHERE object_id = 'north'").await;
    assert_eq!(verify(&[]).await.0, Some(1));
}

#[tokio::test]
async fn the_command_finds_what_was_done_behind_a_server_on_sqlite() {
    let harken = Harken::start().await;
    let url = format!("sqlite://{}", harken.dir().join("harken.db").display());
    the_command_tells(harken, &url).await;
}

#[tokio::test]
async fn the_command_finds_what_was_done_behind_two_replicas() {
    let url = Postgres::shared().await.database().await;
    let harken = Harken::builder().database(&url).start().await;
    let mut other = Harken::builder().database(&url).start().await;
    let api = other.api_as("administrator", None).await;
    api.post("/api/v1/organisations", &json!({ "id": "south", "name": "South" })).await.expect(201);
    // Whichever of them seals, the one that stays does when the other is gone.
    other.kill().await;
    the_command_tells(harken, &url).await;
}
