//! Quarantine: messages that were refused for good, and why.

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
use super::text::Id;
use crate::domain::register::QuarantinedMessage;
use crate::store::quarantine::QuarantineQuery;

/// Which messages.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct QuarantineFilter {
    /// Of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
    /// From this gateway.
    #[param(inline)]
    gateway: Option<Id>,
    /// Of this home.
    #[param(inline)]
    home: Option<Id>,
    /// Received then or later.
    from: Option<DateTime<Utc>>,
    /// Received before.
    to: Option<DateTime<Utc>>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Messages refused and why, newest first
#[utoipa::path(
    get, path = "/quarantine", tag = "oversight", operation_id = "list_quarantine", params(QuarantineFilter, PageQuery),
    responses((status = 200, body = Page<QuarantinedMessage>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(filter): Query<QuarantineFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<QuarantinedMessage>>, Problem> {
    let query = QuarantineQuery {
        scope: &access.scope,
        organisation: filter.organisation.as_deref(),
        gateway: filter.gateway.as_deref(),
        home: filter.home.as_deref(),
        from: filter.from,
        to: filter.to,
        after: page.after()?,
        limit: page.rows()?,
    };
    let found = state.store.quarantined(&query).await?;
    Ok(Json(page.page(found, |each| (each.received_at.timestamp_micros(), each.id.clone()))?))
}
