//! Who can be reached: present, or by an address.

use super::{Result, Tx, to_us};
use crate::clock::Time;

/// Somebody who is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct Person {
    /// User or token id.
    pub id: String,
    /// Their name.
    pub name: String,
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

impl Tx {
    /// Who was heard of after `since` and holds `role` in `organisation`, in the order of their names.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn present_with(&mut self, role: &str, organisation: &str, since: Time) -> Result<Vec<Person>> {
        const SQL: &str = "SELECT DISTINCT p.principal AS id, COALESCE(u.name, t.name) AS name FROM presence p JOIN grants g ON g.holder = p.principal \
            LEFT JOIN users u ON u.id = p.principal AND u.archived_us IS NULL LEFT JOIN tokens t ON t.id = p.principal AND t.archived_us IS NULL \
            WHERE p.seen_us > $1 AND g.role = $2 AND (g.organisation IS NULL OR g.organisation = $3) AND COALESCE(u.name, t.name) IS NOT NULL \
            ORDER BY 2, 1";
        Ok(on_tx!(self, conn => sqlx::query_as(SQL).bind(to_us(since)).bind(role).bind(organisation).fetch_all(conn).await)?)
    }

    /// The person of that id, if they were heard of after `since` and hold any role in `organisation`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn present_person(&mut self, id: &str, organisation: &str, since: Time) -> Result<Option<Person>> {
        const SQL: &str = "SELECT u.id, u.name FROM users u JOIN presence p ON p.principal = u.id WHERE u.id = $1 AND u.archived_us IS NULL \
            AND p.seen_us > $2 AND EXISTS (SELECT 1 FROM grants g WHERE g.holder = u.id AND (g.organisation IS NULL OR g.organisation = $3))";
        Ok(on_tx!(self, conn => sqlx::query_as(SQL).bind(id).bind(to_us(since)).bind(organisation).fetch_optional(conn).await)?)
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
