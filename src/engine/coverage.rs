//! Looks ahead for hours in which a rota has nobody who can be reached: every night, and whenever the rota or its people change.

use crate::domain::access::Scope;
use crate::domain::alert::{Entry, Queue};
use crate::response::rota::coverage::{self, ROTA_GAP};
use crate::store::states::ClockRow;
use crate::store::{Result, StoreError};

use super::Engine;
use super::unit::Unit;

impl Engine {
    /// The clock of a rota has fired: raises, changes or clears its one alert, and sets the clock for the next night.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn look_for_gaps(&mut self, unit: &mut Unit, clock: &ClockRow, raised: &mut Vec<Queue>) -> Result<()> {
        let (key, now, id) = (clock.home.as_str(), unit.now, clock.subject.as_str());
        let rota = match unit.tx.rota(&Scope::All, id).await {
            Ok(rota) => rota,
            Err(StoreError::NotFound(_)) => {
                unit.stop_clock(key, &clock.rule, id);
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        let persons = rota.persons();
        let reachable = unit.tx.reachable(&rota.organisation, &persons).await?;
        let names = unit.tx.names_of(&persons).await?;
        let subject = coverage::subject(&rota.id);
        match coverage::gap_alert(&rota, now, &reachable, &names) {
            Some(new) => {
                let open = unit.homes.get_mut(key).and_then(|known| known.open_on(Queue::Technical, ROTA_GAP, &subject));
                let (text, urgent) = (new.explanation.clone(), new.priority);
                let found = match open {
                    // While the alert is open it is kept true, but told anew only when it was over or has become more urgent.
                    Some(open) if open.priority <= urgent && !open.is_cleared() => {
                        let id = open.id.clone();
                        if open.explanation != text {
                            open.explanation.clone_from(&text);
                            open.version += 1;
                            let entry = Entry { at: now, what: "coverage".to_owned(), who: None, text };
                            unit.changed(key, &id, Some(entry));
                        }
                        id
                    }
                    _ => {
                        let id = self.raise_gap(unit, key, new, raised).await?;
                        if let Some(alert) = unit.alert_mut(key, &id) {
                            alert.explanation = text;
                        }
                        id
                    }
                };
                tracing::debug!(rota = id, alert = found, "hours with nobody to be reached");
            }
            None => {
                let open = unit.homes.get_mut(key).and_then(|known| known.open_on(Queue::Technical, ROTA_GAP, &subject));
                if open.is_some_and(|open| !open.is_cleared()) {
                    unit.cleared(key, ROTA_GAP, &subject, now, false);
                }
            }
        }
        match coverage::next_look(&rota, now) {
            Some(due) => unit.tx.save_clocks(vec![ClockRow { due, ..clock.clone() }]).await?,
            None => unit.stop_clock(key, &clock.rule, id),
        }
        Ok(())
    }

    async fn raise_gap(
        &mut self,
        unit: &mut Unit,
        key: &str,
        new: crate::response::lifecycle::NewAlert,
        raised: &mut Vec<Queue>,
    ) -> Result<String> {
        let clock = self.clock.clone();
        unit.raise_new(key, new, Vec::new(), &clock, raised).await
    }
}
