//! What goes when its time is over, each organisation by its own periods: in small batches, so that nobody waits long behind one of them.

use chrono::TimeDelta;

use crate::clock::{Clock, Time};
use crate::config::Retention;
use crate::domain::retention::RetentionClass;
use crate::store::retention::Prune;
use crate::store::{Result, Store};

/// Deletes all that is over. Answers how many rows went.
///
/// # Errors
/// When the database refuses.
pub async fn prune(store: &Store, clock: &Clock, settings: &Retention) -> Result<u64> {
    let now = clock.now();
    let cutoff = |days: i64| now - TimeDelta::days(days);
    store.lift_holds_that_ran_out(now).await?;
    let mut pruned = 0;
    loop {
        let looked = store.prune_events(cutoff(settings.events_days)).await?;
        pruned += looked.gone;
        if !looked.more {
            break;
        }
        tokio::task::yield_now().await;
    }
    for organisation in store.organisation_ids().await? {
        pruned += of_organisation(store, now, settings, &organisation).await?;
    }
    for (what, before) in [
        (Prune::Shadow, cutoff(settings.events_days)),
        (Prune::Feed, cutoff(settings.feed_days)),
        (Prune::Quarantine, cutoff(settings.quarantine_days)),
        (Prune::Outbox, cutoff(settings.outbox_days)),
        (Prune::Sessions, now),
        (Prune::IdempotencyKeys, cutoff(1)),
    ] {
        pruned += until_none(store, Batch::OfAll(what, before)).await?;
    }
    Ok(pruned + until_none(store, Batch::Files(now)).await?)
}

async fn of_organisation(store: &Store, now: Time, settings: &Retention, organisation: &str) -> Result<u64> {
    let own = store.own_periods(organisation).await?;
    let before = |class: RetentionClass| now - TimeDelta::days(own.get(&class).copied().unwrap_or_else(|| class.days(settings)));
    let mut pruned = 0;
    for class in RetentionClass::ALL {
        pruned += until_none(store, Batch::Class(class, organisation, before(class), now)).await?;
    }
    store.prune_incidents(organisation, before(RetentionClass::Alerts)).await?;
    let events = before(RetentionClass::Events);
    if own.contains_key(&RetentionClass::Events) {
        pruned += store.prune_events_of(organisation, events).await?;
    }
    Ok(pruned + until_none(store, Batch::Shadows(organisation, events)).await?)
}

/// What is deleted batch by batch.
#[derive(Clone, Copy)]
enum Batch<'a> {
    OfAll(Prune, Time),
    Files(Time),
    Class(RetentionClass, &'a str, Time, Time),
    Shadows(&'a str, Time),
}

async fn until_none(store: &Store, batch: Batch<'_>) -> Result<u64> {
    let mut all = 0;
    loop {
        let gone = match batch {
            Batch::OfAll(what, before) => store.prune(what, before).await?,
            Batch::Files(now) => store.prune_report_files(now).await?,
            Batch::Class(class, organisation, before, now) => store.prune_class(class, organisation, before, now).await? as u64,
            Batch::Shadows(organisation, before) => store.prune_shadows_of(organisation, before).await?,
        };
        all += gone;
        if gone == 0 {
            return Ok(all);
        }
        tokio::task::yield_now().await;
    }
}
