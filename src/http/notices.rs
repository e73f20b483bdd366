//! What organisations are told of trouble of the service itself.

use axum::extract::State;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::Id;
use crate::domain::message::Notice;

/// Which notices.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct NoticeQuery {
    /// To this organisation.
    #[param(inline)]
    organisation: Option<Id>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Notices of trouble of the service itself, newest first
///
/// An outage of its own, alerts that waited unattended, messages that reach nobody. They go out by webhook (`platform.notice`) and e-mail too.
#[utoipa::path(
    get, path = "/notices", tag = "registers", operation_id = "list_notices", params(NoticeQuery, PageQuery),
    responses((status = 200, body = Page<Notice>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<NoticeQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Notice>>, Problem> {
    let before = page.after::<String>()?;
    let found = state.store.notices(&access.scope, query.organisation.as_deref(), before.as_deref(), page.rows()?).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}
