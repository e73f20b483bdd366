//! Legal holds: what must be kept whatever the periods say, by whom and why.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::actor;
use super::state::HttpState;
use super::text::Id;
use crate::domain::hold::{DeedReason, LegalHold, NewLegalHold};
use crate::store::holds::HoldQuery;

/// Which holds.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct HoldsQuery {
    /// Of this organisation.
    #[param(inline)]
    organisation: Option<Id>,
    /// Those that were lifted too.
    #[serde(default)]
    #[param(default = false)]
    lifted: bool,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, place)).routes(routes!(one)).routes(routes!(lift))
}

/// Legal holds
#[utoipa::path(
    get, path = "/legal-holds", tag = "registers", operation_id = "list_legal_holds", params(HoldsQuery, PageQuery),
    responses((status = 200, body = Page<LegalHold>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<HoldsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<LegalHold>>, Problem> {
    let after = page.after::<String>()?;
    let asked = HoldQuery {
        scope: &access.scope,
        organisation: query.organisation.as_deref(),
        lifted: query.lifted,
        after: after.as_deref(),
        limit: page.rows()?,
    };
    let found = state.store.holds(&asked).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// One legal hold
#[utoipa::path(
    get, path = "/legal-holds/{id}", tag = "registers", operation_id = "get_legal_hold", params(("id" = String, Path)),
    responses((status = 200, body = LegalHold))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<LegalHold>, Problem> {
    Ok(Json(state.store.hold(&access.scope, &id).await?))
}

/// Place a legal hold
///
/// On a resident, a home or an organisation: nothing of it is deleted by its period or erased until the hold is lifted or its time is over.
#[utoipa::path(
    post, path = "/legal-holds", tag = "registers", operation_id = "place_legal_hold", request_body = NewLegalHold,
    responses((status = 201, body = LegalHold), (status = 404, description = "What you name is not there, or you may not see it."))
)]
async fn place(
    access: Access,
    State(state): State<HttpState>,
    Json(new): Json<NewLegalHold>,
) -> Result<(StatusCode, Json<LegalHold>), Problem> {
    let made = state.store.place_hold(&actor(&access), state.clock.now(), &access.scope, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Lift a legal hold
///
/// From then on the periods count again: what is over goes within the hour.
#[utoipa::path(
    post, path = "/legal-holds/{id}/lift", tag = "registers", operation_id = "lift_legal_hold", params(("id" = String, Path)),
    request_body = DeedReason, responses((status = 200, body = LegalHold), (status = 409, description = "It was lifted already."))
)]
async fn lift(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(why): Json<DeedReason>,
) -> Result<Json<LegalHold>, Problem> {
    // Whether it is there is told before whether the words are right.
    state.store.hold(&access.scope, &id).await?;
    why.check().map_err(|invalid| Problem::invalid(invalid.0))?;
    Ok(Json(state.store.lift_hold(&actor(&access), state.clock.now(), &access.scope, &id, &why.reason).await?))
}
