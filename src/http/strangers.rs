//! Strangers: who knocked at the listener under a gateway's id and was refused. They belong to no organisation.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::json::{Json, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use crate::domain::register::Stranger;
use crate::store::strangers::StrangerKey;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Who was refused at the listener, the latest first
///
/// The 10,000 refused last are kept. A gateway that is registered leaves the list.
#[utoipa::path(
    get, path = "/strangers", tag = "oversight", operation_id = "list_strangers", params(PageQuery),
    responses((status = 200, body = Page<Stranger>))
)]
async fn list(State(state): State<HttpState>, Query(page): Query<PageQuery>) -> Result<Json<Page<Stranger>>, Problem> {
    let found = state.store.strangers(page.after::<StrangerKey>()?.as_ref(), page.rows()?).await?;
    Ok(Json(page.page(found, |each| (each.last_at.timestamp_micros(), each.gateway.clone()))?))
}
