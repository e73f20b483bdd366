//! Sockets, TLS, documents and the console.

use harken::config::Settings;
use harken::domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::service::Service;
use crate::support::scratch;

#[tokio::test]
async fn tls_of_our_own() {
    let dir = scratch::dir("tls-");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let mut settings = Settings::default();
    let place = |name: &str| dir.join(name).display().to_string();
    (settings.http.tls_certificate, settings.http.tls_key) = (place("cert.pem"), place("key.pem"));
    std::fs::write(&settings.http.tls_certificate, made.cert.pem()).unwrap();
    std::fs::write(&settings.http.tls_key, made.signing_key.serialize_pem()).unwrap();
    let service = Service::with(settings, None).await;
    service.person("ann", Role::Operator, None).await;
    let authority = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
    let base = format!("https://localhost:{}", service.address.port());
    assert_eq!(client.get(format!("{base}/healthz")).send().await.unwrap().status(), 200);
    let login = client.post(format!("{base}/api/v1/auth/login")).json(&json!({ "login": "ann", "password": "correct horse" }));
    let response = login.send().await.unwrap();
    assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Secure"), "with TLS the cookie is for TLS only");
    assert!(reqwest::Client::builder().no_proxy().build().unwrap().get(format!("{base}/healthz")).send().await.is_err());
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_named() {
    let mut settings = Settings::default();
    settings.http.tls_certificate = "/nowhere/cert.pem".to_owned();
    let mut service = Service::with(settings, None).await;
    let error = service.server.take().unwrap().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("tls_certificate"), "{error}");
}

#[tokio::test]
async fn the_service_stops_after_the_last_answer_and_the_last_note() {
    let mut service = Service::start().await;
    let north = service.organisation("north").await;
    let api = service.admin().await;
    api.get(&format!("/api/v1/alerts/{}", north.alert.id)).await.expect(200);
    service.stopping.cancel();
    service.server.take().unwrap().await.unwrap().unwrap();
    let reads = service.store.audit_records(&super::alerts::trail_of(&north.alert.id)).await.unwrap();
    assert_eq!(reads.len(), 1, "what was read just before the stop is in the trail");
}

#[tokio::test]
async fn the_documentation_works_without_the_internet() {
    let service = Service::start().await;
    let api = service.api();
    let document = api.get("/openapi.json").await.expect(200);
    assert_eq!(document["info"]["title"], "Harken");
    let page = api.get("/docs/").await;
    assert_eq!(page.status, 200);
    let html = page.body.as_str().unwrap().to_owned();
    assert!(!html.contains("//cdn") && !html.contains("https://"), "{html}");
    let mut files: Vec<&str> = html.split('"').filter(|part| part.starts_with("./") && part.contains('.')).collect();
    files.dedup();
    assert!(files.len() >= 3, "{html}");
    for file in files {
        let reply = api.get(&format!("/docs/{}", file.trim_start_matches("./"))).await;
        assert_eq!(reply.status, 200, "{file}");
    }
    assert!(!html.contains("<script>"), "a script in the page itself would be stopped by our own policy");
}

#[tokio::test]
async fn the_console_is_served_or_the_page_says_how_to_get_it() {
    let service = Service::start().await;
    let api = service.api();
    let page = api.get("/").await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
    assert!(!policy.contains("unsafe") && policy.contains("script-src 'self';"), "{policy}");
    let html = page.body.as_str().unwrap();
    if html.contains("make web") {
        api.get("/assets/none.js").await.expect(404);
        return;
    }
    assert!(!html.contains(" style=") && !html.contains("<script>"), "nothing inline: the policy would stop it");
    let files: Vec<&str> = html.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(files.len() >= 2, "{html}");
    for file in files {
        let reply = api.get(file).await;
        assert_eq!(reply.status, 200, "{file}");
        assert!(reply.headers["cache-control"].to_str().unwrap().contains("immutable"), "its content is in its name");
    }
    let again = api.get("/cases/deeper").await;
    assert_ne!(again.headers["content-security-policy"].to_str().unwrap(), policy, "the number is used once");
    api.get("/assets/../index.html").await.expect(404);
    api.get("/api/v1/nowhere").await.expect(404);
}

#[tokio::test]
async fn a_head_is_answered_like_a_get_and_needs_the_same_rights() {
    let service = Service::start().await;
    let api = service.admin().await;
    api.send(Method::HEAD, "/api/v1/alerts", None).await.expect(200);
    service.api().send(Method::HEAD, "/api/v1/alerts", None).await.expect(401);
    service.api_as(Role::Responder, None).await.send(Method::HEAD, "/api/v1/alerts", None).await.expect(403);
}

#[tokio::test]
async fn a_batch_of_odd_requests_leaves_the_service_standing() {
    let service = Service::start().await;
    let api = service.admin().await;
    let odd = ["/api/v1/alerts/' OR 1=1 --", "/api/v1/alerts/..%2f..%2fetc%2fpasswd", "/api/v1/../../etc/passwd", "/docs/../../etc/passwd"];
    for path in odd {
        let reply = api.get(path).await;
        assert!(matches!(reply.status, 400 | 404), "{}: {} {}", reply.said, reply.status, reply.body);
    }
    let long = format!("/api/v1/alerts/{}", "x".repeat(20_000));
    let status = api.get(&long).await.status;
    assert!((400..500).contains(&status), "{status}");
    assert_eq!(api.get("/healthz").await.expect(200), json!({ "status": "alive" }));
    let _: Value = api.get("/api/v1/alerts").await.expect(200);
}
