//! Who asks: a person with a session cookie, or a token; and the organisations in which they may do what they ask for.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum_extra::extract::CookieJar;

use super::problem::Problem;
use super::state::HttpState;
use crate::clock::Time;
use crate::domain::access::{Principal, Scope};
use crate::domain::secret;

/// The name of the session cookie.
pub const SESSION_COOKIE: &str = "harken_session";
/// The header in which a write with a session cookie repeats the session's token.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// Who asks, and where they may do it. A handler that takes this first runs only for somebody whom its row of `permissions` lets in.
#[derive(Clone, Debug)]
pub struct Access {
    /// Who.
    pub principal: Principal,
    /// The organisations in which they hold a role that this operation needs. Pass it to every query.
    pub scope: Scope,
    /// How they proved it.
    pub proof: Proof,
}

/// How somebody proved who they are.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A token, by the SHA-256 of its secret.
    Token {
        /// As stored.
        secret_sha256: String,
    },
    /// A session cookie.
    Session {
        /// As stored.
        secret_sha256: String,
        /// What writes must repeat.
        csrf: String,
        /// Since when.
        began_at: Time,
        /// Until when.
        expires_at: Time,
    },
}

impl<S: Send + Sync> FromRequestParts<S> for Access {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        // Put there by the gate; a route outside the gate has none.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::not_signed_in("This needs a sign-in."))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Access {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Problem> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// Finds out who asks.
///
/// # Errors
/// 401 when nobody proves to be anybody; 403 for a write with a session cookie that another site may have sent; 503 without a database.
pub async fn recognise(state: &HttpState, method: &Method, headers: &HeaderMap) -> Result<(Principal, Proof), Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or_else(|| Problem::not_signed_in("The Authorization header must read `Bearer <token>`."))?;
        return by_token(state, token.trim()).await;
    }
    let jar = CookieJar::from_headers(headers);
    let Some(cookie) = jar.get(SESSION_COOKIE) else {
        let say = "Send a token (`Authorization: Bearer <token>`), or sign in at POST /api/v1/auth/login and send the cookie.";
        return Err(Problem::not_signed_in(say));
    };
    let (principal, proof) = by_session(state, cookie.value()).await?;
    if !method.is_safe() {
        refuse_other_sites(headers)?;
        refuse_without_csrf(headers, &proof)?;
    }
    Ok((principal, proof))
}

async fn by_token(state: &HttpState, token: &str) -> Result<(Principal, Proof), Problem> {
    let secret_sha256 = secret::sha256_hex(token.as_bytes());
    let Some((principal, last_used)) = state.store.token_holder(&secret_sha256).await? else {
        return Err(Problem::not_signed_in("This token is not known or was revoked. Ask an administrator for another."));
    };
    let now = state.clock.now();
    if last_used.is_none_or(|at| now - at >= chrono::TimeDelta::minutes(1)) {
        state.notes.token_used(&principal.id, now);
    }
    Ok((principal, Proof::Token { secret_sha256 }))
}

async fn by_session(state: &HttpState, cookie: &str) -> Result<(Principal, Proof), Problem> {
    let secret_sha256 = secret::sha256_hex(cookie.as_bytes());
    let Some(session) = state.store.session(&secret_sha256, state.clock.now()).await? else {
        return Err(Problem::not_signed_in("This session has ended. Sign in again."));
    };
    let proof = Proof::Session { secret_sha256, csrf: session.csrf, began_at: session.began_at, expires_at: session.expires_at };
    Ok((session.principal, proof))
}

fn refuse_without_csrf(headers: &HeaderMap, proof: &Proof) -> Result<(), Problem> {
    let Proof::Session { csrf, .. } = proof else { return Ok(()) };
    let sent = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if secret::same(sent, csrf) {
        return Ok(());
    }
    Err(Problem::forbidden(
        "A write with a session cookie needs the header X-CSRF-Token with the `csrf_token` that signing in and GET /me answer.",
    ))
}

/// Refuses what a page of another site made the browser send.
///
/// # Errors
/// 403 when the browser says that it came from elsewhere.
pub fn refuse_other_sites(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let from_here = match (text("sec-fetch-site"), text("origin")) {
        // Set by every current browser, and by nobody else.
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == text("host"),
        (None, None) => true,
    };
    if from_here { Ok(()) } else { Err(Problem::forbidden("This came from a page of another site. Use the console of this service.")) }
}
