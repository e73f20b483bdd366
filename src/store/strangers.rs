//! Who knocked at the listener and was refused. The table is bounded: a stranger can invent names without end.

use std::collections::BTreeMap;

use super::dialect::{Column, ManyRows};
use super::{Result, Store, from_us, to_us};
use crate::clock::Time;
use crate::domain::register::Stranger;

/// At most so many are kept; those refused longest ago go first.
pub const MAX_STRANGERS: i64 = 10_000;

/// Where a page of strangers begins: behind the one last refused then (in microseconds) under this id.
pub type StrangerKey = (i64, String);

/// One refusal, or several of one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// The id that was claimed, as it was sent.
    pub gateway: String,
    /// Why it was refused.
    pub reason: String,
    /// From which address.
    pub peer: String,
    /// When, the last time.
    pub at: Time,
    /// How often since the last note.
    pub refusals: i64,
}

const UPSERT: ManyRows = ManyRows {
    head: "INSERT INTO strangers (gateway, reason, peer, first_us, last_us, refusals)",
    tail: "ON CONFLICT (gateway) DO UPDATE SET reason = excluded.reason, peer = excluded.peer, last_us = excluded.last_us, \
        refusals = strangers.refusals + excluded.refusals",
};

impl Store {
    /// Takes down who was refused. Several refusals of one id count together; what a stranger sent is cut to a bounded length.
    pub async fn note_strangers(&self, refused: &[TurnedAway]) -> Result<()> {
        // Sorted by id, so that two replicas lock rows in one order; once each, because one statement may touch a row only once.
        let mut by_id: BTreeMap<String, TurnedAway> = BTreeMap::new();
        for one in refused {
            let entry = by_id.entry(shortened(&one.gateway, 64)).or_insert_with(|| TurnedAway { refusals: 0, ..one.clone() });
            let refusals = entry.refusals + one.refusals;
            let latest = if one.at >= entry.at { one } else { &*entry };
            *entry = TurnedAway { refusals, ..latest.clone() };
        }
        if by_id.is_empty() {
            return Ok(());
        }
        in_tx!(self, tx => {
            let of = |text: fn(&TurnedAway) -> &str, most: usize| Column::Text(by_id.values().map(|one| shortened(text(one), most)).collect());
            let at = || Column::Int(by_id.values().map(|one| to_us(one.at)).collect());
            let columns = vec![
                Column::Text(by_id.keys().cloned().collect()),
                of(|one| &one.reason, 200),
                of(|one| &one.peer, 100),
                at(),
                at(),
                Column::Int(by_id.values().map(|one| one.refusals).collect()),
            ];
            tx.many_rows(UPSERT, columns).await?;
            tx.forget_oldest_strangers().await?;
        })
    }

    /// Who was refused, the latest first, those behind `after`. They belong to no organisation: for those who may see all of them.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn strangers(&self, after: Option<&StrangerKey>, limit: i64) -> Result<Vec<Stranger>> {
        const SQL: &str = "SELECT gateway, reason, peer, first_us, last_us, refusals FROM strangers WHERE (last_us, gateway) < ($1, $2) \
            ORDER BY last_us DESC, gateway DESC LIMIT $3";
        let (at, gateway) = after.map_or((i64::MAX, ""), |(at, gateway)| (*at, gateway.as_str()));
        let rows: Vec<(String, String, String, i64, i64, i64)> =
            on_db!(self.reader(), pool => sqlx::query_as(SQL).bind(at).bind(gateway).bind(limit).fetch_all(pool).await)?;
        let stranger = |(gateway, reason, peer, first, last, refusals)| Stranger {
            gateway,
            reason,
            peer,
            first_at: from_us(first),
            last_at: from_us(last),
            refusals,
        };
        Ok(rows.into_iter().map(stranger).collect())
    }
}

impl super::Tx {
    async fn forget_oldest_strangers(&mut self) -> Result<()> {
        const COUNT: &str = "SELECT COUNT(*) FROM strangers";
        // SQLite wants a LIMIT before an OFFSET, PostgreSQL no negative one.
        const FORGET: &str = "DELETE FROM strangers WHERE gateway IN \
            (SELECT gateway FROM strangers ORDER BY last_us DESC, gateway LIMIT 1000000 OFFSET $1)";
        let (count,): (i64,) = on_tx!(self, conn => sqlx::query_as(COUNT).fetch_one(conn).await)?;
        if count > MAX_STRANGERS {
            on_tx!(self, conn => sqlx::query(FORGET).bind(MAX_STRANGERS).execute(conn).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// Strikes a gateway from the list: it has been registered.
    pub(super) async fn no_longer_a_stranger(&mut self, gateway: &str) -> Result<()> {
        const SQL: &str = "DELETE FROM strangers WHERE gateway = $1";
        on_tx!(self, conn => sqlx::query(SQL).bind(gateway).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}

/// At most `most` characters of `text`, without control characters.
fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).map(|each| if each.is_control() { '\u{fffd}' } else { each }).collect()
}
