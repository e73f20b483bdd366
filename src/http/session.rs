//! Signing in at the console and signing out.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{self, Access, Proof, SESSION_COOKIE};
use super::json::Json;
use super::me::{Me, SessionTimes};
use super::peer::Peer;
use super::problem::Problem;
use super::state::HttpState;
use super::text::{Password, Text};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::secret;
use crate::store::audit::AuditEntry;

/// Who wants to sign in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    /// The login name.
    login: Text<1, 200>,
    /// The password.
    password: Password<1>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(login)).routes(routes!(renew)).routes(routes!(logout))
}

/// How long a session lasts from signing in, or from a renewal.
fn lasts(state: &HttpState) -> TimeDelta {
    TimeDelta::hours(state.settings.security.session_hours)
}

/// Until when a session that began then can be made to last: twice as long. A stolen cookie must not live for ever.
pub fn renewable_until(state: &HttpState, began_at: Time) -> Time {
    began_at + lasts(state) * 2
}

/// Sign in
///
/// Sets the session cookie. The answer's `csrf_token` must be repeated in the header `X-CSRF-Token` of every write that is sent with the cookie.
/// Failed attempts are limited per login and per address.
#[utoipa::path(
    post, path = "/auth/login", tag = "session", request_body = Login,
    responses((status = 200, body = Me), (status = 401, description = "Login or password is wrong."),
        (status = 429, description = "Too many failed attempts; the header Retry-After says for how many seconds to wait."))
)]
async fn login(
    State(state): State<HttpState>,
    Peer(address): Peer,
    headers: HeaderMap,
    Json(asked): Json<Login>,
) -> Result<(CookieJar, Json<Me>), Problem> {
    access::refuse_other_sites(&headers)?;
    let (login, now) = (asked.login.into_inner(), state.clock.now());
    state.throttle.begin(&login, address, now).map_err(|wait_s| {
        metrics::counter!("harken_sign_ins_total", "result" => "throttled").increment(1);
        Problem::too_many(format!("Too many failed attempts to sign in. Wait {wait_s} s."), wait_s)
    })?;
    let judged = judge(&state, &login, asked.password.into_inner()).await;
    if !matches!(judged, Ok(None)) {
        // It succeeded, or could not be judged: either way no failed guess.
        state.throttle.forgive(&login, address, now);
    }
    let Some(person) = judged? else {
        metrics::counter!("harken_sign_ins_total", "result" => "refused").increment(1);
        tracing::info!(%address, "a sign-in was refused");
        return Err(Problem::not_signed_in("Login or password is wrong. Check both, or ask an administrator to set a new password."));
    };
    metrics::counter!("harken_sign_ins_total", "result" => "accepted").increment(1);
    begin_session(&state, &person, now).await
}

/// The id of the person whose login and password these are.
async fn judge(state: &HttpState, login: &str, password: String) -> Result<Option<String>, Problem> {
    let known = state.store.credentials(login).await?;
    let busy = || Problem::unavailable("Too many people sign in at the moment. Try again.");
    let permit = state.password_checks.clone().acquire_owned().await.map_err(|_| busy())?;
    let checked = tokio::task::spawn_blocking(move || {
        let right = secret::verify_password(known.as_ref().map(|(_, hash)| hash.as_str()), &password);
        drop(permit);
        metrics::counter!("harken_password_checks_total").increment(1);
        known.filter(|_| right).map(|(id, _)| id)
    });
    checked.await.map_err(|_| Problem::internal())
}

async fn begin_session(state: &HttpState, person: &str, now: Time) -> Result<(CookieJar, Json<Me>), Problem> {
    let (cookie, csrf) = (secret::random_256(), secret::random_256());
    let ends_at = now + lasts(state);
    let mut tx = state.store.begin().await?;
    tx.insert_session(&secret::sha256_hex(cookie.as_bytes()), person, &csrf, now, ends_at).await?;
    let user = tx.user(&Scope::All, person).await?.ok_or_else(Problem::internal)?;
    let detail = serde_json::json!({});
    let entry = AuditEntry { organisation: None, who: person, action: "signed_in", object_kind: "user", object_id: person, detail };
    tx.audit(now, entry).await?;
    tx.commit().await?;
    let jar = CookieJar::new().add(session_cookie(state, cookie, seconds(lasts(state))));
    let session = Some(SessionTimes { ends_at, renewable_until: renewable_until(state, now) });
    let me = Me { id: user.id, name: user.name, kind: "user", grants: user.grants, csrf_token: Some(csrf), session };
    Ok((jar, Json(me)))
}

/// Go on
///
/// The session lasts as long again from now on, but not beyond `session.renewable_until` of `GET /me`: then sign in anew. The cookie and its
/// `csrf_token` stay what they are.
#[utoipa::path(
    post, path = "/auth/renew", tag = "session",
    responses((status = 200, body = Me), (status = 409, description = "You came with a token.", body = Problem, content_type = "application/problem+json"))
)]
async fn renew(mut access: Access, State(state): State<HttpState>, jar: CookieJar) -> Result<(CookieJar, Json<Me>), Problem> {
    let now = state.clock.now();
    let person = access.principal.id.clone();
    let (Proof::Session { secret_sha256, began_at, expires_at, .. }, Some(cookie)) = (&mut access.proof, jar.get(SESSION_COOKIE)) else {
        return Err(Problem::conflict("You came with a token, which has no session to renew. It holds until an administrator revokes it."));
    };
    let until = (now + lasts(&state)).min(renewable_until(&state, *began_at)).max(*expires_at);
    let mut tx = state.store.begin().await?;
    if !tx.renew_session(secret_sha256, now, until).await? {
        return Err(Problem::not_signed_in("This session has ended. Sign in again."));
    }
    let detail = serde_json::json!({ "until": until });
    let entry = AuditEntry { organisation: None, who: &person, action: "session_renewed", object_kind: "user", object_id: &person, detail };
    tx.audit(now, entry).await?;
    tx.commit().await?;
    *expires_at = until;
    let jar = CookieJar::new().add(session_cookie(&state, cookie.value().to_owned(), seconds(until - now)));
    Ok((jar, Json(Me::of(access, &state))))
}

fn seconds(span: TimeDelta) -> u64 {
    u64::try_from(span.num_seconds()).unwrap_or(0)
}

/// Sign out
///
/// Ends the session and clears its cookie. A token has no session to end: revoke it instead.
#[utoipa::path(post, path = "/auth/logout", tag = "session", responses((status = 204, description = "Signed out.")))]
async fn logout(access: Access, State(state): State<HttpState>) -> Result<(CookieJar, StatusCode), Problem> {
    let Proof::Session { secret_sha256, .. } = &access.proof else {
        return Err(Problem::conflict("You came with a token, which has no session to end. An administrator can revoke it."));
    };
    let mut tx = state.store.begin().await?;
    tx.delete_session(secret_sha256).await?;
    tx.commit().await?;
    Ok((CookieJar::new().add(session_cookie(&state, String::new(), 0)), StatusCode::NO_CONTENT))
}

/// `Lax`, so that a link to the console from a message opens it signed in; writes are protected by the CSRF header.
fn session_cookie(state: &HttpState, value: String, lasts_s: u64) -> Cookie<'static> {
    Cookie::build((SESSION_COOKIE, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.secure_cookies())
        .max_age(std::time::Duration::from_secs(lasts_s).try_into().unwrap_or_default())
        .build()
}
