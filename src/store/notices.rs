//! Notices: what organisations are told of trouble of the service itself.

use sqlx::QueryBuilder;

use super::list::push_scope;
use super::{Result, Store, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::{CANARY, Scope};
use crate::domain::message::Notice;

type Row = (String, String, String, String, String, i64, Option<i64>, i64);

fn notice((id, organisation, matter, title, text, from, until, at): Row) -> Notice {
    Notice { id, organisation, matter, title, text, from: from_us(from), until: until.map(from_us), at: from_us(at) }
}

impl Store {
    /// Notices, newest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn notices(&self, scope: &Scope, organisation: Option<&str>, before: Option<&str>, limit: i64) -> Result<Vec<Notice>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT id, organisation, matter, title, text, from_us, until_us, at_us FROM notices WHERE 1 = 1");
            push_scope(&mut sql, "organisation", scope);
            for (column, value) in [(" AND organisation = ", organisation), (" AND id < ", before)] {
                if let Some(value) = value {
                    sql.push(column).push_bind(value.to_owned());
                }
            }
            sql.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(notice).collect())
    }
}

impl Tx {
    /// Writes a notice, unless the organisation has one on the matter of that time. Answers whether it is new.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_notice(&mut self, notice: &Notice) -> Result<bool> {
        const SQL: &str = "INSERT INTO notices (id, organisation, matter, title, text, from_us, until_us, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
            ON CONFLICT (organisation, matter, from_us) DO NOTHING";
        let added = on_tx!(self, conn => sqlx::query(SQL).bind(&notice.id).bind(&notice.organisation).bind(&notice.matter).bind(&notice.title)
            .bind(&notice.text).bind(to_us(notice.from)).bind(notice.until.map(to_us)).bind(to_us(notice.at)).execute(conn).await
            .map(|done| done.rows_affected()))?;
        Ok(added > 0)
    }

    /// The organisations that a trouble of the whole service concerns and that were there before `since`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn organisations_in_service(&mut self, since: Time) -> Result<Vec<String>> {
        let text = "SELECT id FROM organisations WHERE archived_us IS NULL AND id <> $1 AND created_us <= $2 ORDER BY id";
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(CANARY).bind(to_us(since)).fetch_all(conn).await)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The managers and administrators of an organisation who have an e-mail address.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn managers_with_email(&mut self, organisation: &str) -> Result<Vec<String>> {
        let text = "SELECT DISTINCT u.id FROM users u JOIN grants g ON g.holder = u.id WHERE u.archived_us IS NULL AND u.email IS NOT NULL \
            AND g.role IN ('manager', 'administrator') AND g.organisation = $1 ORDER BY u.id";
        let rows: Vec<(String,)> = on_tx!(self, conn => sqlx::query_as(text).bind(organisation).fetch_all(conn).await)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
