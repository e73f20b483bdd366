//! The trail: who read or changed what.

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Id, Text};
use crate::domain::register::AuditRecord;
use crate::store::audit::AuditQuery;

/// Which entries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditFilter {
    /// Of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
    /// By the user or token of this id; `cli` for the command line.
    #[param(inline)]
    who: Option<Id>,
    /// About the thing of this id.
    #[param(inline)]
    object: Option<Id>,
    /// Only this action, for example `read`.
    #[param(inline)]
    action: Option<Text<1, 64>>,
    /// Not before.
    from: Option<DateTime<Utc>>,
    /// Before.
    to: Option<DateTime<Utc>>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The trail, newest first
#[utoipa::path(
    get, path = "/audit", tag = "oversight", operation_id = "list_audit", params(AuditFilter, PageQuery),
    responses((status = 200, body = Page<AuditRecord>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(filter): Query<AuditFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AuditRecord>>, Problem> {
    let query = AuditQuery {
        scope: &access.scope,
        organisation: filter.organisation.as_deref(),
        who: filter.who.as_deref(),
        object: filter.object.as_deref(),
        action: filter.action.as_deref(),
        from: filter.from,
        to: filter.to,
        before: page.after()?,
        limit: page.rows()?,
    };
    let found = state.store.audit_records(&query).await?;
    Ok(Json(page.page(found, |each| each.seq)?))
}
