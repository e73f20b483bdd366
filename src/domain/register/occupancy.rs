//! Where people are in a home, as far as its sensors say: what was noticed last, and which beds, chairs and rooms were entered and not left.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// A sign of life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Sign {
    /// Its kind, such as `motion` or `bed_entered`.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The gateway that said so.
    pub gateway: String,
    /// The device's address behind it.
    pub device: Option<String>,
    /// The room that the device is in; empty when the register does not say.
    pub room: String,
}

/// What the sensors say of who is where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Occupancy {
    /// The newest sign of life of the last 30 days.
    pub last_sign: Option<Sign>,
    /// Beds, chairs and rooms that were entered within the last day and not left since, the newest first.
    pub entered: Vec<Sign>,
}

/// The kinds by which somebody enters something, each with the kind by which it is left.
pub const ENTERED_AND_LEFT: [(&str, &str); 3] =
    [("bed_entered", "bed_left"), ("chair_entered", "chair_left"), ("room_entered", "room_left")];

impl Occupancy {
    /// From the newest sign, and the signs of entering and leaving, newest first.
    #[must_use]
    pub fn of(last_sign: Option<Sign>, newest_first: Vec<Sign>) -> Self {
        let mut judged: Vec<(String, Option<String>, usize)> = Vec::new();
        let mut entered = Vec::new();
        for sign in newest_first {
            let Some(pair) = ENTERED_AND_LEFT.iter().position(|(enter, leave)| sign.kind == *enter || sign.kind == *leave) else {
                continue;
            };
            let place = (sign.gateway.clone(), sign.device.clone(), pair);
            if judged.contains(&place) {
                continue;
            }
            judged.push(place);
            if sign.kind == ENTERED_AND_LEFT[pair].0 {
                entered.push(sign);
            }
        }
        Self { last_sign, entered }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(kind: &str, device: &str, second: i64) -> Sign {
        let at = DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(second);
        Sign { kind: kind.to_owned(), at, gateway: "gw".to_owned(), device: Some(device.to_owned()), room: String::new() }
    }

    #[test]
    fn what_was_entered_and_not_left_since_is_occupied() {
        let signs = vec![
            sign("bed_entered", "bed", 4),
            sign("chair_left", "chair", 3),
            sign("chair_entered", "chair", 2),
            sign("bed_left", "bed", 1),
        ];
        assert_eq!(Occupancy::of(None, signs).entered, [sign("bed_entered", "bed", 4)]);
    }

    #[test]
    fn two_beds_are_two_places() {
        let signs = vec![sign("bed_left", "bed-1", 3), sign("bed_entered", "bed-2", 2), sign("bed_entered", "bed-1", 1)];
        assert_eq!(Occupancy::of(None, signs).entered, [sign("bed_entered", "bed-2", 2)]);
    }
}
