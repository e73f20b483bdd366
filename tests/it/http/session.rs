//! Signing in at the console: the cookie, its end, writes from other sites, guessing.

use harken::config::Settings;
use harken::domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::service::Service;
use crate::support::api::Reply;

/// Signs in; the answer, the cookie's value, and the CSRF token.
async fn sign_in(service: &Service, login: &str, password: &str) -> (Reply, String, String) {
    let reply = service.api().post("/api/v1/auth/login", &json!({ "login": login, "password": password })).await;
    let cookie = reply.headers.get("set-cookie").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let value = cookie.split(';').next().and_then(|pair| pair.split_once('=')).map(|(_, value)| value.to_owned()).unwrap_or_default();
    let csrf = reply.body["csrf_token"].as_str().unwrap_or_default().to_owned();
    (reply, value, csrf)
}

/// A request with the cookie and these headers; its status.
async fn with_cookie(service: &Service, method: Method, path: &str, cookie: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = service.api().request(method, path).header("cookie", format!("other=1; harken_session={cookie}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_person_signs_in_is_known_and_signs_out() {
    let service = Service::start().await;
    let id = service.person("ann", Role::Operator, None).await;
    let (reply, cookie, csrf) = sign_in(&service, "ann", "correct horse").await;
    let set = reply.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure"), "plain HTTP: {set}");
    let me = reply.expect(200);
    assert_eq!((me["id"].as_str(), me["name"].as_str(), me["kind"].as_str()), (Some(id.as_str()), Some("Person ann"), Some("user")));
    assert_eq!(with_cookie(&service, Method::GET, "/api/v1/me", &cookie, &[]).await, 200);
    assert_eq!(with_cookie(&service, Method::POST, "/api/v1/auth/logout", &cookie, &[("x-csrf-token", &csrf)]).await, 204);
    assert_eq!(with_cookie(&service, Method::GET, "/api/v1/me", &cookie, &[]).await, 401);
}

#[tokio::test]
async fn the_cookie_is_secure_where_tls_is() {
    let mut settings = Settings::default();
    settings.http.secure_cookies = true;
    let service = Service::with(settings, None).await;
    service.person("ann", Role::Operator, None).await;
    let (reply, ..) = sign_in(&service, "ann", "correct horse").await;
    assert!(reply.headers["set-cookie"].to_str().unwrap().contains("Secure"));
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let service = Service::start().await;
    service.person("ann", Role::Operator, None).await;
    let (_, cookie, _) = sign_in(&service, "ann", "correct horse").await;
    service.pass(12 * 3600 - 1);
    assert_eq!(with_cookie(&service, Method::GET, "/api/v1/me", &cookie, &[]).await, 200);
    service.pass(1);
    assert_eq!(with_cookie(&service, Method::GET, "/api/v1/me", &cookie, &[]).await, 401);
}

#[tokio::test]
async fn a_session_is_renewed_before_it_ends_but_not_for_ever() {
    let service = Service::start().await;
    service.person("ann", Role::Operator, None).await;
    let (reply, cookie, csrf) = sign_in(&service, "ann", "correct horse").await;
    let session = reply.expect(200)["session"].clone();
    assert_eq!(session, json!({ "ends_at": "2026-03-01T20:00:00Z", "renewable_until": "2026-03-02T08:00:00Z" }));
    let renewed = async |headers: &[(&str, &str)]| {
        let mut request = service.api().request(Method::POST, "/api/v1/auth/renew").header("cookie", format!("harken_session={cookie}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    service.pass(11 * 3600);
    assert_eq!(renewed(&[]).await.status(), 403, "another site cannot keep it alive");
    let answer = renewed(&[("x-csrf-token", &csrf)]).await;
    let set = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.starts_with(&format!("harken_session={cookie};")) && set.contains("Max-Age=43200"), "the browser keeps it as long: {set}");
    let me: Value = answer.json().await.unwrap();
    assert_eq!((me["session"]["ends_at"].as_str(), me["csrf_token"].as_str()), (Some("2026-03-02T07:00:00Z"), Some(&*csrf)));
    service.pass(12 * 3600 - 1);
    let last: Value = renewed(&[("x-csrf-token", &csrf)]).await.json().await.unwrap();
    assert_eq!(last["session"]["ends_at"], "2026-03-02T08:00:00Z", "twice as long as a session, and no longer");
    service.pass(3600);
    assert_eq!(with_cookie(&service, Method::GET, "/api/v1/me", &cookie, &[]).await, 200);
    service.pass(1);
    assert_eq!(renewed(&[("x-csrf-token", &csrf)]).await.status(), 401, "what has ended is not brought back");
}

#[tokio::test]
async fn another_site_cannot_write_with_the_cookie() {
    let service = Service::start().await;
    service.person("ann", Role::Operator, None).await;
    let (_, cookie, csrf) = sign_in(&service, "ann", "correct horse").await;
    let here = format!("http://{}", service.address);
    let presence = async |headers: &[(&str, &str)]| {
        service.engine_answers(Ok(Vec::new()));
        with_cookie(&service, Method::PUT, "/api/v1/me/presence", &cookie, headers).await
    };
    assert_eq!(presence(&[]).await, 403, "without the token");
    assert_eq!(presence(&[("x-csrf-token", "guessed")]).await, 403);
    assert_eq!(presence(&[("x-csrf-token", &csrf)]).await, 200);
    assert_eq!(presence(&[("x-csrf-token", &csrf), ("origin", &here)]).await, 200);
    assert_eq!(presence(&[("x-csrf-token", &csrf), ("origin", "https://evil.example")]).await, 403);
    assert_eq!(presence(&[("x-csrf-token", &csrf), ("origin", "null")]).await, 403);
    assert_eq!(presence(&[("x-csrf-token", &csrf), ("origin", &here), ("sec-fetch-site", "cross-site")]).await, 403);
    // A proxy may have changed the host; the browser's own word is enough.
    assert_eq!(presence(&[("x-csrf-token", &csrf), ("origin", "https://care.example"), ("sec-fetch-site", "same-origin")]).await, 200);
    // Reading changes nothing, and its answer stays hidden from the other site.
    assert_eq!(with_cookie(&service, Method::GET, "/api/v1/me", &cookie, &[("origin", "https://evil.example")]).await, 200);
    // Nor can it sign somebody in as somebody else.
    let login = service.api().request(Method::POST, "/api/v1/auth/login").header("origin", "https://evil.example");
    assert_eq!(login.json(&json!({ "login": "ann", "password": "correct horse" })).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn guessing_is_slowed_down_per_login_and_per_address() {
    let service = Service::start().await;
    service.person("ann", Role::Operator, None).await;
    for _ in 0..10 {
        let (reply, cookie, _) = sign_in(&service, "ann", "wrong").await;
        assert_eq!((reply.status, cookie.as_str()), (401, ""));
    }
    let (reply, ..) = sign_in(&service, "ann", "correct horse").await;
    assert_eq!(reply.headers["retry-after"], "60");
    assert_eq!(reply.headers["content-type"], "application/problem+json");
    reply.expect(429);
    let (reply, ..) = sign_in(&service, "somebody else", "from here").await;
    reply.expect(429);
    service.pass(60);
    sign_in(&service, "ann", "correct horse").await.0.expect(200);
}

#[tokio::test]
async fn signing_in_again_and_again_is_no_guessing() {
    let service = Service::start().await;
    service.person("ann", Role::Operator, None).await;
    for _ in 0..12 {
        sign_in(&service, "ann", "correct horse").await.0.expect(200);
    }
}

#[tokio::test]
async fn a_proxy_that_is_trusted_tells_the_addresses_apart() {
    let mut settings = Settings::default();
    settings.http.trusted_proxies = vec!["127.0.0.1".to_owned()];
    settings.security.login_attempts_per_minute = 1;
    let service = Service::with(settings, None).await;
    let attempt = async |login: &str, client: &str| {
        let request = service.api().request(Method::POST, "/api/v1/auth/login").header("x-forwarded-for", client);
        request.json(&json!({ "login": login, "password": "wrong" })).send().await.unwrap().status().as_u16()
    };
    assert_eq!(attempt("a", "192.0.2.1").await, 401);
    assert_eq!(attempt("b", "192.0.2.1").await, 429);
    assert_eq!(attempt("b", "192.0.2.2").await, 401);
    assert_eq!(attempt("a", "192.0.2.3").await, 429, "the login is held from everywhere");
}

#[tokio::test]
async fn a_login_that_does_not_exist_answers_like_a_wrong_password() {
    // The work is counted rather than timed: both ways check one password.
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let checks = || {
        let text = handle.render();
        let line = text.lines().find(|line| line.starts_with("harken_password_checks_total")).unwrap_or("x 0").to_owned();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let _ = metrics::set_global_recorder(recorder);
    let service = Service::start().await;
    service.person("ann", Role::Operator, None).await;
    let before = checks();
    let (known, ..) = sign_in(&service, "ann", "wrong").await;
    let between = checks();
    let (unknown, ..) = sign_in(&service, "nobody", "wrong").await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    assert!(between > before && checks() > between, "both ways do the work");
}

#[tokio::test]
async fn who_is_archived_or_has_a_new_password_is_signed_out() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let (ann, bob) = (service.person("ann", Role::Operator, None).await, service.person("bob", Role::Operator, None).await);
    let (_, cookie, _) = sign_in(&service, "ann", "correct horse").await;
    admin.patch(&format!("/api/v1/users/{ann}"), &json!({ "password": "another horse" })).await.expect(200);
    assert_eq!(with_cookie(&service, Method::GET, "/api/v1/me", &cookie, &[]).await, 401);
    sign_in(&service, "ann", "correct horse").await.0.expect(401);
    sign_in(&service, "ann", "another horse").await.0.expect(200);
    let (_, cookie, _) = sign_in(&service, "bob", "correct horse").await;
    admin.delete(&format!("/api/v1/users/{bob}")).await.expect(204);
    assert_eq!(with_cookie(&service, Method::GET, "/api/v1/me", &cookie, &[]).await, 401);
    sign_in(&service, "bob", "correct horse").await.0.expect(401);
}

#[tokio::test]
async fn passwords_are_kept_as_argon2id_and_cookies_as_hashes() {
    let file = crate::support::scratch::dir("http-").join("harken.db");
    let service = Service::with(Settings::default(), Some(format!("sqlite://{}", file.display()))).await;
    service.person("ann", Role::Operator, None).await;
    let (_, cookie, _) = sign_in(&service, "ann", "correct horse").await;
    let token = service.token(Role::Viewer, None).await;
    let mut stored = std::fs::read(&file).unwrap();
    stored.extend(std::fs::read(file.with_extension("db-wal")).unwrap_or_default());
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(!holds("correct horse") && !holds(&cookie) && !holds(&token));
}

#[tokio::test]
async fn a_token_has_no_session_to_end_and_no_csrf_token() {
    let service = Service::start().await;
    let api = service.admin().await;
    api.post("/api/v1/auth/logout", &Value::Null).await.expect(409);
    api.post("/api/v1/auth/renew", &Value::Null).await.expect(409);
    let me = api.get("/api/v1/me").await.expect(200);
    assert_eq!((me["kind"].as_str(), &me["csrf_token"], &me["session"]), (Some("token"), &Value::Null, &Value::Null));
}
