//! The look for due steps stays cheap, however many alerts wait.

use harken::store::states::{HOMES_DUE, NEXT_DUE};
use harken::store::{Store, StoreSettings};

use crate::support::postgres::Postgres;
use crate::support::{scratch, sql};

/// Waiting alerts' clocks and those of a thousand rotas, all due later.
const CLOCKS: &str = "INSERT INTO clocks (home, rule, subject, due_us) SELECT 'home-' || i, '#lease', 'alert-' || i, 1000000000000000 + i FROM n; \
    INSERT INTO clocks (home, rule, subject, due_us) SELECT 'organisation/' || i, '#coverage', 'rota-' || i, 2000000000000000 + i FROM n WHERE i <= 1000";

async fn is_indexed(url: &str, numbers: &str, explained: &str) {
    let store = Store::open(&StoreSettings { url: url.to_owned(), connections: 4, max_pages: None }).await.unwrap();
    sql::run(url, &format!("CREATE TABLE n AS {numbers}; {CLOCKS}; DROP TABLE n; ANALYZE")).await;
    let due = HOMES_DUE.replace("$1", "1000000000000100").replace("$2", "500");
    for question in [due.as_str(), NEXT_DUE] {
        let plan = sql::plan(url, question).await;
        assert!(plan.contains(explained) && plan.contains("clocks_by_due"), "{question}: {plan}");
        assert!(!plan.contains("Seq Scan") && !plan.contains("B-TREE") && !plan.contains("Sort"), "{question}: {plan}");
    }
    store.close().await;
}

#[tokio::test]
async fn due_steps_are_found_by_an_index_on_sqlite() {
    let url = format!("sqlite://{}", scratch::dir("scan-").join("harken.db").display());
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n";
    is_indexed(&url, numbers, "SEARCH").await;
}

#[tokio::test]
async fn due_steps_are_found_by_an_index_on_postgresql() {
    let url = Postgres::shared().await.database().await;
    is_indexed(&url, "SELECT i FROM generate_series(1, 20000) AS s(i)", "Index Cond").await;
}
