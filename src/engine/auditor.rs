//! The auditor: every minute it looks whether each open alert and each open visit has a next moment that is not overdue. It trusts no one else's book-keeping:
//! what it finds it sets right, and tells.

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::access::Principal;
use crate::domain::alert::{Queue, RuleRef};
use crate::domain::home::home_of_key;
use crate::response::lifecycle::NewAlert;
use crate::store::Result;
use crate::store::states::VISIT;
use crate::store::unattended::Unattended;

use super::Engine;
use super::action::PlatformTrouble;
use super::unit::Unit;

/// How often it looks.
pub const EVERY: TimeDelta = TimeDelta::seconds(60);
/// What is set right in one transaction, at most.
const AT_ONCE: i64 = 200;
/// A message that has been due for so long, with us at work all the time, is stuck.
const STUCK_AFTER: TimeDelta = TimeDelta::minutes(10);
/// The rule id of the auditor's alerts about the outbox.
const UNSENT: &str = "messages_unsent";

/// The rule id of the auditor's own alerts.
pub const UNATTENDED: &str = "unattended_alert";

impl Engine {
    /// When it looks next.
    pub(super) fn audit_due(&self) -> Time {
        self.audited.map_or(Time::MIN_UTC, |last| last + EVERY)
    }

    /// One look. What fell due before the look before this one, and is still there, was forgotten: we were up in between, and had the time. So what fell
    /// due while we were down, or our clock was moved, is work in hand and not a finding.
    ///
    /// # Errors
    /// When the database refuses; then nothing was set right.
    pub(super) async fn audit(&mut self) -> Result<()> {
        let now = self.clock.now();
        let overdue = self.audited.unwrap_or(Time::UNIX_EPOCH);
        let mut clean = true;
        loop {
            let found = self.store.unattended(overdue, AT_ONCE).await?;
            clean &= found.is_empty();
            let more = i64::try_from(found.len()).is_ok_and(|found| found == AT_ONCE);
            if !found.is_empty() {
                self.attend(&found, now).await?;
            }
            if !more {
                break;
            }
        }
        clean &= self.audit_outbox(now).await?;
        self.audited = Some(now);
        metrics::gauge!("harken_auditor_clean").set(if clean { 1.0 } else { 0.0 });
        self.clean_at.send_replace(clean.then_some(now));
        Ok(())
    }

    /// Every message that waits must have a next try, and that must come. What has none is due at once; both are told.
    async fn audit_outbox(&mut self, now: Time) -> Result<bool> {
        let first = *self.first_audit.get_or_insert(now);
        // Right after a start, what has waited for us is work in hand.
        // Nor is what fell due since the last look: our clock may have been moved.
        let seen_before = self.audited.unwrap_or(Time::UNIX_EPOCH);
        let stuck_since = if now - first > STUCK_AFTER * 2 { seen_before.min(now - STUCK_AFTER) } else { Time::UNIX_EPOCH };
        let forgotten = self.store.revive_forgotten_messages(now).await?;
        let stuck = self.store.stuck_messages(stuck_since).await?;
        for (organisation, messages) in &forgotten {
            tracing::error!(organisation, messages, "messages had no next try; they are due now");
            metrics::counter!("harken_auditor_repairs_total").increment(u64::try_from(*messages).unwrap_or(0));
            let say = format!("{messages} messages that were to be sent had no next try. They are tried now.");
            self.tell_of_outbox(organisation, say).await?;
        }
        for (organisation, messages) in &stuck {
            tracing::error!(organisation, messages, "messages have been due for long and are not tried");
            let say =
                format!("{messages} messages have been due for more than {} min and nobody tries to send them.", STUCK_AFTER.num_minutes());
            self.tell_of_outbox(organisation, say).await?;
        }
        Ok(forgotten.is_empty() && stuck.is_empty())
    }

    async fn tell_of_outbox(&mut self, organisation: &str, explanation: String) -> Result<()> {
        let trouble = PlatformTrouble {
            organisation: organisation.to_owned(),
            rule: UNSENT.to_owned(),
            title: "Messages that are not sent".to_owned(),
            subject: "outbox".to_owned(),
            priority: 2,
            explanation,
            instructions: vec![
                "Reach people by other ways until messages go out again.".to_owned(),
                "Then tell whoever looks after this installation: a defect kept them back.".to_owned(),
            ],
        };
        let tx = self.store.begin().await?;
        // Told again while it lasts; what was raised stays one alert.
        let _ = self.raise_trouble(tx, &Principal::itself(), &trouble).await?;
        Ok(())
    }

    async fn attend(&mut self, found: &[Unattended], now: Time) -> Result<()> {
        let mut keys: Vec<&str> = found.iter().map(|each| each.home.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let tx = self.store.begin().await?;
        // What is in memory may be what is wrong.
        self.homes.clear();
        let mut unit = Unit::begin(tx, &mut self.homes, &keys, now, self.limits).await?;
        let mut raised = Vec::new();
        for each in found {
            let (home, id) = (each.home.as_str(), each.id.as_str());
            tracing::error!(home, what = each.rule, id, "something open had no next moment in time; it is set right now");
            metrics::counter!("harken_auditor_repairs_total").increment(1);
            let about_visit = each.rule == VISIT;
            if about_visit {
                self.visit_due(&mut unit, home, id, &mut raised).await?;
            } else {
                self.alert_due(&mut unit, home, id).await?;
                // Neither what is gone by now, nor what tells of such a thing itself.
                if unit.alert_mut(home, id).is_none_or(|alert| alert.rule.id == UNATTENDED) {
                    continue;
                }
            }
            let Some(known) = unit.homes.get(home) else { continue };
            let what = if about_visit { "Visit" } else { "Alert" };
            let new = NewAlert {
                organisation: known.home.organisation.clone(),
                home: home_of_key(home).map(str::to_owned),
                gateway: home.strip_prefix("unclaimed/").map(str::to_owned),
                subject: format!("{}:{id}", what.to_lowercase()),
                rule: RuleRef { id: UNATTENDED.to_owned(), revision: 0, title: format!("{what} without a next step") },
                queue: Queue::Technical,
                priority: 2,
                occurred_at: now,
                explanation: format!("{what} {id} was open and nothing was due for it in time. Its next step was taken now."),
                instructions: vec![
                    format!("See to that {} first.", what.to_lowercase()),
                    "Then tell whoever looks after this installation: a defect let it wait.".to_owned(),
                ],
                ..NewAlert::default()
            };
            let told = (UNATTENDED, "Something open was not attended to in time", new.explanation.clone());
            let organisation = new.organisation.clone();
            unit.raise_new(home, new, Vec::new(), &self.clock, &mut raised).await?;
            self.give_notice_now(&mut unit.tx, &organisation, (told.0, told.1, &told.2)).await?;
        }
        let done = unit.finish(&mut self.homes).await?;
        self.announce(&done, &raised);
        Ok(())
    }
}
