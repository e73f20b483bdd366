//! What an organisation owns, out of one installation and into another on the other kind of database: the same reports, and not a row of anybody else.

use std::collections::BTreeSet;
use std::path::Path;

use harken::reports::Name;
use harken::store::export::dictionary;
use harken::store::export::tables::{LEFT_BEHIND, TABLES, Table};
use serde_json::json;

use super::history::{self, FROM, TO};
use super::{Service, postgres, sqlite};
use crate::support::harken::Harken;
use crate::support::postgres::Postgres;
use crate::support::{scratch, sql};

/// A command line that works on this database.
fn at(database: &str) -> Harken {
    Harken::builder().database(database).stopped()
}

async fn reports(installation: &Harken) -> Vec<String> {
    let mut all = Vec::new();
    for name in Name::ALL {
        all.push(installation.cli(&["report", name.as_str(), "--from", FROM, "--to", TO, "--organisation", "north"]).await);
    }
    all
}

/// A report without the moment at which it was made, and without what is counted up to that moment.
fn timeless(report: &str) -> serde_json::Value {
    let mut report: serde_json::Value = serde_json::from_str(report).unwrap();
    report.as_object_mut().unwrap().retain(|name, _| name != "made_at");
    for table in report["tables"].as_array_mut().unwrap() {
        for row in table["rows"].as_array_mut().unwrap() {
            row.as_object_mut().unwrap().retain(|name, _| name != "silent_hours");
        }
    }
    report
}

async fn moves(from: Service, to: String) {
    history::write_whole(&from, 40).await;
    // Three events, of which the daily sums hold the first.
    let events = "INSERT INTO events (gateway, id, home, kind, at_us, received_us, body)
                  SELECT 'gw-north-0', id, id, 'motion', 1774000000000000, 1774000000000000, '{}' FROM homes WHERE organisation = 'north' ORDER BY id LIMIT 3";
    sql::run(&from.database, events).await;
    sql::run(&from.database, "UPDATE counters SET value = (SELECT MIN(seq) FROM events) WHERE name = 'rollups'").await;
    let here = at(&from.database);
    let folder = here.dir().join("export");
    let folder = folder.to_str().unwrap();
    let before = reports(&here).await;
    here.cli(&["export", "--organisation", "north", "--output", folder]).await;
    nothing_of_others(Path::new(folder));
    let there = at(&to);
    let tried = there.cli(&["import", folder, "--dry-run"]).await;
    assert!(tried.contains("nothing was changed"), "{tried}");
    assert_eq!(sql::number(&to, "SELECT COUNT(*) FROM organisations").await, 0);
    there.cli(&["import", folder]).await;
    for table in TABLES.iter().filter(|table| table.loaded && !["users", "rule_revisions", "escalation_policies"].contains(&table.name)) {
        let lines = std::fs::read_to_string(Path::new(folder).join(format!("{}.jsonl", table.name))).unwrap().lines().count();
        let count = format!("SELECT COUNT(*) FROM {}", table.name);
        assert_eq!(sql::number(&to, &count).await, i64::try_from(lines).unwrap(), "{}", table.name);
    }
    let unsummed = "SELECT COUNT(*) FROM events WHERE seq > (SELECT value FROM counters WHERE name = 'rollups')";
    assert_eq!(sql::number(&to, unsummed).await, 2, "an event is summed once");
    for (before, after) in before.iter().zip(reports(&there).await) {
        assert_eq!(timeless(before), timeless(&after));
    }
    let again = there.run(&["import", folder]).await;
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is in use"), "a second import would mix two services");
}

/// Everything else in the history names its organisation.
fn nothing_of_others(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for other in ["south", "west", "Lord_Howe"] {
            assert!(!text.contains(other), "{} tells of {other}", path.display());
        }
    }
}

#[tokio::test]
async fn an_export_from_sqlite_gives_the_same_reports_on_postgres() {
    moves(sqlite().await, Postgres::shared().await.database().await).await;
}

#[tokio::test]
async fn an_export_from_postgres_gives_the_same_reports_on_sqlite() {
    let file = scratch::dir("import-").join("harken.db");
    moves(postgres().await, format!("sqlite://{}", file.display())).await;
}

#[tokio::test]
async fn an_export_that_was_altered_or_is_not_whole_is_refused_and_leaves_nothing() {
    let from = sqlite().await;
    history::write_whole(&from, 5).await;
    let here = at(&from.database);
    let folder = here.dir().join("export");
    here.cli(&["export", "--organisation", "north", "--output", folder.to_str().unwrap()]).await;
    let residents = folder.join("residents.jsonl");
    let text = std::fs::read_to_string(&residents).unwrap();
    std::fs::write(&residents, text.replacen("Resident", "Somebody", 1)).unwrap();
    let file = scratch::dir("import-").join("harken.db");
    let there = at(&format!("sqlite://{}", file.display()));
    let refused = there.run(&["import", folder.to_str().unwrap()]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("residents.jsonl"));
    std::fs::write(&residents, text).unwrap();
    there.cli(&["import", folder.to_str().unwrap()]).await;
    std::fs::remove_file(folder.join("manifest.json")).unwrap();
    let refused = there.run(&["import", folder.to_str().unwrap()]).await;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not whole"));
}

#[tokio::test]
async fn every_table_and_column_is_exported_or_stays_behind_with_a_reason() {
    let service = sqlite().await;
    let known: BTreeSet<(String, String)> = sql::pairs(
        &service.database,
        "SELECT m.name, c.name, 1 FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
    )
    .await
    .into_keys()
    .filter(|(table, _)| !LEFT_BEHIND.iter().any(|(name, _)| name == table))
    .collect();
    let mut told = BTreeSet::new();
    for table in TABLES {
        let out = table.left_out.iter().map(|(name, _)| *name);
        told.extend(table.columns().map(|(name, _)| name).chain(out).map(|column| (table.name.to_owned(), column.to_owned())));
    }
    assert_eq!(told, known);
}

#[test]
fn the_dictionary_tells_every_column_in_words() {
    for table in TABLES {
        for (column, _) in table.columns() {
            let words = dictionary::words(table.name, column).unwrap_or_default();
            assert!(words.ends_with('.') && !words.contains('|'), "{}.{column} is told in no words: {words:?}", table.name);
        }
    }
    // What no table has is not told either.
    for (of, column) in dictionary::all() {
        let has = |table: &Table| of.is_none_or(|of| of == table.name) && table.columns().any(|(name, _)| name == column);
        assert!(TABLES.iter().any(has), "{of:?} has no column {column}");
    }
}

#[tokio::test]
async fn codes_of_key_safes_leave_only_when_asked_for_and_open_in_the_new_installation() {
    let first = Harken::start().await;
    let api = first.api_as("administrator", None).await;
    let organisation = api.post("/api/v1/organisations", &json!({ "name": "O", "zone": "Europe/London" })).await.expect(201);
    let organisation = organisation["id"].as_str().unwrap();
    api.post("/api/v1/homes", &json!({ "organisation": organisation, "name": "H", "key_safe": "code blue-2580" })).await.expect(201);
    let (without, with) = (first.dir().join("without"), first.dir().join("with"));
    first.cli(&["export", "--organisation", organisation, "--output", without.to_str().unwrap()]).await;
    first.cli(&["export", "--organisation", organisation, "--output", with.to_str().unwrap(), "--key-safe-codes"]).await;
    let homes = |folder: &Path| std::fs::read_to_string(folder.join("homes.jsonl")).unwrap();
    assert!(!homes(&without).contains("blue-2580") && homes(&without).contains("\"key_safe\":null"), "{}", homes(&without));
    assert!(homes(&with).contains("code blue-2580"));
    // Both are in the trail, and it tells which of them took the codes.
    let trail = api.get(&format!("/api/v1/audit?organisation={organisation}&action=exported")).await.expect(200);
    let told: Vec<&str> = trail["items"].as_array().unwrap().iter().filter_map(|entry| entry["detail"]["text"].as_str()).collect();
    assert_eq!(told.iter().map(|words| words.contains("codes of key safes")).collect::<Vec<_>>(), [true, false], "{trail}");
    let dictionary = std::fs::read_to_string(with.join("dictionary.md")).unwrap();
    assert!(dictionary.contains("| `vulnerability` | whole number | How much depends on their alarm"), "{dictionary}");
    let mut second = Harken::builder().stopped();
    second.cli(&["import", with.to_str().unwrap()]).await;
    let database = format!("sqlite://{}", second.dir().join("harken.db").display());
    assert_eq!(sql::number(&database, "SELECT COUNT(*) FROM homes WHERE length(key_safe) > 20").await, 1, "kept encrypted");
    // The new installation runs with it: the home is there, and new alarms are counted after the old.
    second.start_again().await;
    let api = second.api_as("administrator", None).await;
    let found = api.get(&format!("/api/v1/homes?organisation={organisation}")).await.expect(200);
    assert_eq!(found["items"][0]["name"], "H");
    let third = second.dir().join("third");
    second.cli(&["export", "--organisation", organisation, "--output", third.to_str().unwrap(), "--key-safe-codes"]).await;
    assert!(homes(&third).contains("code blue-2580"), "the code opens under the new installation's key");
}
