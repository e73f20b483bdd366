//! What a rule in shadow would have raised.

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::find;
use super::force::rules_in_force;
use crate::domain::register::{ShadowAlert, ShadowCounts};
use crate::http::access::Access;
use crate::http::json::{Json, Path, Query};
use crate::http::page::PageQuery;
use crate::http::problem::Problem;
use crate::http::state::HttpState;
use crate::store::shadow::ShadowQuery;

/// Which time.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ShadowFilter {
    /// Recorded then or later.
    from: Option<DateTime<Utc>>,
    /// Recorded before.
    to: Option<DateTime<Utc>>,
}

/// A page of what a rule in shadow would have raised, with the counts of all of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ShadowPage {
    /// How much in all.
    counts: ShadowCounts,
    /// The newest first.
    items: Vec<ShadowAlert>,
    /// Hand this back as `cursor` to get the next page; null on the last one.
    next: Option<String>,
}

/// What a rule in shadow would have raised, newest first
///
/// Kept as long as the events that it rests on.
#[utoipa::path(
    get, path = "/rules/{id}/shadow", tag = "rules", operation_id = "list_rule_shadow", params(("id" = String, Path), ShadowFilter, PageQuery),
    responses((status = 200, body = ShadowPage))
)]
pub(super) async fn list(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(filter): Query<ShadowFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<ShadowPage>, Problem> {
    let rules = rules_in_force(&state).await?;
    find(&rules, &access, &id, None).ok_or_else(|| Problem::not_found("rule"))?;
    let after = page.after::<(i64, String)>()?;
    let query = ShadowQuery { scope: &access.scope, rule: &id, from: filter.from, to: filter.to, after, limit: page.rows()? };
    let counts = state.store.shadow_counts(&query).await?;
    let found = state.store.shadow_alerts(&query).await?;
    let page = page.page(found, |each| (each.recorded_at.timestamp_micros(), each.id.clone()))?;
    Ok(Json(ShadowPage { counts, items: page.items, next: page.next }))
}
