//! Instants as microseconds since 1970, as all of this room counts them.

pub(super) use crate::domain::calendar::{DAY_US, HOUR_US, MINUTE_US, SECOND_US, Us, local, time, us};
