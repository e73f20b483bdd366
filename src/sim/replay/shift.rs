//! How far a recording is moved in time: so that its last event happens now.
//!
//! "Now" must be the same at the second replay, or every event would be another one. So the shift is chosen once for an installation, a
//! file and a zone, and remembered there. The zone counts because it decides which instants are meant. Ids are made from the
//! file, the zone and the shift: whatever of them changes, the events are others, and are never taken for a device whose counter
//! began again.

use chrono::{SubsecRound, TimeDelta};
use sha2::{Digest, Sha256};

use super::recorded::Stamp;
use super::{Recording, hex};
use crate::clock::Time;
use crate::sim::installation::Installation;

/// The stamp for `recording`: as it was recorded, or with the shift that this installation remembers, or moved so that it ends `now`
/// (which is then remembered).
///
/// # Errors
/// When the installation cannot recall or remember.
pub async fn stamp(recording: &Recording, as_recorded: bool, now: Time, installation: &Installation) -> Result<Stamp, String> {
    let shift_s = match recording.span() {
        Some((_, last)) if !as_recorded => {
            let key = format!("replay:{}:{}", recording.digest, recording.zone.name());
            match (installation.recall)(key.clone()).await? {
                Some(known) => known,
                None => {
                    // Whole seconds: recordings have no finer times, and a shift should be easy to read. Rounded down, so that the
                    // last event is not in the future.
                    let shift = (now.trunc_subsecs(0) - last).num_seconds();
                    (installation.remember)(key, shift).await?;
                    shift
                }
            }
        }
        _ => 0,
    };
    Ok(fixed(recording, shift_s))
}

/// The stamp for a shift of so many seconds.
#[must_use]
pub fn fixed(recording: &Recording, shift_s: i64) -> Stamp {
    let of = format!("{} {} {shift_s}", recording.digest, recording.zone.name());
    let prefix = hex(&Sha256::digest(of.as_bytes())[..5]);
    Stamp { prefix, shift: TimeDelta::seconds(shift_s), zone: recording.zone }
}
