//! How alerts can end.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::json::{Json, Query};
use super::problem::Problem;
use super::state::HttpState;
use crate::domain::alert::Queue;
use crate::domain::outcome::Outcome;

/// Which outcomes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OutcomeQuery {
    /// Those offered in this queue.
    #[param(inline)]
    queue: Option<Queue>,
}

/// How alerts can end.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct OutcomeList {
    /// In the order of the list that the service wrote.
    items: Vec<Outcome>,
    /// Always null: the list is short.
    next: Option<String>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Closing codes
///
/// All of them, also those that only the system gives (`offered: false`), so that every closed alert's `outcome` has its title. With `queue` those offered there.
#[utoipa::path(get, path = "/outcomes", tag = "alerts", operation_id = "list_outcomes", params(OutcomeQuery), responses((status = 200, body = OutcomeList)))]
async fn list(State(state): State<HttpState>, Query(query): Query<OutcomeQuery>) -> Result<Json<OutcomeList>, Problem> {
    let fits = |outcome: &&Outcome| query.queue.is_none_or(|queue| outcome.offered && outcome.queues.contains(&queue));
    let items = state.engine.outcomes().all().iter().filter(fits).cloned().collect();
    Ok(Json(OutcomeList { items, next: None }))
}
