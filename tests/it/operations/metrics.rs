//! What `/metrics` says of a service that was used: each count is told from outside what it must be.

use serde_json::json;

use crate::support::harken::Harken;
use crate::support::house::{Gateway, id_of};

/// The value of the sample whose line begins so; 0 when there is none yet.
fn value(page: &str, sample: &str) -> f64 {
    let of = |line: &str| line.strip_prefix(sample).and_then(|rest| rest.strip_prefix(' ')).map(|value| value.parse().expect("a number"));
    page.lines().find_map(of).unwrap_or(0.0)
}

async fn page(harken: &Harken) -> String {
    harken.api().get("/metrics").await.expect(200).as_str().expect("text").to_owned()
}

#[tokio::test]
async fn what_happened_is_counted_and_every_sample_is_readable() {
    let mut harken = Harken::start().await;
    let api = harken.api_as("administrator", None).await;
    let organisation = id_of(&api.post("/api/v1/organisations", &json!({ "name": "North" })).await.expect(201));
    let home = json!({ "organisation": organisation, "name": "Elm Row", "zone": "Europe/London" });
    let home = id_of(&api.post("/api/v1/homes", &home).await.expect(201));
    let secret = harken.gateway("gw-1", &home).await;
    let before = page(&harken).await;
    let mut gateway = Gateway::connect(harken.mqtt(), "gw-1", &secret).await;
    for id in ["1", "2", "2"] {
        gateway.say(json!({ "id": id, "kind": "motion", "device": "hall", "at": "2026-11-20T10:00:00Z" })).await;
    }
    gateway.say_raw("{").await;
    gateway.alarm(json!({ "id": "p", "kind": "pendant", "device": "neck" })).await;
    harken.api().with_token("hk_wrong").get("/api/v1/alerts").await.expect(401);
    let after = page(&harken).await;
    let grew = |sample: &str| value(&after, sample) - value(&before, sample);
    let counted = |sample: &str| (sample.to_owned(), grew(sample));
    for (sample, wanted) in [
        (counted("harken_events_stored_total"), 3.0),
        (counted("harken_events_duplicate_total"), 1.0),
        (counted("harken_alerts_raised_total{queue=\"care\"}"), 1.0),
        (counted("harken_mqtt_messages_total"), 5.0),
        (counted("harken_mqtt_settled_total"), 5.0),
        (counted("harken_mqtt_sessions"), 1.0),
        (counted("harken_http_requests_total{method=\"GET\",route=\"/api/v1/alerts\",status=\"401\"}"), 1.0),
    ] {
        assert!((sample.1 - wanted).abs() < f64::EPSILON, "{} grew by {}, not by {wanted}:\n{after}", sample.0, sample.1);
    }
    assert!(grew("harken_rejected_total") > 0.0 || after.contains("harken_rejected_total{"), "{after}");
    for line in after.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (_, value) = line.rsplit_once(' ').expect("a name and a value");
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    harken.stop().await;
}
