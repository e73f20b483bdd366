//! Runs of scheduled reports: asked for by the calendar or a person, taken by one maker at a time, and taken up again when that one is not heard of.

use chrono::{NaiveDate, TimeDelta};
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::audit::Actor;
use super::list::push_scope;
use super::outbox::NewDelivery;
use super::schedules::{kind_of, zone_of};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::calendar;
use crate::domain::schedule::{Run, RunFile, RunState, Schedule};

/// Schedules planned in one transaction.
const AT_ONCE: i64 = 50;
/// What was missed longer ago is not made up for.
const MADE_UP_FOR: TimeDelta = TimeDelta::days(31);
/// The longest text kept of what went wrong.
const ERROR_MAX: usize = 500;

const COLUMNS: &str = "schedule, n, organisation, report, format, report_table, due_day, asked_by, send, from_us, to_us, state, row_count, attempts, \
    created_us, begun_us, finished_us, error, file_name, size, sha256, kept_until_us, sent_to";

#[derive(sqlx::FromRow)]
struct Row {
    schedule: String,
    n: i64,
    organisation: String,
    report: String,
    format: String,
    report_table: Option<String>,
    due_day: Option<String>,
    asked_by: Option<String>,
    send: i64,
    from_us: i64,
    to_us: i64,
    state: String,
    row_count: i64,
    attempts: i64,
    created_us: i64,
    begun_us: Option<i64>,
    finished_us: Option<i64>,
    error: Option<String>,
    file_name: Option<String>,
    size: Option<i64>,
    sha256: Option<String>,
    kept_until_us: Option<i64>,
    sent_to: i64,
}

impl TryFrom<Row> for Run {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let (report, format) = kind_of(&row.report, &row.format)?;
        let unknown = || StoreError::Unreadable { what: "run", why: format!("`{}` is no state", row.state) };
        let state = RunState::parse(&row.state).ok_or_else(unknown)?;
        let file = match (row.file_name, row.size, row.sha256, row.kept_until_us) {
            (Some(name), Some(size), Some(sha256), Some(until)) => Some(RunFile { name, size, sha256, kept_until: from_us(until) }),
            _ => None,
        };
        Ok(Self {
            schedule: row.schedule,
            n: row.n,
            organisation: row.organisation,
            report,
            format,
            table: row.report_table,
            due_day: row.due_day.and_then(|day| day.parse().ok()),
            asked_by: row.asked_by,
            send: row.send != 0,
            from: from_us(row.from_us),
            to: from_us(row.to_us),
            state,
            rows: row.row_count,
            attempts: row.attempts,
            created_at: from_us(row.created_us),
            begun_at: row.begun_us.map(from_us),
            finished_at: row.finished_us.map(from_us),
            error: row.error,
            file,
            sent_to: row.sent_to,
        })
    }
}

/// A run that somebody has taken, and as which try: another try may have begun meanwhile, and then this one decides no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The run.
    pub run: Run,
    /// Its schedule as it is now.
    pub schedule: Schedule,
}

impl Store {
    /// When the next run is to be asked for or begun.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn next_report(&self) -> Result<Option<Time>> {
        let text = "SELECT MIN(next_us) FROM (SELECT MIN(next_us) AS next_us FROM report_schedules WHERE next_us IS NOT NULL \
            UNION ALL SELECT MIN(next_us) FROM report_runs WHERE next_us IS NOT NULL) AS both_kinds";
        let (next,): (Option<i64>,) = on_db!(self.reader(), pool => sqlx::query_as(text).fetch_one(pool).await)?;
        Ok(next.map(from_us))
    }

    /// Asks for the runs that the calendar wants by `now`, each day's once. Answers how many schedules were due.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn plan_runs(&self, now: Time) -> Result<usize> {
        in_tx!(self, tx => {
            let text = format!("SELECT id FROM report_schedules WHERE next_us <= $1 ORDER BY next_us LIMIT $2 {}", tx.skip_locked());
            let due: Vec<(String,)> = on_tx!(tx, conn => sqlx::query_as(AssertSqlSafe(text)).bind(to_us(now)).bind(AT_ONCE).fetch_all(conn).await)?;
            for (id,) in &due {
                tx.plan_run(id, now).await?;
            }
            due.len()
        })
    }

    /// Asks for a run of the last whole period now, for the recipients or for whoever asks alone.
    ///
    /// # Errors
    /// `NotFound` also when the schedule lies outside `scope`; `Conflict` while one that a person asked for is under way.
    pub async fn ask_run(&self, by: &Actor, now: Time, scope: &Scope, id: &str, send: bool) -> Result<Run> {
        in_tx!(self, tx => {
            let schedule = tx.schedule_to_change(scope, id).await?;
            if schedule.archived_at.is_some() {
                Err(StoreError::Conflict("This schedule is archived. Bring it back first, with `archived` false.".to_owned()))?;
            }
            let text = "SELECT MAX(n) FROM report_runs WHERE schedule = $1 AND asked_by IS NOT NULL AND next_us IS NOT NULL";
            let (open,): (Option<i64>,) = on_tx!(tx, conn => sqlx::query_as(text).bind(id).fetch_one(conn).await)?;
            if let Some(open) = open {
                Err(StoreError::Conflict(format!("Run {open} was asked for and is still under way. Wait until it is over.")))?;
            }
            let zone = zone_of(&tx.organisation(&Scope::All, &schedule.organisation).await?.zone);
            let today = calendar::date(calendar::us(now), zone);
            let n = tx.add_run(&schedule, schedule.when.period(today, zone), None, Some((by.id.as_str(), send)), now).await?;
            let n = n.ok_or(StoreError::NotFound("run"))?;
            tx.note_deed(by, now, &schedule.organisation, "run_asked", ("report_schedule", id), serde_json::json!({ "n": n, "send": send })).await?;
            tx.run_of(id, n).await?
        })
    }

    /// Takes the run that has waited longest, for a try that counts as lost at `until`. What another replica takes at this moment is left to it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_run(&self, now: Time, until: Time) -> Result<Option<Taken>> {
        in_tx!(self, tx => {
            let text = format!("SELECT schedule, n FROM report_runs WHERE next_us <= $1 ORDER BY next_us, schedule, n LIMIT 1 {}", tx.skip_locked());
            let row: Option<(String, i64)> = on_tx!(tx, conn => sqlx::query_as(AssertSqlSafe(text)).bind(to_us(now)).fetch_optional(conn).await)?;
            match row {
                None => None,
                Some((schedule, n)) => {
                    let take = "UPDATE report_runs SET state = 'running', attempts = attempts + 1, begun_us = $3, next_us = $4, row_count = 0 \
                        WHERE schedule = $1 AND n = $2";
                    on_tx!(tx, conn => sqlx::query(take).bind(&schedule).bind(n).bind(to_us(now)).bind(to_us(until)).execute(conn).await.map(|_| ()))?;
                    tx.drop_report_file(&schedule, n).await?;
                    Some(Taken { run: tx.run_of(&schedule, n).await?, schedule: tx.schedule(&Scope::All, &schedule).await? })
                }
            }
        })
    }

    /// Notes how far a run is, and that its maker lives until `until` at least. Answers whether it is still this try's.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run_goes_on(&self, run: &Run, rows: i64, until: Time) -> Result<bool> {
        let text =
            "UPDATE report_runs SET row_count = $4, next_us = $5 WHERE schedule = $1 AND n = $2 AND attempts = $3 AND state = 'running'";
        in_tx!(self, tx => {
            on_tx!(tx, conn => sqlx::query(text).bind(&run.schedule).bind(run.n).bind(run.attempts).bind(rows).bind(to_us(until)).execute(conn).await
                .map(|done| done.rows_affected() == 1))?
        })
    }

    /// The file is there: the run is done, and the messages to its recipients go into the outbox with that. Answers whether it was still this try's.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run_is_done(&self, run: &Run, rows: i64, file: &RunFile, messages: &[NewDelivery], now: Time) -> Result<bool> {
        let text = "UPDATE report_runs SET state = 'done', row_count = $4, next_us = NULL, finished_us = $5, error = NULL, file_name = $6, size = $7, \
            sha256 = $8, kept_until_us = $9, sent_to = $10 WHERE schedule = $1 AND n = $2 AND attempts = $3 AND state = 'running'";
        let sent_to = i64::try_from(messages.len()).unwrap_or(i64::MAX);
        in_tx!(self, tx => {
            let mine = on_tx!(tx, conn => sqlx::query(text).bind(&run.schedule).bind(run.n).bind(run.attempts).bind(rows).bind(to_us(now))
                .bind(&file.name).bind(file.size).bind(&file.sha256).bind(to_us(file.kept_until)).bind(sent_to).execute(conn).await
                .map(|done| done.rows_affected() == 1))?;
            if mine && !messages.is_empty() {
                tx.enqueue(messages, now).await?;
                let detail = serde_json::json!({ "n": run.n, "recipients": messages.iter().map(|message| &message.target).collect::<Vec<_>>() });
                let by = Actor { id: "harken".to_owned() };
                tx.note_deed(&by, now, &run.organisation, "sent", ("report_schedule", &run.schedule), detail).await?;
            }
            mine
        })
    }

    /// The run did not succeed: it is begun again at `again`, or given up without one; `stop` says why its schedule is switched off with that.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run_failed(&self, run: &Run, error: &str, again: Option<Time>, stop: Option<&str>, now: Time) -> Result<()> {
        let text = "UPDATE report_runs SET state = $4, next_us = $5, error = $6, finished_us = $7 \
            WHERE schedule = $1 AND n = $2 AND attempts = $3 AND state = 'running'";
        let state = if again.is_some() { RunState::Waiting } else { RunState::Failed };
        let error: String = error.chars().filter(|each| !each.is_control()).take(ERROR_MAX).collect();
        let finished = again.is_none().then(|| to_us(now));
        in_tx!(self, tx => {
            let mine = on_tx!(tx, conn => sqlx::query(text).bind(&run.schedule).bind(run.n).bind(run.attempts).bind(state.as_str())
                .bind(again.map(to_us)).bind(&error).bind(finished).execute(conn).await.map(|done| done.rows_affected() == 1))?;
            if mine && again.is_none() {
                tx.drop_report_file(&run.schedule, run.n).await?;
                if let Some(why) = stop {
                    tx.stop_schedule(&run.schedule, why, now).await?;
                }
            }
        })
    }

    /// Makes due at once what was being made when the server ended. Only for SQLite, which has one server: elsewhere another may be at it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn resume_runs(&self, now: Time) -> Result<()> {
        let text = "UPDATE report_runs SET next_us = $1 WHERE state = 'running' AND next_us > $1";
        if self.postgres().is_some() {
            return Ok(());
        }
        in_tx!(self, tx => on_tx!(tx, conn => sqlx::query(text).bind(to_us(now)).execute(conn).await.map(|_| ()))?)
    }

    /// Runs that were given up and that nobody was told of, with their schedules.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn untold_runs(&self, most: i64) -> Result<Vec<Taken>> {
        let text = format!("SELECT {COLUMNS} FROM report_runs WHERE state = 'failed' AND told = 0 ORDER BY schedule, n LIMIT $1");
        let mut tx = self.snapshot().await?;
        let rows: Vec<Row> = on_tx!(&mut tx, conn => sqlx::query_as(AssertSqlSafe(text)).bind(most).fetch_all(conn).await)?;
        let mut untold = Vec::with_capacity(rows.len());
        for row in rows {
            let run = Run::try_from(row)?;
            untold.push(Taken { schedule: tx.schedule(&Scope::All, &run.schedule).await?, run });
        }
        Ok(untold)
    }

    /// The alert about this run is raised.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn told_of_run(&self, run: &Run) -> Result<()> {
        let text = "UPDATE report_runs SET told = 1 WHERE schedule = $1 AND n = $2";
        in_tx!(self, tx => on_tx!(tx, conn => sqlx::query(text).bind(&run.schedule).bind(run.n).execute(conn).await.map(|_| ()))?)
    }

    /// Runs of a schedule, newest first, those before number `before`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn runs(&self, scope: &Scope, schedule: &str, before: Option<i64>, limit: i64) -> Result<Vec<Run>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(format!("SELECT {COLUMNS} FROM report_runs WHERE schedule = "));
            sql.push_bind(schedule.to_owned());
            push_scope(&mut sql, "organisation", scope);
            if let Some(before) = before {
                sql.push(" AND n < ").push_bind(before);
            }
            sql.push(" ORDER BY n DESC LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(Run::try_from).collect()
    }

    /// One run.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn report_run(&self, scope: &Scope, schedule: &str, n: i64) -> Result<Run> {
        let found = self.runs(scope, schedule, n.checked_add(1), 1).await?;
        found.into_iter().find(|run| run.n == n).ok_or(StoreError::NotFound("run"))
    }
}

impl Tx {
    /// Asks for the run of a schedule that is due, and plans the next. What was missed is made up for, one day after the other.
    async fn plan_run(&mut self, id: &str, now: Time) -> Result<()> {
        let schedule = self.schedule(&Scope::All, id).await?;
        let zone = zone_of(&self.organisation(&Scope::All, &schedule.organisation).await?.zone);
        let Some(due) = schedule.next_at else { return Ok(()) };
        let day = calendar::date(calendar::us(due), zone);
        let period = schedule.when.period(day, zone);
        if period.0 < period.1 && now - due <= MADE_UP_FOR {
            self.add_run(&schedule, period, Some(day), None, now).await?;
        }
        let after = due.max(now - MADE_UP_FOR);
        let next = schedule.when.next(after, zone).map(|(next, _)| to_us(next));
        let text = "UPDATE report_schedules SET next_us = $2 WHERE id = $1";
        on_tx!(self, conn => sqlx::query(text).bind(id).bind(next).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Adds a run, unless there is one for that day. The schedule's row is locked. Answers with its number.
    async fn add_run(
        &mut self,
        schedule: &Schedule,
        (from, to): (Time, Time),
        day: Option<NaiveDate>,
        asked: Option<(&str, bool)>,
        now: Time,
    ) -> Result<Option<i64>> {
        let text = "INSERT INTO report_runs (schedule, n, organisation, report, format, report_table, due_day, asked_by, send, from_us, to_us, state, \
            row_count, attempts, next_us, created_us, sent_to) \
            VALUES ($1, (SELECT COALESCE(MAX(n), 0) + 1 FROM report_runs WHERE schedule = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', 0, 0, \
            $11, $11, 0) ON CONFLICT (schedule, due_day) DO NOTHING RETURNING n";
        let (asked_by, send) = asked.map_or((None, true), |(who, send)| (Some(who), send));
        let row: Option<(i64,)> = on_tx!(self, conn => sqlx::query_as(text).bind(&schedule.id).bind(&schedule.organisation).bind(schedule.report.as_str())
            .bind(schedule.format.as_str()).bind(&schedule.table).bind(day.map(|day| day.to_string())).bind(asked_by).bind(i64::from(send))
            .bind(to_us(from)).bind(to_us(to)).bind(to_us(now)).fetch_optional(conn).await)?;
        Ok(row.map(|(n,)| n))
    }

    async fn run_of(&mut self, schedule: &str, n: i64) -> Result<Run> {
        let text = format!("SELECT {COLUMNS} FROM report_runs WHERE schedule = $1 AND n = $2");
        let row: Option<Row> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(schedule).bind(n).fetch_optional(conn).await)?;
        row.ok_or(StoreError::NotFound("run"))?.try_into()
    }

    async fn stop_schedule(&mut self, id: &str, why: &str, now: Time) -> Result<()> {
        let schedule = self.schedule_to_change(&Scope::All, id).await?;
        let stopped = Schedule { active: false, stopped: Some(why.to_owned()), next_at: None, ..schedule };
        self.put_schedule(&stopped).await?;
        let by = Actor { id: "harken".to_owned() };
        let detail = serde_json::json!({ "why": why });
        self.note_deed(&by, now, &stopped.organisation, "stopped", ("report_schedule", id), detail).await
    }
}
