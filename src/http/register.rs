//! What the registers' resources share: the filters of their lists, and who writes.

use serde::Deserialize;

use super::access::Access;
use super::page::PageQuery;
use super::problem::Problem;
use super::text::Id;
use crate::store::{Actor, ListQuery};

/// Which entries of a register.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RegisterQuery {
    /// Of this organisation.
    #[param(inline)]
    pub organisation: Option<Id>,
    /// Of this home.
    #[param(inline)]
    pub home: Option<Id>,
    /// Archived ones too.
    #[serde(default)]
    #[param(default = false)]
    pub archived: bool,
}

impl RegisterQuery {
    /// As the store asks, without the place where the page begins.
    ///
    /// # Errors
    /// 400 for a limit out of bounds.
    pub fn rows<'a>(&'a self, access: &'a Access, page: &PageQuery, after: Option<&'a str>) -> Result<ListQuery<'a>, Problem> {
        Ok(ListQuery {
            scope: &access.scope,
            organisation: self.organisation.as_deref(),
            home: self.home.as_deref(),
            archived: self.archived,
            after,
            limit: page.rows()?,
        })
    }
}

/// Whom the trail names for what `access` does.
pub fn actor(access: &Access) -> Actor {
    Actor::of(&access.principal)
}
