//! The channel of webhooks: one HTTP request, signed, whose answer decides.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use url::Url;

use super::client::{Clients, words};
use super::target::File;
use super::{Attempt, signature};
use crate::clock::Time;
use crate::domain::delivery::Delivery;
use crate::secrets::KeySafe;
use crate::store::webhooks::{WebhookTarget, sealed_for};

/// What a receiver may ask us to wait, at most.
const WAIT_MAX: Duration = Duration::from_hours(1);

/// How long a receiver may take to take a file.
const WITH_FILE: Duration = Duration::from_mins(1);

/// Sends to webhooks.
#[derive(Clone, Debug)]
pub struct WebhookChannel {
    /// The key of their secrets.
    pub key: KeySafe,
    /// How they are reached.
    pub clients: Clients,
}

impl WebhookChannel {
    /// One try, with `file` in it.
    pub async fn send(&self, message: &Delivery, target: &WebhookTarget, file: Option<&File>, now: Time) -> Attempt {
        if target.archived {
            return Attempt::hopeless("the webhook is archived");
        }
        let secrets = match self.secrets(&message.target, target, now) {
            Ok(secrets) => secrets,
            Err(say) => return Attempt::hopeless(say),
        };
        let body = match file {
            Some(file) => {
                let mut body = message.body.clone();
                body["data"]["content"] = STANDARD.encode(&file.bytes).into();
                body.to_string()
            }
            None => message.body.to_string(),
        };
        let timestamp = now.timestamp();
        let Ok(signature) = signature::sign(&secrets, &message.id, timestamp, body.as_bytes()) else {
            return Attempt::hopeless("the webhook's secret cannot be used; make a new one");
        };
        let Ok(url) = Url::parse(&target.url) else { return Attempt::hopeless("the webhook's address cannot be read") };
        let client = match self.clients.for_url(&url) {
            Ok(client) => client,
            Err(say) => return Attempt::hopeless(say),
        };
        let request = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body);
        let request = if file.is_some() { request.timeout(WITH_FILE) } else { request };
        match request.send().await {
            Ok(response) => judge(&response),
            Err(error) => Attempt::failed(words(&error)),
        }
    }

    fn secrets(&self, id: &str, target: &WebhookTarget, now: Time) -> Result<Vec<String>, String> {
        let previous = target.previous.iter().filter(|(_, until)| *until > now).map(|(sealed, _)| sealed);
        let open = |sealed: &Vec<u8>| self.key.open(&sealed_for(id), sealed).map_err(|error| format!("the webhook's secret: {error}"));
        std::iter::once(&target.secret).chain(previous).map(open).collect()
    }
}

fn judge(response: &Response) -> Attempt {
    let status = response.status();
    let code = Some(i64::from(status.as_u16()));
    if status.is_success() {
        return Attempt::Delivered { status: code };
    }
    if status == StatusCode::GONE {
        return Attempt::Hopeless { status: code, error: "it answered 410: it wants no more messages".to_owned() };
    }
    let error = if status.is_redirection() {
        format!("it answered {}: redirects are not followed; enter the address that it leads to", status.as_u16())
    } else {
        format!("it answered {}", status.as_u16())
    };
    let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse().ok());
    Attempt::Failed { status: code, error, after: after.map(|seconds| Duration::from_secs(seconds).min(WAIT_MAX)) }
}
