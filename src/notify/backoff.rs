//! How long to wait before the next try of a message: twice as long each time, up to a limit, and never all at the same moment.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::config::Notify;

/// The pause after the `attempt`th try of the message `id`. How far it lies from the even number follows from the id, which is random: messages that
/// failed together come back apart, and a test knows when.
pub fn pause(settings: &Notify, id: &str, attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.clamp(1, 32) - 1).unwrap_or(0);
    let first = Duration::from_secs(settings.first_pause_s.max(1));
    let whole =
        first.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX)).min(Duration::from_secs(settings.longest_pause_s.max(1)));
    let drawn = Sha256::new().chain_update(id).chain_update(attempt.to_le_bytes()).finalize();
    whole.mul_f64(0.75 + 0.5 * f64::from(drawn[0]) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn pauses_double_up_to_the_limit_and_differ() {
        let settings = Settings::default().notify;
        for (attempt, whole) in [(1, 5.0), (2, 10.0), (5, 80.0), (10, 2560.0), (11, 3600.0), (99, 3600.0)] {
            let pause = pause(&settings, "msg_1", attempt).as_secs_f64();
            assert!((whole * 0.75..=whole * 1.25).contains(&pause), "{attempt}: {pause}");
        }
        assert_ne!(pause(&settings, "msg_1", 3), pause(&settings, "msg_2", 3));
        assert_eq!(pause(&settings, "msg_1", 3), pause(&settings, "msg_1", 3));
    }
}
