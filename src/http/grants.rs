//! Grants on the wire, and what an administrator may do about them: within their own organisations only.

use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};

use super::access::Access;
use super::problem::Problem;
use super::text::{Id, Text};
use crate::domain::access::{Grant, Role, Scope};
use crate::store::Tx;

/// Grants of one user or token, at most.
const AT_MOST: usize = 100;

/// A grant to be given.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct NewGrant {
    /// What may be done.
    role: Role,
    /// Where; absent or null means in every organisation.
    organisation: Option<Id>,
}

impl<'de> Deserialize<'de> for NewGrant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // An object, and not, as a derived reader would also take it, an array of the fields in their order.
        let fields = serde_json::Map::deserialize(deserializer)?;
        Self::deserialize(fields.into_deserializer()).map_err(serde::de::Error::custom)
    }
}

/// The grants to be given, if `access` may give them.
///
/// # Errors
/// 422 for an organisation that does not exist (or not for the caller), 403 for a grant in all organisations by somebody who is not
/// administrator of all.
pub async fn checked(tx: &mut Tx, access: &Access, new: Vec<NewGrant>) -> Result<Vec<Grant>, Problem> {
    if new.len() > AT_MOST {
        return Err(Problem::invalid(format!("`grants` may have at most {AT_MOST} entries.")));
    }
    if new.is_empty() && access.scope != Scope::All {
        return Err(Problem::invalid(
            "`grants` must name at least one role in your organisation: otherwise nobody there could see who this is.",
        ));
    }
    if access.scope != Scope::All && new.iter().any(|grant| grant.organisation.is_none()) {
        return Err(Problem::forbidden(
            "Only an administrator of all organisations may grant a role in all of them. Name an organisation in each grant.",
        ));
    }
    let mut grants: Vec<Grant> = Vec::with_capacity(new.len());
    for NewGrant { role, organisation } in new {
        let grant = Grant { role, organisation: organisation.map(Text::into_inner) };
        if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
    let named: Vec<String> = grants.iter().filter_map(|grant| grant.organisation.clone()).collect();
    match tx.unknown_organisations(&access.scope, &named).await?.first() {
        Some(unknown) => Err(Problem::invalid(format!("There is no organisation `{unknown}`. GET /api/v1/organisations lists them."))),
        None => Ok(grants),
    }
}

/// Refuses changes to somebody who also has rights elsewhere: whoever sets their password could act there.
///
/// # Errors
/// 403 when one of `grants` lies outside the caller's organisations.
pub fn refuse_powers_elsewhere(access: &Access, grants: &[Grant]) -> Result<(), Problem> {
    let inside = |grant: &Grant| match &grant.organisation {
        Some(organisation) => access.scope.covers(organisation),
        None => access.scope == Scope::All,
    };
    if grants.iter().all(inside) {
        return Ok(());
    }
    Err(Problem::forbidden("They also have rights outside your organisations. Ask an administrator of all organisations."))
}

/// The grants that `access` may know of.
#[must_use]
pub fn visible(access: &Access, grants: Vec<Grant>) -> Vec<Grant> {
    let known = |grant: &Grant| access.scope == Scope::All || grant.organisation.as_ref().is_some_and(|id| access.scope.covers(id));
    grants.into_iter().filter(known).collect()
}

/// The one organisation that all of `grants` lie in, for the trail.
#[must_use]
pub fn one_organisation(grants: &[Grant]) -> Option<&str> {
    let mut organisations = grants.iter().map(|grant| grant.organisation.as_deref());
    let first = organisations.next().flatten()?;
    organisations.all(|each| each == Some(first)).then_some(first)
}
