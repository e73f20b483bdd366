//! Contacts: family and neighbours to call for a home, in their order.

use sqlx::QueryBuilder;

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_scope};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::register::{Contact, ContactPatch, NewContact};

const SELECT: &str = "SELECT c.id, c.home, c.name, c.relation, c.telephone, c.calling_order, c.key_holder, c.notes, c.created_us, c.archived_us \
    FROM contacts c JOIN homes h ON h.id = c.home WHERE 1 = 1";
const COLUMNS: Columns = Columns { organisation: "h.organisation", home: "c.home", archived: "c.archived_us", id: "c.id" };

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    home: String,
    name: String,
    relation: String,
    telephone: String,
    calling_order: i64,
    key_holder: i64,
    notes: String,
    created_us: i64,
    archived_us: Option<i64>,
}

impl From<Row> for Contact {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            home: row.home,
            name: row.name,
            relation: row.relation,
            telephone: row.telephone,
            calling_order: row.calling_order,
            key_holder: row.key_holder != 0,
            notes: row.notes,
            created_at: from_us(row.created_us),
            archived_at: row.archived_us.map(from_us),
        }
    }
}

/// Where a page of contacts begins: behind this home, calling order and id.
pub type ContactKey = (String, i64, String);

impl Store {
    /// Contacts home by home in calling order, those behind `after`; `query.after` is not looked at.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn contacts(&self, query: &ListQuery<'_>, after: Option<&ContactKey>) -> Result<Vec<Contact>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            if let Some((home, order, id)) = after {
                sql.push(" AND (c.home, c.calling_order, c.id) > (").push_bind(home.clone()).push(", ").push_bind(*order).push(", ")
                    .push_bind(id.clone()).push(")");
            }
            sql.push(" ORDER BY c.home, c.calling_order, c.id LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(Contact::from).collect())
    }

    /// One contact.
    ///
    /// # Errors
    /// `NotFound` also when the home lies outside `scope`.
    pub async fn contact(&self, scope: &Scope, id: &str) -> Result<Contact> {
        self.snapshot().await?.contact(scope, id).await
    }

    /// Enters a contact.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the entry; `NotFound` when the home is not there or outside `scope`.
    pub async fn create_contact(&self, by: &Actor, now: Time, scope: &Scope, new: &NewContact) -> Result<Contact> {
        const SQL: &str = "INSERT INTO contacts (id, home, name, relation, telephone, calling_order, key_holder, notes, created_us) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let made = new.clone().into_record(new_id_at(now), now)?;
        in_tx!(self, tx => {
            let home = tx.home(scope, &made.home).await?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(&made.id).bind(&made.home).bind(&made.name).bind(&made.relation).bind(&made.telephone)
                .bind(made.calling_order).bind(i64::from(made.key_holder)).bind(&made.notes).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
            let detail = serde_json::json!({ "after": made });
            tx.note_deed(by, now, &home.organisation, "created", ("contact", &made.id), detail).await?;
            made.clone()
        })
    }

    /// Changes, archives or brings back a contact.
    ///
    /// # Errors
    /// `NotFound` also when the home lies outside `scope`; `Invalid` names what is wrong with the entry.
    pub async fn change_contact(&self, by: &Actor, now: Time, scope: &Scope, id: &str, patch: &ContactPatch) -> Result<Contact> {
        // No rule reads contacts, so the home is left alone; an update that changes nothing is the row lock that both databases know.
        const LOCK: &str = "UPDATE contacts SET name = name WHERE id = $1";
        const SQL: &str = "UPDATE contacts SET name = $2, relation = $3, telephone = $4, calling_order = $5, key_holder = $6, notes = $7, \
            archived_us = $8 WHERE id = $1";
        self.contact(scope, id).await?;
        in_tx!(self, tx => {
            on_tx!(tx, conn => sqlx::query(LOCK).bind(id).execute(conn).await.map(|_| ()))?;
            let before = tx.contact(scope, id).await?;
            let after = patch.clone().apply(&before, now)?;
            let home = tx.home(scope, &after.home).await?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(&after.name).bind(&after.relation).bind(&after.telephone).bind(after.calling_order)
                .bind(i64::from(after.key_holder)).bind(&after.notes).bind(after.archived_at.map(to_us)).execute(conn).await.map(|_| ()))?;
            let action = change_name(before.archived_at, after.archived_at);
            tx.note_deed(by, now, &home.organisation, action, ("contact", id), difference(&before, &after)).await?;
            after
        })
    }
}

impl Tx {
    async fn contact(&mut self, scope: &Scope, id: &str) -> Result<Contact> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "h.organisation", scope);
            sql.push(" AND c.id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(Contact::from).ok_or(StoreError::NotFound("contact"))
    }
}
