//! Whom a step of an escalation reaches. Whoever is present sees the alert on the stream; whoever is not is written to, where there is an address.

use std::sync::Arc;

use crate::clock::Time;
use crate::domain::access::{Role, Scope};
use crate::domain::alert::{Alert, Holder};
use crate::domain::delivery::Channel;
use crate::domain::escalation::Target;
use crate::domain::message;
use crate::store::outbox::NewDelivery;
use crate::store::{Result, StoreError, Tx};

use super::action::MAY_ACT;

/// Names that a line of history lists, at most.
const NAMED: usize = 5;
/// What a message to one who is told by a step is called.
const STEP: &str = "escalation.step";

/// When and how people can be reached now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) now: Time,
    /// Who was heard of after it is present.
    pub(super) since: Time,
    /// Whether e-mails are sent at all.
    pub(super) emails: bool,
}

/// Whom a step reaches.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// In words, for the history; empty when it is nobody.
    pub(super) words: Vec<String>,
    /// By message: the channel and the target.
    addresses: Vec<(Channel, String)>,
}

impl Reached {
    fn say(&mut self, words: String) {
        if !self.words.contains(&words) {
            self.words.push(words);
        }
    }

    fn write_to(&mut self, channel: Channel, target: &str) {
        let address = (channel, target.to_owned());
        if !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
    }

    /// The messages about `alert`, as it is after the step.
    pub(super) fn messages(self, alert: &Alert, now: Time) -> Vec<NewDelivery> {
        let body: Arc<str> = message::about(STEP, now, alert).to_string().into();
        let message = |(channel, target)| NewDelivery {
            organisation: alert.organisation.clone(),
            channel,
            target,
            alert: Some(alert.id.clone()),
            kind: STEP.to_owned(),
            body: body.clone(),
        };
        self.addresses.into_iter().map(message).collect()
    }
}

/// Those of `targets` who can be reached.
pub(super) async fn reach(tx: &mut Tx, alert: &Alert, targets: &[Target], how: Now) -> Result<Reached> {
    let mut reached = Reached::default();
    for target in targets {
        match target {
            Target::Role(role) => reach_role(tx, alert, *role, how, &mut reached).await?,
            Target::User(id) => reach_people(tx, alert, std::slice::from_ref(id), "", how, &mut reached).await?,
            Target::Rota(id) => {
                let on_call = on_call_now(tx, id, &alert.organisation, how.now).await?;
                reach_people(tx, alert, &on_call, ", on call", how, &mut reached).await?;
            }
            Target::Contact(place) => reach_contact(tx, alert, *place, &mut reached).await?,
            Target::Webhook(id) => {
                if let Some(webhook) = tx.active_webhook(&alert.organisation, id).await? {
                    reached.say(format!("webhook {}", webhook.name));
                    reached.write_to(Channel::Webhook, id);
                }
            }
        }
    }
    Ok(reached)
}

/// Who is there and may deal with alerts, as operators do.
pub(super) async fn operators_present(tx: &mut Tx, organisation: &str, since: Time) -> Result<Vec<Holder>> {
    tx.present_with(&MAY_ACT, organisation, since).await
}

async fn reach_role(tx: &mut Tx, alert: &Alert, role: Role, how: Now, reached: &mut Reached) -> Result<()> {
    let people = match role {
        Role::Operator => operators_present(tx, &alert.organisation, how.since).await?,
        role => tx.present_with(&[role], &alert.organisation, how.since).await?,
    };
    if !people.is_empty() {
        let mut names: Vec<String> = people.iter().take(NAMED).map(|person| person.name.clone()).collect();
        if people.len() > NAMED {
            names.push(format!("{} more", people.len() - NAMED));
        }
        reached.say(format!("the {}s present ({})", role.as_str(), names.join(", ")));
    }
    Ok(())
}

/// Each of them where they are: at the console, or else by e-mail.
async fn reach_people(tx: &mut Tx, alert: &Alert, ids: &[String], on_call: &str, how: Now, reached: &mut Reached) -> Result<()> {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for found in tx.reachable_people(&ids, &alert.organisation).await? {
        let name = &found.person.name;
        if found.seen_at.is_some_and(|seen| seen > how.since) {
            reached.say(format!("{name}{on_call}"));
        } else if found.has_email && how.emails {
            reached.say(format!("{name}{on_call}, by e-mail"));
            reached.write_to(Channel::Email, &found.person.id);
        }
    }
    Ok(())
}

/// Nobody here can ring a telephone: the step asks whoever watches the queue to do it.
async fn reach_contact(tx: &mut Tx, alert: &Alert, place: u8, reached: &mut Reached) -> Result<()> {
    let Some(home) = &alert.home else { return Ok(()) };
    if let Some(contact) = tx.contact_at(home, place).await? {
        reached.say(format!("whoever sees this to call {} ({}), {}", contact.name, contact.relation, contact.telephone));
    }
    Ok(())
}

/// The persons on call by a rota of `organisation` now; none when there is no such rota.
pub(super) async fn on_call_now(tx: &mut Tx, rota: &str, organisation: &str, now: Time) -> Result<Vec<String>> {
    match tx.rota(&Scope::Only(vec![organisation.to_owned()]), rota).await {
        Ok(rota) => Ok(crate::response::rota::on_call(&rota, now)),
        Err(StoreError::NotFound(_)) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}
