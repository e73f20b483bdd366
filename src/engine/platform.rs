//! Technical alerts about the service itself, for an organisation and no home of it: what Harken notices of its own work.

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::access::{Principal, UNCLAIMED};
use crate::domain::alert::{Entry, Queue, RuleRef};
use crate::domain::home::organisation_key;
use crate::response::lifecycle::NewAlert;
use crate::store::{Result, Tx};

use super::Engine;
use super::action::{PlatformTrouble, Refusal};
use super::people::Answer;
use super::unit::Unit;

/// In place of a rule's id: Harken was away, or could not be reached.
pub const OWN_OUTAGE: &str = "own_outage";
/// Likewise: the clock of its machine was set.
pub const OWN_CLOCK: &str = "own_clock";
/// How the words about an outage begin once it is over.
const OVER: &str = "Harken heard no home from";
/// The subject of both.
const SUBJECT: &str = "platform";

impl Engine {
    /// Our clock was set while we ran. No time passed at the homes, so nothing may fire because of it; one alert tells.
    ///
    /// # Errors
    /// When the database refuses; then the step is still to be seen to.
    pub(super) async fn clock_stepped(&mut self, step: TimeDelta) -> Result<()> {
        let now = self.clock.now();
        tracing::error!(
            step_s = step.num_seconds(),
            "the clock of this machine was set; silence at the homes is not counted for that time"
        );
        metrics::counter!("harken_clock_steps_total").increment(1);
        let store = self.store.clone();
        self.path.step(&store, now, step).await?;
        self.note_outages();
        // What was to come after a time that is in the future again comes after now.
        self.audited = self.audited.map(|last| last.min(now));
        self.look_for_clocks = true;
        let way = if step < TimeDelta::zero() { "back" } else { "on" };
        self.tell_of_platform(NewAlert {
            rule: RuleRef { id: OWN_CLOCK.to_owned(), revision: 0, title: "The clock of Harken's machine was set".to_owned() },
            occurred_at: now,
            explanation: format!(
                "The clock of the machine on which Harken runs was set {way} by {} and shows {} now; or the machine slept. No silence is counted for that time.",
                length(step),
                now.format("%Y-%m-%d %H:%M:%S UTC"),
            ),
            instructions: vec![
                "Have the clock looked at: it must follow a time source (NTP) that slews it, and the machine must not sleep.".to_owned(),
                "While it is wrong, the times of receipt are wrong, and steps of escalations come too soon or too late: look at the open alerts.".to_owned(),
            ],
            ..NewAlert::default()
        })
        .await
    }

    /// Nobody can reach us, and it has lasted: somebody must look at once.
    pub(super) async fn tell_of_cut(&mut self, now: Time) -> Result<()> {
        let long = TimeDelta::seconds(self.settings.engine.outage_alert_s);
        let Some(from) = self.path.cut_untold(now, long) else { return Ok(()) };
        let said = format!("No home can reach Harken since {}.", from.format("%Y-%m-%d %H:%M:%S UTC"));
        self.tell_of_platform(outage(from, said)).await?;
        self.path.cut_told();
        Ok(())
    }

    /// We were away, or nobody could reach us, and are back: one alert for all homes.
    ///
    /// # Errors
    /// When the database refuses; then it is still to be told.
    pub(super) async fn tell_of_outage(&mut self, (from, until): (Time, Time)) -> Result<()> {
        let length = until.signed_duration_since(from);
        if length >= TimeDelta::seconds(self.settings.engine.outage_alert_s) {
            let said = format!(
                "{OVER} {} until {}, {}. Silence is not counted for that time; what gateways kept comes late and is judged at its own time.",
                from.format("%Y-%m-%d %H:%M:%S"),
                until.format("%Y-%m-%d %H:%M:%S UTC"),
                self::length(length),
            );
            self.tell_of_platform(outage(from, said)).await?;
        }
        self.path.told();
        Ok(())
    }

    /// A technical alert about the whole installation. Told again, it is one more activation of the one that is open.
    async fn tell_of_platform(&mut self, new: NewAlert) -> Result<()> {
        let now = self.clock.now();
        let key = organisation_key(UNCLAIMED);
        let tx = self.store.begin().await?;
        let mut unit = Unit::begin(tx, &mut self.homes, &[&key], now, self.limits).await?;
        let open = unit.homes.get_mut(&key).and_then(|known| known.open_on(Queue::Technical, &new.rule.id, SUBJECT));
        if let Some(open) = open.filter(|open| open.occurred_at == new.occurred_at) {
            // Told by us while it lasted, or by another replica that came back with us.
            if open.explanation.starts_with(OVER) || !new.explanation.starts_with(OVER) {
                unit.give_up(&mut self.homes);
                return Ok(());
            }
            let (id, text) = (open.id.clone(), new.explanation.clone());
            open.explanation = new.explanation;
            open.version += 1;
            unit.changed(&key, &id, Some(Entry { at: now, what: "outage_over".to_owned(), who: None, text }));
            let finished = unit.finish(&mut self.homes).await?;
            self.announce(&finished, &[]);
            return Ok(());
        }
        let (id, explanation) = (new.rule.id.clone(), new.explanation.clone());
        let new = NewAlert { organisation: UNCLAIMED.to_owned(), subject: SUBJECT.to_owned(), queue: Queue::Technical, priority: 2, ..new };
        let mut raised = Vec::new();
        let alert = unit.raise_new(&key, new, Vec::new(), &self.clock, &mut raised).await?;
        unit.tx.note_in_trail(now, Some(UNCLAIMED), "harken", "raised", ("alert", &alert), &explanation).await?;
        let finished = unit.finish(&mut self.homes).await?;
        tracing::info!(rule = id, alert, "told of the platform");
        self.announce(&finished, &raised);
        Ok(())
    }

    /// Raises the alert, unless one on the same matter is open: then that one is the answer.
    pub(super) async fn raise_trouble(&mut self, tx: Tx, by: &Principal, trouble: &PlatformTrouble) -> Result<Answer> {
        let now = self.clock.now();
        let key = organisation_key(&trouble.organisation);
        let mut unit = Unit::begin(tx, &mut self.homes, &[&key], now, self.limits).await?;
        let open = |known: &mut super::homes::Known| known.open_on(Queue::Technical, &trouble.rule, &trouble.subject).cloned();
        if let Some(open) = unit.homes.get_mut(&key).and_then(open) {
            unit.give_up(&mut self.homes);
            return Ok(Ok(vec![open]));
        }
        let new = NewAlert {
            organisation: trouble.organisation.clone(),
            subject: trouble.subject.clone(),
            rule: RuleRef { id: trouble.rule.clone(), revision: 0, title: trouble.title.clone() },
            queue: Queue::Technical,
            priority: trouble.priority,
            occurred_at: now,
            explanation: trouble.explanation.clone(),
            instructions: trouble.instructions.clone(),
            ..NewAlert::default()
        };
        let told = (trouble.rule.as_str(), trouble.title.as_str(), trouble.explanation.as_str());
        self.give_notice_now(&mut unit.tx, &trouble.organisation, told).await?;
        let mut raised = Vec::new();
        let id = unit.raise_new(&key, new, Vec::new(), &self.clock, &mut raised).await?;
        unit.tx.note_in_trail(now, Some(&trouble.organisation), &by.id, "raised", ("alert", &id), &trouble.explanation).await?;
        let alert = unit.alert_mut(&key, &id).cloned();
        let finished = unit.finish(&mut self.homes).await?;
        self.announce(&finished, &raised);
        Ok(alert.map(|alert| vec![alert]).ok_or(Refusal::NotFound("this alert")))
    }
}

/// The alert about an outage of our own that began at `from`.
fn outage(from: Time, explanation: String) -> NewAlert {
    NewAlert {
        rule: RuleRef { id: OWN_OUTAGE.to_owned(), revision: 0, title: "Harken could not be reached".to_owned() },
        occurred_at: from,
        explanation,
        instructions: vec![
            "Calls for help of that time come in late, or went another way: answer them first.".to_owned(),
            "Find out why Harken could not be reached, and whether all gateways are back: see the silent ones in the technical queue."
                .to_owned(),
        ],
        ..NewAlert::default()
    }
}

/// `4 h 0 min`, `35 s`.
fn length(time: TimeDelta) -> String {
    let seconds = time.num_seconds().unsigned_abs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
