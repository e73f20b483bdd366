//! Lists: `{"items": […], "next": cursor | null}`, with `limit` and `cursor`. A cursor is the sort key of the last item, so that a page costs the same
//! however far down it lies, and items that come or go between two pages shift nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::json::holds_nul;
use super::problem::Problem;
use super::text::Text;

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 500;

/// One page of a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Hand this back as `cursor` to get the next page; null on the last one.
    pub next: Option<String>,
}

/// Which page is asked for.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items on a page, 1 to 500; 50 unless told.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, max_length = 2000)]
    cursor: Option<Text<1, 2000>>,
}

impl PageQuery {
    /// Items on a page.
    ///
    /// # Errors
    /// When it is not within 1 to 500.
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(LIMIT_DEFAULT) {
            limit @ 1..=LIMIT_MAX => Ok(limit as usize),
            other => Err(Problem::unreadable(format!("`limit` must be 1 to {LIMIT_MAX}, not {other}."))),
        }
    }

    /// How many rows to read: one more than the page holds, which tells whether there is a next.
    ///
    /// # Errors
    /// As [`PageQuery::limit`].
    pub fn rows(&self) -> Result<i64, Problem> {
        Ok(i64::try_from(self.limit()?).unwrap_or(0) + 1)
    }

    /// The sort key after which the page begins.
    ///
    /// # Errors
    /// When the cursor is none that we gave out for such a list.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let wrong =
            || Problem::unreadable("`cursor` must be the `next` of an earlier page of this list. Leave it out to begin at the top.");
        let json = URL_SAFE_NO_PAD.decode(cursor.as_bytes()).map_err(|_| wrong())?;
        if holds_nul(&json) {
            return Err(wrong());
        }
        serde_json::from_slice(&json).map(Some).map_err(|_| wrong())
    }

    /// The page, from the rows that [`PageQuery::rows`] asked for. `key` tells an item's sort key.
    ///
    /// # Errors
    /// As [`PageQuery::limit`].
    pub fn page<T, K: Serialize>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Result<Page<T>, Problem> {
        let limit = self.limit()?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|last| cursor(&key(last)));
        Ok(Page { items: rows, next })
    }
}

impl<T> Page<T> {
    /// The same page with each item turned into its form on the wire.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}

fn cursor(key: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_on_and_the_last_page_has_none() {
        let query = PageQuery { limit: Some(2), cursor: None };
        let page = query.page(vec![("a", 1_i64), ("b", 2), ("c", 3)], |row| (row.1, row.0)).unwrap();
        assert_eq!(page.items.len(), 2);
        let next = PageQuery { limit: Some(2), cursor: Some(Text::new(page.next.unwrap()).unwrap()) };
        assert_eq!(next.after::<(i64, String)>().unwrap(), Some((2, "b".to_owned())));
        assert!(next.after::<String>().is_err());
        assert!(next.page(vec![("c", 3)], |row| row.1).unwrap().next.is_none());
    }
}
