//! The evidence pack: for a coroner, a complaint, or the person's own request. Everything that is kept of one alert, or of one person and a period.

use serde_json::{Value, json};

use super::masking::Mask;
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::alert::Alert;
use crate::store::evidence::{CaseFile, Files};
use crate::store::{ListQuery, Result, Store};

/// What the pack is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An inquest: everything.
    Coroner,
    /// A complaint: everything.
    #[default]
    Complaint,
    /// The person asks for what is kept of them: without the data of other persons.
    SubjectAccess,
}

/// About what.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// What for.
    pub purpose: Purpose,
    /// Now.
    pub now: Time,
    /// The name of whoever asks.
    pub asked_by: &'a str,
}

/// The pack of one alert.
///
/// # Errors
/// When the database is away.
pub async fn of_alert(store: &Store, wanted: &Wanted<'_>, id: &str) -> Result<Option<Value>> {
    let Some(whole) = store.whole_alert(wanted.scope, id).await? else { return Ok(None) };
    let alert = whole.alert;
    let others: Vec<String> = alert.resident.iter().cloned().collect();
    let files = store.case_files(wanted.scope, &[id.to_owned()], &others, None, wanted.now).await?;
    let about = json!({ "alert": id, "organisation": alert.organisation, "home": alert.home, "resident": alert.resident });
    let mut pack = pack(store, wanted, about, files).await?;
    if wanted.purpose == Purpose::SubjectAccess {
        let mask = mask(store, wanted.scope, alert.home.as_deref(), alert.resident.as_deref(), &pack).await?;
        mask.apply(&mut pack);
    }
    Ok(Some(pack))
}

/// The pack of one person and a period.
///
/// # Errors
/// `NotFound` also when the person lies outside the scope.
pub async fn of_person(store: &Store, wanted: &Wanted<'_>, resident: &str, from: Time, to: Time) -> Result<Value> {
    let person = store.resident(wanted.scope, resident).await?;
    let all = store.alerts_of_home(wanted.scope, &person.home, from, to).await?;
    let alone = store.residents(&list(wanted.scope, &person.home)).await?.len() == 1;
    let theirs = |alert: &&Alert| match &alert.resident {
        Some(of) => of == resident,
        // Whose it was is not known: in a request of the person's own it must not show another's.
        None => alone || wanted.purpose != Purpose::SubjectAccess,
    };
    let (count, ids) = (all.len(), all.iter().filter(theirs).map(|alert| alert.id.clone()).collect::<Vec<_>>());
    let files = store.case_files(wanted.scope, &ids, &[resident.to_owned(), person.home.clone()], Some(from), wanted.now).await?;
    let about = json!({ "person": person, "from": from, "to": to, "alerts": ids.len(), "alerts_of_others_left_out": count - ids.len() });
    let home = person.home.clone();
    let mut pack = pack(store, wanted, about, files).await?;
    if wanted.purpose == Purpose::SubjectAccess {
        let mask = mask(store, wanted.scope, Some(&home), Some(resident), &pack).await?;
        mask.apply(&mut pack);
    }
    Ok(pack)
}

fn list<'a>(scope: &'a Scope, home: &'a str) -> ListQuery<'a> {
    ListQuery { scope, organisation: None, home: Some(home), archived: true, after: None, limit: 500 }
}

async fn pack(store: &Store, wanted: &Wanted<'_>, about: Value, files: Files) -> Result<Value> {
    let verified = store.verify_trail(Vec::new(), wanted.now).await?;
    let cases: Vec<Value> = files.cases.iter().map(|case| case_json(case, &files.revisions)).collect();
    let revision = |made: &Value| {
        let mut made = made.clone();
        if let Some(fields) = made.as_object_mut() {
            fields.remove("rules");
        }
        made
    };
    Ok(json!({
        "title": "Evidence pack",
        "purpose": wanted.purpose,
        "made_at": wanted.now,
        "made_by": wanted.asked_by,
        "about": about,
        "alerts": cases,
        "rule_revisions": files.revisions.iter().map(revision).collect::<Vec<_>>(),
        "plan_versions": files.plans,
        "who_saw_and_did_what": files.trail,
        "verification": {
            "intact": verified.findings.is_empty(),
            "entries_sealed": verified.head.position,
            "head": verified.head.hash,
            "waiting_for_their_seal": verified.waiting,
            "findings": verified.findings.iter().map(|finding| json!({ "position": finding.position, "seq": finding.seq, "what": finding.what })).collect::<Vec<_>>(),
            "erasures": verified.erasures.len(),
        },
    }))
}

/// An alert, the rule that raised it as it stood in that revision, and what became of it.
fn case_json(case: &CaseFile, revisions: &[Value]) -> Value {
    let made = revisions.iter().find(|made| made["revision"] == case.alert.rule.revision);
    let rules = made.and_then(|made| made["rules"]["rule"].as_array().or_else(|| made["rules"]["rules"].as_array()));
    let rule = rules.and_then(|rules| rules.iter().find(|rule| rule["id"] == case.alert.rule.id.as_str()));
    json!({
        "alert": case.alert,
        "rule_as_it_was": rule,
        "timeline": case.timeline,
        "evidence": case.evidence,
        "visits": case.visits,
        "notifications": case.notifications,
    })
}

/// What hides other persons: whoever lives or is known there, and everybody who did something.
async fn mask(store: &Store, scope: &Scope, home: Option<&str>, subject: Option<&str>, pack: &Value) -> Result<Mask> {
    let mut mask = Mask::default();
    if let Some(home) = home {
        for person in store.residents(&list(scope, home)).await? {
            if Some(person.id.as_str()) == subject {
                mask.spare(&person.name);
                mask.spare(person.preferred_name.as_deref().unwrap_or_default());
            } else {
                mask.hide(&person.id);
                mask.hide_name(&person.name);
                mask.hide_name(person.preferred_name.as_deref().unwrap_or_default());
            }
        }
        for contact in store.contacts(&list(scope, home), None).await? {
            mask.hide(&contact.id);
            mask.hide_name(&contact.name);
            mask.hide(&contact.telephone);
        }
    }
    for (id, name) in store.names_of_principals().await? {
        mask.hide(&id);
        // Only names that occur: with a large staff a name may be an ordinary word elsewhere.
        if super::masking::occurs(pack, &name) {
            mask.hide_name(&name);
        }
    }
    Ok(mask)
}
