//! A batch while it is worked on: what each delivery's items became, from arrival to answer.

use std::collections::HashMap;
use std::sync::Arc;

use crate::clock::Time;
use crate::domain::alert::Queue;
use crate::domain::event::Event;
use crate::domain::home::{is_unclaimed, unclaimed_key};
use crate::domain::notice::{UNREADABLE_ALARM, notice, notices};
use crate::rules::{Input, decide};
use crate::store::Result;
use crate::store::events::StoredEvent;
use crate::store::refused::Refused;

use super::Engine;
use super::acks::{self, Ack, Status};
use super::delivery::{Delivery, EVIDENCE_BYTES, Item, Rejection, Topic, hash_id};
use super::hearing::gateways_to_write;
use super::unit::Unit;

/// An event on its way into the store.
struct Incoming {
    event: Event,
    home: Arc<str>,
    /// The person that the event itself named.
    named: Option<String>,
    fate: Fate,
    alerts: Vec<String>,
}

impl Incoming {
    /// The event without what became of it here.
    fn into_event_as_sent(self) -> Event {
        let mut event = self.event;
        event.resident = self.named;
        if let Some(original) = event.body.marks.reused_id.take() {
            event.id = original;
        }
        event
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    New,
    Duplicate,
    /// Kept as state, not as a row: a heartbeat.
    State,
}

/// What could not be read, on its way into quarantine.
struct Refusal {
    rejection: Rejection,
    gateway: Arc<str>,
    home: Arc<str>,
    topic: Topic,
    received_at: Time,
    alerts: Vec<String>,
}

impl Refusal {
    fn of(rejection: Rejection, delivery: &Delivery, home: Arc<str>) -> Self {
        let (gateway, topic, received_at) = (delivery.gateway.clone(), delivery.topic, delivery.received_at);
        Self { rejection, gateway, home, topic, received_at, alerts: Vec::new() }
    }
}

/// A status message.
pub(super) struct StatusChange {
    pub(super) gateway: Arc<str>,
    pub(super) state: &'static str,
    pub(super) at: Time,
}

/// A batch while it is worked on. `places` says for each delivery what its items became.
pub(super) struct Work {
    events: Vec<Incoming>,
    rejections: Vec<Refusal>,
    pub(super) statuses: Vec<StatusChange>,
    places: Vec<Vec<Place>>,
}

#[derive(Clone, Copy)]
enum Place {
    Event(usize),
    Rejected(usize),
}

impl Work {
    /// Takes the events out of the deliveries. [`Work::give_back`] puts them back.
    pub(super) fn collect(batch: &mut [Delivery], homes: &HashMap<Arc<str>, Arc<str>>, unit: &mut Unit, engine: &Engine) -> Self {
        let dating = engine.dating(unit.now);
        let mut work = Self { events: Vec::new(), rejections: Vec::new(), statuses: Vec::new(), places: Vec::with_capacity(batch.len()) };
        for delivery in batch {
            let home = homes.get(&delivery.gateway).cloned().unwrap_or_else(|| unclaimed_key(&delivery.gateway).into());
            // A status that the source has refused is judged already.
            if delivery.topic == Topic::Status && delivery.decoded.is_none() {
                work.status(delivery, home);
                continue;
            }
            let mut places = Vec::new();
            let mut known = unit.homes.get_mut(&*home);
            for item in delivery.decoded.as_mut().map(|decoded| std::mem::take(&mut decoded.items)).unwrap_or_default() {
                places.push(match item {
                    Item::Event(mut event) => {
                        let named = event.resident.take();
                        event.resident = match &known {
                            Some(known) => known.home.attribute(&event.gateway, event.device.as_deref(), named.as_deref()),
                            None => named.clone(),
                        };
                        // Of a gateway that nobody registered nothing is remembered.
                        if let Some(known) = known.as_mut().filter(|_| !is_unclaimed(&home)) {
                            known.memory.date(&mut event, &dating, engine.rules.revision);
                        }
                        let fate = if event.kind == "heartbeat" { Fate::State } else { Fate::New };
                        work.events.push(Incoming { event: *event, home: home.clone(), named, fate, alerts: Vec::new() });
                        Place::Event(work.events.len() - 1)
                    }
                    Item::Rejected(rejection) => {
                        work.rejections.push(Refusal::of(rejection, delivery, home.clone()));
                        Place::Rejected(work.rejections.len() - 1)
                    }
                });
            }
            work.places.push(places);
        }
        work
    }

    /// Puts into the deliveries of `batch` again what [`Work::collect`] took out, as it was: nothing of it is stored.
    pub(super) fn give_back(self, batch: &mut [Delivery]) {
        let mut events: Vec<Option<Incoming>> = self.events.into_iter().map(Some).collect();
        let mut rejections: Vec<Option<Refusal>> = self.rejections.into_iter().map(Some).collect();
        for (delivery, places) in batch.iter_mut().zip(self.places) {
            let Some(decoded) = &mut delivery.decoded else { continue };
            decoded.items = places
                .into_iter()
                .filter_map(|place| match place {
                    Place::Event(n) => events[n].take().map(|incoming| Item::Event(Box::new(incoming.into_event_as_sent()))),
                    Place::Rejected(n) => rejections[n].take().map(|refusal| Item::Rejected(refusal.rejection)),
                })
                .collect();
        }
    }

    /// `online` or `offline`, bare or as `{"state": …}`. Anything else goes to quarantine.
    fn status(&mut self, delivery: &Delivery, home: Arc<str>) {
        let text = String::from_utf8_lossy(&delivery.payload);
        let state = serde_json::from_str::<serde_json::Value>(&text).ok().and_then(|value| Some(value.get("state")?.as_str()?.to_owned()));
        let state = match state.as_deref().unwrap_or(text.trim()) {
            "online" => Some("online"),
            "offline" => Some("offline"),
            _ => None,
        };
        let mut places = Vec::new();
        // An empty retained message is how a broker's copy of the status is deleted.
        if let Some(state) = state {
            self.statuses.push(StatusChange { gateway: delivery.gateway.clone(), state, at: delivery.received_at });
        } else if !delivery.payload.is_empty() {
            let rejection = Rejection {
                id: None,
                reason: "status must be `online` or `offline`, bare or as {\"state\": …}".to_owned(),
                alarming: false,
                length: delivery.payload.len(),
                head: delivery.payload[..delivery.payload.len().min(EVIDENCE_BYTES)].to_vec(),
            };
            self.rejections.push(Refusal::of(rejection, delivery, home));
            places.push(Place::Rejected(self.rejections.len() - 1));
        }
        self.places.push(places);
    }

    /// Stores what is new. An id that comes again with other content is stored under a derived id.
    pub(super) async fn store_events(&mut self, unit: &mut Unit) -> Result<()> {
        let rows: Vec<(&Event, &str)> =
            self.events.iter().filter(|each| each.fate == Fate::New).map(|each| (&each.event, &*each.home)).collect();
        let fresh = unit.tx.insert_events(&rows).await?;
        let mut again = Vec::new();
        for ((n, incoming), fresh) in self.events.iter_mut().enumerate().filter(|(_, each)| each.fate == Fate::New).zip(fresh) {
            if !fresh {
                incoming.fate = Fate::Duplicate;
                again.push(n);
            }
        }
        if again.is_empty() {
            return Ok(());
        }
        let pairs: Vec<(Arc<str>, String)> =
            again.iter().map(|n| (self.events[*n].event.gateway.clone(), self.events[*n].event.id.clone())).collect();
        let found = unit.tx.find_events(&pairs).await?;
        let mut reused = Vec::new();
        for n in again {
            let incoming = &mut self.events[n];
            match found.get(&(incoming.event.gateway.to_string(), incoming.event.id.clone())) {
                Some(stored) if same(stored, &incoming.event) => incoming.alerts.clone_from(&stored.alerts),
                _ => {
                    let original = incoming.event.id.clone();
                    incoming.event.id = derived_id(&incoming.event);
                    incoming.event.body.marks.reused_id = Some(original);
                    incoming.fate = Fate::New;
                    reused.push(n);
                }
            }
        }
        self.store_reused(unit, &reused).await
    }

    async fn store_reused(&mut self, unit: &mut Unit, reused: &[usize]) -> Result<()> {
        let rows: Vec<(&Event, &str)> = reused.iter().map(|n| (&self.events[*n].event, &*self.events[*n].home)).collect();
        let fresh = unit.tx.insert_events(&rows).await?;
        let mut again = Vec::new();
        for (n, fresh) in reused.iter().zip(fresh) {
            let incoming = &mut self.events[*n];
            if !fresh {
                incoming.fate = Fate::Duplicate;
                again.push((incoming.event.gateway.clone(), incoming.event.id.clone(), *n));
            }
        }
        let pairs: Vec<(Arc<str>, String)> = again.iter().map(|(gateway, id, _)| (gateway.clone(), id.clone())).collect();
        let found = unit.tx.find_events(&pairs).await?;
        for (gateway, id, n) in again {
            if let Some(stored) = found.get(&(gateway.to_string(), id)) {
                self.events[n].alerts.clone_from(&stored.alerts);
            }
        }
        Ok(())
    }

    /// Gateways and devices that were heard, and their up-intervals. Written down only when they moved on by a grain.
    pub(super) async fn note_heard(
        &self,
        engine: &Engine,
        unit: &mut Unit,
        homes: &HashMap<Arc<str>, Arc<str>>,
        batch: &[Delivery],
    ) -> Result<()> {
        let mut latest: HashMap<&Arc<str>, Time> = HashMap::new();
        // A retained message says nothing about now; a last will says the contrary; and what cannot be read
        // enters nobody into the register.
        let tells = |(delivery, places): &(&Delivery, &Vec<Place>)| {
            let readable = delivery.decoded.is_none() || places.iter().any(|place| matches!(place, Place::Event(_)));
            let registered = homes.get(&delivery.gateway).is_some_and(|key| !is_unclaimed(key));
            let alive = delivery.topic != Topic::Status || delivery.payload.windows(6).any(|word| word == b"online");
            !delivery.retained && alive && (readable || registered)
        };
        for (delivery, _) in batch.iter().zip(&self.places).filter(tells) {
            let at = latest.entry(&delivery.gateway).or_insert(delivery.received_at);
            *at = (*at).max(delivery.received_at);
        }
        let (gateways, paths) = gateways_to_write(unit, homes, &latest);
        unit.tx.gateways_heard(&gateways).await?;
        unit.tx.extend_up(&paths).await?;
        let devices = engine.devices_to_write(unit, self.events.iter().map(|incoming| (&incoming.event, &*incoming.home)));
        unit.tx.devices_heard(&devices).await
    }

    /// Decides home by home, in the order of event time.
    pub(super) async fn decide(&mut self, engine: &Engine, unit: &mut Unit, raised: &mut Vec<Queue>) -> Result<()> {
        let mut order: Vec<usize> = (0..self.events.len()).filter(|n| self.events[*n].fate != Fate::Duplicate).collect();
        order.sort_by(|a, b| (&self.events[*a].home, self.events[*a].event.at).cmp(&(&self.events[*b].home, self.events[*b].event.at)));
        for n in order {
            let incoming = &mut self.events[n];
            let Some(known) = unit.homes.get_mut(&*incoming.home) else { continue };
            let context = engine.context(&known.home, &known.heard, unit.now);
            let mut outcomes = decide(&context, &mut known.memory, Input::Event(&incoming.event));
            let about = outcomes.len();
            for said in notices(&incoming.event) {
                outcomes.extend(decide(&context, &mut known.memory, Input::Event(&said)));
            }
            let own: Vec<_> = outcomes.drain(..about).collect();
            unit.about_event(Some(incoming.event.received_at));
            incoming.alerts = unit.apply(&incoming.home, own, &engine.clock, raised).await?;
            unit.apply(&incoming.home, outcomes, &engine.clock, raised).await?;
            unit.about_event(None);
            if incoming.event.kind == "away_off" {
                engine.home_again(unit, &incoming.home, &incoming.event).await?;
            }
            if incoming.event.kind == "responder_arrived" {
                engine.responder_arrived(unit, &incoming.home, incoming.event.at).await?;
            }
        }
        self.share_with_duplicates();
        Ok(())
    }

    /// A duplicate within the batch is told the alerts of the first.
    fn share_with_duplicates(&mut self) {
        let raised: HashMap<(Arc<str>, String), Vec<String>> = self
            .events
            .iter()
            .filter(|each| each.fate == Fate::New && !each.alerts.is_empty())
            .map(|each| ((each.event.gateway.clone(), each.event.id.clone()), each.alerts.clone()))
            .collect();
        for incoming in self.events.iter_mut().filter(|each| each.fate == Fate::Duplicate && each.alerts.is_empty()) {
            if let Some(alerts) = raised.get(&(incoming.event.gateway.clone(), incoming.event.id.clone())) {
                incoming.alerts.clone_from(alerts);
            }
        }
    }

    /// The evidence of what could not be read; where it may have been a call for help, a care alert.
    pub(super) async fn refuse(&mut self, engine: &Engine, unit: &mut Unit, raised: &mut Vec<Queue>) -> Result<Vec<Refused>> {
        let mut rows = Vec::new();
        for Refusal { rejection, gateway, home, topic, received_at, alerts } in &mut self.rejections {
            let id = crate::clock::new_id(&engine.clock);
            let Some(known) = unit.homes.get_mut(&**home) else { continue };
            rows.push(Refused {
                id: id.clone(),
                received_at: *received_at,
                gateway: gateway.to_string(),
                organisation: known.home.organisation.clone(),
                home: home.to_string(),
                topic: topic.name(gateway),
                length: rejection.length,
                reason: rejection.reason.clone(),
                head: rejection.head.clone(),
            });
            metrics::counter!("harken_rejected_total").increment(1);
            if !rejection.alarming {
                continue;
            }
            let event = notice(UNREADABLE_ALARM, gateway, id, *received_at);
            let context = engine.context(&known.home, &known.heard, unit.now);
            let outcomes = decide(&context, &mut known.memory, Input::Event(&event));
            *alerts = unit.apply(home, outcomes, &engine.clock, raised).await?;
        }
        Ok(rows)
    }

    pub(super) fn replies(&self, batch: &[Delivery]) -> Vec<bytes::Bytes> {
        let answer = |place: &Place, received_at: Time| match *place {
            Place::Event(n) => {
                let Incoming { event, fate, alerts, .. } = &self.events[n];
                let id = event.body.marks.reused_id.clone().unwrap_or_else(|| event.id.clone());
                let status = if *fate == Fate::Duplicate { Status::Duplicate } else { Status::Stored };
                Ack { id: Some(id), status, alerts: alerts.clone(), received_at, reason: None }
            }
            Place::Rejected(n) => {
                let Refusal { rejection, alerts, .. } = &self.rejections[n];
                let (id, reason) = (rejection.id.clone(), Some(rejection.reason.clone()));
                Ack { id, status: Status::Rejected, alerts: alerts.clone(), received_at, reason }
            }
        };
        let reply = |(delivery, places): (&Delivery, &Vec<Place>)| {
            if delivery.topic == Topic::Status {
                return bytes::Bytes::new();
            }
            let acks: Vec<Ack> = places.iter().map(|place| answer(place, delivery.received_at)).collect();
            acks::payload(&acks, delivery.decoded.as_ref().is_some_and(|decoded| decoded.array))
        };
        batch.iter().zip(&self.places).map(reply).collect()
    }

    pub(super) fn count(&self) {
        let of = |fate: Fate| self.events.iter().filter(|each| each.fate == fate).count() as u64;
        metrics::counter!("harken_events_stored_total").increment(of(Fate::New));
        metrics::counter!("harken_events_duplicate_total").increment(of(Fate::Duplicate));
        metrics::counter!("harken_heartbeats_total").increment(of(Fate::State));
    }
}

/// The same event delivered again, rather than another under a used id.
fn same(stored: &StoredEvent, event: &Event) -> bool {
    // Without a claimed time the time is that of receipt, which differs at each delivery.
    let at = match (stored.claimed_at, event.claimed_at) {
        (None, None) => true,
        (stored, event) => stored == event,
    };
    stored.kind == event.kind && stored.device == event.device && at
}

/// An id for an event whose own was used before: from its content, so that a re-delivery has it again.
fn derived_id(event: &Event) -> String {
    let content = (&event.id, &event.kind, &event.device, &event.claimed_at);
    hash_id(&serde_json::to_vec(&content).unwrap_or_default())
}
