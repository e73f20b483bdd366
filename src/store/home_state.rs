//! How things stand in a home now: equipment, what rules wait for, open alerts.

use std::collections::BTreeMap;

use super::{ListQuery, Result, Store, StoreError};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::home::is_unclaimed;
use crate::domain::register::{HomeState, Installation, Occupancy, OpenFault, Waiting};

/// More equipment than any home has; what is beyond is left out.
const MOST: i64 = 1000;

impl Store {
    /// How things stand in `home` at `now` (a home's id, or `unclaimed/{gateway}`).
    ///
    /// # Errors
    /// `NotFound` when it is not there or outside `scope`.
    pub async fn home_state(&self, scope: &Scope, home: &str, now: Time) -> Result<HomeState> {
        let mut tx = self.snapshot().await?;
        tx.organisation_of_key(scope, home).await?;
        let mut waiting: BTreeMap<(String, String), Waiting> = BTreeMap::new();
        for row in tx.states_of(&[home]).await? {
            let state = Some(serde_json::from_str(&row.state).map_err(StoreError::unreadable("rule state"))?);
            let one = Waiting { title: row.rule.clone(), rule: row.rule.clone(), subject: row.subject.clone(), would_fire_at: None, state };
            waiting.insert((row.rule, row.subject), one);
        }
        // Rules whose names begin with # are the engine's own: leases and the like.
        for row in tx.clocks_of(&[home]).await?.into_iter().filter(|row| !row.rule.starts_with('#')) {
            let none =
                Waiting { title: row.rule.clone(), rule: row.rule.clone(), subject: row.subject.clone(), would_fire_at: None, state: None };
            waiting.entry((row.rule, row.subject)).or_insert(none).would_fire_at = Some(row.due);
        }
        let mut open_alerts = tx.open_alerts_of(&[home]).await?;
        open_alerts.sort_by(|left, right| (left.priority, left.raised_at, &left.id).cmp(&(right.priority, right.raised_at, &right.id)));
        let mut faults: Vec<OpenFault> = open_alerts.iter().filter_map(|alert| OpenFault::of(alert, now)).collect();
        faults.sort_by_key(|open| open.fault.due_at);
        let excuses = tx.running_excuses(home, now).await?;
        let (last_sign, signs) = (tx.last_sign(home, now).await?, tx.signs_of_entering(home, now).await?);
        drop(tx);
        let query = ListQuery { scope, organisation: None, home: Some(home), archived: is_unclaimed(home), after: None, limit: MOST };
        let (gateways, devices) = (self.gateways(&query).await?, self.devices(&query, None).await?);
        let mut occupancy = Occupancy::of(last_sign, signs);
        for sign in occupancy.last_sign.iter_mut().chain(&mut occupancy.entered) {
            let device = devices.iter().find(|device| device.gateway == sign.gateway && Some(&device.address) == sign.device.as_ref());
            sign.room = device.map(|device| device.room.clone()).unwrap_or_default();
        }
        Ok(HomeState {
            home: home.to_owned(),
            installation: Installation::of(&gateways, &devices),
            gateways,
            devices,
            occupancy,
            waiting: waiting.into_values().collect(),
            excuses,
            open_alerts,
            faults,
        })
    }
}
