//! Deliveries to stored events: one transaction for the batch, then the answers.
//!
//! The order within: find the homes, lock and load them, store the events (what was there already is a duplicate), decide home by home in the order
//! of event time, write, commit, answer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::alert::Queue;
use crate::domain::home::{is_unclaimed, unclaimed_key};
use crate::store::Result;

use super::Engine;
use super::delivery::Delivery;
use super::unit::{Done, Unit};
use super::work::Work;

impl Engine {
    /// Stores a batch and answers every delivery in it. The batch is emptied only when it is committed.
    ///
    /// # Errors
    /// When the database refuses: then nothing is stored, nothing is answered, and the batch is as it was.
    pub(super) async fn store_batch(&mut self, batch: &mut Vec<Delivery>) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        self.refresh_rules(&mut tx).await?;
        let homes = self.find_homes(&mut tx, batch).await?;
        let mut keys: Vec<&str> = homes.values().map(|key| &**key).collect();
        keys.sort_unstable();
        keys.dedup();
        let unclaimed: Vec<&str> = keys.iter().copied().filter(|key| is_unclaimed(key)).collect();
        tx.make_lockable(&unclaimed).await?;
        let mut unit = Unit::begin(tx, &mut self.homes, &keys, now, self.limits).await?;
        if !unclaimed.is_empty() {
            // Registering a gateway takes the same lock: what was unclaimed a moment ago may have been adopted since.
            let nobodys: Vec<&str> = homes.iter().filter(|(_, key)| is_unclaimed(key)).map(|(gateway, _)| &**gateway).collect();
            if unit.tx.find_gateways(&nobodys).await?.values().any(|row| row.registered) {
                return Err(crate::store::StoreError::Stale);
            }
        }
        let moved = |(gateway, key): (&Arc<str>, &Arc<str>)| {
            let known = unit.homes.get(&**key);
            known.is_none_or(|known| !is_unclaimed(key) && !known.home.gateways.contains_key(gateway))
        };
        if let Some(moved) = homes.iter().find(|pair| moved(*pair)).map(|(gateway, _)| gateway.clone()) {
            // The register moved this gateway to another home since we looked: look again.
            self.gateways.pop(&moved);
            drop(unit);
            return Err(crate::store::StoreError::Stale);
        }
        let mut work = Work::collect(batch, &homes, &mut unit, self);
        let mut raised = Vec::new();
        let done = match self.carry_out(&mut work, unit, &homes, batch, &mut raised).await {
            Ok(done) => done,
            Err(error) => {
                work.give_back(batch);
                return Err(error);
            }
        };
        let replies = work.replies(batch);
        self.announce(&done, &raised);
        work.count();
        for (delivery, acks) in batch.drain(..).zip(replies) {
            delivery.receipt.settle(acks);
        }
        Ok(())
    }

    /// Everything that is written, and the commit.
    async fn carry_out(
        &mut self,
        work: &mut Work,
        mut unit: Unit,
        homes: &HashMap<Arc<str>, Arc<str>>,
        batch: &[Delivery],
        raised: &mut Vec<Queue>,
    ) -> Result<Done> {
        work.store_events(&mut unit).await?;
        work.note_heard(self, &mut unit, homes, batch).await?;
        work.decide(self, &mut unit, raised).await?;
        let refused = work.refuse(self, &mut unit, raised).await?;
        unit.tx.quarantine(refused).await?;
        for change in &work.statuses {
            unit.tx.gateway_status(&change.gateway, change.state, change.at).await?;
        }
        unit.finish(&mut self.homes).await
    }

    /// The home key of each gateway in the batch.
    async fn find_homes(&mut self, tx: &mut crate::store::Tx, batch: &[Delivery]) -> Result<HashMap<Arc<str>, Arc<str>>> {
        let mut homes: HashMap<Arc<str>, Arc<str>> = HashMap::new();
        let mut unknown: HashSet<Arc<str>> = HashSet::new();
        for delivery in batch {
            if homes.contains_key(&delivery.gateway) {
                continue;
            }
            match self.gateways.get(&delivery.gateway) {
                Some(key) => drop(homes.insert(delivery.gateway.clone(), key.clone())),
                None => drop(unknown.insert(delivery.gateway.clone())),
            }
        }
        if unknown.is_empty() {
            return Ok(homes);
        }
        let ids: Vec<&str> = unknown.iter().map(|id| &**id).collect();
        let found = tx.find_gateways(&ids).await?;
        for gateway in unknown {
            match found.get(&*gateway) {
                Some(row) if row.registered => {
                    let key: Arc<str> = row.home.as_str().into();
                    self.gateways.put(gateway.clone(), key.clone());
                    homes.insert(gateway, key);
                }
                // Never cached: registering it must be seen at once.
                _ => drop(homes.insert(gateway.clone(), unclaimed_key(&gateway).into())),
            }
        }
        Ok(homes)
    }
}
