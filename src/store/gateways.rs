//! Gateways: registering, credentials, moving, archiving. What an unregistered gateway leaves behind is taken over in [`super::adoption`].

use sqlx::QueryBuilder;

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_page, push_scope};
use super::states::WATCH;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::home::{is_unclaimed, unclaimed_key};
use crate::domain::register::{Gateway, GatewayPatch, GatewayWithSecret, NewGateway};
use crate::domain::secret::{new_gateway_secret, sha256_hex};

const SELECT: &str = "SELECT g.id, g.home, COALESCE(h.organisation, 'unclaimed') AS organisation, g.registered, g.model, g.network, g.call_back, \
    g.revoked_certificates, g.status, g.status_us, g.first_heard_us, g.last_heard_us, g.created_us, g.placed_us, g.archived_us \
    FROM gateways g LEFT JOIN homes h ON h.id = g.home WHERE 1 = 1";
const COLUMNS: Columns =
    Columns { organisation: "COALESCE(h.organisation, 'unclaimed')", home: "g.home", archived: "g.archived_us", id: "g.id" };

/// What a gateway may prove itself with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayCredentials {
    /// SHA-256 of its secret in lower-case hexadecimal digits.
    pub secret_sha256: Option<String>,
    /// SHA-256 sums of certificates that are refused, likewise.
    pub revoked_certificates: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    home: String,
    organisation: String,
    registered: i64,
    model: String,
    network: String,
    call_back: Option<String>,
    revoked_certificates: String,
    status: Option<String>,
    status_us: Option<i64>,
    first_heard_us: Option<i64>,
    last_heard_us: Option<i64>,
    created_us: i64,
    placed_us: Option<i64>,
    archived_us: Option<i64>,
}

impl TryFrom<Row> for Gateway {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            home: if is_unclaimed(&row.home) { None } else { Some(row.home) },
            organisation: row.organisation,
            registered: row.registered != 0,
            model: row.model,
            network: row.network,
            call_back: row.call_back,
            revoked_certificates: sums(&row.revoked_certificates)?,
            status: row.status,
            status_at: row.status_us.map(from_us),
            first_heard_at: row.first_heard_us.map(from_us),
            last_heard_at: row.last_heard_us.map(from_us),
            created_at: from_us(row.created_us),
            placed_at: row.placed_us.map(from_us),
            archived_at: row.archived_us.map(from_us),
        })
    }
}

fn sums(json: &str) -> Result<Vec<String>> {
    serde_json::from_str(json).map_err(StoreError::unreadable("revoked certificates"))
}

impl Store {
    /// Gateways in the order of their ids. Those that nobody registered are seen with a scope of all organisations only.
    pub async fn gateways(&self, query: &ListQuery<'_>) -> Result<Vec<Gateway>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(Gateway::try_from).collect()
    }

    /// One gateway.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn gateway(&self, scope: &Scope, id: &str) -> Result<Gateway> {
        self.snapshot().await?.gateway(scope, id).await
    }

    /// Whether gateway `id` is in the register, registered or only heard.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn has_gateway(&self, id: &str) -> Result<bool> {
        const SQL: &str = "SELECT id FROM gateways WHERE id = $1";
        let row: Option<(String,)> = on_db!(self.reader(), pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await)?;
        Ok(row.is_some())
    }

    /// What gateway `id` may prove itself with; none when nobody registered it. An archived gateway is let in: its alarms still raise.
    pub async fn gateway_credentials(&self, id: &str) -> Result<Option<GatewayCredentials>> {
        const SQL: &str = "SELECT secret_sha256, revoked_certificates FROM gateways WHERE id = $1 AND registered = 1";
        let row: Option<(Option<String>, String)> = on_db!(self.reader(), pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await)?;
        row.map(|(secret_sha256, revoked)| Ok(GatewayCredentials { secret_sha256, revoked_certificates: sums(&revoked)? })).transpose()
    }

    /// Registers a gateway and makes its secret. One that was heard before anybody registered it is adopted: what it said and what was raised
    /// moves to the home.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the entry; `NotFound` when the home is not there or outside `scope`; `Conflict` when the id is
    /// registered already.
    pub async fn create_gateway(&self, by: &Actor, now: Time, scope: &Scope, new: &NewGateway) -> Result<GatewayWithSecret> {
        new.check()?;
        let secret = new_gateway_secret();
        let gateway = in_tx!(self, tx => {
            // The key without a home too: whoever is storing what this gateway said without a home then looks again.
            tx.bump_homes(&[&new.home, &unclaimed_key(&new.id)]).await?;
            let home = tx.home(scope, &new.home).await?;
            let adopted = tx.insert_gateway(new, &secret, now).await?;
            let alerts = if adopted { tx.adopt(new, &home, now).await? } else { Vec::new() };
            tx.watch_for_silence(&new.id, &home.id, now).await?;
            tx.no_longer_a_stranger(&new.id).await?;
            let gateway = tx.gateway(scope, &new.id).await?;
            let detail = serde_json::json!({ "after": gateway, "adopted": adopted });
            tx.note_deed(by, now, &home.organisation, "created", ("gateway", &new.id), detail).await?;
            if !alerts.is_empty() {
                tx.append_feed(&alerts, now).await?;
            }
            gateway
        })?;
        Ok(GatewayWithSecret { gateway, secret })
    }

    /// Makes a new secret for a gateway. The old one is refused from now on.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Conflict` when nobody registered it.
    pub async fn rotate_gateway_secret(&self, by: &Actor, now: Time, scope: &Scope, id: &str) -> Result<GatewayWithSecret> {
        const SQL: &str = "UPDATE gateways SET secret_sha256 = $2 WHERE id = $1";
        let secret = new_gateway_secret();
        let gateway = in_tx!(self, tx => {
            let gateway = tx.gateway(scope, id).await?;
            must_be_registered(&gateway)?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(sha256_hex(secret.as_bytes())).execute(conn).await.map(|_| ()))?;
            tx.note_deed(by, now, &gateway.organisation, "secret_rotated", ("gateway", id), serde_json::json!({})).await?;
            gateway
        })?;
        Ok(GatewayWithSecret { gateway, secret })
    }

    /// Changes, moves, archives or brings back a gateway.
    ///
    /// # Errors
    /// `NotFound` also when it, or the home it moves to, lies outside `scope`; `Invalid` names what is wrong with the entry; `Conflict` when
    /// nobody registered it, or when somebody moved it at this moment.
    pub async fn change_gateway(&self, by: &Actor, now: Time, scope: &Scope, id: &str, patch: &GatewayPatch) -> Result<Gateway> {
        const SQL: &str = "UPDATE gateways SET home = $2, model = $3, call_back = $4, revoked_certificates = $5, archived_us = $6, network = $7, placed_us = $8 WHERE id = $1";
        in_tx!(self, tx => {
            let seen = tx.gateway(scope, id).await?;
            must_be_registered(&seen)?;
            let homes: Vec<&str> = seen.home.iter().chain(&patch.home).map(String::as_str).collect();
            tx.bump_homes(&homes).await?;
            let before = tx.gateway(scope, id).await?;
            if before.home != seen.home {
                Err(StoreError::Conflict("somebody moved this gateway at this moment; look again and repeat".to_owned()))?;
            }
            let mut after = patch.clone().apply(&before, now)?;
            let Some(home) = after.home.clone() else { return Err(StoreError::NotFound("home")) };
            let home = tx.home(scope, &home).await?;
            after.organisation.clone_from(&home.organisation);
            let revoked = serde_json::json!(after.revoked_certificates).to_string();
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(&after.home).bind(&after.model).bind(&after.call_back).bind(revoked)
                .bind(after.archived_at.map(to_us)).bind(&after.network).bind(after.placed_at.map(to_us)).execute(conn).await.map(|_| ()))?;
            if let Some(old) = before.home.as_deref().filter(|old| *old != home.id) {
                tx.move_equipment(id, old, &home.id).await?;
            }
            tx.watch_for_silence(id, &home.id, now).await?;
            tx.look_again(&home.id, now).await?;
            let action = change_name(before.archived_at, after.archived_at);
            let detail = difference(&before, &after);
            for organisation in both(&before.organisation, &after.organisation) {
                tx.note_deed(by, now, organisation, action, ("gateway", id), detail.clone()).await?;
            }
            after
        })
    }
}

/// One or two organisations that a move concerns.
fn both<'a>(before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    std::iter::once(before).chain((before != after).then_some(after))
}

fn must_be_registered(gateway: &Gateway) -> Result<()> {
    if gateway.registered {
        return Ok(());
    }
    Err(StoreError::Conflict(format!("nobody registered gateway `{}` yet: register it with POST /gateways", gateway.id)))
}

impl Tx {
    pub(super) async fn gateway(&mut self, scope: &Scope, id: &str) -> Result<Gateway> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "h.organisation", scope);
            sql.push(" AND g.id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        row.map(Gateway::try_from).transpose()?.ok_or(StoreError::NotFound("gateway"))
    }

    /// Writes the row of a gateway to register; answers whether it was there, heard before anybody registered it.
    async fn insert_gateway(&mut self, new: &NewGateway, secret: &str, now: Time) -> Result<bool> {
        const INSERT: &str = "INSERT INTO gateways (id, home, registered, secret_sha256, revoked_certificates, model, call_back, created_us, network) \
            VALUES ($1, $2, 1, $3, '[]', $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
        const CLAIM: &str = "UPDATE gateways SET home = $2, registered = 1, secret_sha256 = $3, model = $4, call_back = $5, created_us = $6, network = $7 \
            WHERE id = $1 AND registered = 0";
        let secret_sha256 = sha256_hex(secret.as_bytes());
        for (sql, adopted) in [(INSERT, false), (CLAIM, true)] {
            let done = on_tx!(self, conn => sqlx::query(sql).bind(&new.id).bind(&new.home).bind(&secret_sha256).bind(&new.model)
                .bind(&new.call_back).bind(to_us(now)).bind(&new.network).execute(conn).await.map(|done| done.rows_affected()))?;
            if done == 1 {
                return Ok(adopted);
            }
        }
        Err(StoreError::Conflict(format!("gateway `{}` is registered already; ids are unique in the installation", new.id)))
    }

    /// Puts a gateway under the watch of every rule on silence, as one that may never be heard. Due now: the engine arms their clocks.
    async fn watch_for_silence(&mut self, gateway: &str, home: &str, now: Time) -> Result<()> {
        const SQL: &str = "INSERT INTO clocks (home, rule, subject, due_us) VALUES ($1, $4, $2, $3) \
            ON CONFLICT (home, rule, subject) DO UPDATE SET due_us = excluded.due_us";
        let subject = format!("device:{gateway}/");
        on_tx!(self, conn => sqlx::query(SQL).bind(home).bind(subject).bind(to_us(now)).bind(WATCH).execute(conn).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes a gateway's devices along to another home. What rules kept of them ends at the old home, where nothing more will come from them;
    /// events and alerts stay there, where they happened.
    async fn move_equipment(&mut self, gateway: &str, old: &str, new: &str) -> Result<()> {
        const DEVICES: &str = "UPDATE devices SET home = $2, resident = NULL WHERE gateway = $1";
        on_tx!(self, conn => sqlx::query(DEVICES).bind(gateway).bind(new).execute(conn).await.map(|_| ()))?;
        // Not LIKE: ids may hold `_`.
        for sql in [
            "DELETE FROM rule_states WHERE home = $1 AND substr(subject, 1, length($2)) = $2",
            "DELETE FROM clocks WHERE home = $1 AND substr(subject, 1, length($2)) = $2",
        ] {
            on_tx!(self, conn => sqlx::query(sql).bind(old).bind(format!("device:{gateway}/")).execute(conn).await.map(|_| ()))?;
        }
        Ok(())
    }
}
