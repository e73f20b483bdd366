//! Days of a control room, played by dice: the real engine on SQLite, a clock whose hands the dice turn, operators who forget, consoles that vanish,
//! responders who decline, webhooks that fail, and a service that is ended at any step. After every step what is stored is held against a small model of its
//! own. A seed plays the same day again: `HARKEN_SEED=7 cargo test --test it simulation`.

mod dice;
mod model;
mod play;
mod world;

use std::collections::BTreeMap;

use play::Play;

/// What must have happened to somebody, or the simulation shows nothing.
const INTERESTING: [&str; 12] = [
    "lease lost",
    "idle",
    "hold ended",
    "pressed while held",
    "last step repeated",
    "gap in the rota",
    "change of clocks",
    "message given up",
    "reopened",
    "visit declined",
    "service ended",
    "event sent again after a crash",
];
const HOURS_A_DAY: i64 = 25;

async fn days(seeds: impl Iterator<Item = u64>) -> (i64, BTreeMap<&'static str, u64>) {
    let (mut hours, mut seen) = (0, BTreeMap::new());
    for seed in seeds {
        let day = Box::pin(Play::day(seed, HOURS_A_DAY)).await;
        for (what, times) in day {
            *seen.entry(what).or_insert(0) += times;
        }
        hours += HOURS_A_DAY;
    }
    (hours, seen)
}

fn all_happened(seen: &BTreeMap<&'static str, u64>) {
    let missing: Vec<_> = INTERESTING.iter().filter(|what| !seen.contains_key(*what)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}; happened: {seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_hours_hold_against_the_model() {
    if let Some(seed) = std::env::var("HARKEN_SEED").ok().and_then(|seed| seed.parse().ok()) {
        println!("{:?}", days(std::iter::once(seed)).await);
        return;
    }
    let (hours, seen) = days(1..=4).await;
    assert_eq!(hours, 100);
    all_happened(&seen);
}

/// The long run of `make soak`: as many hours as `HARKEN_SOAK_HOURS` says, 100,000 unless told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_hours_hold_against_the_model() {
    if std::env::var_os("HARKEN_SOAK").is_none() {
        return;
    }
    let wanted: i64 = std::env::var("HARKEN_SOAK_HOURS").ok().and_then(|hours| hours.parse().ok()).unwrap_or(100_000);
    let last = u64::try_from(wanted / HOURS_A_DAY).unwrap_or(1);
    let (hours, seen) = days((1_000..).take(usize::try_from(last).unwrap_or(1))).await;
    println!("{hours} simulated hours: {seen:?}");
    all_happened(&seen);
}
