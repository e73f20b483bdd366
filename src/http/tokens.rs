//! Tokens: how other systems sign in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::grants::{self, NewGrant};
use super::idempotency::HoldsSecret;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::Name;
use crate::clock::new_id;
use crate::domain::access::Grant;
use crate::domain::secret;
use crate::store::audit::{AuditEntry, difference};
use crate::store::{self, Tx};

/// A token. Its secret is shown once, when it is made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Token {
    id: String,
    /// What it is for.
    name: String,
    /// What it may do, as far as you may know of it.
    grants: Vec<Grant>,
    created_at: DateTime<Utc>,
    /// To the minute.
    last_used_at: Option<DateTime<Utc>>,
    archived_at: Option<DateTime<Utc>>,
}

/// A token that was just made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct MadeToken {
    #[serde(flatten)]
    token: Token,
    /// The token itself, to be sent as `Authorization: Bearer …`. It is shown only here, and not kept.
    secret: String,
}

/// A token to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What it is for.
    name: Name,
    /// What it may do.
    #[schema(max_items = 100)]
    grants: Vec<NewGrant>,
}

/// What to change of a token; what is absent stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenChange {
    /// What it is for.
    name: Option<Name>,
    /// What it may do: all of it, in place of what it could.
    #[schema(max_items = 100)]
    grants: Option<Vec<NewGrant>>,
}

/// Which tokens.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TokenFilter {
    /// Revoked ones too.
    #[serde(default)]
    #[param(default = false)]
    archived: bool,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, revoke))
}

fn shown(access: &Access, token: store::tokens::Token) -> Token {
    Token {
        id: token.id,
        name: token.name,
        grants: grants::visible(access, token.grants),
        created_at: token.created_at,
        last_used_at: token.last_used_at,
        archived_at: token.archived_at,
    }
}

/// Tokens
#[utoipa::path(
    get, path = "/tokens", tag = "access", operation_id = "list_tokens", params(TokenFilter, PageQuery),
    responses((status = 200, body = Page<Token>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(filter): Query<TokenFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Token>>, Problem> {
    let found = state.store.tokens(&access.scope, filter.archived, page.after::<String>()?.as_deref(), page.rows()?).await?;
    Ok(Json(page.page(found, |token| token.id.clone())?.map(|token| shown(&access, token))))
}

/// One token
#[utoipa::path(
    get, path = "/tokens/{id}", tag = "access", operation_id = "get_token", params(("id" = String, Path)), responses((status = 200, body = Token))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Token>, Problem> {
    let token = state.store.token(&access.scope, &id).await?.ok_or_else(|| Problem::not_found("token"))?;
    Ok(Json(shown(&access, token)))
}

/// Make a token
///
/// The answer holds its secret, which is shown only here.
#[utoipa::path(
    post, path = "/tokens", tag = "access", operation_id = "add_token", request_body = NewToken, responses((status = 201, body = MadeToken))
)]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewToken>) -> Result<Response, Problem> {
    let (id, secret, now) = (new_id(&state.clock), secret::new_token(), state.clock.now());
    let mut tx = state.store.begin().await?;
    let grants = grants::checked(&mut tx, &access, new.grants).await?;
    tx.insert_token(&id, &new.name, &secret::sha256_hex(secret.as_bytes()), now).await?;
    tx.set_grants(&id, &grants).await?;
    record(&mut tx, &state, &access, "created", &id, &grants, json!({ "name": *new.name, "grants": grants })).await?;
    let token = found(&mut tx, &access, &id).await?;
    tx.commit().await?;
    let mut response = (StatusCode::CREATED, Json(MadeToken { token: shown(&access, token), secret })).into_response();
    response.extensions_mut().insert(HoldsSecret);
    Ok(response)
}

/// Change a token
#[utoipa::path(
    patch, path = "/tokens/{id}", tag = "access", operation_id = "change_token", params(("id" = String, Path)), request_body = TokenChange,
    responses((status = 200, body = Token))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(change): Json<TokenChange>,
) -> Result<Json<Token>, Problem> {
    let mut tx = state.store.begin().await?;
    let token = found(&mut tx, &access, &id).await?;
    grants::refuse_powers_elsewhere(&access, &token.grants)?;
    if token.archived_at.is_some() {
        return Err(Problem::conflict("This token is revoked. Make a new one instead."));
    }
    if let Some(name) = &change.name {
        tx.rename_token(&id, name).await?;
    }
    if let Some(new) = change.grants {
        let grants = grants::checked(&mut tx, &access, new).await?;
        tx.set_grants(&id, &grants).await?;
    }
    let after = found(&mut tx, &access, &id).await?;
    let told = |token: &store::tokens::Token| json!({ "name": token.name, "grants": token.grants });
    let detail = difference(&told(&token), &told(&after));
    record(&mut tx, &state, &access, "changed", &id, &[token.grants, after.grants.clone()].concat(), detail).await?;
    tx.commit().await?;
    Ok(Json(shown(&access, after)))
}

/// Revoke a token
///
/// From the next request on it opens nothing; a stream that it holds open ends within a minute.
#[utoipa::path(
    delete, path = "/tokens/{id}", tag = "access", operation_id = "revoke_token", params(("id" = String, Path)),
    responses((status = 204, description = "Revoked."))
)]
async fn revoke(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let mut tx = state.store.begin().await?;
    let token = found(&mut tx, &access, &id).await?;
    grants::refuse_powers_elsewhere(&access, &token.grants)?;
    tx.archive_token(&id, state.clock.now()).await?;
    record(&mut tx, &state, &access, "revoked", &id, &token.grants, json!({})).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn found(tx: &mut Tx, access: &Access, id: &str) -> Result<store::tokens::Token, Problem> {
    tx.token(&access.scope, id).await?.ok_or_else(|| Problem::not_found("token"))
}

async fn record(
    tx: &mut Tx,
    state: &HttpState,
    access: &Access,
    action: &str,
    id: &str,
    grants: &[Grant],
    detail: serde_json::Value,
) -> Result<(), Problem> {
    let organisation = grants::one_organisation(grants);
    let entry = AuditEntry { organisation, who: &access.principal.id, action, object_kind: "token", object_id: id, detail };
    Ok(tx.audit(state.clock.now(), entry).await?)
}
