//! Organisations.

use sqlx::QueryBuilder;

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_page, push_scope};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::register::{NewOrganisation, Organisation, OrganisationPatch};

const SELECT: &str = "SELECT id, name, zone, created_us, archived_us FROM organisations WHERE 1 = 1";
const COLUMNS: Columns = Columns { organisation: "id", home: "id", archived: "archived_us", id: "id" };

type Row = (String, String, String, i64, Option<i64>);

fn organisation((id, name, zone, created, archived): Row) -> Organisation {
    Organisation { id, name, zone, created_at: from_us(created), archived_at: archived.map(from_us) }
}

impl Store {
    /// Organisations in the order of their ids.
    pub async fn organisations(&self, query: &ListQuery<'_>) -> Result<Vec<Organisation>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(organisation).collect())
    }

    /// One organisation.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn organisation(&self, scope: &Scope, id: &str) -> Result<Organisation> {
        self.snapshot().await?.organisation(scope, id).await
    }

    /// Enters an organisation.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the entry; `Conflict` when the chosen id is taken.
    pub async fn create_organisation(&self, by: &Actor, now: Time, new: &NewOrganisation) -> Result<Organisation> {
        const SQL: &str = "INSERT INTO organisations (id, name, zone, created_us) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
        new.check()?;
        let id = new.id.clone().unwrap_or_else(|| new_id_at(now));
        let made = Organisation { id, name: new.name.clone(), zone: new.zone().to_owned(), created_at: now, archived_at: None };
        in_tx!(self, tx => {
            let added = on_tx!(tx, conn => sqlx::query(SQL).bind(&made.id).bind(&made.name).bind(&made.zone).bind(to_us(now))
                .execute(conn).await.map(|done| done.rows_affected()))?;
            if added == 0 {
                Err(StoreError::Conflict(format!("there is an organisation `{}` already; choose another id", made.id)))?;
            }
            let detail = serde_json::json!({ "after": made });
            tx.note_deed(by, now, &made.id, "created", ("organisation", &made.id), detail).await?;
            made.clone()
        })
    }

    /// Changes, archives or brings back an organisation.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Invalid` names what is wrong with the entry.
    pub async fn change_organisation(
        &self,
        by: &Actor,
        now: Time,
        scope: &Scope,
        id: &str,
        patch: &OrganisationPatch,
    ) -> Result<Organisation> {
        const SQL: &str = "UPDATE organisations SET name = $2, zone = $3, archived_us = $4 WHERE id = $1";
        in_tx!(self, tx => {
            let before = tx.organisation_to_change(scope, id).await?;
            let after = patch.clone().apply(&before, now)?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(&after.name).bind(&after.zone).bind(after.archived_at.map(to_us))
                .execute(conn).await.map(|_| ()))?;
            if before.zone != after.zone {
                tx.facts_of_organisation_due(id).await?;
                tx.plan_schedules_of(id, &after.zone, now).await?;
            }
            let action = change_name(before.archived_at, after.archived_at);
            tx.note_deed(by, now, id, action, ("organisation", id), difference(&before, &after)).await?;
            after
        })
    }
}

impl Tx {
    /// One organisation as this transaction sees it.
    pub(super) async fn organisation(&mut self, scope: &Scope, id: &str) -> Result<Organisation> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "id", scope);
            sql.push(" AND id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(organisation).ok_or(StoreError::NotFound("organisation"))
    }

    /// The organisation as it is now, locked until the end of the transaction.
    pub(super) async fn organisation_to_change(&mut self, scope: &Scope, id: &str) -> Result<Organisation> {
        // An update that changes nothing is the one row lock that both databases know.
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new("UPDATE organisations SET name = name WHERE id = ");
            sql.push_bind(id.to_owned());
            push_scope(&mut sql, "id", scope);
            sql.push(" RETURNING id, name, zone, created_us, archived_us");
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(organisation).ok_or(StoreError::NotFound("organisation"))
    }
}
