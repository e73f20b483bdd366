//! A webhook: an address of another system that is told what happens to an organisation's alerts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};

use super::organisation::archived;
use super::{Checks, Invalid};
use crate::domain::message::KINDS;

/// A webhook. Its secret is never part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// The organisation whose alerts it is told of.
    pub organisation: String,
    /// What it is for.
    pub name: String,
    /// Where messages go.
    pub url: String,
    /// What it is told: `alert.raised`, `alert.closed` … Empty means everything.
    pub events: Vec<String>,
    /// After a change of the secret: until when messages are signed with the one before as well.
    pub previous_secret_until: Option<DateTime<Utc>>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was archived. It is told nothing more.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A webhook with its secret, which is shown this once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// What messages are signed with, `whsec_…`, as Standard Webhooks says. It is kept encrypted and cannot be shown again.
    pub secret: String,
}

/// A webhook to enter.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// The organisation whose alerts it is told of.
    #[schema(min_length = 1, max_length = 100)]
    pub organisation: String,
    /// What it is for, up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Where messages go: an `https://` address, up to 2,000 characters, without user name and password.
    #[schema(min_length = 1, max_length = 2000)]
    pub url: String,
    /// What it is told; absent or empty means everything.
    #[serde(default)]
    #[schema(schema_with = kinds_schema)]
    pub events: Vec<String>,
}

/// A change of a webhook.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookPatch {
    /// A new name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// A new address.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000)]
    pub url: Option<String>,
    /// What it is told: the whole list.
    #[serde(default)]
    #[schema(schema_with = kinds_schema)]
    pub events: Option<Vec<String>>,
    /// `true` archives, `false` brings back.
    #[serde(default)]
    pub archived: Option<bool>,
}

fn kinds_schema() -> Schema {
    let kind = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(KINDS.iter().copied())).build();
    ArrayBuilder::new().items(kind).max_items(Some(KINDS.len())).build().into()
}

impl NewWebhook {
    /// The record it becomes. `private` says whether addresses of this machine and of private networks are allowed.
    pub fn into_record(self, id: String, now: DateTime<Utc>, private: bool) -> Result<Webhook, Invalid> {
        let record = Webhook {
            id,
            organisation: self.organisation,
            name: self.name,
            url: self.url,
            events: self.events,
            previous_secret_until: None,
            created_at: now,
            archived_at: None,
        };
        record.check(private)?;
        Ok(record)
    }
}

impl WebhookPatch {
    /// `before` with the change made to it.
    pub fn apply(self, before: &Webhook, now: DateTime<Utc>, private: bool) -> Result<Webhook, Invalid> {
        let after = Webhook {
            name: self.name.unwrap_or_else(|| before.name.clone()),
            url: self.url.unwrap_or_else(|| before.url.clone()),
            events: self.events.unwrap_or_else(|| before.events.clone()),
            archived_at: archived(self.archived, before.archived_at, now),
            ..before.clone()
        };
        after.check(private)?;
        Ok(after)
    }
}

impl Webhook {
    fn check(&self, private: bool) -> Result<(), Invalid> {
        let mut checks = Checks::default();
        checks.reference("organisation", &self.organisation).text("name", &self.name, 1, 200).text("url", &self.url, 1, 2000);
        if let Err(say) = address(&self.url, private) {
            checks.fault("url", say);
        }
        let unknown = self.events.iter().find(|kind| !KINDS.contains(&kind.as_str()));
        if let Some(kind) = unknown {
            let kind: String = kind.chars().take(64).collect();
            checks.fault("events", &format!("holds `{kind}`, which nothing is called; there are {}", KINDS.join(", ")));
        } else if self.events.len() > KINDS.len() {
            checks.fault("events", "holds something twice");
        }
        checks.finish()
    }

    /// Whether it wants to be told this.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        self.events.is_empty() || self.events.iter().any(|wanted| wanted == kind)
    }
}

/// What can be said about an address by looking at it. Where a name leads is looked at again whenever a message is sent.
fn address(text: &str, private: bool) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "is not an address such as https://example.org/harken")?;
    let named = match url.host() {
        Some(Host::Domain(name)) => !name.is_empty(),
        Some(_) => true,
        None => false,
    };
    if !named {
        return Err("names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password; the signature proves who sends");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if private => Ok(()),
        "http" => Err("must begin with https://; plain http is for private networks only, where notify.private_targets allows it"),
        _ => Err("must begin with https://"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_looked_at() {
        for (text, private, good) in [
            ("https://example.org/a?b=c", false, true),
            ("http://example.org/", false, false),
            ("http://127.0.0.1:9/", true, true),
            ("ftp://example.org/", true, false),
            ("https://ann:secret@example.org/", false, false),
            ("https://", false, false),
            ("example.org", false, false),
        ] {
            assert_eq!(address(text, private).is_ok(), good, "{text}");
        }
    }
}
