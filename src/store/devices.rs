//! Devices behind gateways. The engine makes rows for those it hears; people enter, confirm and change them here.

use sqlx::QueryBuilder;

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_page, push_scope};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::home::{is_unclaimed, unclaimed_key};
use crate::domain::register::{Device, DevicePatch, Invalid, NewDevice};

const SELECT: &str = "SELECT d.id, d.gateway, d.address, d.home, d.resident, d.model, d.room, d.call_back, d.confirmed, d.first_heard_us, \
    d.last_heard_us, d.battery, d.created_us, d.archived_us, COALESCE(h.organisation, 'unclaimed') AS organisation \
    FROM devices d LEFT JOIN homes h ON h.id = d.home WHERE 1 = 1";
const COLUMNS: Columns =
    Columns { organisation: "COALESCE(h.organisation, 'unclaimed')", home: "d.home", archived: "d.archived_us", id: "d.id" };

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    gateway: String,
    address: String,
    home: String,
    resident: Option<String>,
    model: String,
    room: String,
    call_back: Option<String>,
    confirmed: i64,
    first_heard_us: Option<i64>,
    last_heard_us: Option<i64>,
    battery: Option<String>,
    created_us: i64,
    archived_us: Option<i64>,
    organisation: String,
}

/// A device, the key under which its things are kept, and who answers for it.
pub(super) struct Placed {
    pub device: Device,
    pub key: String,
    pub organisation: String,
}

impl From<Row> for Placed {
    fn from(row: Row) -> Self {
        let device = Device {
            id: row.id,
            gateway: row.gateway,
            address: row.address,
            home: if is_unclaimed(&row.home) { None } else { Some(row.home.clone()) },
            resident: row.resident,
            model: row.model,
            room: row.room,
            call_back: row.call_back,
            confirmed: row.confirmed != 0,
            first_heard_at: row.first_heard_us.map(from_us),
            last_heard_at: row.last_heard_us.map(from_us),
            battery: row.battery,
            created_at: from_us(row.created_us),
            archived_at: row.archived_us.map(from_us),
        };
        Self { device, key: row.home, organisation: row.organisation }
    }
}

impl Store {
    /// Devices in the order of their ids, of one gateway if it is given.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn devices(&self, query: &ListQuery<'_>, gateway: Option<&str>) -> Result<Vec<Device>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            if let Some(gateway) = gateway {
                sql.push(" AND d.gateway = ").push_bind(gateway.to_owned());
            }
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(|row| Placed::from(row).device).collect())
    }

    /// One device.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn device(&self, scope: &Scope, id: &str) -> Result<Device> {
        Ok(self.snapshot().await?.device(scope, id).await?.device)
    }

    /// Enters a device. One that was heard before it was entered is confirmed with what is given.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the entry; `NotFound` when the gateway is not there or outside `scope`; `Conflict` when there is a
    /// confirmed device at this address.
    pub async fn create_device(&self, by: &Actor, now: Time, scope: &Scope, new: &NewDevice) -> Result<Device> {
        // `confirmed = 0` in the last line makes this entry the first: a second one finds nothing to write.
        const SQL: &str = "INSERT INTO devices (id, gateway, address, home, resident, model, room, call_back, confirmed, created_us) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9) ON CONFLICT (gateway, address) DO UPDATE SET resident = excluded.resident, \
            model = excluded.model, room = excluded.room, call_back = excluded.call_back, confirmed = 1, archived_us = NULL \
            WHERE devices.confirmed = 0 RETURNING id";
        new.check()?;
        in_tx!(self, tx => {
            let seen = tx.gateway(scope, &new.gateway).await?;
            let key = seen.home.clone().unwrap_or_else(|| unclaimed_key(&seen.id));
            tx.bump_home(&key).await?;
            let gateway = tx.gateway(scope, &new.gateway).await?;
            if gateway.home != seen.home {
                Err(StoreError::Conflict("somebody moved this gateway at this moment; look again and repeat".to_owned()))?;
            }
            tx.resident_of(new.resident.as_deref(), &key).await?;
            let row: Option<(String,)> = on_tx!(tx, conn => sqlx::query_as(SQL).bind(new_id_at(now)).bind(&new.gateway).bind(&new.address)
                .bind(&key).bind(&new.resident).bind(&new.model).bind(&new.room).bind(&new.call_back).bind(to_us(now))
                .fetch_optional(conn).await)?;
            let Some((id,)) = row else {
                let say = format!("gateway `{}` has a device at `{}` already; PATCH that one", new.gateway, new.address);
                return Err(StoreError::Conflict(say));
            };
            let made = tx.device(scope, &id).await?.device;
            let detail = serde_json::json!({ "after": made });
            tx.note_deed(by, now, &gateway.organisation, "created", ("device", &id), detail).await?;
            made
        })
    }

    /// Changes, confirms, archives or brings back a device.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Invalid` names what is wrong with the entry; `Conflict` when its gateway moved at
    /// this moment.
    pub async fn change_device(&self, by: &Actor, now: Time, scope: &Scope, id: &str, patch: &DevicePatch) -> Result<Device> {
        const SQL: &str =
            "UPDATE devices SET resident = $2, model = $3, room = $4, call_back = $5, confirmed = $6, archived_us = $7 WHERE id = $1";
        in_tx!(self, tx => {
            let key = tx.device(scope, id).await?.key;
            tx.bump_home(&key).await?;
            let before = tx.device(scope, id).await?;
            if before.key != key {
                Err(StoreError::Conflict("somebody moved this device's gateway at this moment; look again and repeat".to_owned()))?;
            }
            let after = patch.clone().apply(&before.device, now)?;
            if after.resident != before.device.resident {
                tx.resident_of(after.resident.as_deref(), &key).await?;
            }
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(&after.resident).bind(&after.model).bind(&after.room).bind(&after.call_back)
                .bind(i64::from(after.confirmed)).bind(after.archived_at.map(to_us)).execute(conn).await.map(|_| ()))?;
            tx.look_again(&key, now).await?;
            let action = change_name(before.device.archived_at, after.archived_at);
            tx.note_deed(by, now, &before.organisation, action, ("device", id), difference(&before.device, &after)).await?;
            after
        })
    }
}

impl Tx {
    pub(super) async fn device(&mut self, scope: &Scope, id: &str) -> Result<Placed> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "h.organisation", scope);
            sql.push(" AND d.id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(Placed::from).ok_or(StoreError::NotFound("device"))
    }

    /// Whether `resident` lives at `home`; nobody always does.
    async fn resident_of(&mut self, resident: Option<&str>, home: &str) -> Result<()> {
        let Some(resident) = resident else { return Ok(()) };
        let sql = "SELECT COUNT(*) FROM residents WHERE id = $1 AND home = $2 AND archived_us IS NULL";
        let (found,): (i64,) = on_tx!(self, conn => sqlx::query_as(sql).bind(resident).bind(home).fetch_one(conn).await)?;
        if found == 1 {
            return Ok(());
        }
        Err(Invalid("`resident` must be a resident of the home in which the device's gateway stands".to_owned()).into())
    }
}
