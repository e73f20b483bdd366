//! Who can be reached: present, or by an address.

use sqlx::{AssertSqlSafe, Database, Encode, QueryBuilder, Type};

use super::versions::json_list;
use super::{Result, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Role;
use crate::domain::alert::Holder;

/// Somebody of an organisation, and how they can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reachable {
    /// Who.
    pub person: Holder,
    /// When they were heard of last.
    pub seen_at: Option<Time>,
    /// Whether they have an e-mail address.
    pub has_email: bool,
}

/// A contact whom an operator may call.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Callable {
    /// Their name.
    pub name: String,
    /// What they are to the person.
    pub relation: String,
    /// Their number.
    pub telephone: String,
}

fn holder((id, name): (String, String)) -> Holder {
    Holder { id, name }
}

/// Asks who was heard of after `since` and holds one of `roles`, with the grant as `g`: id and name.
pub(super) fn push_present<DB: Database>(sql: &mut QueryBuilder<DB>, roles: &[Role], since: Time)
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    sql.push(
        "SELECT DISTINCT p.principal, COALESCE(u.name, t.name) FROM presence p JOIN grants g ON g.holder = p.principal \
         LEFT JOIN users u ON u.id = p.principal AND u.archived_us IS NULL LEFT JOIN tokens t ON t.id = p.principal AND t.archived_us IS NULL \
         WHERE COALESCE(u.name, t.name) IS NOT NULL AND p.seen_us > ",
    );
    sql.push_bind(to_us(since)).push(" AND g.role IN (''");
    for role in roles {
        sql.push(", ").push_bind(role.as_str().to_owned());
    }
    sql.push(")");
}

impl Tx {
    /// Who was heard of after `since` and holds one of `roles` in `organisation`, in the order of their names.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn present_with(&mut self, roles: &[Role], organisation: &str, since: Time) -> Result<Vec<Holder>> {
        let rows: Vec<(String, String)> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new("");
            push_present(&mut sql, roles, since);
            sql.push(" AND (g.organisation IS NULL OR g.organisation = ").push_bind(organisation.to_owned()).push(") ORDER BY 2, 1");
            sql.build_query_as().fetch_all(conn).await
        })?;
        Ok(rows.into_iter().map(holder).collect())
    }

    /// Those of these users who have a role in `organisation`, in the order of `ids`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reachable_people(&mut self, ids: &[&str], organisation: &str) -> Result<Vec<Reachable>> {
        type Row = (String, String, Option<i64>, i32);
        let text = format!(
            "SELECT u.id, u.name, p.seen_us, CASE WHEN u.email IS NULL THEN 0 ELSE 1 END FROM users u LEFT JOIN presence p ON p.principal = u.id \
             WHERE u.id IN {} AND u.archived_us IS NULL \
             AND EXISTS (SELECT 1 FROM grants g WHERE g.holder = u.id AND (g.organisation IS NULL OR g.organisation = $2))",
            self.listed("$1")
        );
        let list = json_list(ids);
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).bind(organisation).fetch_all(conn).await)?;
        let mut found: Vec<Reachable> = rows
            .into_iter()
            .map(|(id, name, seen, email)| Reachable { person: Holder { id, name }, seen_at: seen.map(from_us), has_email: email != 0 })
            .collect();
        found.sort_by_key(|each| ids.iter().position(|id| *id == each.person.id));
        Ok(found)
    }

    /// Those of these users or tokens who are responders in `organisation`, in the order of `ids`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn responders(&mut self, ids: &[&str], organisation: &str) -> Result<Vec<Holder>> {
        let text = format!(
            "SELECT DISTINCT g.holder, COALESCE(u.name, t.name) FROM grants g \
             LEFT JOIN users u ON u.id = g.holder AND u.archived_us IS NULL LEFT JOIN tokens t ON t.id = g.holder AND t.archived_us IS NULL \
             WHERE g.holder IN {} AND g.role = $2 AND (g.organisation IS NULL OR g.organisation = $3) AND COALESCE(u.name, t.name) IS NOT NULL",
            self.listed("$1")
        );
        let list = json_list(ids);
        let rows: Vec<(String, String)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).bind(Role::Responder.as_str())
            .bind(organisation).fetch_all(conn).await)?;
        let mut found: Vec<Holder> = rows.into_iter().map(holder).collect();
        found.sort_by_key(|each| ids.iter().position(|id| *id == each.id));
        Ok(found)
    }

    /// The contact at this place (from 1) of the home's calling order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn contact_at(&mut self, home: &str, place: u8) -> Result<Option<Callable>> {
        const SQL: &str = "SELECT name, relation, telephone FROM contacts WHERE home = $1 AND archived_us IS NULL ORDER BY calling_order, id \
            LIMIT 1 OFFSET $2";
        let before = i64::from(place.saturating_sub(1));
        Ok(on_tx!(self, conn => sqlx::query_as(SQL).bind(home).bind(before).fetch_optional(conn).await)?)
    }

    /// The contact of that id, if they belong to `home`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn contact_of(&mut self, home: &str, id: &str) -> Result<Option<Callable>> {
        const SQL: &str = "SELECT name, relation, telephone FROM contacts WHERE home = $1 AND id = $2 AND archived_us IS NULL";
        Ok(on_tx!(self, conn => sqlx::query_as(SQL).bind(home).bind(id).fetch_optional(conn).await)?)
    }
}
