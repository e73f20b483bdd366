//! The maker of scheduled reports, started; and the alert about one that could not be made.

use std::sync::Arc;

use futures_util::FutureExt;

use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::action::{EngineHandle, PlatformTrouble};
use crate::reports::scheduled::{Runner, Tell};
use crate::store::Store;
use crate::store::report_runs::Taken;

use super::Task;

/// In place of a rule's id, for reports that were given up.
const NOT_MADE: &str = "report_not_made";

/// Starts it.
pub(super) fn start(store: &Store, clock: &Clock, settings: &Arc<Settings>, engine: &EngineHandle) -> Task {
    let runner = Runner::new(store.clone(), clock.clone(), settings.clone(), engine.outcomes().clone(), tell(engine.clone()));
    Task::spawn(|stop| runner.run(stop))
}

/// Raises one technical alert for a schedule whose report was not made.
fn tell(engine: EngineHandle) -> Tell {
    Arc::new(move |Taken { run, schedule }: Taken| {
        let engine = engine.clone();
        async move {
            let why = run.error.as_deref().unwrap_or("no reason is known");
            let stopped = if schedule.stopped.is_some() { " It is switched off." } else { "" };
            let trouble = PlatformTrouble {
                organisation: schedule.organisation,
                rule: NOT_MADE.to_owned(),
                title: "A scheduled report was not made".to_owned(),
                subject: format!("report_schedule:{}", schedule.id),
                priority: 4,
                explanation: format!("Run {} of the scheduled report {} was given up: {why}.{stopped}", run.n, schedule.id),
                instructions: vec![
                    "Look at the scheduled reports: the run says what went wrong.".to_owned(),
                    "Set it right, switch the report on again if it is off, and have it made.".to_owned(),
                ],
            };
            match engine.tell_trouble(trouble).await {
                Ok(_) => true,
                Err(error) => {
                    tracing::warn!(%error, "the alert about a report that was not made could not be raised; trying again");
                    false
                }
            }
        }
        .boxed()
    })
}
