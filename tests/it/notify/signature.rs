//! Signatures against the published vectors' form, and against a published library that verifies.

use harken::domain::secret::new_webhook_secret;
use harken::notify::signature::sign;
use reqwest::header::{HeaderMap, HeaderValue};
use standardwebhooks::Webhook;

use crate::support::recordings;

/// The vectors that the tests of the published libraries share.
#[derive(serde::Deserialize)]
struct Vectors {
    sign: Vec<Vector>,
}

#[derive(serde::Deserialize)]
struct Vector {
    secret: String,
    id: String,
    timestamp: i64,
    payload: String,
    signature: String,
}

#[test]
fn the_published_vectors_come_out() {
    let Some(file) = recordings::file("webhooks-standard/vectors.json") else { return };
    let vectors: Vectors = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert!(vectors.sign.len() >= 2);
    for Vector { secret, id, timestamp, payload, signature } in vectors.sign {
        let signed = |secret: &str| sign(&[secret.to_owned()], &id, timestamp, payload.as_bytes()).unwrap();
        assert_eq!(signed(&secret), signature);
        assert_eq!(signed(secret.trim_start_matches("whsec_")), signature, "without the prefix");
    }
}

#[test]
fn a_published_library_verifies_what_we_sign_and_nothing_else() {
    let (old, new) = (new_webhook_secret(), new_webhook_secret());
    let now = chrono::Utc::now().timestamp();
    let body = br#"{"type":"alert.raised"}"#;
    let headers = |signature: &str, timestamp: i64| {
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", HeaderValue::from_static("msg_1"));
        headers.insert("webhook-timestamp", HeaderValue::from(timestamp));
        headers.insert("webhook-signature", HeaderValue::from_str(signature).unwrap());
        headers
    };
    let both = sign(&[new.clone(), old.clone()], "msg_1", now, body).unwrap();
    assert_eq!(both.split(' ').count(), 2);
    for secret in [&old, &new] {
        let webhook = Webhook::new(secret).unwrap();
        webhook.verify(body, &headers(&both, now)).expect("whoever has either secret");
        assert!(webhook.verify(b"{}", &headers(&both, now)).is_err(), "another body");
        assert!(webhook.verify(body, &headers(&both, now - 1)).is_err(), "another time");
    }
    let stranger = Webhook::new(&new_webhook_secret()).unwrap();
    assert!(stranger.verify(body, &headers(&both, now)).is_err(), "another secret");
    let old_only = sign(std::slice::from_ref(&old), "msg_1", now - 600, body).unwrap();
    assert!(Webhook::new(&old).unwrap().verify(body, &headers(&old_only, now - 600)).is_err(), "too old to be taken");
}
