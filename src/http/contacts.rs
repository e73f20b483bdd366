//! Contacts: whom to call for a home, in their order.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::{RegisterQuery, actor};
use super::state::HttpState;
use crate::domain::register::{Contact, ContactPatch, NewContact};
use crate::store::contacts::ContactKey;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive))
}

/// Contacts
///
/// Home by home, in calling order.
#[utoipa::path(
    get, path = "/contacts", tag = "registers", operation_id = "list_contacts", params(RegisterQuery, PageQuery),
    responses((status = 200, body = Page<Contact>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<RegisterQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Contact>>, Problem> {
    let after = page.after::<ContactKey>()?;
    let found = state.store.contacts(&query.rows(&access, &page, None)?, after.as_ref()).await?;
    Ok(Json(page.page(found, |each| (each.home.clone(), each.calling_order, each.id.clone()))?))
}

/// One contact
#[utoipa::path(
    get, path = "/contacts/{id}", tag = "registers", operation_id = "get_contact", params(("id" = String, Path)),
    responses((status = 200, body = Contact))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Contact>, Problem> {
    Ok(Json(state.store.contact(&access.scope, &id).await?))
}

/// Enter a contact
#[utoipa::path(
    post, path = "/contacts", tag = "registers", operation_id = "add_contact", request_body = NewContact,
    responses((status = 201, body = Contact), (status = 404, description = "The home you name is not there, or you may not see it."))
)]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewContact>) -> Result<(StatusCode, Json<Contact>), Problem> {
    let made = state.store.create_contact(&actor(&access), state.clock.now(), &access.scope, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change a contact
#[utoipa::path(
    patch, path = "/contacts/{id}", tag = "registers", operation_id = "change_contact", params(("id" = String, Path)),
    request_body = ContactPatch, responses((status = 200, body = Contact))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<ContactPatch>,
) -> Result<Json<Contact>, Problem> {
    Ok(Json(state.store.change_contact(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?))
}

/// Archive a contact
#[utoipa::path(
    delete, path = "/contacts/{id}", tag = "registers", operation_id = "archive_contact", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = ContactPatch { archived: Some(true), ..ContactPatch::default() };
    state.store.change_contact(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}
