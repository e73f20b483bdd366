//! Homes: where the equipment is, and how to get in. The code of a key safe goes in here and never comes out.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::register::{RegisterQuery, actor};
use super::state::HttpState;
use super::text::Text;
use crate::domain::register::{Home, HomePatch, HomeSummary, NewHome};
use crate::store::HomeSearch;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change, archive))
}

/// Which homes are looked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// Words of the name, the address, a resident's name or a gateway's id, all of which must be found; or a telephone number of the home or of
    /// a contact, however it is written.
    #[param(inline)]
    q: Option<Text<1, 200>>,
    /// Only these homes: their ids with commas between, at most 200.
    #[param(inline)]
    ids: Option<Text<1, 20000>>,
    /// Only homes that are being installed (`true`), or only those that are installed (`false`).
    installing: Option<bool>,
}

impl SearchQuery {
    fn search(&self) -> Result<HomeSearch, Problem> {
        let mut search = self.q.as_deref().map(HomeSearch::of).unwrap_or_default();
        search.installing = self.installing;
        if let Some(ids) = &self.ids {
            let ids: Vec<String> = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
            if ids.len() > 200 {
                return Err(Problem::unreadable("`ids` names more than 200 homes. Ask for fewer at a time."));
            }
            search.ids = Some(ids);
        }
        Ok(search)
    }
}

/// Homes
///
/// Without the access notes: reading a home whole is recorded.
#[utoipa::path(
    get, path = "/homes", tag = "registers", operation_id = "list_homes", params(SearchQuery, RegisterQuery, PageQuery),
    responses((status = 200, body = Page<HomeSummary>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(search): Query<SearchQuery>,
    Query(query): Query<RegisterQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<HomeSummary>>, Problem> {
    let after = page.after::<String>()?;
    let found = state.store.find_homes(&query.rows(&access, &page, after.as_deref())?, &search.search()?).await?;
    Ok(Json(page.page(found, |each| each.id.clone())?))
}

/// One home
///
/// Reading it is recorded in the trail.
#[utoipa::path(
    get, path = "/homes/{id}", tag = "registers", operation_id = "get_home", params(("id" = String, Path)),
    responses((status = 200, body = Home))
)]
async fn one(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<Json<Home>, Problem> {
    let home = state.store.home(&access.scope, &id).await?;
    state.notes.read(&access, state.clock.now(), &home.organisation, "home", &home.id);
    Ok(Json(home))
}

/// Enter a home
#[utoipa::path(
    post, path = "/homes", tag = "registers", operation_id = "add_home", request_body = NewHome,
    responses((status = 201, body = Home), (status = 404, description = "The organisation you name is not there, or you may not see it."))
)]
async fn add(access: Access, State(state): State<HttpState>, Json(new): Json<NewHome>) -> Result<(StatusCode, Json<Home>), Problem> {
    let made = state.store.create_home(&actor(&access), state.clock.now(), &access.scope, &state.key_safe, &new).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change a home
#[utoipa::path(
    patch, path = "/homes/{id}", tag = "registers", operation_id = "change_home", params(("id" = String, Path)),
    request_body = HomePatch, responses((status = 200, body = Home))
)]
async fn change(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Json(patch): Json<HomePatch>,
) -> Result<Json<Home>, Problem> {
    Ok(Json(state.store.change_home(&actor(&access), state.clock.now(), &access.scope, &state.key_safe, &id, &patch).await?))
}

/// Archive a home
///
/// Alarms from an archived home still raise.
#[utoipa::path(
    delete, path = "/homes/{id}", tag = "registers", operation_id = "archive_home", params(("id" = String, Path)),
    responses((status = 204, description = "Archived."))
)]
async fn archive(access: Access, State(state): State<HttpState>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let patch = HomePatch { archived: Some(true), ..HomePatch::default() };
    state.store.change_home(&actor(&access), state.clock.now(), &access.scope, &state.key_safe, &id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}
