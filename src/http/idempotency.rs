//! `Idempotency-Key`: a POST that is sent again, because its answer was lost on the way, is not done again. The first answer is kept
//! for a day and repeated. A request that was refused has changed nothing; its key may be used again.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::access::Access;
use super::problem::Problem;
use super::state::HttpState;
use crate::store::idempotency::Reservation;

/// The header.
pub const HEADER: &str = "idempotency-key";
/// Set on an answer that is a repetition.
const REPEATED: &str = "idempotent-replayed";
/// The largest body of a request, in bytes.
pub const BODY_MAX: usize = 1024 * 1024;

/// Left in an answer that shows a secret once: it is not kept, and a repetition is told so.
#[derive(Clone, Copy, Debug)]
pub struct HoldsSecret;

/// Does what was asked, unless it was done before.
pub async fn once(State(state): State<HttpState>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    match guarded(state, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn guarded(state: HttpState, request: Request, next: Next) -> Result<Response, Problem> {
    let Some(access) = request.extensions().get::<Access>().cloned() else { return Ok(next.run(request).await) };
    let key = request.headers().get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if !(1..=255).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::unreadable("`Idempotency-Key` must have 1 to 255 printable ASCII characters, for example a random UUID."));
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX).await.map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 1 MiB."))?;
    let mut hash = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), parts.uri.to_string().as_bytes(), &body] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let request_sha256: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let (who, now) = (access.principal.id, state.clock.now());
    match state.store.reserve_key(&who, &key, &request_sha256, now, now - TimeDelta::days(1)).await? {
        Reservation::New => {}
        Reservation::OtherRequest => {
            let say =
                "This Idempotency-Key was used for another request. Use a fresh key for each request that is meant to do something new.";
            return Err(Problem::invalid(say));
        }
        Reservation::UnderWay => {
            let say = "The first request with this Idempotency-Key has not been answered: it is under way, or was cut off. Look at what is there before you send it with a fresh key.";
            return Err(Problem::conflict_for_now(say, 2));
        }
        Reservation::Done { body: None, .. } => {
            let say = "This was done already, and the answer held a secret that is shown only once. Make another with a fresh Idempotency-Key, and revoke this one.";
            return Err(Problem::conflict(say));
        }
        Reservation::Done { status, body: Some(body) } => return Ok(repeat(status, body)),
    }
    let request = Request::from_parts(parts, Body::from(body));
    // Done to the end although the client may have gone: its repetition must find the answer.
    let done = state.unfinished.clone().spawn(async move { run(&state, &who, &key, next, request).await });
    done.await.map_err(|_| Problem::internal())
}

async fn run(state: &HttpState, who: &str, key: &str, next: Next, request: Request) -> Response {
    let (parts, body) = next.run(request).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let shown_once = parts.extensions.get::<HoldsSecret>().is_some();
    let kept = if shown_once { None } else { Some(String::from_utf8_lossy(&body).into_owned()) };
    let noted = if parts.status.is_success() {
        state.store.keep_answer(who, key, i64::from(parts.status.as_u16()), kept.as_deref()).await
    } else {
        state.store.release_key(who, key).await
    };
    if let Err(error) = noted {
        // The key stays reserved: a repetition is told that the outcome is not known, which is true.
        tracing::error!(%error, "the answer to a request with an Idempotency-Key could not be kept");
    }
    Response::from_parts(parts, Body::from(body))
}

fn repeat(status: i64, body: String) -> Response {
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let mut response = (status, Bytes::from(body)).into_response();
    let headers = response.headers_mut();
    if status == StatusCode::NO_CONTENT {
        headers.remove(header::CONTENT_TYPE);
    } else {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    headers.insert(REPEATED, HeaderValue::from_static("true"));
    response
}
