//! The looks for due steps and for due messages stay cheap, however many wait.

use harken::store::outbox::due_question;
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

/// Messages to two hundred webhooks that hang, and reports.
const MESSAGES: &str = "INSERT INTO outbox (id, organisation, channel, target, kind, body, created_us, next_us, attempts, state)
    SELECT 'm' || i, 'o', 'webhook', 't' || (i % 200), CASE WHEN i % 400 = 0 THEN 'report.ready' ELSE 'alert.raised' END, '{}', i, i, 0, 'pending' FROM n";

/// `shown` is how many of the two uses of the index the database's plan tells of: PostgreSQL's says nothing of questions in a list of columns.
async fn messages_are_found_by_target(url: &str, numbers: &str, shown: usize, read_whole: &[&str]) {
    let store = Store::open(&StoreSettings { url: url.to_owned(), connections: 4, max_pages: None }).await.unwrap();
    sql::run(url, &format!("CREATE TABLE n AS {numbers}; {MESSAGES}; DROP TABLE n; ANALYZE")).await;
    for (reports, index) in [(false, "outbox_waiting"), (true, "outbox_waiting_reports")] {
        let question = due_question(reports, "(SELECT 't1')", url.starts_with("postgres"));
        let plan = sql::plan(url, &question.replace("$1", "1000000").replace("$3", "256")).await;
        let by_index = plan.lines().filter(|line| line.trim_end().contains(index)).count();
        assert!(by_index >= shown, "from target to target, and of each the first: {plan}");
        assert!(!read_whole.iter().any(|words| plan.contains(words)), "{plan}");
    }
    store.close().await;
}

#[tokio::test]
async fn what_waits_for_targets_that_hang_is_passed_over_on_sqlite() {
    let url = format!("sqlite://{}", scratch::dir("messages-").join("harken.db").display());
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) SELECT i FROM n";
    messages_are_found_by_target(&url, numbers, 2, &["SCAN o", "SCAN due"]).await;
}

#[tokio::test]
async fn what_waits_for_targets_that_hang_is_passed_over_on_postgresql() {
    let url = Postgres::shared().await.database().await;
    messages_are_found_by_target(&url, "SELECT i FROM generate_series(1, 40000) AS s(i)", 1, &["Seq Scan"]).await;
}
