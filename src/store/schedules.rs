//! Schedules of reports. What becomes of each run stands in `report_runs`.

use chrono_tz::Tz;
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_page, push_scope};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::delivery::Channel;
use crate::domain::register::Invalid;
use crate::domain::report::{Format, Name};
use crate::domain::schedule::{NewSchedule, READERS, Schedule, SchedulePatch};

const SELECT: &str = "SELECT id, organisation, name, report, format, report_table, timing, recipients, active, stopped, author, next_us, created_us, \
    archived_us FROM report_schedules WHERE 1 = 1";
const COLUMNS: Columns = Columns { organisation: "organisation", home: "id", archived: "archived_us", id: "id" };

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    organisation: String,
    name: String,
    report: String,
    format: String,
    report_table: Option<String>,
    timing: String,
    recipients: String,
    active: i64,
    stopped: Option<String>,
    author: String,
    next_us: Option<i64>,
    created_us: i64,
    archived_us: Option<i64>,
}

impl TryFrom<Row> for Schedule {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let (report, format) = kind_of(&row.report, &row.format)?;
        Ok(Self {
            report,
            format,
            when: serde_json::from_str(&row.timing).map_err(StoreError::unreadable("schedule"))?,
            recipients: serde_json::from_str(&row.recipients).map_err(StoreError::unreadable("schedule"))?,
            id: row.id,
            organisation: row.organisation,
            name: row.name,
            table: row.report_table,
            active: row.active != 0,
            stopped: row.stopped,
            author: row.author,
            next_at: row.next_us.map(from_us),
            created_at: from_us(row.created_us),
            archived_at: row.archived_us.map(from_us),
        })
    }
}

/// Report and form from their names.
pub(super) fn kind_of(report: &str, format: &str) -> Result<(Name, Format)> {
    let unknown = |what: &'static str, name: &str| StoreError::Unreadable { what, why: format!("`{name}` is not known") };
    Ok((Name::parse(report).ok_or_else(|| unknown("report", report))?, Format::parse(format).ok_or_else(|| unknown("format", format))?))
}

/// Whether a report has what a schedule asks of it; the tables of reports are not the store's to know.
pub type Check<'a> = &'a (dyn Fn(&Schedule) -> std::result::Result<(), Invalid> + Send + Sync);

impl Store {
    /// Schedules in the order of their ids.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn schedules(&self, query: &ListQuery<'_>) -> Result<Vec<Schedule>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(Schedule::try_from).collect()
    }

    /// One schedule.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn schedule(&self, scope: &Scope, id: &str) -> Result<Schedule> {
        self.snapshot().await?.schedule(scope, id).await
    }

    /// Enters a schedule in the name of whoever does.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the entry; `NotFound` when the organisation is not there or outside `scope`.
    pub async fn create_schedule(&self, by: &Actor, now: Time, scope: &Scope, new: &NewSchedule, check: Check<'_>) -> Result<Schedule> {
        in_tx!(self, tx => {
            let zone = zone_of(&tx.organisation(scope, &new.organisation).await?.zone);
            let made = new.clone().into_record(new_id_at(now), &by.id, now, zone)?;
            check(&made)?;
            tx.check_recipients(&made).await?;
            tx.put_schedule(&made).await?;
            tx.note_deed(by, now, &made.organisation, "created", ("report_schedule", &made.id), serde_json::json!({ "after": made })).await?;
            made
        })
    }

    /// Changes, archives or brings back a schedule, which from then on runs in the name of whoever does.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Invalid` names what is wrong with the entry.
    pub async fn change_schedule(
        &self,
        by: &Actor,
        now: Time,
        scope: &Scope,
        id: &str,
        patch: &SchedulePatch,
        check: Check<'_>,
    ) -> Result<Schedule> {
        in_tx!(self, tx => {
            let before = tx.schedule_to_change(scope, id).await?;
            let zone = zone_of(&tx.organisation(&Scope::All, &before.organisation).await?.zone);
            let after = patch.clone().apply(&before, &by.id, now, zone)?;
            if after.archived_at.is_none() {
                check(&after)?;
                tx.check_recipients(&after).await?;
            }
            tx.put_schedule(&after).await?;
            let action = change_name(before.archived_at, after.archived_at);
            tx.note_deed(by, now, &after.organisation, action, ("report_schedule", id), difference(&before, &after)).await?;
            after
        })
    }
}

impl Store {
    /// Whether the user of this id may read an organisation's reports.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn may_read_reports(&self, organisation: &str, user: &str) -> Result<bool> {
        self.snapshot().await?.may_read_reports(organisation, user).await
    }
}

impl Tx {
    /// One schedule as this transaction sees it.
    pub(super) async fn schedule(&mut self, scope: &Scope, id: &str) -> Result<Schedule> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "organisation", scope);
            sql.push(" AND id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(Schedule::try_from).transpose()?.ok_or(StoreError::NotFound("schedule"))
    }

    /// The schedule as it is now, locked until the end of the transaction.
    pub(super) async fn schedule_to_change(&mut self, scope: &Scope, id: &str) -> Result<Schedule> {
        // An update that changes nothing is the one row lock that both databases know.
        let text = "UPDATE report_schedules SET name = name WHERE id = $1";
        on_tx!(self, conn => sqlx::query(text).bind(id).execute(conn).await.map(|_| ()))?;
        self.schedule(scope, id).await
    }

    pub(super) async fn put_schedule(&mut self, made: &Schedule) -> Result<()> {
        const SQL: &str = "INSERT INTO report_schedules (id, organisation, name, report, format, report_table, timing, recipients, active, stopped, \
            author, next_us, created_us, archived_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, report = excluded.report, format = excluded.format, \
            report_table = excluded.report_table, timing = excluded.timing, recipients = excluded.recipients, active = excluded.active, \
            stopped = excluded.stopped, author = excluded.author, next_us = excluded.next_us, archived_us = excluded.archived_us";
        let unwritable = StoreError::unreadable("schedule");
        let timing = serde_json::to_string(&made.when).map_err(&unwritable)?;
        let recipients = serde_json::to_string(&made.recipients).map_err(&unwritable)?;
        on_tx!(self, conn => sqlx::query(SQL).bind(&made.id).bind(&made.organisation).bind(&made.name).bind(made.report.as_str())
            .bind(made.format.as_str()).bind(&made.table).bind(timing).bind(recipients).bind(i64::from(made.active)).bind(&made.stopped)
            .bind(&made.author).bind(made.next_at.map(to_us)).bind(to_us(made.created_at)).bind(made.archived_at.map(to_us))
            .execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Plans an organisation's schedules anew: its clocks show another time now.
    pub(super) async fn plan_schedules_of(&mut self, organisation: &str, zone: &str, now: Time) -> Result<()> {
        let text = format!("{SELECT} AND organisation = $1 AND next_us IS NOT NULL ORDER BY id");
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(organisation).fetch_all(conn).await)?;
        for row in rows {
            let planned = Schedule::try_from(row)?.planned(now, zone_of(zone));
            self.put_schedule(&planned).await?;
        }
        Ok(())
    }

    async fn check_recipients(&mut self, made: &Schedule) -> Result<()> {
        for recipient in &made.recipients {
            let fault = match recipient.by {
                Channel::Webhook if self.active_webhook(&made.organisation, &recipient.to).await?.is_none() => {
                    "no webhook of this organisation"
                }
                Channel::Email if !recipient.to.contains('@') && !self.may_read_reports(&made.organisation, &recipient.to).await? => {
                    "nobody who may read the reports of this organisation"
                }
                _ => continue,
            };
            Err(Invalid(format!("`recipients`: `{}` is {fault}; name another, or write an e-mail address", recipient.to)))?;
        }
        Ok(())
    }

    /// Whether the user of this id may read an organisation's reports.
    pub(super) async fn may_read_reports(&mut self, organisation: &str, user: &str) -> Result<bool> {
        let text = "SELECT g.role FROM grants g JOIN users u ON u.id = g.holder WHERE u.id = $1 AND u.archived_us IS NULL \
            AND (g.organisation IS NULL OR g.organisation = $2)";
        let roles: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(user).bind(organisation).fetch_all(conn).await)?;
        Ok(roles.iter().any(|(role,)| READERS.iter().any(|reader| reader.as_str() == role)))
    }
}

/// The zone of that name.
pub(super) fn zone_of(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}
