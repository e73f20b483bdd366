//! The gate in front of the API: first who asks (401), then whether they may (403), then whether the address makes sense (400). Only then does a handler
//! read the request.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{OpenApi, RefOr};

use super::access::{self, Access};
use super::permissions::{self, Allowed};
use super::problem::Problem;
use super::state::HttpState;

/// The prefix of the API.
pub const PREFIX: &str = "/api/v1";

/// What the gate knows of each operation, from the API document.
#[derive(Clone)]
pub struct Gate {
    state: HttpState,
    operations: Arc<HashMap<(Method, String), Operation>>,
}

struct Operation {
    /// `None`: nobody wrote down who may do this, so nobody may.
    allowed: Option<Allowed>,
    parameters: HashSet<String>,
}

/// The id of whoever asked, left in the answer for the access log.
#[derive(Clone, Debug)]
pub struct AskedBy(pub String);

impl Gate {
    /// The gate in front of what `document` describes.
    #[must_use]
    pub fn new(state: HttpState, document: &OpenApi) -> Self {
        let mut operations = HashMap::new();
        for (path, item) in &document.paths.paths {
            let Some(below) = path.strip_prefix(PREFIX) else { continue };
            let methods = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            for (method, described) in methods {
                let Some(described) = described else { continue };
                let parameters = described.parameters.iter().flatten().filter_map(|parameter| match parameter {
                    RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
                    _ => None,
                });
                let operation = Operation { allowed: permissions::lookup(&method, below), parameters: parameters.collect() };
                if operation.allowed.is_none() {
                    tracing::error!(%method, path, "nobody wrote down who may do this: closed to everybody");
                }
                operations.insert((method, path.clone()), operation);
            }
        }
        Self { state, operations: Arc::new(operations) }
    }

    async fn judge(&self, request: &mut Request) -> Result<Option<AskedBy>, Problem> {
        let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
        let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
        // A method that this address does not take is answered by the router.
        let Some(operation) = self.operations.get(&(method.clone(), path)) else { return Ok(None) };
        if operation.allowed == Some(Allowed::Anyone) {
            refuse_unknown_parameters(request, operation)?;
            return Ok(None);
        }
        let (principal, proof) = access::recognise(&self.state, &method, request.headers()).await?;
        let scope = operation.allowed.and_then(|allowed| permissions::scope(allowed, &principal));
        let scope = scope.ok_or_else(|| Problem::forbidden("Your role does not allow this. Ask an administrator for a grant."))?;
        refuse_unknown_parameters(request, operation)?;
        let asked_by = AskedBy(principal.id.clone());
        request.extensions_mut().insert(Access { principal, scope, proof });
        Ok(Some(asked_by))
    }
}

/// Lets a request in, or answers why not.
pub async fn let_in(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    match gate.judge(&mut request).await {
        Ok(asked_by) => {
            let mut response = next.run(request).await;
            if let Some(asked_by) = asked_by {
                response.extensions_mut().insert(asked_by);
            }
            response
        }
        Err(problem) => problem.into_response(),
    }
}

/// A misspelt filter must not silently show everything; and no text may hold NUL.
fn refuse_unknown_parameters(request: &Request, operation: &Operation) -> Result<(), Problem> {
    if request.uri().path_and_query().is_some_and(|address| address.as_str().contains("%00")) {
        return Err(Problem::unreadable("The address holds the NUL character (%00), which no text may. Leave it out."));
    }
    let axum::extract::Query(pairs) = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(request.uri())?;
    let mut seen = HashSet::new();
    for (name, _) in pairs {
        if !operation.parameters.contains(&name) {
            let mut known: Vec<&str> = operation.parameters.iter().map(String::as_str).collect();
            known.sort_unstable();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Problem::unreadable(format!("There is no parameter `{name}` here. Known: {known}.")));
        }
        if !seen.insert(name.clone()) {
            return Err(Problem::unreadable(format!("The parameter `{name}` is given more than once.")));
        }
    }
    Ok(())
}
