//! What "last heard" costs: it is kept exactly in memory, and written down only when it moved on by a grain.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::event::Event;
use crate::domain::home::is_unclaimed;
use crate::store::heard::DeviceHeard;

use super::Engine;
use super::unit::Unit;

/// A gateway's last hearing is written down when it moved on by this much; a crash forgets no more of it.
const GATEWAY_GRAIN: TimeDelta = TimeDelta::seconds(5);
/// The same for devices.
const DEVICE_GRAIN: TimeDelta = TimeDelta::seconds(60);
/// A longer silence of a gateway ends its up-interval.
const UP_GAP: TimeDelta = TimeDelta::minutes(15);

/// Gateways with the time they were heard, and up-intervals with their begin and end.
type Written = (Vec<(Arc<str>, Time)>, Vec<(Arc<str>, Time, Time)>);

/// Takes note of who was heard, and answers with what is to be written down.
pub(super) fn gateways_to_write(unit: &mut Unit, homes: &HashMap<Arc<str>, Arc<str>>, heard: &HashMap<&Arc<str>, Time>) -> Written {
    let (mut gateways, mut paths) = (Vec::new(), Vec::new());
    for (gateway, at) in heard {
        let Some(known) = homes.get(*gateway).and_then(|key| unit.homes.get_mut(&**key)) else { continue };
        let gateway = (*gateway).clone();
        let before = known.heard.insert(gateway.clone(), *at);
        let saved = known.heard_saved.get(&gateway).copied();
        // An unregistered gateway is written each time: that is what creates its row.
        if saved.is_none_or(|saved| *at - saved >= GATEWAY_GRAIN) || is_unclaimed(&known.home.key) {
            known.heard_saved.insert(gateway.clone(), *at);
            gateways.push((gateway.clone(), *at));
        }
        let unbroken = before.filter(|before| *at - *before <= UP_GAP);
        let up = known.up.get(&gateway).copied().filter(|_| unbroken.is_some());
        match up {
            Some((_, until)) if *at - until < DEVICE_GRAIN => {}
            Some((from, _)) => {
                known.up.insert(gateway.clone(), (from, *at));
                paths.push((gateway, from, *at));
            }
            None => {
                // After a restart the running interval is not known here; a new one begins where the last hearing was, so no gap is invented.
                let from = unbroken.unwrap_or(*at);
                known.up.insert(gateway.clone(), (from, *at));
                paths.push((gateway, from, *at));
            }
        }
    }
    gateways.sort_unstable();
    paths.sort_unstable();
    (gateways, paths)
}

impl Engine {
    /// The devices to write down, new ones among them.
    pub(super) fn devices_to_write<'a>(&self, unit: &mut Unit, events: impl Iterator<Item = (&'a Event, &'a str)>) -> Vec<DeviceHeard> {
        let mut latest: HashMap<(Arc<str>, String), DeviceHeard> = HashMap::new();
        for (event, home) in events {
            let Some(address) = event.device.as_deref() else { continue };
            let Some(known) = unit.homes.get_mut(home) else { continue };
            let battery = match event.kind.as_str() {
                "battery_low" => Some("low"),
                "battery_ok" => Some("ok"),
                _ => None,
            };
            let key = (event.gateway.clone(), address.to_owned());
            let is_new = !known.home.devices.contains_key(&key);
            let fresh = known.devices_saved.get(&key).is_some_and(|saved| event.at - *saved < DEVICE_GRAIN);
            if fresh && !is_new && battery.is_none() {
                continue;
            }
            let saved = known.devices_saved.entry(key.clone()).or_insert(event.at);
            *saved = (*saved).max(event.at);
            let new_id = if is_new { crate::clock::new_id(&self.clock) } else { String::new() };
            if is_new {
                let device = crate::domain::home::Device { id: new_id.clone(), resident: None, call_back: None };
                known.home.devices.insert(key.clone(), device);
            }
            let entry = latest.entry(key).or_insert_with(|| DeviceHeard {
                gateway: event.gateway.clone(),
                address: address.to_owned(),
                home: home.to_owned(),
                new_id: if new_id.is_empty() { crate::clock::new_id(&self.clock) } else { new_id },
                at: event.at,
                battery: None,
            });
            entry.at = entry.at.max(event.at);
            entry.battery = battery.or(entry.battery);
        }
        let mut devices: Vec<DeviceHeard> = latest.into_values().collect();
        devices.sort_unstable_by(|a, b| (&a.gateway, &a.address).cmp(&(&b.gateway, &b.address)));
        devices
    }
}
