//! Trying rules out over what is stored, before they are put in force.

use std::collections::BTreeMap;

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::force::{refused, revision, rules_in_force};
use crate::backtest::{self, Progress, Question, Report};
use crate::http::access::Access;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::http::state::HttpState;
use crate::http::text::Id;
use crate::rules::{RuleFile, RuleSet};

/// Days of homes that are played for one request; beyond them the command is the way.
const HOME_DAYS_AT_MOST: i64 = 3_000;

/// What to try out: a stored revision, or rules that take the place of those in force.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BacktestQuestion {
    /// A stored revision.
    #[schema(minimum = 1)]
    revision: Option<i64>,
    /// Whole rules, in the shape of the files; each takes the place of the one in force of the same id (and organisation), or is added.
    #[serde(default)]
    #[schema(value_type = Vec<BTreeMap<String, serde_json::Value>>, max_items = 500)]
    rules: Vec<BTreeMap<String, serde_json::Value>>,
    /// Only at the homes of this organisation.
    organisation: Option<Id>,
    /// Only at these homes.
    #[serde(default)]
    #[schema(max_items = 500)]
    homes: Vec<Id>,
    /// Alerts count from then on.
    from: DateTime<Utc>,
    /// Until then, now at the latest: what is to come is not played as silence.
    to: DateTime<Utc>,
    /// Days before `from` from which on the rules look, so that they know what is usual; 14 unless told.
    #[schema(minimum = 0, maximum = 60, default = 14)]
    warm_up_days: Option<i64>,
    /// Minutes after which an alert is taken to be closed; 60 unless told.
    #[schema(minimum = 1, maximum = 10080, default = 60)]
    closed_after_minutes: Option<i64>,
}

/// Try rules out over stored events
///
/// Plays the homes that the caller may see by the rules in force and by the changed ones, and answers what differs: alerts gained, lost and moved, by rule and by home, alerts of
/// 100 homes in a day, and the load of each hour. Nothing is raised and nothing is stored. Plans are taken as they are now; heartbeats count as the times in which gateways were heard.
/// At most 3,000 days of homes at once; `harken rules backtest` has no such limit.
#[utoipa::path(
    post, path = "/rules/backtest", tag = "rules", operation_id = "backtest_rules", request_body = BacktestQuestion,
    responses((status = 200, body = Report), (status = 404, description = "There is no such revision, home or organisation, or none that you may see."))
)]
pub(super) async fn run(
    access: Access,
    State(state): State<HttpState>,
    Json(asked): Json<BacktestQuestion>,
) -> Result<Json<Report>, Problem> {
    let question = question(&state, &access, &asked)?;
    let in_force = rules_in_force(&state).await?;
    let changed = changed(&state, &access, &asked, &in_force).await?;
    let days = (asked.to.signed_duration_since(asked.from) + question.warm_up).num_days().max(1);
    let homes = backtest::count_homes(&state.store, &question, HOME_DAYS_AT_MOST.unsigned_abs()).await?;
    let most = HOME_DAYS_AT_MOST.unsigned_abs();
    if homes.saturating_mul(days.unsigned_abs()) > most {
        let say = format!(
            "That is {homes} homes (or more) times {days} days, the days of warm-up included; at most {most} days of homes are played for one request. Name fewer homes or days, or use `harken rules backtest` on the server."
        );
        return Err(Problem::invalid(say));
    }
    let Ok(_permit) = state.backtests.clone().try_acquire_owned() else {
        return Err(Problem::unavailable("Another backtest is running. Try again in half a minute."));
    };
    Ok(Json(backtest::run(&state.store, in_force, changed, &question, &Progress::default()).await?))
}

fn question(state: &HttpState, access: &Access, asked: &BacktestQuestion) -> Result<Question, Problem> {
    let to = backtest::until(asked.to, state.clock.now()).map_err(|say| Problem::invalid(format!("`to` lies ahead: {say}.")))?;
    if to <= asked.from || to.signed_duration_since(asked.from) > TimeDelta::days(HOME_DAYS_AT_MOST) {
        return Err(Problem::invalid("`to` must come after `from`, by 3,000 days at most."));
    }
    let within = |name: &str, value: Option<i64>, default: i64, least: i64, most: i64| match value.unwrap_or(default) {
        value if (least..=most).contains(&value) => Ok(value),
        other => Err(Problem::invalid(format!("`{name}` must be {least} to {most}, not {other}."))),
    };
    let organisation = super::known(access, asked.organisation.as_ref())?.map(str::to_owned);
    Ok(Question {
        scope: access.scope.clone(),
        organisation,
        homes: asked.homes.iter().map(|home| home.to_string()).collect(),
        from: asked.from,
        to,
        warm_up: TimeDelta::days(within("warm_up_days", asked.warm_up_days, 14, 0, 60)?),
        closed_after: TimeDelta::minutes(within("closed_after_minutes", asked.closed_after_minutes, 60, 1, 10_080)?),
        limits: crate::engine::rule_limits(&state.settings.engine),
        // One home at a time: the engine's own work goes before.
        at_once: 1,
    })
}

async fn changed(state: &HttpState, access: &Access, asked: &BacktestQuestion, in_force: &RuleSet) -> Result<RuleSet, Problem> {
    if asked.revision.is_some() != asked.rules.is_empty() || asked.rules.len() > 500 || asked.homes.len() > 500 {
        return Err(Problem::invalid("Give either `revision` or `rules` (500 at most), and 500 `homes` at most."));
    }
    if let Some(number) = asked.revision {
        let (number, files) = revision(state, &access.scope, number).await?;
        return RuleSet::compile(number, &files).map_err(|faults| refused(&faults));
    }
    let document = serde_json::json!({ "rule": asked.rules }).to_string();
    let new = RuleFile::from_json("rules", &document).map_err(|fault| refused(&[fault]))?;
    let mut old = RuleFile::new("in force", in_force.rules().cloned().collect());
    old.rules.retain(|old| !new.rules.iter().any(|new| new.id == old.id && new.organisation == old.organisation));
    RuleSet::compile(in_force.revision, &[old, new]).map_err(|faults| refused(&faults))
}
