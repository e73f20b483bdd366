//! The trail: who read or changed what. Appended in the transaction of the change itself, so that neither is true without the other.

use sqlx::QueryBuilder;

use super::list::push_scope;
use super::{Result, Store, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::{Principal, Scope};
use crate::domain::register::AuditRecord;

/// Who does something, as the trail keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Id of the user or token; `cli` for the command line.
    pub id: String,
}

impl Actor {
    /// Somebody signed in.
    #[must_use]
    pub fn of(principal: &Principal) -> Self {
        Self { id: principal.id.clone() }
    }

    /// Whoever may run commands on the machine.
    #[must_use]
    pub fn cli() -> Self {
        Self { id: "cli".to_owned() }
    }
}

/// One line of the trail.
#[derive(Clone, Debug)]
pub struct AuditEntry<'a> {
    /// The organisation it concerns; `None` for what belongs to all.
    pub organisation: Option<&'a str>,
    /// Id of the user or token who did it.
    pub who: &'a str,
    /// What was done: `created`, `changed`, `archived`, `restored`, `read` …
    pub action: &'a str,
    /// The kind of thing: `user`, `home` …
    pub object_kind: &'a str,
    /// Its id.
    pub object_id: &'a str,
    /// What changed; never a secret.
    pub detail: serde_json::Value,
}

impl Tx {
    /// Appends to the trail.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit(&mut self, at: Time, entry: AuditEntry<'_>) -> Result<()> {
        let text = "INSERT INTO audit (at_us, organisation, who, action, object_kind, object_id, detail) VALUES ($1, $2, $3, $4, $5, $6, '{}') RETURNING seq";
        let (seq,): (i64,) = on_tx!(self, conn => sqlx::query_as(text)
            .bind(to_us(at))
            .bind(entry.organisation)
            .bind(entry.who)
            .bind(entry.action)
            .bind(entry.object_kind)
            .bind(entry.object_id)
            .fetch_one(conn)
            .await)?;
        // Apart, so that it can be erased without breaking the chain of the entries.
        match entry.detail.to_string() {
            nothing if nothing == "{}" => Ok(()),
            detail => self.add_audit_detail(seq, &detail).await,
        }
    }
}

impl Tx {
    /// [`Tx::audit`] for what was done to `object` (kind and id).
    pub(super) async fn note_deed(
        &mut self,
        by: &Actor,
        now: Time,
        organisation: &str,
        action: &str,
        (object_kind, object_id): (&str, &str),
        detail: serde_json::Value,
    ) -> Result<()> {
        self.audit(now, AuditEntry { organisation: Some(organisation), who: &by.id, action, object_kind, object_id, detail }).await
    }
}

/// Which entries are asked for.
#[derive(Clone, Debug)]
pub struct AuditQuery<'a> {
    /// What the asker may see. Entries without an organisation need all.
    pub scope: &'a Scope,
    /// Only of this organisation.
    pub organisation: Option<&'a str>,
    /// Only by this user or token.
    pub who: Option<&'a str>,
    /// Only about the thing of this id.
    pub object: Option<&'a str>,
    /// Only this action.
    pub action: Option<&'a str>,
    /// Not before.
    pub from: Option<Time>,
    /// Before.
    pub to: Option<Time>,
    /// Only entries older than this number.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

type Row = (i64, i64, Option<String>, String, Option<String>, String, String, String, String);

impl Store {
    /// The trail, newest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn audit_records(&self, query: &AuditQuery<'_>) -> Result<Vec<AuditRecord>> {
        const SELECT: &str = "SELECT a.seq, a.at_us, a.organisation, a.who, COALESCE(u.name, t.name), a.action, a.object_kind, a.object_id, \
            COALESCE(d.detail, a.detail) FROM audit a LEFT JOIN audit_details d ON d.seq = a.seq LEFT JOIN users u ON u.id = a.who LEFT JOIN tokens t ON t.id = a.who WHERE 1 = 1";
        let texts = [
            (" AND a.organisation = ", query.organisation),
            (" AND a.who = ", query.who),
            (" AND a.object_id = ", query.object),
            (" AND a.action = ", query.action),
        ];
        let numbers =
            [(" AND a.at_us >= ", query.from.map(to_us)), (" AND a.at_us < ", query.to.map(to_us)), (" AND a.seq < ", query.before)];
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            push_scope(&mut sql, "a.organisation", query.scope);
            for (clause, value) in texts {
                if let Some(value) = value {
                    sql.push(clause).push_bind(value.to_owned());
                }
            }
            for (clause, value) in numbers {
                if let Some(value) = value {
                    sql.push(clause).push_bind(value);
                }
            }
            sql.push(" ORDER BY a.seq DESC LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(record).collect()
    }
}

fn record((seq, at, organisation, who, who_name, action, object_kind, object_id, detail): Row) -> Result<AuditRecord> {
    let detail = serde_json::from_str(&detail).map_err(super::StoreError::unreadable("audit entry"))?;
    Ok(AuditRecord { seq, at: from_us(at), organisation, who, who_name, action, object_kind, object_id, detail })
}

/// What a change made of a record: the fields that differ, before and after.
#[must_use]
pub fn difference<T: serde::Serialize>(before: &T, after: &T) -> serde_json::Value {
    let (before, after) = (serde_json::json!(before), serde_json::json!(after));
    let (Some(was), Some(is)) = (before.as_object(), after.as_object()) else {
        return serde_json::json!({ "before": before, "after": after });
    };
    let mut from = serde_json::Map::new();
    let mut to = serde_json::Map::new();
    for (field, value) in is {
        let old = was.get(field).cloned().unwrap_or_default();
        if old != *value {
            from.insert(field.clone(), old);
            to.insert(field.clone(), value.clone());
        }
    }
    serde_json::json!({ "before": from, "after": to })
}

/// The name of a change in the trail: archiving and bringing back have names of their own.
pub(super) fn change_name(before: Option<Time>, after: Option<Time>) -> &'static str {
    match (before, after) {
        (None, Some(_)) => "archived",
        (Some(_), None) => "restored",
        _ => "changed",
    }
}
