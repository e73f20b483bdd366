//! Signs of life of a home: what its sensors noticed last, and what was entered and left.

use chrono::TimeDelta;
use sqlx::QueryBuilder;

use super::{Result, Tx, from_us, to_us};
use crate::clock::Time;
use crate::domain::catalogue::{Class, kinds_of};
use crate::domain::register::{ENTERED_AND_LEFT, Sign};

/// How far back the last sign is looked for: what is older says nothing of now, and a home that is silent shall not cost a walk over all that is kept.
const LOOK_BACK: TimeDelta = TimeDelta::days(30);
/// So long what was entered counts as occupied: a sensor that lost its "left" does not hold somebody in bed for ever.
const ENTERED_FOR: TimeDelta = TimeDelta::days(1);
/// More enterings and leavings than a day has.
const MOST: i64 = 2000;

type Row = (String, i64, String, Option<String>);

impl Tx {
    /// The newest sign of life of `home`. Who comes to help, and what the panel says of who is away, are none.
    pub(super) async fn last_sign(&mut self, home: &str, now: Time) -> Result<Option<Sign>> {
        let told = ["away_on", "away_off", "responder_arrived", "responder_left"];
        let kinds: Vec<&str> = kinds_of(Class::Activity).iter().copied().filter(|kind| !told.contains(kind)).collect();
        Ok(self.signs(home, &kinds, now - LOOK_BACK, 1).await?.pop())
    }

    /// What was entered and left within the last day, newest first.
    pub(super) async fn signs_of_entering(&mut self, home: &str, now: Time) -> Result<Vec<Sign>> {
        let kinds: Vec<&str> = ENTERED_AND_LEFT.iter().flat_map(|(enter, leave)| [*enter, *leave]).collect();
        self.signs(home, &kinds, now - ENTERED_FOR, MOST).await
    }

    async fn signs(&mut self, home: &str, kinds: &[&str], from: Time, limit: i64) -> Result<Vec<Sign>> {
        let rows: Vec<Row> = on_tx!(self, conn => {
            let mut sql = QueryBuilder::new("SELECT e.kind, e.at_us, e.gateway, e.device FROM events e WHERE e.home = ");
            sql.push_bind(home.to_owned()).push(" AND e.at_us >= ").push_bind(to_us(from)).push(" AND e.kind IN ('").push(kinds.join("', '"));
            sql.push("') ORDER BY e.at_us DESC, e.seq DESC LIMIT ").push_bind(limit);
            sql.build_query_as().fetch_all(conn).await
        })?;
        let sign = |(kind, at, gateway, device)| Sign { kind, at: from_us(at), gateway, device, room: String::new() };
        Ok(rows.into_iter().map(sign).collect())
    }
}
