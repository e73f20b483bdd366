//! HTTP with a bearer token, and server-sent events, as a client of the real server sees them.

use std::net::SocketAddr;
use std::sync::Once;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::Method;
use serde_json::Value;

/// A client of one server with one token (or none).
#[derive(Clone, Debug)]
pub struct Api {
    client: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// What came back. The body is JSON, or a string when it is something else, or null when it is empty.
#[derive(Clone, Debug)]
pub struct Reply {
    pub said: String,
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

/// One server-sent event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sse {
    pub id: Option<String>,
    pub event: String,
    pub data: String,
}

/// An open stream of server-sent events.
pub struct SseStream {
    chunks: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    buffer: String,
}

impl Api {
    /// The same client of a server that has moved.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { base: format!("http://{address}"), ..self.clone() }
    }

    /// A client of the server at `address`, without a token.
    pub fn new(address: SocketAddr) -> Self {
        provider();
        let client = reqwest::Client::builder().timeout(Duration::from_mins(1)).no_proxy().build().expect("an HTTP client");
        Self { client, base: format!("http://{address}"), token: None }
    }

    /// The same server, with `token`.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A request still to be sent, with the token. `path` begins with `/`.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends and reads the answer to its end.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let said = format!("{method} {path}");
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{said}: {error:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap_or_else(|error| panic!("{said}: {error:?}"));
        let body = match text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
        };
        Reply { said, status, headers, body }
    }

    /// Opens a stream of server-sent events.
    pub async fn stream(&self, path: &str) -> SseStream {
        // A stream has no end, so the client's own limit must not count.
        let request = self.request(Method::GET, path).header("Accept", "text/event-stream").timeout(Duration::from_hours(1));
        let response = request.send().await.unwrap_or_else(|error| panic!("GET {path}: {error:?}"));
        SseStream::of(response)
    }
}

impl Reply {
    /// The body, when the status is `status`; the test fails with the whole answer otherwise.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} answered {}", self.said, self.body);
        self.body
    }
}

impl SseStream {
    /// The data of the next event called `name`; what comes between is passed over.
    pub async fn next_of(&mut self, name: &str) -> Value {
        loop {
            let event = self.next(super::wait::PATIENCE).await.unwrap_or_else(|| panic!("no event `{name}` in time"));
            if event.event == name {
                return serde_json::from_str(&event.data).expect("JSON");
            }
        }
    }

    /// The stream that `response` opens.
    pub fn of(response: reqwest::Response) -> Self {
        assert_eq!(response.status().as_u16(), 200, "{}", response.url());
        Self { chunks: response.bytes_stream().boxed(), buffer: String::new() }
    }

    /// Whether the server ends the stream within `limit`. What comes before is passed over.
    pub async fn ended(&mut self, limit: Duration) -> bool {
        tokio::time::timeout(limit, async { while self.read().await.is_some() {} }).await.is_ok()
    }

    /// The next event within `limit`; comments are passed over. `None` when the limit passes or the server ends the stream.
    pub async fn next(&mut self, limit: Duration) -> Option<Sse> {
        tokio::time::timeout(limit, self.read()).await.ok().flatten()
    }

    async fn read(&mut self) -> Option<Sse> {
        loop {
            while let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let event = parse(block);
                self.buffer.drain(..self.buffer.len() - rest.len());
                if event.is_some() {
                    return event;
                }
            }
            let chunk = self.chunks.next().await?.ok()?;
            self.buffer.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

fn parse(block: &str) -> Option<Sse> {
    let mut event = Sse { event: "message".to_owned(), ..Sse::default() };
    let mut data = Vec::new();
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => event.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut event.event),
            "data" => data.push(value),
            _ => {}
        }
    }
    event.data = data.join("\n");
    (!data.is_empty()).then_some(event)
}

/// The cryptographic provider of rustls, once per process.
pub fn provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
