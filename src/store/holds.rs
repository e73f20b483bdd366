//! Legal holds: placed, listed and lifted; and whether one stands in the way of what is to be deleted. Whoever places one and whoever deletes lock the
//! organisation's row first, so that nothing goes once a hold is confirmed.

use sqlx::QueryBuilder;

use super::audit::Actor;
use super::list::push_scope;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::hold::{HoldKind, LegalHold, NewLegalHold};

const SELECT: &str = "SELECT id, organisation, kind, object, reason, author, since_us, until_us, lifted_us, lifted_by, lift_reason FROM legal_holds WHERE 1 = 1";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organisation: String,
    kind: String,
    object: String,
    reason: String,
    author: String,
    since_us: i64,
    until_us: Option<i64>,
    lifted_us: Option<i64>,
    lifted_by: Option<String>,
    lift_reason: Option<String>,
}

impl TryFrom<Row> for LegalHold {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let unknown = || StoreError::Unreadable { what: "legal hold", why: format!("kind {}", row.kind) };
        Ok(Self {
            kind: HoldKind::parse(&row.kind).ok_or_else(unknown)?,
            id: row.id,
            organisation: row.organisation,
            object: row.object,
            reason: row.reason,
            author: row.author,
            since: from_us(row.since_us),
            until: row.until_us.map(from_us),
            lifted_at: row.lifted_us.map(from_us),
            lifted_by: row.lifted_by,
            lift_reason: row.lift_reason,
        })
    }
}

/// Which holds are asked for.
#[derive(Clone, Debug)]
pub struct HoldQuery<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Only of this organisation.
    pub organisation: Option<&'a str>,
    /// Those that were lifted too.
    pub lifted: bool,
    /// Only what comes after this id.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: i64,
}

impl Store {
    /// Holds in the order in which they were placed.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn holds(&self, query: &HoldQuery<'_>) -> Result<Vec<LegalHold>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "organisation", query.scope);
            for (clause, value) in [(" AND organisation = ", query.organisation), (" AND id > ", query.after)] {
                if let Some(value) = value {
                    sql.push(clause).push_bind(value.to_owned());
                }
            }
            if !query.lifted {
                sql.push(" AND lifted_us IS NULL");
            }
            sql.push(" ORDER BY id LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(LegalHold::try_from).collect()
    }

    /// One hold.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn hold(&self, scope: &Scope, id: &str) -> Result<LegalHold> {
        self.snapshot().await?.hold(scope, id).await
    }

    /// Places a hold.
    ///
    /// # Errors
    /// `NotFound` when what it is on is not there or lies outside `scope`; `Invalid` names what is wrong with the entry; `Conflict` when it was erased.
    pub async fn place_hold(&self, by: &Actor, now: Time, scope: &Scope, new: &NewLegalHold) -> Result<LegalHold> {
        const SQL: &str = "INSERT INTO legal_holds (id, organisation, kind, object, reason, author, since_us, until_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        in_tx!(self, tx => {
            let organisation = match new.kind {
                HoldKind::Organisation => tx.organisation(scope, &new.object).await?.id,
                HoldKind::Home => tx.home(scope, &new.object).await?.organisation,
                HoldKind::Resident => {
                    let home = tx.resident(scope, &new.object).await?.home;
                    tx.home(scope, &home).await?.organisation
                }
            };
            tx.organisation_to_change(&Scope::All, &organisation).await?;
            let made = new.clone().into_record(new_id_at(now), organisation, &by.id, now)?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(&made.id).bind(&made.organisation).bind(made.kind.as_str()).bind(&made.object).bind(&made.reason)
                .bind(&made.author).bind(to_us(made.since)).bind(made.until.map(to_us)).execute(conn).await.map(|_| ()))?;
            tx.note_deed(by, now, &made.organisation, "hold_placed", (made.kind.as_str(), &made.object), serde_json::json!({ "after": made })).await?;
            made
        })
    }

    /// Lifts a hold.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Conflict` when it was lifted already.
    pub async fn lift_hold(&self, by: &Actor, now: Time, scope: &Scope, id: &str, reason: &str) -> Result<LegalHold> {
        in_tx!(self, tx => {
            let hold = tx.hold(scope, id).await?;
            if !tx.end_hold(&hold, &by.id, reason, now).await? {
                Err(StoreError::Conflict("This hold was lifted already.".to_owned()))?;
            }
            tx.note_deed(by, now, &hold.organisation, "hold_lifted", (hold.kind.as_str(), &hold.object), serde_json::json!({ "hold": id, "reason": reason }))
                .await?;
            tx.hold(scope, id).await?
        })
    }

    /// Lifts the holds whose time is over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lift_holds_that_ran_out(&self, now: Time) -> Result<()> {
        let text = format!("{SELECT} AND lifted_us IS NULL AND until_us <= $1 ORDER BY id");
        let rows: Vec<Row> =
            on_db!(self.reader(), pool => sqlx::query_as(sqlx::AssertSqlSafe(text)).bind(to_us(now)).fetch_all(pool).await)?;
        for row in rows {
            let hold = LegalHold::try_from(row)?;
            let by = Actor { id: "harken".to_owned() };
            in_tx!(self, tx => {
                if tx.end_hold(&hold, &by.id, "its time is over", now).await? {
                    let detail = serde_json::json!({ "hold": hold.id });
                    tx.note_deed(&by, now, &hold.organisation, "hold_ran_out", (hold.kind.as_str(), &hold.object), detail).await?;
                }
            })?;
        }
        Ok(())
    }

    /// Whether a hold keeps everything of the organisation.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn organisation_is_held(&self, organisation: &str) -> Result<bool> {
        Ok(self.snapshot().await?.holds_of(organisation).await?.iter().any(|hold| hold.kind == HoldKind::Organisation))
    }
}

impl Tx {
    async fn hold(&mut self, scope: &Scope, id: &str) -> Result<LegalHold> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "organisation", scope);
            sql.push(" AND id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(LegalHold::try_from).transpose()?.ok_or(StoreError::NotFound("legal hold"))
    }

    async fn end_hold(&mut self, hold: &LegalHold, who: &str, reason: &str, now: Time) -> Result<bool> {
        let text = "UPDATE legal_holds SET lifted_us = $2, lifted_by = $3, lift_reason = $4 WHERE id = $1 AND lifted_us IS NULL";
        let lifted = on_tx!(self, conn => sqlx::query(text).bind(&hold.id).bind(to_us(now)).bind(who).bind(reason).execute(conn).await
            .map(|done| done.rows_affected()))?;
        // What it kept is looked at again.
        self.look_at_all_events_again().await?;
        Ok(lifted == 1)
    }

    /// The holds of an organisation that were not lifted. One whose time is over keeps until it is.
    pub(super) async fn holds_of(&mut self, organisation: &str) -> Result<Vec<LegalHold>> {
        let rows: Vec<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push(" AND lifted_us IS NULL AND organisation = ").push_bind(organisation.to_owned()).push(" ORDER BY id");
            sql.build_query_as().fetch_all(conn).await
        })?;
        rows.into_iter().map(LegalHold::try_from).collect()
    }

    /// Refuses, naming the hold, while one keeps this home or one of these residents.
    pub(super) async fn refuse_if_held(&mut self, organisation: &str, home: &str, residents: &[String]) -> Result<()> {
        for hold in self.holds_of(organisation).await? {
            let keeps = match hold.kind {
                HoldKind::Organisation => true,
                HoldKind::Home => hold.object == home,
                HoldKind::Resident => residents.contains(&hold.object) || self.resident(&Scope::All, &hold.object).await?.home == home,
            };
            if keeps {
                let LegalHold { id, kind, object, reason, since, .. } = hold;
                let say = format!(
                    "The legal hold {id} on the {} {object} keeps this since {}: {reason}. Nothing of it may be erased until the hold is lifted.",
                    kind.as_str(),
                    since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
                );
                return Err(StoreError::Conflict(say));
            }
        }
        Ok(())
    }
}
