//! People: the colleagues of an organisation by name and role. Logins, addresses and rights elsewhere are the administrators' (`/users`).

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::Id;
use crate::domain::access::Role;
use crate::store::people::{self, PeopleQuery};

/// Which people.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PeopleFilter {
    /// Who hold a role in this organisation. Without it: in any that you may read.
    #[param(inline)]
    organisation: Option<Id>,
    /// Who hold this role there.
    #[param(inline)]
    role: Option<Role>,
    /// Archived ones too: whom the past may name.
    #[serde(default)]
    #[param(default = false)]
    archived: bool,
}

/// Somebody whom a rota, a policy or a case may name.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Person {
    /// Their user id.
    id: String,
    /// Their name.
    name: String,
    /// What they hold in the organisation asked for, or in any that you may read. A role in all organisations counts in each.
    roles: Vec<Role>,
    archived_at: Option<DateTime<Utc>>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The people of an organisation
///
/// Who may be put into a rota, told by an escalation policy or sent to a home: their names and roles, and nothing else of them.
#[utoipa::path(
    get, path = "/people", tag = "access", operation_id = "list_people", params(PeopleFilter, PageQuery),
    responses((status = 200, body = Page<Person>), (status = 404, description = "The organisation you name is not there, or you may not see it."))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(filter): Query<PeopleFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Person>>, Problem> {
    if let Some(organisation) = &filter.organisation {
        state.store.organisation(&access.scope, organisation).await?;
    }
    let after = page.after::<String>()?;
    let query = PeopleQuery {
        scope: &access.scope,
        organisation: filter.organisation.as_deref(),
        role: filter.role,
        archived: filter.archived,
        after: after.as_deref(),
        limit: page.rows()?,
    };
    let found = state.store.people(&query).await?;
    let shown = |people::Person { id, name, roles, archived_at }| Person { id, name, roles, archived_at };
    Ok(Json(page.page(found, |each| each.id.clone())?.map(shown)))
}
