//! Lists of the registers: the scope as part of the query, filters, and pages by key.

use sqlx::{Database, Encode, QueryBuilder, Type};

use crate::domain::access::{CANARY, Scope};

/// Which entries of a register are asked for. Lists are ordered by id unless they say otherwise.
#[derive(Clone, Debug)]
pub struct ListQuery<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Only of this organisation.
    pub organisation: Option<&'a str>,
    /// Only of this home.
    pub home: Option<&'a str>,
    /// Archived ones too.
    pub archived: bool,
    /// Only what comes after this id (or, for contacts, after the contact of this id).
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: i64,
}

/// Restricts a query to the organisations of `scope`; `column` holds the organisation and is NULL for what has none.
pub(super) fn push_scope<DB: Database>(sql: &mut QueryBuilder<DB>, column: &str, scope: &Scope)
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    let Scope::Only(organisations) = scope else {
        sql.push(" AND (").push(column).push(" IS NULL OR ").push(column).push(" <> ").push_bind(CANARY.to_owned()).push(")");
        return;
    };
    if organisations.is_empty() {
        sql.push(" AND 1 = 0");
        return;
    }
    sql.push(" AND ").push(column).push(" IN (");
    for (n, organisation) in organisations.iter().enumerate() {
        sql.push(if n == 0 { "" } else { ", " }).push_bind(organisation.clone());
    }
    sql.push(")");
}

/// The columns that a [`ListQuery`] speaks of, as a table calls them.
pub(super) struct Columns {
    pub organisation: &'static str,
    pub home: &'static str,
    pub archived: &'static str,
    pub id: &'static str,
}

/// Restricts a query to what `query` asks for, without its order and limit.
pub(super) fn push_filters<DB: Database>(sql: &mut QueryBuilder<DB>, columns: &Columns, query: &ListQuery<'_>)
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    push_scope(sql, columns.organisation, query.scope);
    for (column, value) in [(columns.organisation, query.organisation), (columns.home, query.home)] {
        if let Some(value) = value {
            sql.push(" AND ").push(column).push(" = ").push_bind(value.to_owned());
        }
    }
    if !query.archived {
        sql.push(" AND ").push(columns.archived).push(" IS NULL");
    }
}

/// Restricts a query to what comes after a key, in the order of the key, and to its limit.
pub(super) fn push_page<DB: Database>(sql: &mut QueryBuilder<DB>, columns: &Columns, query: &ListQuery<'_>)
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    if let Some(after) = query.after {
        sql.push(" AND ").push(columns.id).push(" > ").push_bind(after.to_owned());
    }
    sql.push(" ORDER BY ").push(columns.id).push(" LIMIT ").push_bind(query.limit);
}
