//! What rules in shadow would have raised: recorded, counted, and gone with the events that it rests on.

use sqlx::QueryBuilder;

use super::dialect::{Column, ManyRows};
use super::list::push_scope;
use super::{Result, Store, StoreError, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::home::is_unclaimed;
use crate::domain::register::{ShadowAlert, ShadowCounts, ShadowFound};

/// A raising to be recorded.
#[derive(Clone, Debug)]
pub struct NewShadow {
    /// Its id.
    pub id: String,
    /// The organisation that answers for the home.
    pub organisation: String,
    /// The home key.
    pub home: String,
    /// Rule id.
    pub rule: String,
    /// The revision of the rules.
    pub revision: i64,
    /// What is kept apart.
    pub subject: String,
    /// When what it is about happened.
    pub occurred_at: Time,
    /// When it would have been told.
    pub recorded_at: Time,
    /// The rest.
    pub found: ShadowFound,
}

/// Which recorded raisings are asked for.
#[derive(Clone, Debug)]
pub struct ShadowQuery<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Of this rule.
    pub rule: &'a str,
    /// Recorded then or later.
    pub from: Option<Time>,
    /// Recorded before.
    pub to: Option<Time>,
    /// Only those older than the one recorded then (in microseconds) with this id.
    pub after: Option<(i64, String)>,
    /// At most so many.
    pub limit: i64,
}

type Row = (String, String, i64, String, i64, i64, String);

impl Tx {
    /// Records raisings.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_shadows(&mut self, rows: &[NewShadow]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let text = |field: &dyn Fn(&NewShadow) -> String| Column::Text(rows.iter().map(field).collect());
        let number = |field: &dyn Fn(&NewShadow) -> i64| Column::Int(rows.iter().map(field).collect());
        let columns = vec![
            text(&|row| row.id.clone()),
            text(&|row| row.organisation.clone()),
            text(&|row| row.home.clone()),
            text(&|row| row.rule.clone()),
            number(&|row| row.revision),
            text(&|row| row.subject.clone()),
            number(&|row| to_us(row.occurred_at)),
            number(&|row| to_us(row.recorded_at)),
            text(&|row| serde_json::to_string(&row.found).unwrap_or_default()),
        ];
        let head = "INSERT INTO shadow_alerts (id, organisation, home, rule, revision, subject, occurred_us, recorded_us, body)";
        self.many_rows(ManyRows { head, tail: "ON CONFLICT (id) DO NOTHING" }, columns).await?;
        Ok(())
    }
}

impl Store {
    /// Recorded raisings of a rule, newest first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn shadow_alerts(&self, query: &ShadowQuery<'_>) -> Result<Vec<ShadowAlert>> {
        const SELECT: &str = "SELECT id, home, revision, subject, occurred_us, recorded_us, body FROM shadow_alerts WHERE rule = ";
        let rows: Vec<Row> = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(SELECT);
            sql.push_bind(query.rule.to_owned());
            push_scope(&mut sql, "organisation", query.scope);
            for (clause, time) in [(" AND recorded_us >= ", query.from), (" AND recorded_us < ", query.to)] {
                if let Some(time) = time {
                    sql.push(clause).push_bind(to_us(time));
                }
            }
            if let Some((at, id)) = &query.after {
                sql.push(" AND (recorded_us, id) < (").push_bind(*at).push(", ").push_bind(id.clone()).push(")");
            }
            sql.push(" ORDER BY recorded_us DESC, id DESC LIMIT ").push_bind(query.limit);
            sql.build_query_as().fetch_all(pool).await
        })?;
        rows.into_iter().map(shadow_alert).collect()
    }

    /// How many there are, whatever the page.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn shadow_counts(&self, query: &ShadowQuery<'_>) -> Result<ShadowCounts> {
        const COUNT: &str =
            "SELECT COUNT(*), COUNT(DISTINCT home || ' ' || subject), COUNT(DISTINCT home) FROM shadow_alerts WHERE rule = ";
        let (raised, matters, homes): (i64, i64, i64) = on_db!(self.reader(), pool => {
            let mut sql = QueryBuilder::new(COUNT);
            sql.push_bind(query.rule.to_owned());
            push_scope(&mut sql, "organisation", query.scope);
            for (clause, time) in [(" AND recorded_us >= ", query.from), (" AND recorded_us < ", query.to)] {
                if let Some(time) = time {
                    sql.push(clause).push_bind(to_us(time));
                }
            }
            sql.build_query_as().fetch_one(pool).await
        })?;
        Ok(ShadowCounts { raised, matters, homes })
    }
}

fn shadow_alert((id, home, revision, subject, occurred, recorded, body): Row) -> Result<ShadowAlert> {
    let found: ShadowFound = serde_json::from_str(&body).map_err(StoreError::unreadable("shadow alert"))?;
    let home = Some(home).filter(|home| !is_unclaimed(home));
    Ok(ShadowAlert { id, home, revision, subject, occurred_at: from_us(occurred), recorded_at: from_us(recorded), found })
}
