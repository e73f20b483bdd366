//! What the commands that play gateways say at the end, and how they show that they are alive.

use std::fmt::Write;
use std::time::Duration;

use crate::sim::tally::Tally;

/// The account of some gateways in a line or two.
#[must_use]
pub fn account(tally: &Tally, seconds: f64) -> String {
    let rate = if seconds > 0.0 { tally.sent as f64 / seconds } else { 0.0 };
    let mut text = format!(
        "sent: {} in {seconds:.1} s ({rate:.0} a second)\nstored: {}, duplicate: {}, rejected: {}, unanswered: {}",
        tally.sent, tally.stored, tally.duplicate, tally.rejected, tally.unanswered
    );
    if tally.resent > 0 || tally.disconnects > 0 {
        let _ = write!(text, "\nsent again: {} messages; connections lost or not had: {}", tally.resent, tally.disconnects);
    }
    text
}

/// The reasons that the gateways were given, as the end of a sentence; empty when there are none.
#[must_use]
pub fn because(tally: &Tally) -> String {
    if tally.reasons.is_empty() {
        return String::new();
    }
    format!(": {}", tally.reasons.iter().map(String::as_str).collect::<Vec<_>>().join("; "))
}

/// Waits for `work`, and calls `look` five times a second meanwhile.
pub async fn watch<T>(work: impl Future<Output = T>, mut look: impl FnMut()) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(Duration::from_millis(200)) => look(),
        }
    }
}
