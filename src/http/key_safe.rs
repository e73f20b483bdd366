//! The code of a key safe: for the responder who accepted the visit, and for the holder of an accepted alert who gives a reason. Each reading is in the
//! trail before it is answered.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::idempotency::HoldsSecret;
use super::json::{Json, Path};
use super::problem::Problem;
use super::state::HttpState;
use super::text::Text;
use super::visits::reading;
use crate::domain::access::Scope;
use crate::engine::action::{Action, Deed};
use crate::response::visit::may_open;
use crate::store::audit::AuditEntry;

/// The code of a key safe.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct KeySafeCode {
    /// The code; absent when none is kept for this home.
    code: Option<String>,
}

/// Why the code is read.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct KeySafeReading {
    /// Who stands before the door, and why they must get in.
    reason: Text<1, 1000>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(for_visit)).routes(routes!(for_alert))
}

/// The code of the key safe
///
/// Only for the responder who accepted, until the visit is completed. Each reading is in the trail before it is answered.
#[utoipa::path(get, path = "/visits/{id}/key-safe", tag = "visits", params(("id" = String, Path)), responses((status = 200, body = KeySafeCode), (status = 409, description = "Not accepted by you, or over.", body = Problem, content_type = "application/problem+json")))]
async fn for_visit(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<KeySafeCode>, Problem> {
    let me = access.principal.id.clone();
    let visit = state.store.visit(&reading(&access), &me, &id).await?;
    if !may_open(&visit, &me) {
        let say = "Only the responder who accepted this visit reads the code, from acceptance until completion.";
        return Err(Problem::conflict(say));
    }
    let sealed = sealed(&state, &visit.organisation, &visit.home).await?;
    let mut tx = state.store.begin().await?;
    let entry = AuditEntry {
        organisation: Some(&visit.organisation),
        who: &me,
        action: "read_key_safe",
        object_kind: "home",
        object_id: &visit.home,
        detail: serde_json::json!({ "visit": visit.id }),
    };
    tx.audit(state.clock.now(), entry).await?;
    tx.commit().await?;
    let code = sealed.map(|sealed| open(&state, &visit.home, &sealed)).transpose()?;
    Ok(Json(KeySafeCode { code }))
}

/// The code of the key safe, for somebody at the door
///
/// For an ambulance crew or a neighbour who cannot read it themselves. Only the holder of the open, accepted alert reads it, and says why: the reason is in the
/// alert's history and in the trail before the code is answered. 409 for everybody else, and when no code is kept.
#[utoipa::path(
    post, path = "/alerts/{id}/key-safe", tag = "alerts", operation_id = "read_key_safe", params(("id" = String, Path)), request_body = KeySafeReading,
    responses((status = 200, body = KeySafeCode), (status = 409, description = "Not accepted by you, over, or no code is kept.", body = Problem, content_type = "application/problem+json"))
)]
async fn for_alert(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(reading): Json<KeySafeReading>,
) -> Result<Response, Problem> {
    let alert = state.store.alert(&access.scope, &id).await?.ok_or_else(|| Problem::not_found("alert"))?;
    let sealed = match &alert.home {
        Some(home) => sealed(&state, &alert.organisation, home).await?,
        None => None,
    };
    // The reading of a code that is not there is none; whether there is one is no secret.
    let say = "No key-safe code is kept for this home. Ask the contacts who have a key, and enter the code in the home's record.";
    let (Some(home), Some(sealed)) = (alert.home, sealed) else { return Err(Problem::conflict(say)) };
    let deed = Deed::ReadKeySafe { why: reading.reason.into_inner() };
    state.engine.act(access.principal, Action::Deal { alert: id, deed }).await?;
    let code = open(&state, &home, &sealed)?;
    let mut response = Json(KeySafeCode { code: Some(code) }).into_response();
    // Not to be kept with the keys of requests: it would lie there unencrypted.
    response.extensions_mut().insert(HoldsSecret);
    Ok(response)
}

async fn sealed(state: &HttpState, organisation: &str, home: &str) -> Result<Option<Vec<u8>>, Problem> {
    Ok(state.store.sealed_key_safe(&Scope::Only(vec![organisation.to_owned()]), home).await?)
}

fn open(state: &HttpState, home: &str, sealed: &[u8]) -> Result<String, Problem> {
    state.key_safe.open(home, sealed).map_err(|_| {
        tracing::error!(home, "the code of a key safe cannot be decrypted: is it the key of this database?");
        Problem::internal()
    })
}
