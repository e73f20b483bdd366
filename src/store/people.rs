//! The people of an organisation, by name and role only: who may be put into a rota, told by a policy or sent to a home.

use sqlx::QueryBuilder;

use super::list::push_scope;
use super::{Result, Store, from_us};
use crate::clock::Time;
use crate::domain::access::{Grant, Role, Scope};

/// Somebody of an organisation, as their colleagues know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their user id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// The roles that they hold where it was asked for, by name.
    pub roles: Vec<Role>,
    /// When they were archived.
    pub archived_at: Option<Time>,
}

/// Which people are asked for, in the order of their ids.
#[derive(Clone, Debug)]
pub struct PeopleQuery<'a> {
    /// The organisations that the asker reads.
    pub scope: &'a Scope,
    /// Only of this organisation, which must lie within the scope.
    pub organisation: Option<&'a str>,
    /// Only those who hold this role there.
    pub role: Option<Role>,
    /// Archived ones too.
    pub archived: bool,
    /// Only what comes after this id.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: i64,
}

impl PeopleQuery<'_> {
    /// Whether a grant counts here. Who holds a role in all organisations holds it in each.
    fn counts(&self, grant: &Grant) -> bool {
        let Some(place) = &grant.organisation else { return true };
        self.scope.covers(place) && self.organisation.is_none_or(|wanted| wanted == place)
    }
}

impl Store {
    /// Users who hold a role in one of the organisations asked for, or in all.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn people(&self, query: &PeopleQuery<'_>) -> Result<Vec<Person>> {
        let mut tx = self.snapshot().await?;
        let rows: Vec<(String, String, Option<i64>)> = on_tx!(&mut tx, conn => {
            let mut sql = QueryBuilder::new("SELECT u.id, u.name, u.archived_us FROM users u WHERE u.id > ");
            sql.push_bind(query.after.unwrap_or_default().to_owned());
            if !query.archived {
                sql.push(" AND u.archived_us IS NULL");
            }
            sql.push(" AND EXISTS (SELECT 1 FROM grants g WHERE g.holder = u.id AND (g.organisation IS NULL OR (1 = 1");
            push_scope(&mut sql, "g.organisation", query.scope);
            if let Some(organisation) = query.organisation {
                sql.push(" AND g.organisation = ").push_bind(organisation.to_owned());
            }
            sql.push("))");
            if let Some(role) = query.role {
                sql.push(" AND g.role = ").push_bind(role.as_str());
            }
            sql.push(") ORDER BY u.id LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(conn).await
        })?;
        let ids: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
        let mut grants = tx.grants_of(&ids).await?;
        let person = |(id, name, archived_us): (String, String, Option<i64>)| {
            let held = grants.remove(&id).unwrap_or_default();
            let mut roles: Vec<Role> = held.iter().filter(|grant| query.counts(grant)).map(|grant| grant.role).collect();
            roles.sort();
            roles.dedup();
            Person { id, name, roles, archived_at: archived_us.map(from_us) }
        };
        Ok(rows.into_iter().map(person).collect())
    }
}
