//! Devices: sensors and buttons behind gateways. One that was heard before anybody entered it is unconfirmed until somebody does.

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
use super::text::Id;
use crate::domain::register::{Device, DevicePatch, NewDevice};

/// Which devices.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DeviceQuery {
    /// Behind this gateway.
    #[param(inline)]
    gateway: Option<Id>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive))
}

/// Devices
#[utoipa::path(
    get, path = "/devices", tag = "registers", operation_id = "list_devices", params(RegisterQuery, DeviceQuery, PageQuery),
    responses((status = 200, body = Page<Device>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<RegisterQuery>,
    Query(behind): Query<DeviceQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Device>>, Problem> {
    let after = page.after::<String>()?;
    let found = state.store.devices(&query.rows(&access, &page, after.as_deref())?, behind.gateway.as_deref()).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// One device
#[utoipa::path(
    get, path = "/devices/{id}", tag = "registers", operation_id = "get_device", params(("id" = String, Path)),
    responses((status = 200, body = Device))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Device>, Problem> {
    Ok(Json(state.store.device(&access.scope, &id).await?))
}

/// Enter a device
///
/// At an address that was heard but not confirmed this confirms the device.
#[utoipa::path(
    post, path = "/devices", tag = "registers", operation_id = "add_device", request_body = NewDevice,
    responses((status = 201, body = Device), (status = 404, description = "The gateway you name is not there, or you may not see it."))
)]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewDevice>) -> Result<(StatusCode, Json<Device>), Problem> {
    let made = state.store.create_device(&actor(&access), state.clock.now(), &access.scope, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change a device
///
/// Any change confirms a device that was only heard, unless it says `"confirmed": false`.
#[utoipa::path(
    patch, path = "/devices/{id}", tag = "registers", operation_id = "change_device", params(("id" = String, Path)),
    request_body = DevicePatch, responses((status = 200, body = Device))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<DevicePatch>,
) -> Result<Json<Device>, Problem> {
    Ok(Json(state.store.change_device(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?))
}

/// Archive a device
///
/// Its alarms still raise.
#[utoipa::path(
    delete, path = "/devices/{id}", tag = "registers", operation_id = "archive_device", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = DevicePatch { archived: Some(true), ..DevicePatch::default() };
    state.store.change_device(&actor(&access), state.clock.now(), &access.scope, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}
