//! What lies in the tables before anything is measured, written straight by SQL.

use std::str::FromStr;
use std::time::{Duration, Instant};

use harken::clock::Clock;
use harken::domain::secret;
use harken::sim::link::Identity;
use harken::store::{Store, StoreSettings};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// The secret of every gateway here.
pub const SECRET: &str = "0123456789abcdef";

/// Runs statements on either database.
pub async fn run(url: &str, text: &str) {
    if url.starts_with("postgres") {
        let mut connection = sqlx::PgConnection::connect(url).await.expect("the database");
        sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut connection).await.expect("done");
        return;
    }
    let options = sqlx::sqlite::SqliteConnectOptions::from_str(url).expect("a URL").busy_timeout(Duration::from_mins(1));
    let mut connection = options.pragma("synchronous", "off").pragma("cache_size", "-400000").connect().await.expect("the database");
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut connection).await.expect("done");
}

/// Makes the schema, and `count` homes with a gateway each.
pub async fn homes(url: &str, count: usize) -> Vec<Identity> {
    let store = Store::open(&StoreSettings { url: url.to_owned(), connections: 4, max_pages: None }).await.expect("the database");
    store.close().await;
    let now = Clock::system().now().timestamp_micros();
    let series = format!("WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {})", count - 1);
    let digest = secret::sha256_hex(SECRET.as_bytes());
    let text = format!(
        "INSERT INTO organisations (id, name, zone, created_us) VALUES ('bench', 'Bench', 'Europe/London', {now}) ON CONFLICT DO NOTHING;
         INSERT INTO homes (id, organisation, name, address, locality, zone, access_notes, created_us)
           {series} SELECT 'home-' || n, 'bench', 'Home ' || n, '', '', 'Europe/London', '', {now} FROM series;
         INSERT INTO home_versions (home, version) SELECT id, 1 FROM homes;
         INSERT INTO gateways (id, home, registered, secret_sha256, revoked_certificates, model, created_us)
           {series} SELECT 'bench-' || n, 'home-' || n, 1, '{digest}', '[]', '', {now} FROM series;"
    );
    run(url, &text).await;
    (0..count).map(|n| Identity { id: format!("bench-{n}").into(), secret: Some(SECRET.to_owned()) }).collect()
}

/// `rows` events of the first 1,000 homes, in the past month.
pub async fn events(url: &str, rows: u64) {
    if rows == 0 {
        return;
    }
    let now = Clock::system().now().timestamp_micros();
    let step = Duration::from_hours(24 * 30).as_micros() / u128::from(rows);
    let body = format!(r#"{{"data":{{"rssi_dbm":-60,"battery_percent":80,"raw":"{}"}},"marks":{{}}}}"#, "0123456789abcdef".repeat(8));
    let begun = Instant::now();
    let text = format!(
        "INSERT INTO events (gateway, id, home, device, kind, at_us, received_us, body)
           WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {last})
           SELECT 'bench-' || (n % 1000), 'f-' || (100000000 + n), 'home-' || (n % 1000), 'hallway', 'motion', {now} - CAST({rows} - n AS BIGINT) * {step},
                  {now} - CAST({rows} - n AS BIGINT) * {step}, '{body}' FROM series;
         UPDATE counters SET value = {rows} WHERE name = 'rollups';",
        last = rows - 1
    );
    run(url, &text).await;
    if url.starts_with("postgres") {
        run(url, "VACUUM ANALYZE events").await;
    }
    println!("  ({rows} events lie in the tables; writing them took {:.0} s)", begun.elapsed().as_secs_f64());
}

/// Rows per second that the database itself takes: the same rows, sets of 2,000, a durable commit each, nothing around it.
pub async fn raw_rate(url: &str, lasting: Duration) -> f64 {
    let store = Store::open(&StoreSettings { url: url.to_owned(), connections: 4, max_pages: None }).await.expect("the database");
    let now = Clock::system().now();
    let mut mix = harken::sim::load::mix::Mix::new(3, 300);
    let begun = Instant::now();
    let mut stored = 0_u64;
    while begun.elapsed() < lasting {
        let events: Vec<_> = (0..2_000_u64).map(|n| event(&mut mix, stored + n, now)).collect();
        let rows: Vec<_> = events.iter().map(|(event, home)| (event, home.as_str())).collect();
        let mut tx = store.begin().await.expect("a transaction");
        stored += tx.insert_events(&rows).await.expect("stored").into_iter().filter(|fresh| *fresh).count() as u64;
        tx.commit().await.expect("committed");
    }
    let rate = stored as f64 / begun.elapsed().as_secs_f64();
    store.close().await;
    rate
}

fn event(mix: &mut harken::sim::load::mix::Mix, number: u64, now: harken::clock::Time) -> (harken::domain::event::Event, String) {
    use harken::domain::dating::Dating;
    use harken::ingest::delivery::Topic;
    use harken::ingest::format::{Item, Origin, decode};
    let gateway = format!("bench-{}", number % 1000).into();
    let payload = mix.event(&format!("raw-{number}"), now);
    let origin = Origin { gateway: &gateway, topic: Topic::Events, retained: false, received_at: now };
    let Some(Item::Event(event)) = decode(&payload, origin, Dating::default()).items.pop() else { panic!("the mix is readable") };
    (*event, format!("home-{}", number % 1000))
}
