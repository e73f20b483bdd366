//! Finding homes as people look for them: by a name, an address, a telephone number, a gateway, or whoever lives there.

use std::collections::{HashMap, HashSet};

use sqlx::{Database, Encode, QueryBuilder, Type};

use super::homes::{COLUMNS, Row, SELECT};
use super::list::{ListQuery, push_filters, push_page};
use super::{Result, Store};
use crate::domain::register::{Home, HomeSummary};

/// What is looked for; nothing finds all.
#[derive(Clone, Debug, Default)]
pub struct HomeSearch {
    /// Words that must all be found, each in any of the home's texts, its residents' names, its contacts' or its own telephone numbers, or its
    /// gateways' ids.
    pub words: Vec<String>,
    /// Only these homes.
    pub ids: Option<Vec<String>>,
    /// Only those that are being installed, or only those that are not.
    pub installing: Option<bool>,
}

/// A home that is being installed: what [`crate::domain::register::Installation`] says, as a condition on its row. Equipment of an archived home is
/// not waited for.
const INSTALLING: &str = "(homes.archived_us IS NULL AND (NOT EXISTS (SELECT 1 FROM gateways g WHERE g.home = homes.id AND g.archived_us IS NULL) \
    OR EXISTS (SELECT 1 FROM gateways g WHERE g.home = homes.id AND g.archived_us IS NULL AND (g.last_heard_us IS NULL OR g.last_heard_us < g.placed_us)) \
    OR EXISTS (SELECT 1 FROM devices d JOIN gateways g ON g.id = d.gateway WHERE d.home = homes.id AND d.archived_us IS NULL AND g.archived_us IS NULL \
    AND (d.last_heard_us IS NULL OR d.last_heard_us < g.placed_us))))";

impl HomeSearch {
    /// From what somebody typed.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        Self { words: typed.split_whitespace().take(8).map(str::to_owned).collect(), ..Self::default() }
    }
}

/// The digits of a telephone number that stay the same however it is written: `01234 5678` and `tel:+4412345678` share `12345678`.
fn digits(words: &[String]) -> Option<String> {
    let telephone = |word: &String| word.chars().all(|c| c.is_ascii_digit() || "+()-./".contains(c));
    if words.is_empty() || !words.iter().all(telephone) {
        return None;
    }
    let digits: String = words.iter().flat_map(|word| word.chars()).filter(char::is_ascii_digit).collect();
    let local = digits.trim_start_matches('0').to_owned();
    (local.len() >= 5).then_some(local)
}

/// A pattern that finds `text` anywhere; the database's own wildcards in it are letters like others.
fn anywhere(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A column in which telephone numbers stand, without what people put between the digits.
fn plain_number(column: &str) -> String {
    format!("replace(replace(replace(replace({column}, ' ', ''), '-', ''), '(', ''), ')', '')")
}

fn push_search<DB: Database>(sql: &mut QueryBuilder<DB>, search: &HomeSearch)
where
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    if let Some(ids) = &search.ids {
        sql.push(" AND id IN (NULL");
        for id in ids {
            sql.push(", ").push_bind(id.clone());
        }
        sql.push(")");
    }
    if let Some(installing) = search.installing {
        sql.push(if installing { " AND " } else { " AND NOT " }).push(INSTALLING);
    }
    if let Some(number) = digits(&search.words) {
        let pattern = anywhere(&number);
        sql.push(format!(" AND ({} LIKE ", plain_number("homes.call_back"))).push_bind(pattern.clone());
        sql.push(format!(
            " OR EXISTS (SELECT 1 FROM contacts WHERE contacts.home = homes.id AND contacts.archived_us IS NULL AND {} LIKE ",
            plain_number("contacts.telephone")
        ));
        sql.push_bind(pattern.clone());
        sql.push(") OR EXISTS (SELECT 1 FROM gateways WHERE gateways.home = homes.id AND (gateways.id LIKE ").push_bind(pattern.clone());
        sql.push(format!(" OR {} LIKE ", plain_number("gateways.call_back"))).push_bind(pattern).push(")))");
        return;
    }
    for word in &search.words {
        let pattern = anywhere(word);
        sql.push(" AND (");
        for column in ["name", "address", "locality"] {
            sql.push(format!("lower(homes.{column}) LIKE lower(")).push_bind(pattern.clone()).push(") ESCAPE '\\' OR ");
        }
        sql.push("EXISTS (SELECT 1 FROM residents WHERE residents.home = homes.id AND residents.archived_us IS NULL AND (lower(residents.name) LIKE lower(");
        sql.push_bind(pattern.clone()).push(") ESCAPE '\\' OR lower(coalesce(residents.preferred_name, '')) LIKE lower(");
        sql.push_bind(pattern.clone())
            .push(") ESCAPE '\\')) OR EXISTS (SELECT 1 FROM gateways WHERE gateways.home = homes.id AND lower(gateways.id) LIKE lower(");
        sql.push_bind(pattern).push(") ESCAPE '\\'))");
    }
}

impl Store {
    /// Homes that are looked for, in the order of their ids, with the names of those who live there.
    pub async fn find_homes(&self, query: &ListQuery<'_>, search: &HomeSearch) -> Result<Vec<HomeSummary>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            push_search(&mut sql, search);
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(pool).await
        })?;
        let mut found: Vec<HomeSummary> = rows.into_iter().map(|row| HomeSummary::from(Home::from(row))).collect();
        let (mut names, installing) = (self.names_of_residents(&found).await?, self.being_installed(&found).await?);
        for home in &mut found {
            home.installing = installing.contains(&home.id);
            home.residents = names.remove(&home.id).unwrap_or_default();
        }
        Ok(found)
    }

    async fn being_installed(&self, homes: &[HomeSummary]) -> Result<HashSet<String>> {
        if homes.is_empty() {
            return Ok(HashSet::new());
        }
        let rows: Vec<(String,)> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT homes.id FROM homes WHERE homes.id IN (NULL");
            for home in homes {
                sql.push(", ").push_bind(home.id.clone());
            }
            sql.push(") AND ").push(INSTALLING);
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    async fn names_of_residents(&self, homes: &[HomeSummary]) -> Result<HashMap<String, Vec<String>>> {
        let mut names: HashMap<String, Vec<String>> = HashMap::new();
        if homes.is_empty() {
            return Ok(names);
        }
        let rows: Vec<(String, String)> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new("SELECT home, name FROM residents WHERE archived_us IS NULL AND home IN (NULL");
            for home in homes {
                sql.push(", ").push_bind(home.id.clone());
            }
            sql.push(") ORDER BY home, id");
            sql.build_query_as().fetch_all(pool).await
        })?;
        for (home, name) in rows {
            names.entry(home).or_default().push(name);
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_by_its_digits_however_it_is_written() {
        let of = |typed: &str| digits(&HomeSearch::of(typed).words);
        assert_eq!(of("01234 567890").as_deref(), Some("1234567890"));
        assert_eq!(of("(01234)-567890").as_deref(), Some("1234567890"));
        assert_eq!(of("12 Elm"), None);
        assert_eq!(of("12"), None, "a house number");
    }

    #[test]
    fn wildcards_are_letters() {
        assert_eq!(anywhere("50%_\\"), "%50\\%\\_\\\\%");
    }
}
