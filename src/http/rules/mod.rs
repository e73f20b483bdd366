//! Rules: read, change as a numbered revision, put in force. The installation's are the administrators' of all organisations; an organisation's own are its
//! managers'.

mod backtest;
mod change;
mod force;
mod remove;
mod revision;
mod shadow;
mod view;

use axum::extract::State;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::json::{Json, Path, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::state::HttpState;
use super::text::Id;
use crate::domain::access::Scope;
use crate::domain::register::RuleRevision;
use crate::rules::{Rule, RuleSet};
use view::{RuleView, WholeRule};

pub use force::rules_in_force;

/// Whose rules.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RuleFilter {
    /// As they hold at the homes of this organisation. Without it: all that the caller may see.
    #[param(inline)]
    organisation: Option<Id>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(revisions))
        .routes(routes!(revision::one))
        .routes(routes!(change::activate))
        .routes(routes!(backtest::run))
        .routes(routes!(one, change::put, remove::delete))
        .routes(routes!(shadow::list))
}

/// Whether somebody with `scope` may see `rule`.
fn visible(scope: &Scope, rule: &Rule) -> bool {
    rule.organisation.as_deref().is_none_or(|owner| scope.covers(owner))
}

/// Refuses an organisation that the caller has nothing to do with.
fn known<'a>(access: &Access, organisation: Option<&'a Id>) -> Result<Option<&'a str>, Problem> {
    match organisation {
        Some(organisation) if !access.scope.covers(organisation) => Err(Problem::not_found("organisation")),
        organisation => Ok(organisation.map(|organisation| &**organisation)),
    }
}

/// The rules in force
///
/// Those of the installation, and those that organisations have of their own, in the order of their ids.
#[utoipa::path(
    get, path = "/rules", tag = "rules", operation_id = "list_rules", params(RuleFilter, PageQuery),
    responses((status = 200, body = Page<RuleView>))
)]
async fn list(
    access: Access,
    State(state): State<HttpState>,
    Query(filter): Query<RuleFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<RuleView>>, Problem> {
    let organisation = known(&access, filter.organisation.as_ref())?;
    let rules = rules_in_force(&state).await?;
    let holds = |rule: &&Rule| match organisation {
        Some(organisation) => rules.rule_for(&rule.id, organisation).is_some_and(|here| std::ptr::eq(here, *rule)),
        None => visible(&access.scope, rule),
    };
    let key = |view: &RuleView| (view.id.clone(), view.organisation.clone().unwrap_or_default());
    let mut views: Vec<RuleView> = rules.rules().filter(holds).map(|rule| RuleView::new(rule, rules.revision)).collect();
    views.sort_by_key(key);
    if let Some(after) = page.after::<(String, String)>()? {
        views.retain(|view| key(view) > after);
    }
    views.truncate(usize::try_from(page.rows()?).unwrap_or(usize::MAX));
    Ok(Json(page.page(views, key)?))
}

/// The rule of this id that the caller works with: the one of `organisation`, or their own organisation's, or the installation's.
fn find<'a>(rules: &'a RuleSet, access: &Access, id: &str, organisation: Option<&str>) -> Option<&'a Rule> {
    if let Some(organisation) = organisation {
        return rules.rule_for(id, organisation);
    }
    let mut mine = rules.rules().filter(|rule| rule.id == id && visible(&access.scope, rule));
    let first = mine.next()?;
    let prefers_own = access.scope != Scope::All;
    Some(std::iter::once(first).chain(mine).find(|rule| rule.organisation.is_some() == prefers_own).unwrap_or(first))
}

/// One rule in force, whole
///
/// Where an organisation has a version of its own, those who belong to it see that one.
#[utoipa::path(
    get, path = "/rules/{id}", tag = "rules", operation_id = "get_rule", params(("id" = String, Path), RuleFilter),
    responses((status = 200, body = WholeRule))
)]
async fn one(
    access: Access,
    State(state): State<HttpState>,
    Path(id): Path<String>,
    Query(filter): Query<RuleFilter>,
) -> Result<Json<WholeRule>, Problem> {
    let organisation = known(&access, filter.organisation.as_ref())?;
    let rules = rules_in_force(&state).await?;
    let rule = find(&rules, &access, &id, organisation).ok_or_else(|| Problem::not_found("rule"))?;
    Ok(Json(WholeRule::new(rule, rules.revision)))
}

/// The revisions of the rules, newest first
#[utoipa::path(
    get, path = "/rules/revisions", tag = "rules", operation_id = "list_rule_revisions", params(PageQuery),
    responses((status = 200, body = Page<RuleRevision>))
)]
async fn revisions(
    access: Access,
    State(state): State<HttpState>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<RuleRevision>>, Problem> {
    let found = state.store.rule_revisions(&access.scope, page.after::<i64>()?, page.rows()?).await?;
    Ok(Json(page.page(found, |each| each.revision)?))
}
