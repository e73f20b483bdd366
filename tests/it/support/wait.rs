//! Waiting for a condition, never for luck.

use std::future::Future;
use std::time::{Duration, Instant};

/// Long enough for anything that happens at all, also on a busy machine: a limit, not a measure.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Calls `probe` until it returns something, and hands that over.
///
/// # Panics
/// When `limit` passes first; the message names `what` was waited for.
pub async fn until<T, F>(what: &str, limit: Duration, mut probe: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let started = Instant::now();
    // Soon at first: a test that turns the clock waits a thousand times for something that takes a millisecond.
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(started.elapsed() < limit, "waited {} s in vain until {what}", limit.as_secs());
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}
