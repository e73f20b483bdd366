//! Users: the people who sign in.

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::grants::{self, NewGrant};
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Email, Name, Password, Text};
use crate::clock::new_id;
use crate::domain::access::Grant;
use crate::domain::secret;
use crate::store::audit::{AuditEntry, difference};
use crate::store::{self, Tx};

/// A person who signs in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct User {
    id: String,
    /// What they type to sign in.
    login: String,
    /// Their name, shown to others.
    name: String,
    /// Where e-mail for them goes.
    email: Option<String>,
    /// What they may do, as far as you may know of it.
    grants: Vec<Grant>,
    created_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

/// A user to be added.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    /// What they will type to sign in; unique, and never given to another.
    login: Text<1, 200>,
    /// Their name, shown to others.
    name: Name,
    /// Where e-mail for them goes.
    email: Option<Email>,
    /// At least 10 characters.
    password: Password<{ secret::PASSWORD_MIN }>,
    /// What they may do.
    #[schema(max_items = 100)]
    grants: Vec<NewGrant>,
}

/// What to change of a user; what is absent stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct UserChange {
    /// Their name, shown to others.
    name: Option<Name>,
    /// Where e-mail for them goes; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Email>)]
    #[allow(clippy::option_option, reason = "absent (leave it), null (clear it) or given")]
    email: Option<Option<Email>>,
    /// A new password. It ends their sessions.
    password: Option<Password<{ secret::PASSWORD_MIN }>>,
    /// What they may do: all of it, in place of what they could.
    #[schema(max_items = 100)]
    grants: Option<Vec<NewGrant>>,
}

/// Which users.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct UserFilter {
    /// Archived ones too.
    #[serde(default)]
    #[param(default = false)]
    archived: bool,
}

/// Reads a field that may be absent (leave it), null (clear it) or given.
#[allow(clippy::option_option, reason = "that is what is told apart")]
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<Email>>, D::Error> {
    Deserialize::deserialize(from).map(Some)
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive))
}

fn shown(access: &Access, user: store::users::User) -> User {
    User {
        id: user.id,
        login: user.login,
        name: user.name,
        email: user.email,
        grants: grants::visible(access, user.grants),
        created_at: user.created_at,
        archived_at: user.archived_at,
    }
}

/// Users
#[utoipa::path(
    get, path = "/users", tag = "access", operation_id = "list_users", params(UserFilter, PageQuery),
    responses((status = 200, body = Page<User>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(filter): Query<UserFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<User>>, Problem> {
    let found = state.store.users(&access.scope, filter.archived, page.after::<String>()?.as_deref(), page.rows()?).await?;
    Ok(Json(page.page(found, |user| user.id.clone())?.map(|user| shown(&access, user))))
}

/// One user
#[utoipa::path(get, path = "/users/{id}", tag = "access", operation_id = "get_user", params(("id" = String, Path)), responses((status = 200, body = User)))]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<User>, Problem> {
    let user = state.store.user(&access.scope, &id).await?.ok_or_else(|| Problem::not_found("user"))?;
    Ok(Json(shown(&access, user)))
}

/// Add a user
#[utoipa::path(post, path = "/users", tag = "access", operation_id = "add_user", request_body = NewUser, responses((status = 201, body = User)))]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewUser>) -> Result<(StatusCode, Json<User>), Problem> {
    let password = hashed(&state, new.password).await?;
    let (id, now) = (new_id(&state.clock), state.clock.now());
    let mut tx = state.store.begin().await?;
    let grants = grants::checked(&mut tx, &access, new.grants).await?;
    tx.insert_user(&id, &new.login, &new.name, &password, now).await?;
    tx.set_email(&id, new.email.as_deref()).await?;
    tx.set_grants(&id, &grants).await?;
    record(
        &mut tx,
        &state,
        &access,
        "created",
        &id,
        &grants,
        json!({ "login": *new.login, "email": new.email.as_deref(), "grants": grants }),
    )
    .await?;
    let user = found(&mut tx, &access, &id).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(shown(&access, user))))
}

/// Change a user
#[utoipa::path(
    patch, path = "/users/{id}", tag = "access", operation_id = "change_user", params(("id" = String, Path)), request_body = UserChange,
    responses((status = 200, body = User))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(change): Json<UserChange>,
) -> Result<Json<User>, Problem> {
    let password = match change.password {
        Some(password) => Some(hashed(&state, password).await?),
        None => None,
    };
    let mut tx = state.store.begin().await?;
    let user = found(&mut tx, &access, &id).await?;
    grants::refuse_powers_elsewhere(&access, &user.grants)?;
    if user.archived_at.is_some() {
        return Err(Problem::conflict("This user is archived. Add a new one instead."));
    }
    tx.update_user(&id, change.name.as_deref(), password.as_deref()).await?;
    if let Some(email) = &change.email {
        tx.set_email(&id, email.as_deref()).await?;
    }
    if let Some(new) = change.grants {
        let grants = grants::checked(&mut tx, &access, new).await?;
        tx.set_grants(&id, &grants).await?;
    }
    let after = found(&mut tx, &access, &id).await?;
    let told = |user: &store::users::User| json!({ "name": user.name, "email": user.email, "grants": user.grants });
    let mut detail = difference(&told(&user), &told(&after));
    if password.is_some() {
        tx.delete_sessions_of(&id).await?;
        detail["password"] = json!("changed");
    }
    record(&mut tx, &state, &access, "changed", &id, &[user.grants, after.grants.clone()].concat(), detail).await?;
    tx.commit().await?;
    Ok(Json(shown(&access, after)))
}

/// Archive a user
///
/// They can no longer sign in, and their sessions end. What they did stays in the trail.
#[utoipa::path(
    delete, path = "/users/{id}", tag = "access", operation_id = "archive_user", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let mut tx = state.store.begin().await?;
    let user = found(&mut tx, &access, &id).await?;
    grants::refuse_powers_elsewhere(&access, &user.grants)?;
    tx.archive_user(&id, state.clock.now()).await?;
    tx.delete_sessions_of(&id).await?;
    record(&mut tx, &state, &access, "archived", &id, &user.grants, json!({})).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn found(tx: &mut Tx, access: &Access, id: &str) -> Result<store::users::User, Problem> {
    tx.user(&access.scope, id).await?.ok_or_else(|| Problem::not_found("user"))
}

async fn hashed<const MIN: usize>(state: &HttpState, password: Password<MIN>) -> Result<String, Problem> {
    let permit = state.password_checks.clone().acquire_owned().await.map_err(|_| Problem::internal())?;
    let hashed = tokio::task::spawn_blocking(move || {
        let hash = secret::hash_password(&password.into_inner());
        drop(permit);
        hash
    });
    hashed.await.map_err(|_| Problem::internal())?.map_err(|_| Problem::internal())
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
    let entry = AuditEntry { organisation, who: &access.principal.id, action, object_kind: "user", object_id: id, detail };
    Ok(tx.audit(state.clock.now(), entry).await?)
}
