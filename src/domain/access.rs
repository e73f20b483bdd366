//! Who may see and do what: roles, grants, and the scope that every query carries.

use serde::{Deserialize, Serialize};

/// The organisation id under which gateways that nobody registered are kept.
pub const UNCLAIMED: &str = "unclaimed";
/// The organisation id of the service's own canary. "All organisations" does not mean it: who names it sees it, nobody else does.
pub const CANARY: &str = "canary";

/// What a person or token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, including users, tokens and gateways.
    Administrator,
    /// Care manager: the homes, plans and rules of the organisation.
    Manager,
    /// Takes alerts and deals with them.
    Operator,
    /// Attends homes; sees only what belongs to their visits.
    Responder,
    /// Reads.
    Viewer,
    /// Another system.
    System,
}

impl Role {
    /// The name as stored and as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Manager => "manager",
            Self::Operator => "operator",
            Self::Responder => "responder",
            Self::Viewer => "viewer",
            Self::System => "system",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Administrator, Self::Manager, Self::Operator, Self::Responder, Self::Viewer, Self::System]
            .into_iter()
            .find(|role| role.as_str() == name)
    }
}

/// One grant: a role in one organisation, or in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Grant {
    /// What may be done.
    pub role: Role,
    /// Where; `None` means in every organisation.
    pub organisation: Option<String>,
}

/// Which organisations a query may touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them, `unclaimed` included and [`CANARY`] excepted.
    All,
    /// Only these ids.
    Only(Vec<String>),
}

/// Somebody who is signed in: a person or a token, with what they were granted.
#[derive(Clone, Debug)]
pub struct Principal {
    /// User or token id.
    pub id: String,
    /// Name to show and to record.
    pub name: String,
    /// Person (`true`) or token.
    pub is_user: bool,
    /// What was granted.
    pub grants: Vec<Grant>,
}

impl Principal {
    /// The service itself, where it acts like a person.
    #[must_use]
    pub fn itself() -> Self {
        let grants = vec![Grant { role: Role::Administrator, organisation: None }];
        Self { id: "harken".to_owned(), name: "Harken".to_owned(), is_user: false, grants }
    }

    /// Where this principal holds one of `roles`. Only a grant over all organisations
    /// covers `unclaimed`.
    #[must_use]
    pub fn scope(&self, roles: &[Role]) -> Scope {
        let held = self.grants.iter().filter(|grant| roles.contains(&grant.role));
        let mut organisations = Vec::new();
        for grant in held {
            match &grant.organisation {
                None => return Scope::All,
                Some(organisation) => organisations.push(organisation.clone()),
            }
        }
        Scope::Only(organisations)
    }
}

impl Scope {
    /// Whether `organisation` lies within.
    #[must_use]
    pub fn covers(&self, organisation: &str) -> bool {
        match self {
            Self::All => organisation != CANARY,
            Self::Only(list) => list.iter().any(|each| each == organisation),
        }
    }

    /// As JSON text for a query: `None` for all, otherwise an array of ids.
    #[must_use]
    pub fn as_json(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Only(list) => serde_json::to_string(list).ok(),
        }
    }
}
