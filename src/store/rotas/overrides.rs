//! The overrides of rotas: made, withdrawn, never changed.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::rota::{NewOverride, Override, Rota, Swap};
use crate::store::audit::Actor;
use crate::store::versions::json_list;
use crate::store::{Result, Store, StoreError, Tx, from_us, to_us};

/// Overrides of one rota that are not over, at most.
const COMING_MAX: usize = 500;

#[derive(sqlx::FromRow)]
struct Row {
    rota: String,
    n: i64,
    from_us: i64,
    until_us: i64,
    person: Option<String>,
    instead_of: Option<String>,
    beside: i64,
    reason: String,
    author: String,
    created_us: i64,
}

impl From<Row> for Override {
    fn from(row: Row) -> Self {
        Self {
            n: row.n,
            from: from_us(row.from_us),
            until: from_us(row.until_us),
            person: row.person,
            instead_of: row.instead_of,
            beside: row.beside != 0,
            reason: row.reason,
            author: row.author,
            created_at: from_us(row.created_us),
        }
    }
}

impl Store {
    /// Adds overrides to a rota, together or not at all. Answers with the rota.
    ///
    /// # Errors
    /// `NotFound` when the rota is not there or outside `scope`; `Invalid` names what is wrong with an entry, people who cannot be reached among it;
    /// `Conflict` when the rota is archived or has too many.
    pub async fn add_overrides(&self, by: &Actor, now: Time, scope: &Scope, id: &str, new: &[NewOverride]) -> Result<Rota> {
        in_tx!(self, tx => {
            let before = tx.rota_to_change(scope, id).await?;
            tx.add_overrides(by, now, before, new).await?
        })
    }

    /// Lets two people take each other's shifts. Answers with the rota. `has_shift` says whether somebody is ever on call between two times.
    ///
    /// # Errors
    /// As [`Store::add_overrides`]; `Conflict` when one of them has no shift to give.
    pub async fn swap_shifts(
        &self,
        by: &Actor,
        now: Time,
        scope: &Scope,
        id: &str,
        swap: &Swap,
        has_shift: impl Fn(&Rota, &str, Time, Time) -> bool,
    ) -> Result<Rota> {
        swap.check()?;
        in_tx!(self, tx => {
            let before = tx.rota_to_change(scope, id).await?;
            for side in [&swap.one, &swap.other] {
                if !has_shift(&before, &side.person, side.from, side.until) {
                    let say = "is never on call between these times; look at the rota's shifts and name a stretch that holds one of theirs";
                    Err(StoreError::Conflict(format!("`{}` {say}", side.person)))?;
                }
            }
            tx.add_overrides(by, now, before, &swap.overrides()).await?
        })
    }

    /// Withdraws an override. Answers with the rota. What has already been by it stays as it was: an override that has begun ends now.
    ///
    /// # Errors
    /// `NotFound` when there is no such override, or the rota lies outside `scope`; `Conflict` when it is over.
    pub async fn withdraw_override(&self, by: &Actor, now: Time, scope: &Scope, id: &str, n: i64) -> Result<Rota> {
        const WITHDRAW: &str = "UPDATE rota_overrides SET withdrawn_us = $3, withdrawn_by = $4 WHERE rota = $1 AND n = $2";
        const END: &str = "UPDATE rota_overrides SET until_us = $3, withdrawn_by = $4 WHERE rota = $1 AND n = $2";
        in_tx!(self, tx => {
            let before = tx.rota_to_change(scope, id).await?;
            let found = before.overrides.iter().find(|each| each.n == n).ok_or(StoreError::NotFound("override"))?;
            if found.until <= now {
                Err(StoreError::Conflict("this override is over; what was cannot be changed".to_owned()))?;
            }
            let text = if found.from < now { END } else { WITHDRAW };
            on_tx!(tx, conn => sqlx::query(text).bind(id).bind(n).bind(to_us(now)).bind(&by.id).execute(conn).await.map(|_| ()))?;
            let detail = serde_json::json!({ "before": found });
            tx.note_deed(by, now, &before.organisation, "override_withdrawn", ("rota", id), detail).await?;
            tx.count_change(&before, now).await?
        })
    }
}

impl Tx {
    async fn add_overrides(&mut self, by: &Actor, now: Time, before: Rota, new: &[NewOverride]) -> Result<Rota> {
        const SQL: &str = "INSERT INTO rota_overrides (rota, n, from_us, until_us, person, instead_of, beside, reason, author, created_us) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        if before.archived_at.is_some() {
            return Err(StoreError::Conflict("this rota is archived; bring it back first (PATCH with `archived: false`)".to_owned()));
        }
        let coming = before.overrides.iter().filter(|each| each.until > now).count();
        if coming + new.len() > COMING_MAX {
            let say = format!("this rota has {coming} overrides to come, and {COMING_MAX} are the most; change its layers instead");
            return Err(StoreError::Conflict(say));
        }
        // Withdrawn ones keep their numbers.
        let text = "SELECT COALESCE(MAX(n), 0) FROM rota_overrides WHERE rota = $1";
        let (mut n,): (i64,) = on_tx!(self, conn => sqlx::query_as(text).bind(&before.id).fetch_one(conn).await)?;
        for each in new {
            n += 1;
            let made = each.clone().into_record(n, &by.id, now)?;
            let named: Vec<&str> = made.person.iter().map(String::as_str).collect();
            self.refuse_strangers(&before, &named).await?;
            on_tx!(self, conn => sqlx::query(SQL).bind(&before.id).bind(n).bind(to_us(made.from)).bind(to_us(made.until)).bind(&made.person)
                .bind(&made.instead_of).bind(i64::from(made.beside)).bind(&made.reason).bind(&made.author).bind(to_us(now))
                .execute(conn).await.map(|_| ()))?;
            let detail = serde_json::json!({ "after": made });
            self.note_deed(by, now, &before.organisation, "override_made", ("rota", &before.id), detail).await?;
        }
        self.count_change(&before, now).await
    }

    /// Counts a change of the overrides, and reads the rota anew.
    async fn count_change(&mut self, before: &Rota, now: Time) -> Result<Rota> {
        let text = "UPDATE rotas SET version = version + 1 WHERE id = $1";
        on_tx!(self, conn => sqlx::query(text).bind(&before.id).execute(conn).await.map(|_| ()))?;
        let after = self.rota(&Scope::All, &before.id).await?;
        self.name_persons(&after).await?;
        self.look_for_gaps_in(&after, now).await?;
        Ok(after)
    }

    /// The overrides of each of these rotas that were not withdrawn, in the order in which they were made.
    pub(super) async fn overrides_of(&mut self, rotas: &[&str]) -> Result<HashMap<String, Vec<Override>>> {
        let text = format!(
            "SELECT rota, n, from_us, until_us, person, instead_of, beside, reason, author, created_us FROM rota_overrides \
                WHERE withdrawn_us IS NULL AND rota IN {} ORDER BY rota, n",
            self.listed("$1")
        );
        let list = json_list(rotas);
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await)?;
        let mut overrides: HashMap<String, Vec<Override>> = HashMap::new();
        for row in rows {
            overrides.entry(row.rota.clone()).or_default().push(row.into());
        }
        Ok(overrides)
    }
}
