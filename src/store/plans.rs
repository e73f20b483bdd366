//! Plans: the settings that an organisation, a home, a person or a device has of its own. Every version is kept; the highest rules.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sqlx::QueryBuilder;

use super::audit::{Actor, difference};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::plan::{Ends, Overrides, SettingName, SettingValue};
use crate::domain::register::{OverrideDetail, PlanChange, PlanScope, PlanVersion};

/// The overrides of a version as stored.
pub(super) type Stored = BTreeMap<SettingName, StoredOverride>;

/// One of them: whole, or the value alone, as it was written once.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum StoredOverride {
    Bare(SettingValue),
    Whole {
        value: SettingValue,
        #[serde(flatten)]
        detail: OverrideDetail,
    },
}

/// The values, and what is known of who set them.
fn parts(stored: Stored) -> (Overrides, BTreeMap<SettingName, OverrideDetail>) {
    let (mut values, mut details) = (Overrides::new(), BTreeMap::new());
    for (name, each) in stored {
        match each {
            StoredOverride::Bare(value) => drop(values.insert(name, value)),
            StoredOverride::Whole { value, detail } => {
                values.insert(name.clone(), value);
                details.insert(name, detail);
            }
        }
    }
    (values, details)
}

/// The values, and the ends of those that have one.
pub(super) fn values_and_ends(stored: Stored) -> (Overrides, Ends) {
    let (values, details) = parts(stored);
    (values, details.into_iter().filter_map(|(name, detail)| Some((name, detail.until?))).collect())
}

/// What is written of a change: an override that stays as it was keeps its author, its reason and its time.
fn written(change: &PlanChange, before: &PlanVersion, by: &Actor, now: Time) -> Result<String> {
    let whole = |(name, value): (&SettingName, &SettingValue)| {
        let until = change.ends.get(name).map(|end| from_us(to_us(*end)));
        let same = before.overrides.get(name) == Some(value);
        let kept = before.details.get(name).filter(|detail| same && detail.until == until).cloned();
        let (author, reason) = (Some(by.id.clone()), Some(change.reason.clone()));
        let detail = kept.unwrap_or(OverrideDetail { until, author, author_name: None, reason, set_at: Some(now) });
        (name.clone(), StoredOverride::Whole { value: value.clone(), detail })
    };
    let stored: Stored = change.overrides.iter().map(whole).collect();
    serde_json::to_string(&stored).map_err(StoreError::unreadable("plan"))
}

type Row = (i64, String, String, Option<String>, String, i64);

const SELECT: &str = "SELECT p.version, p.overrides, p.author, COALESCE(u.name, t.name), p.reason, p.created_us FROM plans p \
    LEFT JOIN users u ON u.id = p.author LEFT JOIN tokens t ON t.id = p.author \
    WHERE p.scope_kind = $1 AND p.scope_id = $2 AND p.version < $3 ORDER BY p.version DESC LIMIT $4";

impl Store {
    /// The plan in force; version 0 when there is none.
    ///
    /// # Errors
    /// `NotFound` when what it belongs to is not there or outside `scope`.
    pub async fn plan(&self, scope: &Scope, kind: PlanScope, id: &str) -> Result<PlanVersion> {
        Ok(self.plan_versions(scope, kind, id, None, 1).await?.pop().unwrap_or_else(PlanVersion::none))
    }

    /// The versions of a plan, newest first, those before version `before`.
    ///
    /// # Errors
    /// `NotFound` when what it belongs to is not there or outside `scope`.
    pub async fn plan_versions(
        &self,
        scope: &Scope,
        kind: PlanScope,
        id: &str,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<PlanVersion>> {
        let mut tx = self.snapshot().await?;
        tx.organisation_of_plan(scope, kind, id).await?;
        let mut versions = tx.plan_versions(kind, id, before.unwrap_or(i64::MAX), limit).await?;
        tx.name_authors(&mut versions).await?;
        Ok(versions)
    }

    /// The organisation that answers for what a plan belongs to.
    ///
    /// # Errors
    /// `NotFound` when that is not there or outside `scope`.
    pub async fn organisation_of_plan(&self, scope: &Scope, kind: PlanScope, id: &str) -> Result<String> {
        self.snapshot().await?.organisation_of_plan(scope, kind, id).await
    }

    /// Sets a new version of a plan, and has the engine look again at every clock that it bears on.
    ///
    /// # Errors
    /// `NotFound` when what it belongs to is not there or outside `scope`; `Invalid` names what is wrong with the entry; `Conflict` when
    /// the change was made from an older version.
    pub async fn change_plan(
        &self,
        by: &Actor,
        now: Time,
        scope: &Scope,
        kind: PlanScope,
        id: &str,
        change: &PlanChange,
    ) -> Result<PlanVersion> {
        const SQL: &str =
            "INSERT INTO plans (scope_kind, scope_id, version, overrides, author, reason, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        change.check()?;
        in_tx!(self, tx => {
            let organisation = tx.lock_for_plan(scope, kind, id, now).await?;
            let before = tx.plan_versions(kind, id, i64::MAX, 1).await?.pop().unwrap_or_else(PlanVersion::none);
            if change.version.is_some_and(|version| version != before.version) {
                let say = format!("this plan is at version {} by now; read it and make the change again", before.version);
                return Err(StoreError::Conflict(say));
            }
            change.check_ends(&before, now)?;
            let overrides = written(change, &before, by, now)?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(kind.as_str()).bind(id).bind(before.version + 1).bind(&overrides).bind(&by.id)
                .bind(&change.reason).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
            let after = tx.plan_versions(kind, id, i64::MAX, 1).await?.pop().unwrap_or_else(PlanVersion::none);
            let object = match kind {
                PlanScope::Organisation => "organisation_plan",
                PlanScope::Home => "home_plan",
                PlanScope::Resident => "resident_plan",
                PlanScope::Device => "device_plan",
            };
            tx.note_deed(by, now, &organisation, "changed", (object, id), difference(&before, &after)).await?;
            after
        })
    }
}

impl Tx {
    async fn organisation_of_plan(&mut self, scope: &Scope, kind: PlanScope, id: &str) -> Result<String> {
        Ok(match kind {
            PlanScope::Organisation => self.organisation(scope, id).await?.id,
            PlanScope::Home => self.home(scope, id).await?.organisation,
            PlanScope::Resident => {
                let home = self.resident(scope, id).await?.home;
                self.home(scope, &home).await?.organisation
            }
            PlanScope::Device => self.device(scope, id).await?.organisation,
        })
    }

    async fn plan_versions(&mut self, kind: PlanScope, id: &str, before: i64, limit: i64) -> Result<Vec<PlanVersion>> {
        let rows: Vec<Row> = on_tx!(self, conn => {
            sqlx::query_as(SELECT).bind(kind.as_str()).bind(id).bind(before).bind(limit).fetch_all(conn).await
        })?;
        rows.into_iter().map(version).collect()
    }

    /// Adds what the authors of single overrides are called.
    async fn name_authors(&mut self, versions: &mut [PlanVersion]) -> Result<()> {
        let mut details: Vec<&mut OverrideDetail> = versions.iter_mut().flat_map(|version| version.details.values_mut()).collect();
        let authors: BTreeSet<String> = details.iter().filter_map(|detail| detail.author.clone()).collect();
        if authors.is_empty() {
            return Ok(());
        }
        let rows: Vec<(String, String)> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new("SELECT id, name FROM (SELECT id, name FROM users UNION ALL SELECT id, name FROM tokens) named WHERE id IN (NULL");
            for author in &authors {
                sql.push(", ").push_bind(author.clone());
            }
            sql.push(")");
            sql.build_query_as().fetch_all(conn).await
        })?;
        let names: BTreeMap<String, String> = rows.into_iter().collect();
        for detail in &mut details {
            detail.author_name = detail.author.as_ref().and_then(|author| names.get(author)).cloned();
        }
        Ok(())
    }

    /// Locks what a plan belongs to, raises the versions of the homes that it bears on and sets their clocks due. Answers with the organisation.
    async fn lock_for_plan(&mut self, scope: &Scope, kind: PlanScope, id: &str, now: Time) -> Result<String> {
        match kind {
            PlanScope::Organisation => {
                // The organisation before its homes: whoever enters a home holds a lock on a home that nobody else knows yet, then this one.
                let organisation = self.organisation_to_change(scope, id).await?.id;
                self.bump_homes_of(&organisation).await?;
                self.look_again_at_all_of(&organisation, now).await?;
                Ok(organisation)
            }
            PlanScope::Home => {
                self.home(scope, id).await?;
                self.bump_home(id).await?;
                self.look_again(id, now).await?;
                Ok(self.home(scope, id).await?.organisation)
            }
            PlanScope::Resident => {
                let home = self.resident(scope, id).await?.home;
                self.bump_home(&home).await?;
                self.look_again(&home, now).await?;
                if self.resident(scope, id).await?.home != home {
                    let say = "somebody moved this person to another home at this moment; look again and repeat";
                    return Err(StoreError::Conflict(say.to_owned()));
                }
                Ok(self.home(scope, &home).await?.organisation)
            }
            PlanScope::Device => {
                let key = self.device(scope, id).await?.key;
                self.bump_home(&key).await?;
                self.look_again(&key, now).await?;
                let placed = self.device(scope, id).await?;
                if placed.key != key {
                    let say = "somebody moved this device's gateway at this moment; look again and repeat";
                    return Err(StoreError::Conflict(say.to_owned()));
                }
                Ok(placed.organisation)
            }
        }
    }
}

fn version((version, overrides, author, author_name, reason, created_us): Row) -> Result<PlanVersion> {
    let stored: Stored = serde_json::from_str(&overrides).map_err(StoreError::unreadable("plan"))?;
    let (overrides, details) = parts(stored);
    let created_at = Some(from_us(created_us));
    Ok(PlanVersion { version, overrides, details, author: Some(author), author_name, reason: Some(reason), created_at })
}
