//! Signatures against the published vectors' form, and against a published library that verifies.

use harken::domain::secret::new_webhook_secret;
use harken::notify::signature::sign;
use reqwest::header::{HeaderMap, HeaderValue};
use standardwebhooks::Webhook;

/// The vectors that the tests of the published libraries share.
const VECTORS: [(&str, &str, i64, &str, &str); 2] = [
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        "{\"test\": 2432232314}",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        1_649_367_553,
        "{\"email\":\"test@example.com\",\"username\":\"test_user\"}",
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
];

#[test]
fn the_published_vectors_come_out() {
    for (secret, id, timestamp, payload, signature) in VECTORS {
        let signed = |secret: &str| sign(&[secret.to_owned()], id, timestamp, payload.as_bytes()).unwrap();
        assert_eq!(signed(secret), signature);
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
