//! Who was heard when: gateways, devices, and the intervals in which a path was up.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::dialect::{Column, ManyRows};
use super::versions::json_list;
use super::{Result, Store, Tx, from_us, to_us};
use crate::clock::Time;

/// The path that is our own.
pub const PLATFORM: &str = "platform";

/// A device that was heard.
#[derive(Clone, Debug)]
pub struct DeviceHeard {
    /// Its gateway.
    pub gateway: Arc<str>,
    /// Its address behind the gateway.
    pub address: String,
    /// Home key.
    pub home: String,
    /// An id for the register, used when the device is new.
    pub new_id: String,
    /// When.
    pub at: Time,
    /// `low` or `ok` when it said so.
    pub battery: Option<&'static str>,
}

impl Tx {
    /// Moves on when gateways were last heard, and their up-intervals. An interval ends by itself: the next begins when the gap was longer than `gap`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn gateways_heard(&mut self, heard: &[(Arc<str>, Time)]) -> Result<()> {
        let ids: Vec<String> = heard.iter().map(|(gateway, _)| gateway.to_string()).collect();
        let times: Vec<i64> = heard.iter().map(|(_, at)| to_us(*at)).collect();
        // An INSERT that always collides: the one form of a many-row update that both databases share.
        let head = "INSERT INTO gateways (id, home, registered, revoked_certificates, model, created_us, last_heard_us, first_heard_us)";
        let tail = "ON CONFLICT (id) DO UPDATE SET first_heard_us = COALESCE(gateways.first_heard_us, excluded.first_heard_us),
                    last_heard_us = CASE WHEN gateways.last_heard_us > excluded.last_heard_us THEN gateways.last_heard_us ELSE excluded.last_heard_us END";
        let fill = |text: &str| Column::Text(vec![text.to_owned(); ids.len()]);
        let columns = vec![
            Column::Text(ids.clone()),
            Column::Text(ids.iter().map(|id| crate::domain::home::unclaimed_key(id)).collect()),
            Column::Int(vec![0; ids.len()]),
            fill("[]"),
            fill(""),
            Column::Int(times.clone()),
            Column::Int(times.clone()),
            Column::Int(times),
        ];
        self.many_rows(ManyRows { head, tail }, columns).await?;
        Ok(())
    }

    /// Extends the up-interval of each path that began at the given time (making it where it is new).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn extend_up(&mut self, paths: &[(Arc<str>, Time, Time)]) -> Result<()> {
        let columns = vec![
            Column::Text(paths.iter().map(|(path, _, _)| path.to_string()).collect()),
            Column::Int(paths.iter().map(|(_, from, _)| to_us(*from)).collect()),
            Column::Int(paths.iter().map(|(_, _, until)| to_us(*until)).collect()),
        ];
        let tail = "ON CONFLICT (path, from_us) DO UPDATE SET until_us =
                    CASE WHEN up_intervals.until_us > excluded.until_us THEN up_intervals.until_us ELSE excluded.until_us END";
        self.many_rows(ManyRows { head: "INSERT INTO up_intervals (path, from_us, until_us)", tail }, columns).await?;
        Ok(())
    }

    /// Records that devices were heard; those not in the register are created as unconfirmed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn devices_heard(&mut self, heard: &[DeviceHeard]) -> Result<()> {
        let text = |field: &dyn Fn(&DeviceHeard) -> String| Column::Text(heard.iter().map(field).collect());
        let times = || Column::Int(heard.iter().map(|device| to_us(device.at)).collect());
        let fill = |text: &str| Column::Text(vec![text.to_owned(); heard.len()]);
        let columns = vec![
            text(&|device| device.new_id.clone()),
            text(&|device| device.gateway.to_string()),
            text(&|device| device.address.clone()),
            text(&|device| device.home.clone()),
            fill(""),
            fill(""),
            Column::Int(vec![0; heard.len()]),
            times(),
            times(),
            Column::MaybeText(heard.iter().map(|device| device.battery.map(str::to_owned)).collect()),
            times(),
        ];
        let head =
            "INSERT INTO devices (id, gateway, address, home, model, room, confirmed, first_heard_us, last_heard_us, battery, created_us)";
        let tail = "ON CONFLICT (gateway, address) DO UPDATE SET first_heard_us = COALESCE(devices.first_heard_us, excluded.first_heard_us),
                    last_heard_us = CASE WHEN devices.last_heard_us > excluded.last_heard_us THEN devices.last_heard_us ELSE excluded.last_heard_us END,
                    battery = COALESCE(excluded.battery, devices.battery)";
        self.many_rows(ManyRows { head, tail }, columns).await?;
        Ok(())
    }

    /// Records that somebody is there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_presence(&mut self, principal: &str, now: Time) -> Result<()> {
        let text =
            "INSERT INTO presence (principal, seen_us) VALUES ($1, $2) ON CONFLICT (principal) DO UPDATE SET seen_us = excluded.seen_us";
        on_tx!(self, conn => sqlx::query(text).bind(principal).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Records what a gateway's status topic said.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn gateway_status(&mut self, gateway: &str, status: &str, at: Time) -> Result<()> {
        let text = "UPDATE gateways SET status = $2, status_us = $3 WHERE id = $1";
        on_tx!(self, conn => sqlx::query(text).bind(gateway).bind(status).bind(to_us(at)).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}

impl Tx {
    /// The up-intervals of many paths that ended after `since`, each path's in order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn up_intervals_of(&mut self, paths: &[&str], since: Time) -> Result<HashMap<String, Vec<(Time, Time)>>> {
        let text = format!(
            "SELECT path, from_us, until_us FROM up_intervals WHERE path IN {} AND until_us >= $2 ORDER BY path, from_us",
            self.listed("$1")
        );
        let list = json_list(paths);
        let rows: Vec<(String, i64, i64)> =
            on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).bind(list).bind(to_us(since)).fetch_all(conn).await?);
        let mut found: HashMap<String, Vec<(Time, Time)>> = HashMap::new();
        for (path, from, until) in rows {
            found.entry(path).or_default().push((from_us(from), from_us(until)));
        }
        Ok(found)
    }
}

impl Store {
    /// The up-intervals of a path that ended after `since`, in order.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn up_intervals(&self, path: &str, since: Time) -> Result<Vec<(Time, Time)>> {
        let text = "SELECT from_us, until_us FROM up_intervals WHERE path = $1 AND until_us >= $2 ORDER BY from_us";
        let rows: Vec<(i64, i64)> =
            on_db!(self.reader(), pool => sqlx::query_as(text).bind(path).bind(to_us(since)).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(from, until)| (from_us(from), from_us(until))).collect())
    }

    /// The latest up-interval of a path.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn last_up(&self, path: &str) -> Result<Option<(Time, Time)>> {
        let text = "SELECT from_us, until_us FROM up_intervals WHERE path = $1 ORDER BY from_us DESC LIMIT 1";
        let row: Option<(i64, i64)> = on_db!(self.reader(), pool => sqlx::query_as(text).bind(path).fetch_optional(pool).await?);
        Ok(row.map(|(from, until)| (from_us(from), from_us(until))))
    }
}
