//! Who gets the file of a run, and how: attached, or where to fetch it.

use chrono_tz::Tz;

use crate::clock::Time;
use crate::config::Settings;
use crate::domain::delivery::Channel;
use crate::domain::message;
use crate::domain::schedule::{Run, RunFile, Schedule, Sending};
use crate::store::outbox::NewDelivery;
use crate::store::{Result, Store};

/// The messages to the recipients of a schedule. A user who may no longer read the organisation's reports gets none.
pub(super) async fn messages(
    store: &Store,
    settings: &Settings,
    schedule: &Schedule,
    run: &Run,
    file: &RunFile,
    zone: Tz,
    now: Time,
) -> Result<Vec<NewDelivery>> {
    let link = format!("{}/api/v1/report-schedules/{}/runs/{}/file", settings.http.public_url.trim_end_matches('/'), schedule.id, run.n);
    let small = file.size <= settings.reports.attach_max_kib.saturating_mul(1024);
    let mut messages = Vec::with_capacity(schedule.recipients.len());
    for recipient in &schedule.recipients {
        let user = recipient.by == Channel::Email && !recipient.to.contains('@');
        if user && !store.may_read_reports(&schedule.organisation, &recipient.to).await? {
            tracing::warn!(schedule = schedule.id, user = recipient.to, "a user is no longer sent a report: no grant to read it");
            continue;
        }
        let sending = if small { recipient.send } else { Sending::Link };
        messages.push(NewDelivery {
            organisation: schedule.organisation.clone(),
            channel: recipient.by,
            target: recipient.to.clone(),
            alert: None,
            kind: message::REPORT.to_owned(),
            body: message::report(now, schedule, run, file, &link, zone, sending).to_string().into(),
        });
    }
    Ok(messages)
}
