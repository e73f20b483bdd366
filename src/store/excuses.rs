//! What excuses the rules of a home for a while, and when installers test there. A row is never deleted: it ends, by itself or by a person.

use sqlx::AssertSqlSafe;

use super::versions::json_list;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::home::Home;
use crate::domain::home::excuse;
use crate::domain::register::{Excuse, ExcuseWhat, NewExcuse};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    home: String,
    kind: String,
    device: Option<String>,
    kinds: String,
    from_us: i64,
    until_us: i64,
    reason: Option<String>,
    author: String,
    author_name: Option<String>,
    ended_by: Option<String>,
}

const SELECT: &str = "SELECT e.id, e.home, e.kind, e.device, e.kinds, e.from_us, e.until_us, e.reason, e.author, \
    COALESCE(u.name, t.name) AS author_name, e.ended_by FROM excuses e \
    LEFT JOIN users u ON u.id = e.author LEFT JOIN tokens t ON t.id = e.author";

impl TryFrom<Row> for Excuse {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let kind = ExcuseWhat::of(&row.kind).ok_or_else(|| StoreError::Unreadable { what: "excuse", why: format!("kind {}", row.kind) })?;
        Ok(Self {
            id: Some(row.id),
            home: row.home,
            kind,
            device: row.device,
            kinds: serde_json::from_str(&row.kinds).map_err(StoreError::unreadable("excuse"))?,
            from: from_us(row.from_us),
            until: from_us(row.until_us),
            reason: row.reason,
            author: Some(row.author),
            author_name: row.author_name,
            ended_by: row.ended_by,
        })
    }
}

impl Tx {
    /// Sets an excuse from `now` on, under `id`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_excuse(&mut self, id: &str, home: &str, new: &NewExcuse, author: &str, now: Time) -> Result<()> {
        const SQL: &str = "INSERT INTO excuses (id, home, kind, device, kinds, from_us, until_us, reason, author) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let kinds = serde_json::to_string(&new.kinds).map_err(StoreError::unreadable("excuse"))?;
        on_tx!(self, conn => sqlx::query(SQL).bind(id).bind(home).bind(new.kind.as_str()).bind(&new.device).bind(kinds).bind(to_us(now))
            .bind(to_us(new.until)).bind(&new.reason).bind(author).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// The excuses of `home` that are running at `now`, the latest first.
    ///
    /// # Errors
    /// When the database refuses, or a stored row cannot be read.
    pub async fn running_excuses(&mut self, home: &str, now: Time) -> Result<Vec<Excuse>> {
        let text = format!("{SELECT} WHERE e.home = $1 AND e.until_us > $2 ORDER BY e.id DESC");
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(home).bind(to_us(now)).fetch_all(conn).await?);
        rows.into_iter().map(Excuse::try_from).collect()
    }

    /// Ends an excuse now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_excuse(&mut self, id: &str, by: &str, now: Time) -> Result<()> {
        const SQL: &str = "UPDATE excuses SET until_us = $2, ended_by = $3 WHERE id = $1 AND until_us > $2";
        on_tx!(self, conn => sqlx::query(SQL).bind(id).bind(to_us(now)).bind(by).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Adds to `homes` what excuses their rules, as far as it ended after `since` or has not ended.
    ///
    /// # Errors
    /// When the database refuses, or a stored row cannot be read.
    pub async fn load_excuses<'a>(&mut self, homes: impl Iterator<Item = &'a mut Home>, since: Time) -> Result<()> {
        let mut homes: std::collections::HashMap<String, &mut Home> = homes.map(|home| (home.key.clone(), home)).collect();
        let keys: Vec<&str> = homes.keys().map(String::as_str).collect();
        let list = json_list(&keys);
        let text = format!(
            "SELECT id, home, kind, device, kinds, from_us, until_us, reason, author, NULL AS author_name, ended_by FROM excuses \
             WHERE home IN {} AND until_us > $2 ORDER BY from_us, id",
            self.listed("$1")
        );
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).bind(to_us(since)).fetch_all(conn).await?);
        for row in rows {
            let Excuse { home, kind, device, kinds, from, until, .. } = row.try_into()?;
            let Some(home) = homes.get_mut(&home) else { continue };
            match kind.excuses() {
                Some(kind) => home.excuses.push(excuse::Excuse { kind, device, from, until }),
                None => home.tests.push(excuse::TestMode { kinds, device, from, until }),
            }
        }
        Ok(())
    }
}

/// Which excuses of a home are asked for.
#[derive(Clone, Debug)]
pub struct ExcuseQuery<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Whose.
    pub home: &'a str,
    /// Only what has not ended by then.
    pub running_at: Option<Time>,
    /// Only what is older than the one of this id.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: i64,
}

impl Store {
    /// The excuses of a home, the latest first.
    ///
    /// # Errors
    /// `NotFound` when the home is not there or outside the scope.
    pub async fn excuses(&self, query: &ExcuseQuery<'_>) -> Result<Vec<Excuse>> {
        let mut tx = self.snapshot().await?;
        tx.organisation_of_key(query.scope, query.home).await?;
        let text = format!("{SELECT} WHERE e.home = $1 AND e.until_us > $2 AND e.id < $3 ORDER BY e.id DESC LIMIT $4");
        let running = query.running_at.map_or(i64::MIN, to_us);
        // Ids are of letters and digits; a tilde comes after all of them.
        let after = query.after.unwrap_or("~");
        let rows: Vec<Row> = on_tx!(tx, conn => {
            sqlx::query_as(AssertSqlSafe(text)).bind(query.home).bind(running).bind(after).bind(query.limit).fetch_all(conn).await
        })?;
        rows.into_iter().map(Excuse::try_from).collect()
    }
}
