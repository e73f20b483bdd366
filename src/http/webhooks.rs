//! Webhooks: who is told what happens to an organisation's alerts, and what became of each message.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::idempotency::HoldsSecret;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::{RegisterQuery, actor};
use super::state::HttpState;
use crate::domain::delivery::Delivery;
use crate::domain::register::{NewWebhook, Webhook, WebhookPatch, WebhookWithSecret};
use crate::store::audit::AuditEntry;
use crate::store::webhooks::Terms;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    let register = OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive)).routes(routes!(rotate));
    register.routes(routes!(names)).routes(routes!(deliveries)).routes(routes!(retry))
}

/// Webhooks
#[utoipa::path(
    get, path = "/webhooks", tag = "webhooks", operation_id = "list_webhooks", params(RegisterQuery, PageQuery),
    responses((status = 200, body = Page<Webhook>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<RegisterQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Webhook>>, Problem> {
    let after = page.after::<String>()?;
    // A webhook belongs to no home.
    let query = RegisterQuery { home: None, ..query };
    let found = state.store.webhooks(&query.rows(&access, &page, after.as_deref())?).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// What a webhook is called, for whoever reads or writes a policy that tells it. Its address is the administrators'.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WebhookName {
    id: String,
    organisation: String,
    name: String,
    archived_at: Option<DateTime<Utc>>,
}

/// What webhooks are called
///
/// For escalation policies, which may tell them: names only, without addresses.
#[utoipa::path(
    get, path = "/webhooks/names", tag = "webhooks", operation_id = "list_webhook_names", params(RegisterQuery, PageQuery),
    responses((status = 200, body = Page<WebhookName>))
)]
async fn names(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<RegisterQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<WebhookName>>, Problem> {
    let after = page.after::<String>()?;
    let query = RegisterQuery { home: None, ..query };
    let found = state.store.webhooks(&query.rows(&access, &page, after.as_deref())?).await?;
    let named = |Webhook { id, organisation, name, archived_at, .. }| WebhookName { id, organisation, name, archived_at };
    Ok(Json(page.page(found, |each| each.id.clone())?.map(named)))
}

/// One webhook
#[utoipa::path(
    get, path = "/webhooks/{id}", tag = "webhooks", operation_id = "get_webhook", params(("id" = String, Path)),
    responses((status = 200, body = Webhook))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Webhook>, Problem> {
    Ok(Json(state.store.webhook(&access.scope, &id).await?))
}

/// Enter a webhook
///
/// The answer holds the secret that its messages are signed with, which is shown only here.
#[utoipa::path(
    post, path = "/webhooks", tag = "webhooks", operation_id = "add_webhook", request_body = NewWebhook,
    responses((status = 201, body = WebhookWithSecret), (status = 404, description = "The organisation you name is not there, or you may not see it."))
)]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewWebhook>) -> Result<Response, Problem> {
    let terms = Terms { key: &state.key_safe, private: state.settings.notify.private_targets };
    let made = state.store.create_webhook(&actor(&access), state.clock.now(), &access.scope, terms, &new).await?;
    Ok(shown_once(StatusCode::CREATED, made))
}

/// Change a webhook
#[utoipa::path(
    patch, path = "/webhooks/{id}", tag = "webhooks", operation_id = "change_webhook", params(("id" = String, Path)),
    request_body = WebhookPatch, responses((status = 200, body = Webhook))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<WebhookPatch>,
) -> Result<Json<Webhook>, Problem> {
    let private = state.settings.notify.private_targets;
    Ok(Json(state.store.change_webhook(&actor(&access), state.clock.now(), &access.scope, private, &id, &patch).await?))
}

/// Archive a webhook
///
/// It is told nothing more; what is on its way is given up.
#[utoipa::path(
    delete, path = "/webhooks/{id}", tag = "webhooks", operation_id = "archive_webhook", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = WebhookPatch { archived: Some(true), ..WebhookPatch::default() };
    // What was allowed when it was entered need not be so now: that is no reason to keep it.
    state.store.change_webhook(&actor(&access), state.clock.now(), &access.scope, true, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a new secret for a webhook
///
/// The answer holds it, and it is shown only here. For a day messages are signed with the one before as well.
#[utoipa::path(
    post, path = "/webhooks/{id}/secret", tag = "webhooks", operation_id = "rotate_webhook_secret", params(("id" = String, Path)),
    responses((status = 200, body = WebhookWithSecret))
)]
async fn rotate(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let by = actor(&access);
    let made = state.store.rotate_webhook_secret(&by, state.clock.now(), &access.scope, &state.key_safe, &id).await?;
    Ok(shown_once(StatusCode::OK, made))
}

/// Messages to a webhook
///
/// Newest first, with what became of each.
#[utoipa::path(
    get, path = "/webhooks/{id}/deliveries", tag = "webhooks", operation_id = "list_webhook_deliveries", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<Delivery>))
)]
async fn deliveries(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Delivery>>, Problem> {
    let webhook = state.store.webhook(&access.scope, &id).await?;
    let before = page.after::<String>()?;
    let found = state.store.deliveries(&access.scope, &webhook.id, before.as_deref(), page.rows()?).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// Send a message again
///
/// `n` is the id of the message, which stays the same, so that the receiver may recognise it.
#[utoipa::path(
    post, path = "/webhooks/{id}/deliveries/{n}/retry", tag = "webhooks", operation_id = "retry_webhook_delivery",
    params(("id" = String, Path), ("n" = String, Path, description = "Id of the message.")), responses((status = 200, body = Delivery))
)]
async fn retry(access: Access, State(state): State<HttpState>, Path((id, n)): Path<(String, String)>) -> Result<Json<Delivery>, Problem> {
    let webhook = state.store.webhook(&access.scope, &id).await?;
    if webhook.archived_at.is_some() {
        return Err(Problem::conflict("This webhook is archived. Bring it back first, with `archived` false."));
    }
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    let again = tx.replay_delivery(&access.scope, &id, &n, now).await?.ok_or_else(|| Problem::not_found("message"))?;
    let entry = AuditEntry {
        organisation: Some(&webhook.organisation),
        who: &access.principal.id,
        action: "sent_again",
        object_kind: "webhook",
        object_id: &id,
        detail: json!({ "message": n }),
    };
    tx.audit(now, entry).await?;
    tx.commit().await?;
    Ok(Json(again))
}

fn shown_once(status: StatusCode, made: WebhookWithSecret) -> Response {
    let mut response = (status, Json(made)).into_response();
    response.extensions_mut().insert(HoldsSecret);
    response
}
