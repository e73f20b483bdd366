//! Users: the people who sign in.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, QueryBuilder};

use super::grants::push_holders;
use super::versions::json_list;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::{Grant, Scope};

/// A person who signs in.
#[derive(Clone, Debug)]
pub struct User {
    /// Their id.
    pub id: String,
    /// What they type to sign in; unique.
    pub login: String,
    /// Their name, shown to others.
    pub name: String,
    /// Where e-mail for them goes.
    pub email: Option<String>,
    /// What they may do.
    pub grants: Vec<Grant>,
    /// When they were added.
    pub created_at: Time,
    /// When they were archived.
    pub archived_at: Option<Time>,
}

const SELECT: &str = "SELECT id, login, name, email, created_us, archived_us FROM users";

type Row = (String, String, String, Option<String>, i64, Option<i64>);

impl Store {
    /// Id and password hash of the user with this login, if there is one who is not archived.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn credentials(&self, login: &str) -> Result<Option<(String, String)>> {
        let text = "SELECT id, password FROM users WHERE login = $1 AND archived_us IS NULL";
        Ok(on_db!(self.reader(), pool => sqlx::query_as(text).bind(login).fetch_optional(pool).await)?)
    }

    /// The e-mail address of a user who is not archived, if there is one.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn email_of(&self, id: &str) -> Result<Option<String>> {
        let text = "SELECT email FROM users WHERE id = $1 AND archived_us IS NULL AND email IS NOT NULL";
        Ok(on_db!(self.reader(), pool => sqlx::query_scalar(text).bind(id).fetch_optional(pool).await)?)
    }

    /// Users with a grant within `scope`, those who are archived only when they are asked for, after `after` by id, at most `limit`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn users(&self, scope: &Scope, archived: bool, after: Option<&str>, limit: i64) -> Result<Vec<User>> {
        let mut tx = self.snapshot().await?;
        let rows: Vec<Row> = on_tx!(&mut tx, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push(if archived { " WHERE id > " } else { " WHERE archived_us IS NULL AND id > " });
            sql.push_bind(after.unwrap_or_default().to_owned());
            push_holders(&mut sql, scope);
            sql.push(" ORDER BY id LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(conn).await
        })?;
        let holders: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
        let mut grants = tx.grants_of(&holders).await?;
        Ok(rows.into_iter().map(|row| from_row(grants.remove(&row.0).unwrap_or_default(), row)).collect())
    }

    /// One user with a grant within `scope`, archived ones too.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn user(&self, scope: &Scope, id: &str) -> Result<Option<User>> {
        self.snapshot().await?.user(scope, id).await
    }
}

impl Tx {
    /// The names of these users, archived ones too, by id.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn names_of(&mut self, users: &[&str]) -> Result<BTreeMap<String, String>> {
        let text = format!("SELECT id, name FROM users WHERE id IN {}", self.listed("$1"));
        let list = json_list(users);
        let rows: Vec<(String, String)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await)?;
        Ok(rows.into_iter().collect())
    }

    /// One user with a grant within `scope`, archived ones too.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn user(&mut self, scope: &Scope, id: &str) -> Result<Option<User>> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push(" WHERE id = ").push_bind(id.to_owned());
            push_holders(&mut sql, scope);
            sql.build_query_as().fetch_optional(conn).await
        })?;
        match row {
            Some(row) => Ok(Some(from_row(self.grants(&row.0).await?, row))),
            None => Ok(None),
        }
    }

    /// Adds a user. Their grants are set apart ([`Tx::set_grants`]).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody has that login already, archived users included.
    pub async fn insert_user(&mut self, id: &str, login: &str, name: &str, password_hash: &str, now: Time) -> Result<()> {
        let text = "INSERT INTO users (id, login, name, password, created_us) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (login) DO NOTHING";
        let added = on_tx!(self, conn => sqlx::query(text).bind(id).bind(login).bind(name).bind(password_hash).bind(to_us(now))
            .execute(conn).await.map(|done| done.rows_affected()))?;
        if added == 0 {
            return Err(StoreError::Conflict(format!("somebody has the login `{login}` already; choose another")));
        }
        Ok(())
    }

    /// Changes what is given of a user.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn update_user(&mut self, id: &str, name: Option<&str>, password_hash: Option<&str>) -> Result<()> {
        let text = "UPDATE users SET name = COALESCE($2, name), password = COALESCE($3, password) WHERE id = $1";
        on_tx!(self, conn => sqlx::query(text).bind(id).bind(name).bind(password_hash).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Sets the e-mail address of a user; none removes it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_email(&mut self, id: &str, email: Option<&str>) -> Result<()> {
        on_tx!(self, conn => sqlx::query("UPDATE users SET email = $2 WHERE id = $1").bind(id).bind(email).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Archives a user: no more signing in. Doing it again changes nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn archive_user(&mut self, id: &str, now: Time) -> Result<()> {
        let text = "UPDATE users SET archived_us = $2 WHERE id = $1 AND archived_us IS NULL";
        on_tx!(self, conn => sqlx::query(text).bind(id).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        self.look_for_gaps_without(id).await
    }
}

fn from_row(grants: Vec<Grant>, (id, login, name, email, created_us, archived_us): Row) -> User {
    User { id, login, name, email, grants, created_at: from_us(created_us), archived_at: archived_us.map(from_us) }
}
