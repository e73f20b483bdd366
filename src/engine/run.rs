//! The lanes: alarms first, then people, then clocks, then telemetry; each round takes some of each, so that none can starve another.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::store::{Result, StoreError};

use super::Engine;
use super::backlog::gather;
use super::delivery::Delivery;

/// People's actions in one round, at most.
const ACTIONS_A_ROUND: usize = 32;
/// How often clocks set by others are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The first pause after a failure of the database; it doubles up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(2);

impl Engine {
    /// Runs until `stop`, then finishes what is in the lanes. The sources must be gone by then, or deliveries that come later are dropped
    /// unanswered, which their gateways will send again.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut alarms: Vec<Delivery> = Vec::new();
        let mut telemetry: Vec<Delivery> = Vec::new();
        let mut pause: Option<Duration> = None;
        loop {
            if let Err(error) = self.round(&mut alarms, &mut telemetry).await {
                let wait = pause.map_or(FIRST_PAUSE, |before| (before * 2).min(LAST_PAUSE));
                tracing::error!(%error, held = alarms.len() + telemetry.len(), "not stored and not acknowledged; trying again in {wait:?}");
                metrics::counter!("harken_store_failures_total").increment(1);
                pause = Some(wait);
                if stop.is_cancelled() {
                    return;
                }
                self.wait_out(wait).await;
                continue;
            }
            pause = None;
            if stop.is_cancelled() && self.lanes.alarms.is_empty() && self.telemetry_is_empty() && self.requests.is_empty() {
                return;
            }
            self.wait_for_work(&stop, &mut alarms, &mut telemetry).await;
        }
    }

    /// One round through the lanes. On an error the batches are as they were.
    async fn round(&mut self, alarms: &mut Vec<Delivery>, telemetry: &mut Vec<Delivery>) -> Result<()> {
        let beat = u64::try_from(self.clock.monotonic().as_millis()).unwrap_or(u64::MAX);
        self.pulse.store(beat, std::sync::atomic::Ordering::Relaxed);
        if let Some(step) = self.path.compare(self.clock.both()) {
            self.clock_stepped(step).await?;
        }
        gather(&mut self.lanes.alarms, alarms, self.pace.limit());
        self.store(alarms).await?;
        for _ in 0..ACTIONS_A_ROUND {
            let Ok(request) = self.requests.try_recv() else { break };
            self.serve(request).await;
        }
        let now = self.clock.now();
        // While our path to the gateways is cut nothing is marked: what follows is counted as our outage, not as their silence.
        if self.path.due() <= now && !(self.own_path_is_up)() {
            let store = self.store.clone();
            self.path.is_cut(&store, now).await?;
            self.note_outages();
            self.tell_of_cut(now).await?;
        } else if self.path.due() <= now {
            let keep = chrono::TimeDelta::hours(self.settings.engine.lateness_h);
            let store = self.store.clone();
            self.path.alive(&store, now, keep).await?;
            self.note_outages();
            self.tell_outages().await?;
            self.look_for_clocks = true;
        }
        if let Some(outage) = self.path.untold() {
            self.tell_of_outage(outage).await?;
        }
        if std::mem::take(&mut self.look_for_clocks) {
            self.next_due = self.store.next_due().await?;
        }
        if self.next_due.is_some_and(|due| due <= now) {
            self.fire_clocks().await?;
        }
        if self.audit_due() <= now {
            self.audit().await?;
        }
        let events = self.backlog.take(&mut self.lanes.telemetry, telemetry, self.pace.limit());
        let begun = self.clock.monotonic();
        self.store(telemetry).await?;
        self.pace.took(events, self.clock.monotonic().saturating_sub(begun));
        Ok(())
    }

    /// Stores a batch, trying again at once where that helps, and apart where one bad row spoils the others.
    async fn store(&mut self, batch: &mut Vec<Delivery>) -> Result<()> {
        let mut tries = 0;
        while !batch.is_empty() {
            let Err(error) = self.store_batch(batch).await else { return Ok(()) };
            self.homes.clear();
            let soon = error.is_contention() || error.is_unique_violation() || matches!(error, StoreError::Stale);
            if soon && tries < 5 {
                tries += 1;
                continue;
            }
            if !error.is_about_data() {
                return Err(error);
            }
            return self.store_apart(batch, &error).await;
        }
        Ok(())
    }

    /// One delivery in the batch holds something that the database refuses: store the others, and put that one into quarantine.
    async fn store_apart(&mut self, batch: &mut Vec<Delivery>, why: &StoreError) -> Result<()> {
        tracing::error!(error = %why, deliveries = batch.len(), "a batch was refused by the database; storing its deliveries one by one");
        while let Some(delivery) = batch.pop() {
            let mut one = vec![delivery];
            match self.store_batch(&mut one).await {
                Ok(()) => {}
                Err(error) if error.is_about_data() => {
                    self.homes.clear();
                    if let Some(decoded) = one.first_mut().and_then(|delivery| delivery.decoded.as_mut()) {
                        decoded.refuse_all(&format!("the database refuses it ({error}); this is a defect, please report it"));
                    }
                    let stored = self.store_batch(&mut one).await;
                    batch.append(&mut one);
                    stored?;
                }
                Err(error) => {
                    self.homes.clear();
                    batch.append(&mut one);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn telemetry_is_empty(&self) -> bool {
        self.lanes.telemetry.is_empty() && self.backlog.is_empty()
    }

    /// Waits until a lane has something, a clock is due, or it is time to show that we are alive.
    async fn wait_for_work(&mut self, stop: &CancellationToken, alarms: &mut Vec<Delivery>, telemetry: &mut Vec<Delivery>) {
        if !self.lanes.alarms.is_empty() || !self.telemetry_is_empty() || !self.requests.is_empty() {
            // Let the sources run between two rounds under load.
            tokio::task::yield_now().await;
            return;
        }
        let due = self.path.due().min(self.audit_due());
        let wake = self.next_due.map_or(due, |next| next.min(due));
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            Some(delivery) = self.lanes.alarms.recv() => alarms.push(delivery),
            Some(request) = self.requests.recv() => self.serve(request).await,
            () = self.clock.wait_until(wake) => {}
            // Other replicas, the register and the command line set clocks as well.
            () = tokio::time::sleep(LOOK_EVERY) => self.look_for_clocks = true,
            Some(delivery) = self.lanes.telemetry.recv() => telemetry.push(delivery),
        }
    }

    /// Waits for the database to come back, and tells people meanwhile that it is away.
    async fn wait_out(&mut self, wait: Duration) {
        let pause = tokio::time::sleep(wait);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => return,
                Some(request) = self.requests.recv() => {
                    let away = super::action::Refusal::Unavailable("the database cannot store anything now; try again in a moment".to_owned());
                    let _ = request.answer.send(Err(away));
                }
            }
        }
    }
}
