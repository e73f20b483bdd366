//! Reports that the calendar asks for, made in the background: [`Runner`] looks what is due, takes one run at a time and lives on while it does, [`mod@file`]
//! writes what it makes, [`post`] says who gets it. Whatever must survive is a row of the store: a run whose maker is not heard of is taken up again.

mod file;
mod post;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::Progress;
use crate::clock::{Clock, Time};
use crate::config::Settings;
use crate::domain::outcome::Outcomes;
use crate::domain::retention::RetentionClass;
use crate::domain::schedule::Run;
use crate::store::report_runs::Taken;
use crate::store::{Result, Store, StoreError};

/// How often it is looked whether something is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a maker says that it lives, and how far it is.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// A maker that was not heard of for so long counts as lost.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Tries of a run, and the pause before the next; each further one is longer by as much.
const TRIES: i64 = 5;
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// Runs told of in one go.
const LOOK_AT: i64 = 20;

/// Raises the alert about a run that was given up. Answers whether it is raised; otherwise it is asked again.
pub type Tell = Arc<dyn Fn(Taken) -> BoxFuture<'static, bool> + Send + Sync>;

/// Why a run does not succeed.
#[derive(Debug)]
enum Fault {
    /// Its schedule makes no sense any more: it is switched off.
    Stop(String),
    /// It never will.
    Hopeless(String),
    /// It may the next time.
    Again(String),
    /// Somebody else makes it by now.
    Lost,
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Again(error.to_string())
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Again(format!("the file could not be written: {error}"))
    }
}

/// Makes what is due.
pub struct Runner {
    store: Store,
    clock: Clock,
    settings: Arc<Settings>,
    outcomes: Outcomes,
    tell: Tell,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").finish_non_exhaustive()
    }
}

impl Runner {
    /// A runner over `store`.
    #[must_use]
    pub fn new(store: Store, clock: Clock, settings: Arc<Settings>, outcomes: Outcomes, tell: Tell) -> Self {
        Self { store, clock, settings, outcomes, tell }
    }

    /// Makes what is due until `stop`. What is under way then is taken up again by whoever comes next.
    pub async fn run(self, stop: CancellationToken) {
        let work = async {
            if let Err(error) = self.store.resume_runs(self.clock.now()).await {
                tracing::warn!(%error, "reports that were being made when the server ended are made a little later");
            }
            loop {
                match self.round().await {
                    Ok(true) => {}
                    Ok(false) => tokio::time::sleep(LOOK_EVERY).await,
                    Err(error) => {
                        tracing::warn!(%error, "scheduled reports cannot be looked after; trying again");
                        tokio::time::sleep(LOOK_EVERY).await;
                    }
                }
            }
        };
        tokio::select! {
            () = work => {}
            () = stop.cancelled() => {}
        }
    }

    /// Asks for what is due and makes one run. Answers whether there may be more to do.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn round(&self) -> Result<bool> {
        self.tell_of_failed().await?;
        let now = self.clock.now();
        if self.store.next_report().await?.is_none_or(|next| next > now) {
            return Ok(false);
        }
        while self.store.plan_runs(now).await? > 0 {
            tokio::task::yield_now().await;
        }
        let Some(taken) = self.store.take_run(now, now + LEASE).await? else { return Ok(false) };
        let outcome = match self.make(&taken).await {
            Ok(()) => "done",
            Err(Fault::Lost) => "lost",
            Err(fault) => self.note(&taken.run, fault).await?,
        };
        metrics::counter!("harken_report_runs_total", "outcome" => outcome).increment(1);
        Ok(true)
    }

    /// Makes a run, and says all the while that its maker lives.
    async fn make(&self, taken: &Taken) -> std::result::Result<(), Fault> {
        // Begun again and again means that each maker ended in the middle of it.
        if taken.run.attempts > TRIES {
            let say = taken.run.error.clone().unwrap_or_else(|| "the service ended each time while it was made".to_owned());
            return Err(Fault::Hopeless(say));
        }
        let progress = Progress::default();
        let living = async {
            loop {
                tokio::time::sleep(TELL_EVERY).await;
                match self.store.run_goes_on(&taken.run, progress.rows(), self.clock.now() + LEASE).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => tracing::warn!(%error, "the progress of a report could not be noted"),
                }
            }
        };
        tokio::select! {
            made = self.make_and_post(taken, &progress) => made,
            () = living => Err(Fault::Lost),
        }
    }

    async fn make_and_post(&self, taken: &Taken, progress: &Progress) -> std::result::Result<(), Fault> {
        let Taken { run, schedule } = taken;
        let question = self.question(taken).await?;
        let made = file::make(&self.store, &question, run, progress, self.settings.reports.file_max_mib).await?;
        let now = self.clock.now();
        let own = self.store.own_periods(&run.organisation).await?.get(&RetentionClass::ReportFiles).copied();
        let days = own.unwrap_or(self.settings.retention.report_files_days);
        let kept = file::keep(&self.store, run, &made, now + TimeDelta::days(days)).await?;
        let run = Run { rows: progress.rows(), ..run.clone() };
        let messages = if run.send {
            post::messages(&self.store, &self.settings, schedule, &run, &kept, question.zone, now).await?
        } else {
            Vec::new()
        };
        if self.store.run_is_done(&run, run.rows, &kept, &messages, now).await? { Ok(()) } else { Err(Fault::Lost) }
    }

    /// What is asked, with what its author may see now.
    async fn question(&self, taken: &Taken) -> std::result::Result<super::Question, Fault> {
        use super::{Question, Unaskable, Written};
        let (run, schedule) = (&taken.run, &taken.schedule);
        let stop = || {
            Fault::Stop(
                "whoever set it up may no longer do so in this organisation; somebody who may takes it over by switching it on again"
                    .to_owned(),
            )
        };
        let author = self.store.principal(&schedule.author).await?.ok_or_else(stop)?;
        let scope = author.scope(crate::domain::schedule::AUTHORS);
        if !scope.covers(&run.organisation) {
            return Err(stop());
        }
        let text = |time: Time| time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        let (from, to) = (text(run.from), text(run.to));
        let written = Written { scope: &scope, organisation: Some(&run.organisation), from: Some(&from), to: Some(&to) };
        let read = Question::read(&self.store, &written, &self.settings, &self.outcomes, self.clock.now()).await;
        read.map_err(|why| match why {
            Unaskable::Store(error) => error.into(),
            Unaskable::NoOrganisation => stop(),
            Unaskable::Period(say) => Fault::Hopeless(say),
        })
    }

    /// Writes down why a run did not succeed. Answers with what is counted.
    async fn note(&self, run: &Run, fault: Fault) -> Result<&'static str> {
        let now = self.clock.now();
        let (error, again, stop) = match fault {
            Fault::Again(error) if run.attempts < TRIES => (error, Some(now + PAUSE * i32::try_from(run.attempts).unwrap_or(1)), false),
            Fault::Again(error) | Fault::Hopeless(error) => (error, None, false),
            Fault::Stop(error) => (error, None, true),
            Fault::Lost => return Ok("lost"),
        };
        tracing::warn!(schedule = run.schedule, n = run.n, attempt = run.attempts, error, "a scheduled report was not made");
        self.store.run_failed(run, &error, again, stop.then_some(error.as_str()), now).await?;
        Ok(if again.is_some() { "failed" } else { "given_up" })
    }

    /// One technical alert for each run that was given up. What cannot be told now is told later.
    async fn tell_of_failed(&self) -> Result<()> {
        for untold in self.store.untold_runs(LOOK_AT).await? {
            let run = untold.run.clone();
            if (self.tell)(untold).await {
                self.store.told_of_run(&run).await?;
            }
        }
        Ok(())
    }
}
