//! The live stream of alerts, as server-sent events: in feed order, only those the caller may see, resumed with nothing missed.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{self, Access};
use super::json::Query;
use super::live::{Found, Frame};
use super::permissions;
use super::problem::Problem;
use super::state::HttpState;
use crate::clock::Time;
use crate::domain::access::{Principal, Scope};
use crate::store::Result as StoreResult;

/// A connection that carries nothing is cut by proxies and mobile networks; a comment keeps it.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often a listener is asked whether they may still listen.
const RECHECK: TimeDelta = TimeDelta::minutes(1);
/// Entries taken at once.
const TAKEN: usize = 100;
/// Listeners at the same time; the next is asked to try another replica.
const LISTENERS: usize = 5000;

/// Where to begin.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StreamQuery {
    /// Everything after this position: the `stream_position` of a list, or the `id` of the last event seen. Without it, and without
    /// `Last-Event-ID`: from now on.
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(listen))
}

/// The live stream of alerts
///
/// Server-sent events. `alert`: an alert was raised or changed; `data` is the whole alert, `id` the position. `reset`: the position asked for is no longer
/// (or not yet) known; read `GET /alerts` again; the stream goes on from the position in `data`. A comment every 15 s keeps the connection.
#[utoipa::path(
    get, path = "/alerts/stream", tag = "alerts",
    params(StreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "Set by browsers when they come back; goes before `after`.")),
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream"))
)]
async fn listen(
    access: Access,
    State(state): State<HttpState>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if query.after.is_some_and(|after| after < 0) {
        return Err(Problem::unreadable("`after` must be a position: 0 or more."));
    }
    if state.live.listeners() >= LISTENERS {
        return Err(Problem::unavailable("Too many listen to this replica already. Try again, or another one."));
    }
    let (position, hello) = begin(&state, &query, &headers).await?;
    let listener = Listener {
        recheck_at: state.clock.now() + RECHECK,
        keep_alive_at: Instant::now() + KEEP_ALIVE,
        waiting: VecDeque::new(),
        told: position,
        hello: Some(hello),
        position,
        more: state.live.more(),
        access,
        headers,
        state,
    };
    let frames =
        stream::unfold(listener, |mut listener| async move { listener.next().await.map(|frame| (Ok::<_, Infallible>(frame), listener)) });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would otherwise hold lines back.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(frames)).into_response())
}

/// Where the listener begins, and the first thing it is told: so that it knows its position even if it is cut off before the first alert.
async fn begin(state: &HttpState, query: &StreamQuery, headers: &HeaderMap) -> Result<(i64, Bytes), Problem> {
    let asked = headers.get("last-event-id").and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    let asked = asked.map(|value| value.parse::<i64>().ok()).or(query.after.map(Some));
    let reach = state.store.feed_reach().await?;
    Ok(match asked {
        None => (reach.last, Bytes::from(format!(": from now on\nretry: 2000\nid: {}\n\n", reach.last))),
        Some(Some(position)) if (reach.resumable_from..=reach.last).contains(&position) => {
            (position, Bytes::from(format!(": resumed\nretry: 2000\nid: {position}\n\n")))
        }
        Some(_) => (reach.last, reset(reach.last)),
    })
}

fn reset(position: i64) -> Bytes {
    Bytes::from(format!("event: reset\nretry: 2000\nid: {position}\ndata: {{\"position\":{position}}}\n\n"))
}

/// One open stream. It asks for what it can send and holds nothing in store: however slowly it is read, it costs its connection alone.
struct Listener {
    state: HttpState,
    access: Access,
    headers: HeaderMap,
    more: watch::Receiver<i64>,
    hello: Option<Bytes>,
    /// Seen, whether it was sent or passed over as somebody else's.
    position: i64,
    /// The last position that the client was told.
    told: i64,
    waiting: VecDeque<Arc<Frame>>,
    recheck_at: Time,
    keep_alive_at: Instant,
}

impl Listener {
    /// The next thing to send; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(hello) = self.hello.take() {
            return Some(hello);
        }
        loop {
            if self.state.stopping.is_cancelled() || !self.may_still_listen().await {
                return None;
            }
            while let Some(frame) = self.waiting.pop_front() {
                self.position = frame.position;
                if self.access.scope.covers(&frame.organisation) {
                    return Some(self.sent(frame.bytes.clone()));
                }
            }
            self.more.mark_unchanged();
            match self.state.live.after(self.position, TAKEN) {
                Found::Here(frames) if !frames.is_empty() => self.waiting.extend(frames),
                Found::Here(_) => {
                    if let Some(frame) = self.wait().await {
                        return Some(frame);
                    }
                }
                Found::Further => match self.read_back().await {
                    Ok(None) => {}
                    Ok(Some(frame)) => return Some(frame),
                    Err(error) => {
                        // The client comes back with its position, when the database does.
                        tracing::warn!(%error, "a stream ended: the feed could not be read");
                        return None;
                    }
                },
            }
        }
    }

    fn sent(&mut self, frame: Bytes) -> Bytes {
        self.told = self.position;
        self.keep_alive_at = Instant::now() + KEEP_ALIVE;
        frame
    }

    /// Waits until there is something to do; answers with a sign of life when there was nothing for long.
    async fn wait(&mut self) -> Option<Bytes> {
        tokio::select! {
            _ = self.more.changed() => None,
            () = self.state.stopping.cancelled() => None,
            () = self.state.clock.wait_until(self.recheck_at) => None,
            () = sleep_until(self.keep_alive_at) => {
                // The position moves on past what others are told, so that it does not grow too old to come back to.
                let text = if self.told < self.position { format!(": still here\nid: {}\n\n", self.position) } else { ": still here\n\n".to_owned() };
                Some(self.sent(Bytes::from(text)))
            }
        }
    }

    /// Takes what is no longer in memory from the database; a reset when it is no longer there either.
    async fn read_back(&mut self) -> StoreResult<Option<Bytes>> {
        let limit = i64::try_from(TAKEN).unwrap_or(i64::MAX);
        let entries = self.state.store.feed_after(self.position, limit).await?;
        // Asked afterwards: what is there now was there when the page was read.
        let reach = self.state.store.feed_reach().await?;
        if self.position < reach.resumable_from {
            self.position = reach.last;
            return Ok(Some(self.sent(reset(reach.last))));
        }
        self.waiting.extend(entries.into_iter().map(|entry| Arc::new(Frame::from(entry))));
        Ok(None)
    }

    /// Asks once a minute whether the session or token is still in force and still means the same.
    async fn may_still_listen(&mut self) -> bool {
        let now = self.state.clock.now();
        if now < self.recheck_at {
            return true;
        }
        self.recheck_at = now + RECHECK;
        match access::recognise(&self.state, &Method::GET, &self.headers).await {
            Ok((principal, _)) => scope_of(&principal).is_some_and(|scope| scope == self.access.scope),
            // Without a database nobody can be asked; alerts do not come either.
            Err(problem) => problem.status() == StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// What somebody may hear.
fn scope_of(principal: &Principal) -> Option<Scope> {
    permissions::lookup(&Method::GET, "/alerts/stream").and_then(|allowed| permissions::scope(allowed, principal))
}
