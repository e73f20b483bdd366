//! Webhooks: addresses of other systems that are told what happens to an organisation's alerts. Secrets are kept encrypted.

use chrono::TimeDelta;
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::audit::{Actor, change_name, difference};
use super::list::{Columns, ListQuery, push_filters, push_page, push_scope};
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::{Time, new_id_at};
use crate::domain::access::Scope;
use crate::domain::register::{NewWebhook, Webhook, WebhookPatch, WebhookWithSecret};
use crate::domain::secret;
use crate::secrets::KeySafe;

/// After a change of the secret, messages are signed with both for so long.
const ROTATION: TimeDelta = TimeDelta::hours(24);

const SELECT: &str = "SELECT id, organisation, name, url, events, previous_until_us, created_us, archived_us FROM webhooks WHERE 1 = 1";
const COLUMNS: Columns = Columns { organisation: "organisation", home: "id", archived: "archived_us", id: "id" };

type Row = (String, String, String, String, String, Option<i64>, i64, Option<i64>);

fn webhook((id, organisation, name, url, events, previous_until, created, archived): Row) -> Result<Webhook> {
    let events = serde_json::from_str(&events).map_err(StoreError::unreadable("webhook"))?;
    let previous_secret_until = previous_until.map(from_us);
    Ok(Webhook {
        id,
        organisation,
        name,
        url,
        events,
        previous_secret_until,
        created_at: from_us(created),
        archived_at: archived.map(from_us),
    })
}

/// What sending to a webhook takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookTarget {
    /// Where messages go.
    pub url: String,
    /// The secret, encrypted for [`sealed_for`].
    pub secret: Vec<u8>,
    /// The one before, and until when it counts.
    pub previous: Option<(Vec<u8>, Time)>,
    /// Whether it was archived.
    pub archived: bool,
}

/// What a webhook's secret is encrypted for.
#[must_use]
pub fn sealed_for(id: &str) -> String {
    format!("webhook/{id}")
}

/// Who may be reached, and how secrets are kept: what entering a webhook takes beside the entry.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The key of the installation.
    pub key: &'a KeySafe,
    /// Whether addresses in private networks are allowed.
    pub private: bool,
}

impl Store {
    /// Webhooks in the order of their ids.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn webhooks(&self, query: &ListQuery<'_>) -> Result<Vec<Webhook>> {
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_filters(&mut sql, &COLUMNS, query);
            push_page(&mut sql, &COLUMNS, query);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(webhook).collect()
    }

    /// One webhook.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn webhook(&self, scope: &Scope, id: &str) -> Result<Webhook> {
        self.snapshot().await?.webhook(scope, id).await
    }

    /// What sending to a webhook takes; `None` when there is none.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn webhook_target(&self, id: &str) -> Result<Option<WebhookTarget>> {
        type Row = (String, Vec<u8>, Option<Vec<u8>>, Option<i64>, Option<i64>);
        let text = "SELECT url, secret, previous_secret, previous_until_us, archived_us FROM webhooks WHERE id = $1";
        let row: Option<Row> = on_db!(self.reader(), pool => sqlx::query_as(text).bind(id).fetch_optional(pool).await)?;
        Ok(row.map(|(url, secret, previous, until, archived)| WebhookTarget {
            url,
            secret,
            previous: previous.zip(until.map(from_us)),
            archived: archived.is_some(),
        }))
    }

    /// Enters a webhook, and answers with its secret.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the entry; `NotFound` when the organisation is not there or outside `scope`.
    pub async fn create_webhook(
        &self,
        by: &Actor,
        now: Time,
        scope: &Scope,
        terms: Terms<'_>,
        new: &NewWebhook,
    ) -> Result<WebhookWithSecret> {
        const SQL: &str =
            "INSERT INTO webhooks (id, organisation, name, url, events, secret, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let made = new.clone().into_record(new_id_at(now), now, terms.private)?;
        let plain = secret::new_webhook_secret();
        let sealed = terms.key.seal(&sealed_for(&made.id), &plain);
        let events = serde_json::json!(made.events).to_string();
        in_tx!(self, tx => {
            tx.organisation(scope, &made.organisation).await?;
            on_tx!(tx, conn => sqlx::query(SQL).bind(&made.id).bind(&made.organisation).bind(&made.name).bind(&made.url).bind(&events)
                .bind(&sealed).bind(to_us(now)).execute(conn).await.map(|_| ()))?;
            tx.webhooks_changed().await?;
            let detail = serde_json::json!({ "after": made });
            tx.note_deed(by, now, &made.organisation, "created", ("webhook", &made.id), detail).await?;
            WebhookWithSecret { webhook: made.clone(), secret: plain.clone() }
        })
    }

    /// Changes, archives or brings back a webhook.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`; `Invalid` names what is wrong with the entry.
    pub async fn change_webhook(
        &self,
        by: &Actor,
        now: Time,
        scope: &Scope,
        private: bool,
        id: &str,
        patch: &WebhookPatch,
    ) -> Result<Webhook> {
        const LOCK: &str = "UPDATE webhooks SET name = name WHERE id = $1";
        const SQL: &str = "UPDATE webhooks SET name = $2, url = $3, events = $4, archived_us = $5 WHERE id = $1";
        self.webhook(scope, id).await?;
        in_tx!(self, tx => {
            on_tx!(tx, conn => sqlx::query(LOCK).bind(id).execute(conn).await.map(|_| ()))?;
            let before = tx.webhook(scope, id).await?;
            let after = patch.clone().apply(&before, now, private)?;
            let events = serde_json::json!(after.events).to_string();
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(&after.name).bind(&after.url).bind(events)
                .bind(after.archived_at.map(to_us)).execute(conn).await.map(|_| ()))?;
            tx.webhooks_changed().await?;
            let action = change_name(before.archived_at, after.archived_at);
            tx.note_deed(by, now, &after.organisation, action, ("webhook", id), difference(&before, &after)).await?;
            after
        })
    }

    /// Gives a webhook a new secret, and answers with it. The one before goes on being used beside it for a day.
    ///
    /// # Errors
    /// `NotFound` also when it lies outside `scope`.
    pub async fn rotate_webhook_secret(&self, by: &Actor, now: Time, scope: &Scope, key: &KeySafe, id: &str) -> Result<WebhookWithSecret> {
        const SQL: &str = "UPDATE webhooks SET previous_secret = secret, previous_until_us = $3, secret = $2 WHERE id = $1";
        self.webhook(scope, id).await?;
        let plain = secret::new_webhook_secret();
        let sealed = key.seal(&sealed_for(id), &plain);
        in_tx!(self, tx => {
            on_tx!(tx, conn => sqlx::query(SQL).bind(id).bind(&sealed).bind(to_us(now + ROTATION)).execute(conn).await.map(|_| ()))?;
            let webhook = tx.webhook(scope, id).await?;
            tx.note_deed(by, now, &webhook.organisation, "secret_changed", ("webhook", id), serde_json::json!({})).await?;
            WebhookWithSecret { webhook, secret: plain.clone() }
        })
    }
}

impl Tx {
    async fn webhook(&mut self, scope: &Scope, id: &str) -> Result<Webhook> {
        let row: Option<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "organisation", scope);
            sql.push(" AND id = ").push_bind(id.to_owned());
            sql.build_query_as().fetch_optional(conn).await
        })?;
        webhook(row.ok_or(StoreError::NotFound("webhook"))?)
    }

    /// How often webhooks were changed: while it stays, so do they.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn webhook_changes(&mut self) -> Result<i64> {
        let text = "SELECT COALESCE(MAX(value), 0) FROM counters WHERE name = 'webhooks'";
        let (changes,): (i64,) = on_tx!(self, conn => sqlx::query_as(text).fetch_one(conn).await)?;
        Ok(changes)
    }

    /// All webhooks that are told anything.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn active_webhooks(&mut self) -> Result<Vec<Webhook>> {
        let text = format!("{SELECT} AND archived_us IS NULL ORDER BY id");
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).fetch_all(conn).await)?;
        rows.into_iter().map(webhook).collect()
    }

    /// The webhook of that id, if it is one of this organisation and not archived.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn active_webhook(&mut self, organisation: &str, id: &str) -> Result<Option<Webhook>> {
        let found = self.webhook(&Scope::Only(vec![organisation.to_owned()]), id).await;
        match found {
            Ok(webhook) => Ok(Some(webhook).filter(|webhook| webhook.archived_at.is_none())),
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    pub(super) async fn webhooks_changed(&mut self) -> Result<()> {
        let text = "INSERT INTO counters (name, value) VALUES ('webhooks', 1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1";
        on_tx!(self, conn => sqlx::query(text).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}
