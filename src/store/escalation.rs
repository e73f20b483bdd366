//! Escalation policies.

use sqlx::QueryBuilder;

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_page, push_scope};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::alert::Queue;
use crate::domain::escalation::{EscalationPolicy, Step};
use crate::domain::register::{NewPolicy, Policy, PolicyPatch};

const SELECT: &str =
    "SELECT id, organisation, name, queue, steps, repeat_s, version, created_us, archived_us FROM escalation_policies WHERE 1 = 1";
const COLUMNS: Columns = Columns { organisation: "organisation", home: "id", archived: "archived_us", id: "id" };

type Row = (String, Option<String>, String, Option<String>, String, i64, i64, i64, Option<i64>);

fn policy((id, organisation, name, queue, steps, repeat_s, version, created, archived): Row) -> Result<Policy> {
    let steps: Vec<Step> = serde_json::from_str(&steps).map_err(StoreError::unreadable("escalation policy"))?;
    let queue = queue.as_deref().and_then(Queue::parse);
    let policy = EscalationPolicy { id, organisation, name, queue, steps, repeat_s, version };
    Ok(Policy { policy, created_at: from_us(created), archived_at: archived.map(from_us) })
}

impl Store {
    /// Policies in the order of their ids: those of the organisations asked for, and those for all.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn policies(&self, query: &ListQuery<'_>) -> Result<Vec<Policy>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_readable(&mut sql, query.scope);
            push_filters(&mut sql, &COLUMNS, &ListQuery { scope: &Scope::All, ..query.clone() });
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(policy).collect()
    }

    /// One policy that serves `scope`.
    ///
    /// # Errors
    /// `NotFound` also when it is another organisation's.
    pub async fn policy(&self, scope: &Scope, id: &str) -> Result<Policy> {
        let row: Option<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_readable(&mut sql, scope);
            sql.push(" AND id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(pool).await
        })?;
        row.map(policy).transpose()?.ok_or(StoreError::NotFound("escalation policy"))
    }

    /// Enters a policy.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the entry; `NotFound` when the organisation is not there or outside `scope`, or when a policy for all is entered
    /// by somebody who is not there for all.
    pub async fn create_policy(&self, by: &Actor, now: Time, scope: &Scope, new: &NewPolicy) -> Result<Policy> {
        let made = new.clone().into_record(new_id_at(now), now)?;
        in_tx!(self, tx => {
            match &made.policy.organisation {
                Some(organisation) => drop(tx.organisation(scope, organisation).await?),
                None if *scope == Scope::All => {}
                None => Err(StoreError::NotFound("organisation"))?,
            }
            tx.put_policy(&made).await?;
            tx.note_policy(by, now, &made, "created", serde_json::json!({ "after": made })).await?;
            made.clone()
        })
    }

    /// Changes, archives or brings back a policy. Alerts that are open keep the one they were raised with.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Invalid` names what is wrong with the entry.
    pub async fn change_policy(&self, by: &Actor, now: Time, scope: &Scope, id: &str, patch: &PolicyPatch) -> Result<Policy> {
        in_tx!(self, tx => {
            let row: Option<Row> = on_tx!(&mut tx, conn => {
                // An update that changes nothing is the one row lock that both databases know.
                let mut sql = QueryBuilder::new("UPDATE escalation_policies SET name = name WHERE id = ");
                sql.push_bind(id.to_owned());
                push_scope(&mut sql, "organisation", scope);
                sql.push(" RETURNING id, organisation, name, queue, steps, repeat_s, version, created_us, archived_us");
                sql.build_query_as().fetch_optional(conn).await
            })?;
            let before = row.map(policy).transpose()?.ok_or(StoreError::NotFound("escalation policy"))?;
            let after = patch.clone().apply(&before, now)?;
            tx.put_policy(&after).await?;
            let action = change_name(before.archived_at, after.archived_at);
            tx.note_policy(by, now, &after, action, difference(&before, &after)).await?;
            after
        })
    }

    /// Enters the policies that a new installation begins with, unless they are there: what a service made of them stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_default_policies(&self, policies: &[EscalationPolicy], now: Time) -> Result<()> {
        const SQL: &str = "INSERT INTO escalation_policies (id, organisation, name, queue, steps, repeat_s, version, created_us) \
            VALUES ($1, NULL, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
        in_tx!(self, tx => {
            for each in policies {
                let steps = serde_json::to_string(&each.steps).map_err(StoreError::unreadable("escalation policy"))?;
                on_tx!(&mut tx, conn => sqlx::query(SQL).bind(&each.id).bind(&each.name).bind(each.queue.map(Queue::as_str)).bind(steps)
                    .bind(each.repeat_s).bind(each.version).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
            }
        })
    }
}

impl Tx {
    /// The policies that serve `organisation`: its own and those for all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn policies_for(&mut self, organisation: &str) -> Result<Vec<EscalationPolicy>> {
        let text = format!("{SELECT} AND archived_us IS NULL AND (organisation IS NULL OR organisation = $1) ORDER BY id");
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(sqlx::AssertSqlSafe(text)).bind(organisation).fetch_all(conn).await)?;
        rows.into_iter().map(|row| policy(row).map(|found| found.policy)).collect()
    }

    async fn put_policy(&mut self, made: &Policy) -> Result<()> {
        const SQL: &str = "INSERT INTO escalation_policies (id, organisation, name, queue, steps, repeat_s, version, created_us, archived_us) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET name = excluded.name, queue = excluded.queue, \
            steps = excluded.steps, repeat_s = excluded.repeat_s, version = excluded.version, archived_us = excluded.archived_us";
        let Policy { policy, created_at, archived_at } = made;
        let steps = serde_json::to_string(&policy.steps).map_err(StoreError::unreadable("escalation policy"))?;
        on_tx!(self, conn => sqlx::query(SQL).bind(&policy.id).bind(&policy.organisation).bind(&policy.name).bind(policy.queue.map(Queue::as_str))
            .bind(steps).bind(policy.repeat_s).bind(policy.version).bind(to_us(*created_at)).bind(archived_at.map(to_us))
            .execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    async fn note_policy(&mut self, by: &Actor, now: Time, made: &Policy, action: &str, detail: serde_json::Value) -> Result<()> {
        let entry = super::audit::AuditEntry {
            organisation: made.policy.organisation.as_deref(),
            who: &by.id,
            action,
            object_kind: "escalation_policy",
            object_id: &made.policy.id,
            detail,
        };
        self.audit(now, entry).await
    }
}

/// What serves an organisation may be read there: its own and what is for all.
fn push_readable<DB: sqlx::Database>(sql: &mut QueryBuilder<DB>, scope: &Scope)
where
    for<'q> String: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    if let Scope::Only(organisations) = scope {
        sql.push(" AND (organisation IS NULL OR organisation IN (");
        let mut list = sql.separated(", ");
        list.push("''");
        for organisation in organisations {
            list.push_bind(organisation.clone());
        }
        sql.push("))");
    }
}
