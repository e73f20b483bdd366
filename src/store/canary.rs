//! What the canary needs to be in the register: an organisation of its own, and in it a home, a gateway, a token and a webhook. No scope covers it unless it
//! is named, so that it is in nobody's queue and in no report.

use super::{Result, Store, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::{CANARY, Role};

/// The canary's gateway, home and token of replica `n` are called so.
#[must_use]
pub fn canary_id(n: i32) -> String {
    format!("harken-canary-{n}")
}

/// What the canary of a replica proves itself with, in SHA-256, and the secret of its webhook, sealed.
#[derive(Clone, Debug)]
pub struct CanarySecrets {
    /// Of its gateway.
    pub gateway_sha256: String,
    /// Of its token.
    pub token_sha256: String,
    /// Of the webhook, which all replicas share: kept if there is one.
    pub webhook: Vec<u8>,
}

impl Store {
    /// Enters what the canary of replica `n` needs, or gives what is there new secrets. Its gateway is archived: its alarms raise, and that it
    /// is silent when it is switched off is no news.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prepare_canary(&self, n: i32, secrets: &CanarySecrets, now: Time) -> Result<()> {
        const ORGANISATION: &str = "INSERT INTO organisations (id, name, zone, created_us) VALUES ($1, 'The canary of this service', 'Europe/London', $2) ON CONFLICT (id) DO NOTHING";
        const HOME: &str = "INSERT INTO homes (id, organisation, name, address, locality, zone, access_notes, created_us) \
            VALUES ($1, $2, 'Canary', '', '', 'Europe/London', '', $3) ON CONFLICT (id) DO NOTHING";
        const GATEWAY: &str = "INSERT INTO gateways (id, home, registered, secret_sha256, revoked_certificates, model, created_us, archived_us) \
            VALUES ($1, $1, 1, $2, '[]', 'canary', $3, $3) ON CONFLICT (id) DO UPDATE SET secret_sha256 = excluded.secret_sha256";
        const TOKEN: &str = "INSERT INTO tokens (id, name, secret_sha256, created_us) VALUES ($1, $1, $2, $3) \
            ON CONFLICT (id) DO UPDATE SET secret_sha256 = excluded.secret_sha256";
        const WEBHOOK: &str = "INSERT INTO webhooks (id, organisation, name, url, events, secret, created_us) \
            VALUES ($1, $1, 'Canary', 'http://127.0.0.1/', '[]', $2, $3) ON CONFLICT (id) DO NOTHING";
        let (id, now_us) = (canary_id(n), to_us(now));
        in_tx!(self, tx => {
            tx.bump_home(&id).await?;
            on_tx!(tx, conn => sqlx::query(ORGANISATION).bind(CANARY).bind(now_us).execute(conn).await.map(|_| ()))?;
            on_tx!(tx, conn => sqlx::query(HOME).bind(&id).bind(CANARY).bind(now_us).execute(conn).await.map(|_| ()))?;
            on_tx!(tx, conn => sqlx::query(GATEWAY).bind(&id).bind(&secrets.gateway_sha256).bind(now_us).execute(conn).await.map(|_| ()))?;
            on_tx!(tx, conn => sqlx::query(TOKEN).bind(&id).bind(&secrets.token_sha256).bind(now_us).execute(conn).await.map(|_| ()))?;
            tx.set_grants(&id, &[crate::domain::access::Grant { role: Role::System, organisation: Some(CANARY.to_owned()) }]).await?;
            on_tx!(tx, conn => sqlx::query(WEBHOOK).bind(CANARY).bind(&secrets.webhook).bind(now_us).execute(conn).await.map(|_| ()))?;
            tx.webhooks_changed().await?;
        })
    }

    /// When the message about the canary's alert was delivered, if it was; `since` is the id of a message before it.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn canary_delivered(&self, alert: &str, since: &str) -> Result<Option<Time>> {
        let text = "SELECT delivered_us FROM outbox WHERE target = $1 AND id > $2 AND alert = $3 AND delivered_us IS NOT NULL LIMIT 1";
        let row: Option<(i64,)> =
            on_db!(self.reader(), pool => sqlx::query_as(text).bind(CANARY).bind(since).bind(alert).fetch_optional(pool).await)?;
        Ok(row.map(|(at,)| from_us(at)))
    }

    /// Deletes the canary's own alerts that were closed before then. Answers how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_canary(&self, before: Time) -> Result<u64> {
        let mut tx = self.begin().await?;
        let gone = tx.prune_canary(before).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

impl Tx {
    async fn prune_canary(&mut self, before: Time) -> Result<u64> {
        let old = "(SELECT id FROM alerts WHERE organisation = $1 AND state = 'closed' AND raised_us < $2 ORDER BY raised_us LIMIT 1000)";
        let mut gone = 0;
        for (table, key) in [("alert_entries", "alert"), ("alert_evidence", "alert"), ("alerts", "id")] {
            let text = format!("DELETE FROM {table} WHERE {key} IN {old}");
            gone = on_tx!(self, conn => sqlx::query(sqlx::AssertSqlSafe(text)).bind(CANARY).bind(to_us(before)).execute(conn).await
                .map(|done| done.rows_affected()))?;
        }
        Ok(gone)
    }
}
