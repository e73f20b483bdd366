//! Whom a step of an escalation reaches. Whoever is present sees the alert on the stream; whoever is not is reached by an address, or not at all.

use crate::clock::Time;
use crate::domain::access::{Role, Scope};
use crate::domain::alert::Alert;
use crate::domain::escalation::Target;
use crate::store::{Result, StoreError, Tx};

/// Names that a line of history lists, at most.
const NAMED: usize = 5;

/// Those of `targets` who can be reached now, in words. `since`: who was heard of after it is present.
pub(super) async fn reach(tx: &mut Tx, alert: &Alert, targets: &[Target], now: Time, since: Time) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for target in targets {
        let words = match target {
            Target::Role(role) => present(tx, alert, *role, since).await?,
            Target::User(id) => tx.present_person(id, &alert.organisation, since).await?.map(|person| person.name),
            Target::Contact(place) => to_call(tx, alert, *place).await?,
            Target::Rota(id) => on_call(tx, alert, id, now, since).await?,
            Target::Webhook(_) => None,
        };
        told.extend(words.filter(|words| !told.contains(words)));
    }
    Ok(told)
}

/// Administrators deal with alerts as operators do.
async fn present(tx: &mut Tx, alert: &Alert, role: Role, since: Time) -> Result<Option<String>> {
    let mut people = tx.present_with(role.as_str(), &alert.organisation, since).await?;
    if role == Role::Operator {
        people.extend(tx.present_with(Role::Administrator.as_str(), &alert.organisation, since).await?);
        people.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        people.dedup();
    }
    if people.is_empty() {
        return Ok(None);
    }
    let mut names: Vec<String> = people.iter().take(NAMED).map(|person| person.name.clone()).collect();
    if people.len() > NAMED {
        names.push(format!("{} more", people.len() - NAMED));
    }
    Ok(Some(format!("the {}s present ({})", role.as_str(), names.join(", "))))
}

/// Nobody here can ring a telephone: the step asks whoever watches the queue to do it.
async fn to_call(tx: &mut Tx, alert: &Alert, place: u8) -> Result<Option<String>> {
    let Some(home) = &alert.home else { return Ok(None) };
    let contact = tx.contact_at(home, place).await?;
    Ok(contact.map(|contact| format!("whoever sees this to call {} ({}), {}", contact.name, contact.relation, contact.telephone)))
}

/// The persons on call by a rota of `organisation` now; none when there is no such rota.
pub(super) async fn on_call_now(tx: &mut Tx, rota: &str, organisation: &str, now: Time) -> Result<Vec<String>> {
    match tx.rota(&Scope::Only(vec![organisation.to_owned()]), rota).await {
        Ok(rota) => Ok(crate::response::rota::on_call(&rota, now)),
        Err(StoreError::NotFound(_)) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}

/// Those on call who are present.
async fn on_call(tx: &mut Tx, alert: &Alert, rota: &str, now: Time, since: Time) -> Result<Option<String>> {
    let mut names = Vec::new();
    for id in on_call_now(tx, rota, &alert.organisation, now).await? {
        names.extend(tx.present_person(&id, &alert.organisation, since).await?.map(|person| person.name));
    }
    Ok((!names.is_empty()).then(|| format!("{} (on call)", names.join(", "))))
}
