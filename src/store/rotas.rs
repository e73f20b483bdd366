//! Rotas: who is on call when. The layers of every version are kept; overrides are rows of their own that are withdrawn, never changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr;

use chrono_tz::Tz;
use sqlx::QueryBuilder;

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_page, push_scope};
use super::states::{COVERAGE, ClockRow};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::home::organisation_key;
use crate::domain::register::Invalid;
use crate::domain::rota::{NewRota, Override, Rota, RotaPatch};

mod overrides;

const SELECT: &str = "SELECT id, organisation, name, zone, layers, version, created_us, archived_us FROM rotas WHERE 1 = 1";
const COLUMNS: Columns = Columns { organisation: "organisation", home: "organisation", archived: "archived_us", id: "id" };

type Row = (String, String, String, String, String, i64, i64, Option<i64>);

impl Store {
    /// Rotas in the order of their ids.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn rotas(&self, query: &ListQuery<'_>) -> Result<Vec<Rota>> {
        let mut tx = self.snapshot().await?;
        let rows: Vec<Row> = on_tx!(&mut tx, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(conn).await
        })?;
        tx.with_overrides(rows).await
    }

    /// One rota, archived ones too.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn rota(&self, scope: &Scope, id: &str) -> Result<Rota> {
        self.snapshot().await?.rota(scope, id).await
    }

    /// The names of everybody whom these rotas name, by id.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn names_in(&self, rotas: &[Rota]) -> Result<BTreeMap<String, String>> {
        let persons: Vec<&str> = rotas.iter().flat_map(Rota::persons).collect();
        self.snapshot().await?.names_of(&persons).await
    }

    /// All rotas of the organisations in `scope` that are not archived.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn rotas_of(&self, scope: &Scope) -> Result<Vec<Rota>> {
        self.snapshot().await?.rotas_of(scope).await
    }

    /// The rotas within `scope` that name this user in a layer or an override and are not archived.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn rotas_naming(&self, scope: &Scope, person: &str) -> Result<Vec<Rota>> {
        let mut tx = self.snapshot().await?;
        let rows: Vec<Row> = on_tx!(&mut tx, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push(" AND archived_us IS NULL AND id IN (SELECT rota FROM rota_persons WHERE person = ").push_bind(person.to_owned()).push(")");
            push_scope(&mut sql, "organisation", scope);
            sql.push(" ORDER BY id");
            sql.build_query_as().fetch_all(conn).await
        })?;
        tx.with_overrides(rows).await
    }

    /// The versions of a rota, newest first, those before version `before`: as it was then, without its overrides.
    ///
    /// # Errors
    /// `NotFound` when it is not there or outside `scope`.
    pub async fn rota_versions(&self, scope: &Scope, id: &str, before: Option<i64>, limit: i64) -> Result<Vec<Rota>> {
        const SQL: &str = "SELECT body FROM rota_versions WHERE rota = $1 AND version < $2 ORDER BY version DESC LIMIT $3";
        let mut tx = self.snapshot().await?;
        tx.rota_row(scope, id).await?;
        let rows: Vec<(String,)> = on_tx!(&mut tx, conn => {
            sqlx::query_as(SQL).bind(id).bind(before.unwrap_or(i64::MAX)).bind(limit).fetch_all(conn).await
        })?;
        rows.into_iter().map(|(body,)| serde_json::from_str(&body).map_err(StoreError::unreadable("rota"))).collect()
    }

    /// Enters a rota.
    ///
    /// # Errors
    /// `NotFound` when the organisation is not there or outside `scope`; `Invalid` names what is wrong with the entry, people who cannot be reached among it.
    pub async fn create_rota(&self, by: &Actor, now: Time, scope: &Scope, new: &NewRota) -> Result<Rota> {
        const SQL: &str =
            "INSERT INTO rotas (id, organisation, name, zone, layers, version, created_us) VALUES ($1, $2, $3, $4, $5, 1, $6)";
        in_tx!(self, tx => {
            let organisation = tx.organisation(scope, &new.organisation).await?;
            let made = new.clone().into_record(new_id_at(now), &organisation.zone, now)?;
            tx.refuse_strangers(&made, &made.persons()).await?;
            let layers = json(&made.layers)?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(&made.id).bind(&made.organisation).bind(&made.name).bind(made.zone.name()).bind(layers)
                .bind(to_us(now)).execute(conn).await.map(|_| ()))?;
            tx.keep_version(&made, by, now).await?;
            let detail = serde_json::json!({ "after": made });
            tx.note_deed(by, now, &made.organisation, "created", ("rota", &made.id), detail).await?;
            made
        })
    }

    /// Changes, archives or brings back a rota.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Invalid` names what is wrong with the entry; `Conflict` when the change was made from an older version.
    pub async fn change_rota(&self, by: &Actor, now: Time, scope: &Scope, id: &str, patch: &RotaPatch) -> Result<Rota> {
        const SQL: &str = "UPDATE rotas SET name = $2, zone = $3, layers = $4, version = $5, archived_us = $6 WHERE id = $1";
        in_tx!(self, tx => {
            let before = tx.rota_to_change(scope, id).await?;
            if patch.version.is_some_and(|version| version != before.version) {
                let say = format!("this rota is at version {} by now; read it and make the change again", before.version);
                Err(StoreError::Conflict(say))?;
            }
            let after = patch.clone().apply(&before, now)?;
            if patch.layers.is_some() {
                let of_layers: Vec<&str> = after.layers.iter().flat_map(|layer| &layer.persons).map(String::as_str).collect();
                tx.refuse_strangers(&after, &of_layers).await?;
            }
            let layers = json(&after.layers)?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(&after.name).bind(after.zone.name()).bind(layers).bind(after.version)
                .bind(after.archived_at.map(to_us)).execute(conn).await.map(|_| ()))?;
            tx.keep_version(&after, by, now).await?;
            let action = change_name(before.archived_at, after.archived_at);
            tx.note_deed(by, now, &after.organisation, action, ("rota", id), difference(&before, &after)).await?;
            after
        })
    }
}

impl Tx {
    /// One rota, archived ones too.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn rota(&mut self, scope: &Scope, id: &str) -> Result<Rota> {
        let row = self.rota_row(scope, id).await?;
        self.with_overrides(vec![row]).await?.pop().ok_or(StoreError::NotFound("rota"))
    }

    /// All rotas of the organisations in `scope` that are not archived.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn rotas_of(&mut self, scope: &Scope) -> Result<Vec<Rota>> {
        let rows: Vec<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push(" AND archived_us IS NULL");
            push_scope(&mut sql, "organisation", scope);
            sql.push(" ORDER BY id");
            sql.build_query_as().fetch_all(conn).await
        })?;
        self.with_overrides(rows).await
    }

    /// Those of `persons` who can be reached for `organisation`: users who are not archived and have a grant there.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn reachable(&mut self, organisation: &str, persons: &[&str]) -> Result<BTreeSet<String>> {
        Ok(self.reachable_people(persons, organisation).await?.into_iter().map(|found| found.person.id).collect())
    }

    async fn rota_row(&mut self, scope: &Scope, id: &str) -> Result<Row> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "organisation", scope);
            sql.push(" AND id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.ok_or(StoreError::NotFound("rota"))
    }

    /// The rota as it is now, locked until the end of the transaction.
    async fn rota_to_change(&mut self, scope: &Scope, id: &str) -> Result<Rota> {
        // An update that changes nothing is the one row lock that both databases know.
        on_tx!(self, conn => {
            let mut sql = QueryBuilder::new("UPDATE rotas SET name = name WHERE id = ");
            sql.push_bind(id.to_owned());
            push_scope(&mut sql, "organisation", scope);
            sql.build().execute(conn).await.map(|_| ())
        })?;
        self.rota(scope, id).await
    }

    /// Refuses people who could not be reached, and says what to do.
    async fn refuse_strangers(&mut self, rota: &Rota, persons: &[&str]) -> Result<()> {
        let reachable = self.reachable(&rota.organisation, persons).await?;
        let strangers: BTreeSet<&str> = persons.iter().copied().filter(|person| !reachable.contains(*person)).collect();
        if strangers.is_empty() {
            return Ok(());
        }
        let named: Vec<String> = strangers.into_iter().map(|person| format!("`{person}`")).collect();
        Err(Invalid(format!(
            "{} cannot be put on call: no user of this organisation has that id, or they are archived. Give ids of users (not their logins) with a grant in `{}`",
            named.join(", "),
            rota.organisation
        )))?
    }

    /// Keeps the version as it is now, and whom it names.
    async fn keep_version(&mut self, rota: &Rota, by: &Actor, now: Time) -> Result<()> {
        const SQL: &str = "INSERT INTO rota_versions (rota, version, body, author, created_us) VALUES ($1, $2, $3, $4, $5)";
        let body = json(&Rota { overrides: Vec::new(), ..rota.clone() })?;
        on_tx!(self, conn => sqlx::query(SQL).bind(&rota.id).bind(rota.version).bind(body).bind(&by.id).bind(to_us(now))
            .execute(conn).await.map(|_| ()))?;
        self.name_persons(rota).await?;
        self.look_for_gaps_in(rota, now).await
    }

    /// Has the engine look at once for hours of this rota with nobody to be reached.
    async fn look_for_gaps_in(&mut self, rota: &Rota, now: Time) -> Result<()> {
        let home = organisation_key(&rota.organisation);
        self.save_clocks(vec![ClockRow { home, rule: COVERAGE.to_owned(), subject: rota.id.clone(), due: now }]).await
    }

    /// The same for every rota that names this user: whether they can be reached may have changed.
    pub(super) async fn look_for_gaps_without(&mut self, person: &str) -> Result<()> {
        const SQL: &str = "UPDATE clocks SET due_us = 0 WHERE rule = $1 AND subject IN (SELECT rota FROM rota_persons WHERE person = $2)";
        on_tx!(self, conn => sqlx::query(SQL).bind(COVERAGE).bind(person).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    async fn name_persons(&mut self, rota: &Rota) -> Result<()> {
        on_tx!(self, conn => sqlx::query("DELETE FROM rota_persons WHERE rota = $1").bind(&rota.id).execute(conn).await.map(|_| ()))?;
        for person in rota.persons() {
            on_tx!(self, conn => sqlx::query("INSERT INTO rota_persons (person, rota) VALUES ($1, $2)").bind(person).bind(&rota.id)
                .execute(conn).await.map(|_| ()))?;
        }
        Ok(())
    }

    async fn with_overrides(&mut self, rows: Vec<Row>) -> Result<Vec<Rota>> {
        let ids: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
        let mut overrides = self.overrides_of(&ids).await?;
        rows.into_iter().map(|row| read(&mut overrides, row)).collect()
    }
}

fn read(overrides: &mut HashMap<String, Vec<Override>>, row: Row) -> Result<Rota> {
    let (id, organisation, name, zone, layers, version, created, archived) = row;
    Ok(Rota {
        zone: Tz::from_str(&zone).map_err(|error| StoreError::Unreadable { what: "rota", why: error.to_string() })?,
        layers: serde_json::from_str(&layers).map_err(StoreError::unreadable("rota"))?,
        overrides: overrides.remove(&id).unwrap_or_default(),
        id,
        organisation,
        name,
        version,
        created_at: from_us(created),
        archived_at: archived.map(from_us),
    })
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(StoreError::unreadable("rota"))
}
