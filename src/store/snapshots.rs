//! Homes as decisions see them: loaded whole, in sets, inside the transaction that decides.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::plans::{Stored, values_and_ends};
use super::versions::json_list;
use super::{Result, StoreError, Tx, from_us};
use crate::clock::Time;
use crate::domain::access::UNCLAIMED;
use crate::domain::home::{Device, Gateway, Home, is_unclaimed, organisation_of_key};
use crate::domain::plan::{Ends, Overrides};

/// A gateway as found in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayRow {
    /// Its home key.
    pub home: String,
    /// Whether somebody registered it.
    pub registered: bool,
    /// When it was last heard.
    pub last_heard: Option<Time>,
}

#[derive(sqlx::FromRow)]
struct HomeRow {
    id: String,
    organisation: String,
    zone: String,
    call_back: Option<String>,
    archived_us: Option<i64>,
}

type GatewayTuple = (String, String, Option<String>, i64, Option<i64>, Option<i64>);
type DeviceTuple = (String, String, String, String, Option<String>, Option<String>);

/// A home with the times at which its gateways were last heard.
#[derive(Clone, Debug)]
pub struct LoadedHome {
    /// The home.
    pub home: Home,
    /// Gateway id to the time it was last heard.
    pub heard: HashMap<Arc<str>, Time>,
}

impl Tx {
    /// The register's rows of these gateways; those nobody ever heard of are missing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn find_gateways(&mut self, ids: &[&str]) -> Result<HashMap<String, GatewayRow>> {
        let text = format!("SELECT id, home, registered, last_heard_us FROM gateways WHERE id IN {}", self.listed("$1"));
        let list = json_list(ids);
        let rows: Vec<(String, String, i64, Option<i64>)> =
            on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await?);
        let row = |(id, home, registered, heard): (String, String, i64, Option<i64>)| {
            (id, GatewayRow { home, registered: registered != 0, last_heard: heard.map(from_us) })
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// The places for the own matters of those organisations that `keys` name.
    async fn places_of_organisations(&mut self, keys: &[&str]) -> Result<Vec<Home>> {
        let named: Vec<&str> = keys.iter().filter_map(|key| organisation_of_key(key)).collect();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!("SELECT id, zone FROM organisations WHERE id IN {}", self.listed("$1"));
        let list = json_list(&named);
        let rows: Vec<(String, String)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await?);
        let mut places: Vec<Home> =
            rows.iter().map(|(id, zone)| Home::of_organisation(id, zone.parse().unwrap_or(chrono_tz::Tz::UTC))).collect();
        if named.contains(&UNCLAIMED) {
            places.push(Home::of_organisation(UNCLAIMED, chrono_tz::Tz::UTC));
        }
        Ok(places)
    }

    /// Loads the homes of `keys`: a few statements for all of them together.
    ///
    /// # Errors
    /// When the database refuses, or a stored row cannot be read.
    pub async fn load_homes(&mut self, keys: &[&str]) -> Result<Vec<LoadedHome>> {
        let list = json_list(keys);
        let listed = self.listed("$1");
        let mut homes: HashMap<String, LoadedHome> = HashMap::new();
        let text = format!("SELECT id, organisation, zone, call_back, archived_us FROM homes WHERE id IN {listed}");
        let rows: Vec<HomeRow> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(&list).fetch_all(conn).await?);
        for row in rows {
            homes.insert(row.id.clone(), LoadedHome { home: home_of(row), heard: HashMap::new() });
        }
        for key in keys.iter().filter(|key| is_unclaimed(key)) {
            let home = Home::unclaimed(key.trim_start_matches("unclaimed/"));
            homes.insert((*key).to_owned(), LoadedHome { home, heard: HashMap::new() });
        }
        for home in self.places_of_organisations(keys).await? {
            homes.insert(home.key.clone(), LoadedHome { home, heard: HashMap::new() });
        }
        let text = format!("SELECT id, home, call_back, created_us, archived_us, last_heard_us FROM gateways WHERE home IN {listed}");
        let rows: Vec<GatewayTuple> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(&list).fetch_all(conn).await?);
        for (id, home, call_back, created, archived, heard) in rows {
            let Some(loaded) = homes.get_mut(&home) else { continue };
            let id: Arc<str> = id.into();
            loaded.heard.extend(heard.map(|heard| (id.clone(), from_us(heard))));
            loaded.home.gateways.insert(id, Gateway { registered_at: from_us(created), call_back, archived: archived.is_some() });
        }
        let text = format!("SELECT id, gateway, address, home, resident, call_back FROM devices WHERE home IN {listed}");
        let rows: Vec<DeviceTuple> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(&list).fetch_all(conn).await?);
        for (id, gateway, address, home, resident, call_back) in rows {
            let Some(loaded) = homes.get_mut(&home) else { continue };
            loaded.home.devices.insert((gateway.into(), address), Device { id, resident, call_back });
        }
        let text = format!("SELECT home, id FROM residents WHERE home IN {listed} AND archived_us IS NULL ORDER BY id");
        let rows: Vec<(String, String)> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(&list).fetch_all(conn).await?);
        for (home, id) in rows {
            if let Some(loaded) = homes.get_mut(&home) {
                loaded.home.residents.push(id);
            }
        }
        self.load_plans(&mut homes).await?;
        Ok(homes.into_values().collect())
    }

    async fn load_plans(&mut self, homes: &mut HashMap<String, LoadedHome>) -> Result<()> {
        let mut scopes: Vec<String> =
            homes.values().flat_map(|loaded| [loaded.home.key.clone(), loaded.home.organisation.clone()]).collect();
        scopes.extend(homes.values().flat_map(|loaded| loaded.home.devices.values().map(|device| device.id.clone())));
        scopes.extend(homes.values().flat_map(|loaded| loaded.home.residents.iter().cloned()));
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let text = format!(
            "SELECT p.scope_kind, p.scope_id, p.overrides FROM plans p WHERE p.scope_id IN {}
             AND p.version = (SELECT MAX(q.version) FROM plans q WHERE q.scope_kind = p.scope_kind AND q.scope_id = p.scope_id)",
            self.listed("$1")
        );
        let list = json_list(&scopes);
        let rows: Vec<(String, String, String)> =
            on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).fetch_all(conn).await?);
        let mut plans: HashMap<(String, String), (Overrides, Ends)> = HashMap::new();
        for (kind, id, overrides) in rows {
            let stored: Stored = serde_json::from_str(&overrides).map_err(StoreError::unreadable("plan"))?;
            plans.insert((kind, id), values_and_ends(stored));
        }
        if plans.is_empty() {
            return Ok(());
        }
        let find = |kind: &str, id: &str| plans.get(&(kind.to_owned(), id.to_owned())).cloned();
        for loaded in homes.values_mut() {
            let home = &mut loaded.home;
            (home.plan.organisation, home.plan.ends.organisation) = find("organisation", &home.organisation).unwrap_or_default();
            (home.plan.home, home.plan.ends.home) = find("home", &home.key).unwrap_or_default();
            for id in &home.residents {
                let Some((overrides, ends)) = find("resident", id) else { continue };
                home.plan.residents.insert(id.clone(), overrides);
                if !ends.is_empty() {
                    home.plan.ends.residents.insert(id.clone(), ends);
                }
            }
            for device in home.devices.values() {
                let Some((overrides, ends)) = find("device", &device.id) else { continue };
                home.plan.devices.insert(device.id.clone(), overrides);
                if !ends.is_empty() {
                    home.plan.ends.devices.insert(device.id.clone(), ends);
                }
            }
        }
        Ok(())
    }
}

fn home_of(row: HomeRow) -> Home {
    let mut home = Home::unclaimed("");
    home.key = row.id;
    home.organisation = row.organisation;
    // Zones are checked when they are written; a zone that this program's tables no longer know is shown in UTC rather than refused.
    home.zone = row.zone.parse().unwrap_or(chrono_tz::Tz::UTC);
    home.call_back = row.call_back;
    home.archived = row.archived_us.is_some();
    home
}
