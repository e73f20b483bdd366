//! Residents: the people at home.

use sqlx::QueryBuilder;

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_page, push_scope};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::incident::Vulnerability;
use crate::domain::register::{NewResident, Resident, ResidentPatch};

const SELECT: &str = "SELECT r.id, r.home, r.name, r.preferred_name, r.language, r.hearing, r.born, r.notes, r.medical, r.risks, r.vulnerability, r.created_us, r.archived_us \
    FROM residents r JOIN homes h ON h.id = r.home WHERE 1 = 1";
const COLUMNS: Columns = Columns { organisation: "h.organisation", home: "r.home", archived: "r.archived_us", id: "r.id" };

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    home: String,
    name: String,
    preferred_name: Option<String>,
    language: Option<String>,
    hearing: String,
    born: Option<String>,
    notes: String,
    medical: String,
    risks: String,
    vulnerability: i64,
    created_us: i64,
    archived_us: Option<i64>,
}

impl From<Row> for Resident {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            home: row.home,
            name: row.name,
            preferred_name: row.preferred_name,
            language: row.language,
            hearing: row.hearing,
            born: row.born,
            notes: row.notes,
            medical: row.medical,
            risks: row.risks,
            vulnerability: Vulnerability::of_number(row.vulnerability),
            created_at: from_us(row.created_us),
            archived_at: row.archived_us.map(from_us),
        }
    }
}

impl Store {
    /// Residents in the order of their ids.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn residents(&self, query: &ListQuery<'_>) -> Result<Vec<Resident>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(Resident::from).collect())
    }

    /// One resident.
    ///
    /// # Errors
    /// `NotFound` also when the home lies outside `scope`.
    pub async fn resident(&self, scope: &Scope, id: &str) -> Result<Resident> {
        self.snapshot().await?.resident(scope, id).await
    }

    /// Enters a resident.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the entry; `NotFound` when the home is not there or outside `scope`.
    pub async fn create_resident(&self, by: &Actor, now: Time, scope: &Scope, new: &NewResident) -> Result<Resident> {
        const SQL: &str = "INSERT INTO residents (id, home, name, preferred_name, language, born, notes, medical, risks, created_us, vulnerability, hearing) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let made = new.clone().into_record(new_id_at(now), now)?;
        self.home(scope, &made.home).await?;
        in_tx!(self, tx => {
            tx.bump_home(&made.home).await?;
            let home = tx.home(scope, &made.home).await?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(&made.id).bind(&made.home).bind(&made.name).bind(&made.preferred_name)
                .bind(&made.language).bind(&made.born).bind(&made.notes).bind(&made.medical).bind(&made.risks).bind(to_us(now)).bind(made.vulnerability.number()).bind(&made.hearing)
                .execute(conn).await.map(|_| ()))?;
            let detail = serde_json::json!({ "after": made });
            tx.note_deed(by, now, &home.organisation, "created", ("resident", &made.id), detail).await?;
            made.clone()
        })
    }

    /// Changes, moves, archives or brings back a resident. Devices that stay behind after a move are no longer theirs.
    ///
    /// # Errors
    /// `NotFound` also when the home, or the one moved to, lies outside `scope`; `Invalid` names what is wrong with the entry; `Conflict` when
    /// somebody moved them at this moment.
    pub async fn change_resident(&self, by: &Actor, now: Time, scope: &Scope, id: &str, patch: &ResidentPatch) -> Result<Resident> {
        const SQL: &str = "UPDATE residents SET home = $2, name = $3, preferred_name = $4, language = $5, born = $6, notes = $7, medical = $8, \
            risks = $9, archived_us = $10, vulnerability = $11, hearing = $12 WHERE id = $1";
        const LEAVE: &str = "UPDATE devices SET resident = NULL WHERE resident = $1 AND home = $2";
        in_tx!(self, tx => {
            let seen = tx.resident(scope, id).await?;
            let target = patch.home.clone().unwrap_or_else(|| seen.home.clone());
            tx.home(scope, &target).await?;
            tx.bump_homes(&[&seen.home, &target]).await?;
            let before = tx.resident(scope, id).await?;
            if before.home != seen.home {
                Err(StoreError::Conflict("somebody moved this resident at this moment; look again and repeat".to_owned()))?;
            }
            let after = patch.clone().apply(&before, now)?;
            let home = tx.home(scope, &after.home).await?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(&after.home).bind(&after.name).bind(&after.preferred_name).bind(&after.language)
                .bind(&after.born).bind(&after.notes).bind(&after.medical).bind(&after.risks).bind(after.archived_at.map(to_us)).bind(after.vulnerability.number()).bind(&after.hearing)
                .execute(conn).await.map(|_| ()))?;
            if after.home != before.home {
                on_tx!(tx, conn => sqlx::query(LEAVE).bind(id).bind(&before.home).execute(conn).await.map(|_| ()))?;
            }
            let action = change_name(before.archived_at, after.archived_at);
            tx.note_deed(by, now, &home.organisation, action, ("resident", id), difference(&before, &after)).await?;
            after
        })
    }
}

impl Tx {
    pub(super) async fn resident(&mut self, scope: &Scope, id: &str) -> Result<Resident> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "h.organisation", scope);
            sql.push(" AND r.id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(Resident::from).ok_or(StoreError::NotFound("resident"))
    }
}
