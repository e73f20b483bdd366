//! Notices: each organisation concerned is told of trouble of the service itself, by webhook and by e-mail, and finds it listed.

use std::sync::Arc;

use chrono::{DurationRound, TimeDelta};

use crate::clock::Time;
use crate::domain::access::{CANARY, UNCLAIMED};
use crate::domain::delivery::Channel;
use crate::domain::message::{self, NOTICE, Notice};
use crate::domain::register::Webhook;
use crate::rules::Interval;
use crate::store::outbox::NewDelivery;
use crate::store::{Result, Tx};

use super::Engine;

/// The service could not take in anything.
pub const OUTAGE: &str = "outage";

/// What is told.
pub(super) struct Told<'a> {
    pub matter: &'a str,
    pub title: &'a str,
    pub text: &'a str,
    pub from: Time,
    pub until: Option<Time>,
}

impl Engine {
    /// Tells every organisation of outages of our own that were longer than the settings let pass. Each is told of once, whichever replica does it.
    ///
    /// # Errors
    /// When the database refuses; then it is tried again.
    pub(super) async fn tell_outages(&mut self) -> Result<()> {
        let least = TimeDelta::minutes(self.settings.notices.outage_min);
        let told = self.outages_told;
        let new = |down: &Interval| down.until > told && down.until - down.from >= least;
        // Where our clock was set on, no time has passed.
        let leapt = |down: &Interval| self.path.leaps().iter().any(|leap| leap.from < down.until && down.from < leap.until);
        let outages: Vec<Interval> = self.path.down(self.clock.now()).filter(|down| new(down) && !leapt(down)).collect();
        let Some(last) = outages.iter().map(|down| down.until).max() else { return Ok(()) };
        let mut tx = self.store.begin().await?;
        let webhooks = tx.active_webhooks().await?;
        for Interval { from, until } in outages {
            let minutes = (until - from).num_minutes();
            let text = format!(
                "From {} to {} ({minutes} min) this service took in nothing. Gateways send what they kept; calls that could not reach it any other way were not heard. \
                 Silence of homes in that time is not counted.",
                from.format("%Y-%m-%d %H:%M:%S UTC"),
                until.format("%H:%M:%S UTC")
            );
            tracing::error!(minutes, "an outage of our own; the organisations are told");
            let told = Told { matter: OUTAGE, title: "The service was away", text: &text, from, until: Some(until) };
            for organisation in tx.organisations_in_service(until).await? {
                self.give_notice(&mut tx, &webhooks, &organisation, &told).await?;
            }
        }
        tx.commit().await?;
        self.outages_told = last;
        Ok(())
    }

    /// Tells one organisation of trouble that shows now: once an hour on one matter.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn give_notice_now(&self, tx: &mut Tx, organisation: &str, (matter, title, text): (&str, &str, &str)) -> Result<()> {
        let now = self.clock.now();
        let from = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
        let webhooks = tx.active_webhooks().await?;
        self.give_notice(tx, &webhooks, organisation, &Told { matter, title, text, from, until: None }).await
    }

    async fn give_notice(&self, tx: &mut Tx, webhooks: &[Webhook], organisation: &str, told: &Told<'_>) -> Result<()> {
        if [CANARY, UNCLAIMED].contains(&organisation) {
            return Ok(());
        }
        let now = self.clock.now();
        let notice = Notice {
            id: crate::clock::new_id(&self.clock),
            organisation: organisation.to_owned(),
            matter: told.matter.to_owned(),
            title: told.title.to_owned(),
            text: told.text.to_owned(),
            from: told.from,
            until: told.until,
            at: now,
        };
        if !tx.add_notice(&notice).await? {
            return Ok(());
        }
        metrics::counter!("harken_notices_total").increment(1);
        let wanting = webhooks.iter().filter(|webhook| webhook.organisation == organisation && webhook.wants(NOTICE));
        let mut targets: Vec<(Channel, String)> = wanting.map(|webhook| (Channel::Webhook, webhook.id.clone())).collect();
        if !self.settings.smtp.host.is_empty() {
            targets.extend(tx.managers_with_email(organisation).await?.into_iter().map(|user| (Channel::Email, user)));
        }
        let body: Arc<str> = message::notice(now, &notice).to_string().into();
        let message = |(channel, target)| NewDelivery {
            organisation: organisation.to_owned(),
            channel,
            target,
            alert: None,
            kind: NOTICE.to_owned(),
            body: body.clone(),
        };
        let messages: Vec<NewDelivery> = targets.into_iter().map(message).collect();
        tx.enqueue(&messages, now).await
    }
}
