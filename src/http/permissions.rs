//! Who may do what: one row per operation. An operation without a row is closed to everybody, and a test finds it.

use axum::http::Method;

use crate::domain::access::{Principal, Role, Scope};
use Role::{Administrator, Manager, Operator, Responder, System, Viewer};

/// Whom an operation is open to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Everybody, signed in or not: signing in itself.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever holds one of these roles, in the organisations where they hold it.
    Roles(&'static [Role]),
    /// Whoever holds one of these roles in all organisations.
    Everywhere(&'static [Role]),
}

/// One row: who may call this method on this path (below `/api/v1`).
#[derive(Clone, Copy, Debug)]
pub struct Permission {
    /// HTTP method.
    pub method: &'static str,
    /// Path template below `/api/v1`.
    pub path: &'static str,
    /// Who.
    pub allowed: Allowed,
}

/// Reads what the service knows of people and homes.
const READERS: &[Role] = &[Administrator, Manager, Operator, Viewer];
/// Reads the queue and the equipment; other systems too.
const READERS_AND_SYSTEMS: &[Role] = &[Administrator, Manager, Operator, Viewer, System];
/// Deals with alerts.
const OPERATORS: &[Role] = &[Administrator, Operator];
/// Reads visits: all, or their own.
const READERS_AND_RESPONDERS: &[Role] = &[Administrator, Manager, Operator, Viewer, Responder];
/// Goes to homes.
const RESPONDERS: &[Role] = &[Responder];
/// Looks after the register of homes, people and equipment.
const MANAGERS: &[Role] = &[Administrator, Manager];
/// The same, and systems that enrol on their behalf.
const MANAGERS_AND_SYSTEMS: &[Role] = &[Administrator, Manager, System];
/// Says why a home is quiet: whoever deals with its alerts or looks after it, and a hospital's or an installer's system.
const EXCUSERS: &[Role] = &[Administrator, Manager, Operator, System];
/// Reads reports.
const REPORT_READERS: &[Role] = crate::domain::schedule::READERS;
/// Looks after who may do what.
const ADMINISTRATORS: &[Role] = &[Administrator];

/// The table. Kept in the order of the contract.
pub const TABLE: &[Permission] = &[
    row("POST", "/auth/login", Allowed::Anyone),
    row("POST", "/auth/renew", Allowed::SignedIn),
    row("POST", "/auth/logout", Allowed::SignedIn),
    row("GET", "/me", Allowed::SignedIn),
    row("PUT", "/me/presence", Allowed::SignedIn),
    row("GET", "/alerts", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("GET", "/alerts/{id}", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("GET", "/alerts/stream", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("GET", "/board", Allowed::Roles(READERS)),
    row("POST", "/alerts/{id}/accept", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/release", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/notes", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/close", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/calls", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/escalate", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/hold", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/fault", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/priority", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/reopen", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/hand-over", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/dispatch", Allowed::Roles(OPERATORS)),
    row("POST", "/alerts/{id}/key-safe", Allowed::Roles(OPERATORS)),
    row("GET", "/visits", Allowed::Roles(READERS_AND_RESPONDERS)),
    row("GET", "/visits/{id}", Allowed::Roles(READERS_AND_RESPONDERS)),
    row("POST", "/visits/{id}/accept", Allowed::Roles(RESPONDERS)),
    row("POST", "/visits/{id}/decline", Allowed::Roles(RESPONDERS)),
    row("POST", "/visits/{id}/en-route", Allowed::Roles(RESPONDERS)),
    row("POST", "/visits/{id}/arrived", Allowed::Roles(RESPONDERS)),
    row("POST", "/visits/{id}/complete", Allowed::Roles(RESPONDERS)),
    row("POST", "/visits/{id}/cancel", Allowed::Roles(OPERATORS)),
    row("GET", "/visits/{id}/key-safe", Allowed::Roles(RESPONDERS)),
    row("POST", "/homes/{id}/alerts", Allowed::Roles(OPERATORS)),
    row("GET", "/organisations", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("GET", "/organisations/{id}", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("POST", "/organisations", Allowed::Everywhere(ADMINISTRATORS)),
    row("PATCH", "/organisations/{id}", Allowed::Everywhere(ADMINISTRATORS)),
    row("DELETE", "/organisations/{id}", Allowed::Everywhere(ADMINISTRATORS)),
    row("GET", "/organisations/{id}/retention", Allowed::Roles(MANAGERS)),
    row("PUT", "/organisations/{id}/retention", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/organisations/{id}/plan", Allowed::Roles(READERS)),
    row("PUT", "/organisations/{id}/plan", Allowed::Roles(MANAGERS)),
    row("GET", "/organisations/{id}/plan/versions", Allowed::Roles(READERS)),
    row("GET", "/homes", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("GET", "/homes/{id}", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("POST", "/homes", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("PATCH", "/homes/{id}", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("DELETE", "/homes/{id}", Allowed::Roles(MANAGERS)),
    row("POST", "/homes/{id}/erase", Allowed::Roles(MANAGERS)),
    row("GET", "/homes/{id}/events", Allowed::Roles(READERS)),
    row("GET", "/homes/{id}/timeline", Allowed::Roles(READERS)),
    row("GET", "/homes/{id}/state", Allowed::Roles(READERS)),
    row("GET", "/homes/{id}/excuses", Allowed::Roles(READERS)),
    row("POST", "/homes/{id}/away", Allowed::Roles(EXCUSERS)),
    row("DELETE", "/homes/{id}/away", Allowed::Roles(EXCUSERS)),
    row("POST", "/homes/{id}/maintenance", Allowed::Roles(EXCUSERS)),
    row("DELETE", "/homes/{id}/maintenance", Allowed::Roles(EXCUSERS)),
    row("POST", "/homes/{id}/test-mode", Allowed::Roles(EXCUSERS)),
    row("DELETE", "/homes/{id}/test-mode", Allowed::Roles(EXCUSERS)),
    row("GET", "/homes/{id}/plan", Allowed::Roles(READERS)),
    row("PUT", "/homes/{id}/plan", Allowed::Roles(MANAGERS)),
    row("GET", "/homes/{id}/plan/versions", Allowed::Roles(READERS)),
    row("GET", "/residents", Allowed::Roles(READERS)),
    row("GET", "/residents/{id}", Allowed::Roles(READERS)),
    row("POST", "/residents", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("PATCH", "/residents/{id}", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("DELETE", "/residents/{id}", Allowed::Roles(MANAGERS)),
    row("POST", "/residents/{id}/erase", Allowed::Roles(MANAGERS)),
    row("GET", "/contacts", Allowed::Roles(READERS)),
    row("GET", "/contacts/{id}", Allowed::Roles(READERS)),
    row("POST", "/contacts", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("PATCH", "/contacts/{id}", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("DELETE", "/contacts/{id}", Allowed::Roles(MANAGERS)),
    row("GET", "/gateways", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("GET", "/gateways/{id}", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("POST", "/gateways", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("POST", "/gateways/{id}/secret", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("PATCH", "/gateways/{id}", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("DELETE", "/gateways/{id}", Allowed::Roles(MANAGERS)),
    row("GET", "/devices", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("GET", "/devices/{id}", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("POST", "/devices", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("PATCH", "/devices/{id}", Allowed::Roles(MANAGERS_AND_SYSTEMS)),
    row("DELETE", "/devices/{id}", Allowed::Roles(MANAGERS)),
    row("GET", "/residents/{id}/plan", Allowed::Roles(READERS)),
    row("PUT", "/residents/{id}/plan", Allowed::Roles(MANAGERS)),
    row("GET", "/residents/{id}/plan/versions", Allowed::Roles(READERS)),
    row("GET", "/devices/{id}/plan", Allowed::Roles(READERS)),
    row("PUT", "/devices/{id}/plan", Allowed::Roles(MANAGERS)),
    row("GET", "/devices/{id}/plan/versions", Allowed::Roles(READERS)),
    row("GET", "/rules", Allowed::Roles(READERS)),
    row("GET", "/rules/{id}", Allowed::Roles(READERS)),
    row("PUT", "/rules/{id}", Allowed::Roles(MANAGERS)),
    row("DELETE", "/rules/{id}", Allowed::Roles(MANAGERS)),
    row("GET", "/rules/{id}/shadow", Allowed::Roles(READERS)),
    row("GET", "/rules/revisions", Allowed::Roles(MANAGERS)),
    row("GET", "/rules/revisions/{n}", Allowed::Roles(MANAGERS)),
    row("POST", "/rules/activate", Allowed::Roles(MANAGERS)),
    row("POST", "/rules/backtest", Allowed::Roles(MANAGERS)),
    row("GET", "/escalation-policies", Allowed::Roles(READERS)),
    row("GET", "/escalation-policies/{id}", Allowed::Roles(READERS)),
    row("POST", "/escalation-policies", Allowed::Roles(MANAGERS)),
    row("PATCH", "/escalation-policies/{id}", Allowed::Roles(MANAGERS)),
    row("DELETE", "/escalation-policies/{id}", Allowed::Roles(MANAGERS)),
    row("GET", "/rotas", Allowed::Roles(READERS)),
    row("GET", "/rotas/{id}", Allowed::Roles(READERS)),
    row("POST", "/rotas", Allowed::Roles(MANAGERS)),
    row("PATCH", "/rotas/{id}", Allowed::Roles(MANAGERS)),
    row("DELETE", "/rotas/{id}", Allowed::Roles(MANAGERS)),
    row("GET", "/rotas/{id}/versions", Allowed::Roles(READERS)),
    row("GET", "/rotas/{id}/now", Allowed::Roles(READERS)),
    row("GET", "/rotas/{id}/shifts", Allowed::Roles(READERS)),
    row("POST", "/rotas/{id}/overrides", Allowed::Roles(MANAGERS)),
    row("DELETE", "/rotas/{id}/overrides/{n}", Allowed::Roles(MANAGERS)),
    row("POST", "/rotas/{id}/swaps", Allowed::Roles(MANAGERS)),
    row("GET", "/me/shifts", Allowed::SignedIn),
    row("GET", "/users/{id}/shifts", Allowed::Roles(MANAGERS)),
    row("GET", "/outcomes", Allowed::Roles(READERS_AND_SYSTEMS)),
    row("GET", "/incidents", Allowed::Roles(READERS)),
    row("GET", "/incidents/{id}", Allowed::Roles(READERS)),
    row("POST", "/incidents/{id}/checks", Allowed::Roles(OPERATORS)),
    row("POST", "/incidents/{id}/close", Allowed::Roles(OPERATORS)),
    row("GET", "/notices", Allowed::Roles(READERS)),
    row("GET", "/people", Allowed::Roles(READERS)),
    row("GET", "/users", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/users/{id}", Allowed::Roles(ADMINISTRATORS)),
    row("POST", "/users", Allowed::Roles(ADMINISTRATORS)),
    row("PATCH", "/users/{id}", Allowed::Roles(ADMINISTRATORS)),
    row("DELETE", "/users/{id}", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/tokens", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/tokens/{id}", Allowed::Roles(ADMINISTRATORS)),
    row("POST", "/tokens", Allowed::Roles(ADMINISTRATORS)),
    row("PATCH", "/tokens/{id}", Allowed::Roles(ADMINISTRATORS)),
    row("DELETE", "/tokens/{id}", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/webhooks", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/webhooks/{id}", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/webhooks/names", Allowed::Roles(READERS)),
    row("POST", "/webhooks", Allowed::Roles(ADMINISTRATORS)),
    row("PATCH", "/webhooks/{id}", Allowed::Roles(ADMINISTRATORS)),
    row("DELETE", "/webhooks/{id}", Allowed::Roles(ADMINISTRATORS)),
    row("POST", "/webhooks/{id}/secret", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/webhooks/{id}/deliveries", Allowed::Roles(ADMINISTRATORS)),
    row("POST", "/webhooks/{id}/deliveries/{n}/retry", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/reports/{name}", Allowed::Roles(REPORT_READERS)),
    row("GET", "/reports/{name}/alerts", Allowed::Roles(REPORT_READERS)),
    row("GET", "/report-schedules", Allowed::Roles(REPORT_READERS)),
    row("GET", "/report-schedules/{id}", Allowed::Roles(REPORT_READERS)),
    row("POST", "/report-schedules", Allowed::Roles(MANAGERS)),
    row("PATCH", "/report-schedules/{id}", Allowed::Roles(MANAGERS)),
    row("DELETE", "/report-schedules/{id}", Allowed::Roles(MANAGERS)),
    row("POST", "/report-schedules/{id}/run", Allowed::Roles(MANAGERS)),
    row("GET", "/report-schedules/{id}/runs", Allowed::Roles(REPORT_READERS)),
    row("GET", "/report-schedules/{id}/runs/{n}/file", Allowed::Roles(REPORT_READERS)),
    row("GET", "/legal-holds", Allowed::Roles(MANAGERS)),
    row("GET", "/legal-holds/{id}", Allowed::Roles(MANAGERS)),
    row("POST", "/legal-holds", Allowed::Roles(MANAGERS)),
    row("POST", "/legal-holds/{id}/lift", Allowed::Roles(MANAGERS)),
    row("GET", "/alerts/{id}/evidence", Allowed::Roles(MANAGERS)),
    row("GET", "/residents/{id}/evidence", Allowed::Roles(MANAGERS)),
    row("GET", "/quarantine", Allowed::Roles(MANAGERS)),
    row("GET", "/audit", Allowed::Roles(ADMINISTRATORS)),
    row("GET", "/strangers", Allowed::Everywhere(OPERATORS)),
];

const fn row(method: &'static str, path: &'static str, allowed: Allowed) -> Permission {
    Permission { method, path, allowed }
}

/// The row of an operation. `HEAD` counts as `GET`.
#[must_use]
pub fn lookup(method: &Method, path: &str) -> Option<Allowed> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    TABLE.iter().find(|row| row.method == method && row.path == path).map(|row| row.allowed)
}

/// The organisations in which `principal` may do what is `allowed` so; `None` when there are none.
#[must_use]
pub fn scope(allowed: Allowed, principal: &Principal) -> Option<Scope> {
    let held = |roles| match principal.scope(roles) {
        Scope::Only(organisations) if organisations.is_empty() => None,
        scope => Some(scope),
    };
    match allowed {
        Allowed::Anyone | Allowed::SignedIn => Some(Scope::Only(Vec::new())),
        Allowed::Roles(roles) => held(roles),
        Allowed::Everywhere(roles) => held(roles).filter(|scope| *scope == Scope::All),
    }
}
