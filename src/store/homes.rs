//! Homes, and the encrypted codes of their key safes.

use sqlx::QueryBuilder;

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_page, push_scope};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::{Scope, UNCLAIMED};
use crate::domain::home::{is_unclaimed, organisation_of_key};
use crate::domain::register::{Home, HomePatch, NewHome};
use crate::secrets::KeySafe;

pub(super) const SELECT: &str = "SELECT id, organisation, name, address, locality, zone, call_back, access_notes, \
    CASE WHEN key_safe IS NULL THEN 0 ELSE 1 END AS has_key_safe, created_us, archived_us FROM homes WHERE 1 = 1";
pub(super) const COLUMNS: Columns = Columns { organisation: "organisation", home: "id", archived: "archived_us", id: "id" };

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    organisation: String,
    name: String,
    address: String,
    locality: String,
    zone: String,
    call_back: Option<String>,
    access_notes: String,
    has_key_safe: i32,
    created_us: i64,
    archived_us: Option<i64>,
}

impl From<Row> for Home {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            organisation: row.organisation,
            name: row.name,
            address: row.address,
            locality: row.locality,
            zone: row.zone,
            call_back: row.call_back,
            access_notes: row.access_notes,
            has_key_safe: row.has_key_safe != 0,
            created_at: from_us(row.created_us),
            archived_at: row.archived_us.map(from_us),
        }
    }
}

impl Store {
    /// The organisation that answers for what is kept under `key`: a home's id, or `unclaimed/{gateway}`.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `unclaimed/…` lies within all organisations only.
    pub async fn organisation_of_key(&self, scope: &Scope, key: &str) -> Result<String> {
        self.snapshot().await?.organisation_of_key(scope, key).await
    }

    /// Homes in the order of their ids.
    pub async fn homes(&self, query: &ListQuery<'_>) -> Result<Vec<Home>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(Home::from).collect())
    }

    /// One home.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn home(&self, scope: &Scope, id: &str) -> Result<Home> {
        self.snapshot().await?.home(scope, id).await
    }

    /// The homes called `name`, for commands in which people name a home by it.
    pub async fn homes_named(&self, scope: &Scope, name: &str) -> Result<Vec<Home>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "organisation", scope);
            sql.push(" AND name = ").push_bind(name.to_owned()).push(" ORDER BY id LIMIT 10");
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(Home::from).collect())
    }

    /// Enters a home. `key` encrypts the code of its key safe.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the entry; `NotFound` when the organisation is not there or outside `scope`; `Conflict` when it is
    /// archived.
    pub async fn create_home(&self, by: &Actor, now: Time, scope: &Scope, key: &KeySafe, new: &NewHome) -> Result<Home> {
        const SQL: &str = "INSERT INTO homes (id, organisation, name, address, locality, zone, call_back, access_notes, key_safe, created_us) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        new.check()?;
        let id = new_id_at(now);
        let sealed = new.key_safe.as_deref().map(|code| key.seal(&id, code));
        in_tx!(self, tx => {
            tx.bump_home(&id).await?;
            let organisation = tx.organisation_to_change(scope, &new.organisation).await?;
            if organisation.archived_at.is_some() {
                Err(StoreError::Conflict("the organisation is archived; bring it back first".to_owned()))?;
            }
            let made = Home {
                id: id.clone(),
                organisation: organisation.id,
                name: new.name.clone(),
                address: new.address.clone(),
                locality: new.locality.clone(),
                zone: new.zone.clone().unwrap_or(organisation.zone),
                call_back: new.call_back.clone(),
                access_notes: new.access_notes.clone(),
                has_key_safe: sealed.is_some(),
                created_at: now,
                archived_at: None,
            };
            on_tx!(tx, conn => sqlx::query(SQL).bind(&made.id).bind(&made.organisation).bind(&made.name).bind(&made.address)
                .bind(&made.locality).bind(&made.zone).bind(&made.call_back).bind(&made.access_notes).bind(&sealed).bind(to_us(now))
                .execute(conn).await.map(|_| ()))?;
            let detail = serde_json::json!({ "after": made });
            tx.note_deed(by, now, &made.organisation, "created", ("home", &id), detail).await?;
            made
        })
    }

    /// Changes, archives or brings back a home. `key` encrypts a new code of its key safe.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Invalid` names what is wrong with the entry.
    pub async fn change_home(&self, by: &Actor, now: Time, scope: &Scope, key: &KeySafe, id: &str, patch: &HomePatch) -> Result<Home> {
        const SQL: &str = "UPDATE homes SET name = $2, address = $3, locality = $4, zone = $5, call_back = $6, access_notes = $7, \
            archived_us = $8 WHERE id = $1";
        const SEAL: &str = "UPDATE homes SET key_safe = $2 WHERE id = $1";
        self.home(scope, id).await?;
        in_tx!(self, tx => {
            tx.bump_home(id).await?;
            let before = tx.home(scope, id).await?;
            let after = patch.clone().apply(&before, now)?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(&after.name).bind(&after.address).bind(&after.locality).bind(&after.zone)
                .bind(&after.call_back).bind(&after.access_notes).bind(after.archived_at.map(to_us)).execute(conn).await.map(|_| ()))?;
            let mut detail = difference(&before, &after);
            if let Some(code) = &patch.key_safe {
                let sealed = code.as_deref().map(|code| key.seal(id, code));
                on_tx!(tx, conn => sqlx::query(SEAL).bind(id).bind(sealed).execute(conn).await.map(|_| ()))?;
                detail["key_safe_changed"] = true.into();
            }
            tx.look_again(id, now).await?;
            let action = change_name(before.archived_at, after.archived_at);
            tx.note_deed(by, now, &after.organisation, action, ("home", id), detail).await?;
            after
        })
    }

    /// The encrypted code of a home's key safe, for [`KeySafe::open`]. Who may ask, and the record of it, are the caller's to see to.
    ///
    /// # Errors
    /// `NotFound` also when the home lies outside `scope`.
    pub async fn sealed_key_safe(&self, scope: &Scope, id: &str) -> Result<Option<Vec<u8>>> {
        let row: Option<(Option<Vec<u8>>,)> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT key_safe FROM homes WHERE 1 = 1");
            push_scope(&mut sql, "organisation", scope);
            sql.push(" AND id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(pool).await
        })?;
        row.map(|(sealed,)| sealed).ok_or(StoreError::NotFound("home"))
    }
}

impl Tx {
    /// The organisation that answers for what is kept under `key`: a home's id, or `unclaimed/{gateway}`, which only those see who may
    /// see all organisations.
    pub(super) async fn organisation_of_key(&mut self, scope: &Scope, key: &str) -> Result<String> {
        if organisation_of_key(key).is_some() {
            return Err(StoreError::NotFound("home"));
        }
        if !is_unclaimed(key) {
            return Ok(self.home(scope, key).await?.organisation);
        }
        let sql = "SELECT COUNT(*) FROM gateways WHERE home = $1";
        let (found,): (i64,) = on_tx!(self, conn => sqlx::query_as(sql).bind(key).fetch_one(conn).await)?;
        if found > 0 && *scope == Scope::All { Ok(UNCLAIMED.to_owned()) } else { Err(StoreError::NotFound("home")) }
    }

    /// One home as this transaction sees it.
    pub(super) async fn home(&mut self, scope: &Scope, id: &str) -> Result<Home> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "organisation", scope);
            sql.push(" AND id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(Home::from).ok_or(StoreError::NotFound("home"))
    }
}
