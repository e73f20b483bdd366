//! Who am I, and "I am here".

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{Access, Proof};
use super::json::Json;
use super::problem::Problem;
use super::session::renewable_until;
use super::state::HttpState;
use crate::domain::access::Grant;
use crate::engine::action::Action;

/// Whoever is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// User or token id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// A person (`user`) or another system (`token`).
    pub kind: &'static str,
    /// What they may do, and where.
    pub grants: Vec<Grant>,
    /// With a session: what writes must repeat in the header `X-CSRF-Token`.
    pub csrf_token: Option<String>,
    /// With a session: how long it lasts.
    pub session: Option<SessionTimes>,
}

/// How long a session lasts.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct SessionTimes {
    /// When it ends, unless `POST /auth/renew` is called before.
    pub ends_at: DateTime<Utc>,
    /// No renewal reaches beyond this: then it takes the password again.
    pub renewable_until: DateTime<Utc>,
}

/// What presence did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Presence {
    /// Ids of the alerts that you hold, and whose lease was renewed.
    pub holding: Vec<String>,
}

impl Me {
    /// What to say of `access`.
    #[must_use]
    pub fn of(access: Access, state: &HttpState) -> Self {
        let (csrf_token, session) = match access.proof {
            Proof::Session { csrf, began_at, expires_at, .. } => {
                (Some(csrf), Some(SessionTimes { ends_at: expires_at, renewable_until: renewable_until(state, began_at) }))
            }
            Proof::Token { .. } => (None, None),
        };
        let kind = if access.principal.is_user { "user" } else { "token" };
        Self { id: access.principal.id, name: access.principal.name, kind, grants: access.principal.grants, csrf_token, session }
    }
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(me)).routes(routes!(presence))
}

/// Who am I
#[utoipa::path(get, path = "/me", tag = "session", responses((status = 200, body = Me)))]
async fn me(access: Access, State(state): State<HttpState>) -> Json<Me> {
    Json(Me::of(access, &state))
}

/// I am here: renews every lease I hold
///
/// Send it every 20 seconds while somebody sits in front of the screen. An open stream alone does not count.
#[utoipa::path(put, path = "/me/presence", tag = "session", responses((status = 200, body = Presence)))]
async fn presence(access: Access, State(state): State<HttpState>) -> Result<Json<Presence>, Problem> {
    let held = state.engine.act(access.principal, Action::Present).await?;
    Ok(Json(Presence { holding: held.into_iter().map(|alert| alert.id).collect() }))
}
