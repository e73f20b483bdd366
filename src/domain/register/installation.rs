//! Whether a home is installed: its equipment is on record, and every piece of it has been heard from there.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Device, Gateway};

/// What a home still lacks before it can be relied on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Installation {
    /// Whether nothing is missing. Until then the home is being installed.
    pub complete: bool,
    /// No gateway stands there.
    pub no_gateway: bool,
    /// Ids of the gateways that were never heard from this home.
    pub unheard_gateways: Vec<String>,
    /// Ids (in the register) of the devices that were never heard from this home.
    pub unheard_devices: Vec<String>,
}

impl Installation {
    /// What is missing, from the equipment that stands in a home. What is archived, or stands behind a gateway that is, is not waited for.
    #[must_use]
    pub fn of(gateways: &[Gateway], devices: &[Device]) -> Self {
        let standing: Vec<&Gateway> = gateways.iter().filter(|each| each.archived_at.is_none()).collect();
        let unheard_gateways: Vec<String> =
            standing.iter().filter(|each| !heard_since(each.last_heard_at, each.placed_at)).map(|each| each.id.clone()).collect();
        let behind = |device: &Device| standing.iter().find(|each| each.id == device.gateway);
        let unheard = |device: &&Device| {
            device.archived_at.is_none() && behind(device).is_some_and(|gateway| !heard_since(device.last_heard_at, gateway.placed_at))
        };
        let unheard_devices: Vec<String> = devices.iter().filter(unheard).map(|each| each.id.clone()).collect();
        let no_gateway = standing.is_empty();
        Self {
            complete: !no_gateway && unheard_gateways.is_empty() && unheard_devices.is_empty(),
            no_gateway,
            unheard_gateways,
            unheard_devices,
        }
    }
}

/// What was heard before the equipment came to this home was heard elsewhere.
fn heard_since(last: Option<DateTime<Utc>>, placed: Option<DateTime<Utc>>) -> bool {
    last.is_some_and(|last| placed.is_none_or(|placed| last >= placed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(second)
    }

    #[test]
    fn what_was_heard_before_the_move_was_heard_elsewhere() {
        assert!(!heard_since(None, None));
        assert!(heard_since(Some(at(1)), None));
        assert!(!heard_since(Some(at(1)), Some(at(2))));
        assert!(heard_since(Some(at(2)), Some(at(2))));
    }

    #[test]
    fn a_home_without_a_gateway_is_not_installed() {
        assert_eq!(Installation::of(&[], &[]), Installation { no_gateway: true, ..Installation::default() });
    }
}
