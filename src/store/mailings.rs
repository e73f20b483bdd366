//! Mailings: a message to many receivers is written once, in the transaction that it tells of, and a moment later each receiver gets a row of its own in
//! the outbox. A row costs two pages of indexes that no other receiver's row shares: whoever presses a pendant must not wait for two hundred of them.

use sqlx::AssertSqlSafe;

use super::dialect::{Column, ManyRows};
use super::outbox::NewDelivery;
use super::versions::json_list;
use super::{Result, Store, StoreError, Tx, to_us};
use crate::clock::Time;
use crate::domain::delivery::DeliveryState;

/// Receivers from which on a message is a mailing.
pub const MANY: usize = 9;
/// Receivers that get their rows in one go. Others write between two goes.
pub const RECEIVERS_AT_ONCE: usize = 32;
/// Mailings to the same receivers that are spread together, so that when much is told the pages of a receiver's indexes are written once for all of them.
const TOGETHER: usize = 8;

#[derive(sqlx::FromRow)]
struct Mailing {
    id: String,
    organisation: String,
    channel: String,
    alert: Option<String>,
    kind: String,
    body: String,
    targets: String,
    spread: i64,
    created_us: i64,
}

impl Tx {
    /// Writes mailings down, each under its id.
    pub(super) async fn add_mailings(&mut self, mailings: &[(String, &[NewDelivery])], now: Time) -> Result<()> {
        let text = |field: &dyn Fn(&NewDelivery) -> String| Column::Text(mailings.iter().map(|(_, rows)| field(&rows[0])).collect());
        let targets = |rows: &[NewDelivery]| serde_json::json!(rows.iter().map(|row| &row.target).collect::<Vec<_>>()).to_string();
        let columns = vec![
            Column::Text(mailings.iter().map(|(id, _)| id.clone()).collect()),
            text(&|row| row.organisation.clone()),
            text(&|row| row.channel.as_str().to_owned()),
            Column::MaybeText(mailings.iter().map(|(_, rows)| rows[0].alert.clone()).collect()),
            text(&|row| row.kind.clone()),
            text(&|row| row.body.as_ref().to_owned()),
            Column::Text(mailings.iter().map(|(_, rows)| targets(rows)).collect()),
            Column::Int(mailings.iter().map(|(_, rows)| i64::try_from(rows.len()).unwrap_or(i64::MAX)).collect()),
            Column::Int(vec![0; mailings.len()]),
            Column::Int(vec![to_us(now); mailings.len()]),
        ];
        let head = "INSERT INTO mailings (id, organisation, channel, alert, kind, body, targets, receivers, spread, created_us)";
        self.many_rows(ManyRows { head, tail: "" }, columns).await?;
        Ok(())
    }

    /// Gives the next receivers of the oldest mailings their rows. Answers whether there were any.
    async fn spread(&mut self) -> Result<bool> {
        let text = format!(
            "SELECT id, organisation, channel, alert, kind, body, targets, spread, created_us FROM mailings ORDER BY id LIMIT {TOGETHER} {}",
            self.skip_locked()
        );
        let mut mailings: Vec<Mailing> = on_tx!(self, conn => sqlx::query_as(AssertSqlSafe(text)).fetch_all(conn).await)?;
        let Some(first) = mailings.first() else { return Ok(false) };
        let all: Vec<String> = serde_json::from_str(&first.targets).map_err(StoreError::unreadable("mailing"))?;
        let from = usize::try_from(first.spread).unwrap_or(0).min(all.len());
        let until = all.len().min(from + RECEIVERS_AT_ONCE);
        let alike = mailings.iter().take_while(|each| (&each.targets, each.spread) == (&first.targets, first.spread)).count();
        mailings.truncate(alike);
        self.give_rows(&mailings, &all[from..until], from).await?;
        let ids: Vec<&str> = mailings.iter().map(|mailing| mailing.id.as_str()).collect();
        self.note_spread(&ids, Some(until).filter(|until| *until < all.len())).await?;
        Ok(true)
    }

    /// So many receivers of these have their rows now; `None`: all have.
    async fn note_spread(&mut self, ids: &[&str], spread: Option<usize>) -> Result<()> {
        let (list, listed) = (json_list(ids), self.listed("$1"));
        let Some(spread) = spread else {
            let text = format!("DELETE FROM mailings WHERE id IN {listed}");
            return Ok(on_tx!(self, conn => sqlx::query(AssertSqlSafe(text)).bind(list).execute(conn).await.map(|_| ()))?);
        };
        let text = format!("UPDATE mailings SET spread = $2 WHERE id IN {listed}");
        let spread = i64::try_from(spread).unwrap_or(i64::MAX);
        Ok(on_tx!(self, conn => sqlx::query(AssertSqlSafe(text)).bind(list).bind(spread).execute(conn).await.map(|_| ()))?)
    }

    /// A row for each of `targets`, those from number `from` on, with each of the mailings. A row's id follows its mailing's, so that each receiver has
    /// them in the order in which they were told.
    async fn give_rows(&mut self, mailings: &[Mailing], targets: &[String], from: usize) -> Result<()> {
        let pairs: Vec<(&Mailing, usize, &String)> =
            targets.iter().enumerate().flat_map(|(n, target)| mailings.iter().map(move |mailing| (mailing, from + n, target))).collect();
        let text = |field: &dyn Fn(&Mailing) -> String| Column::Text(pairs.iter().map(|(mailing, ..)| field(mailing)).collect());
        let created = || Column::Int(pairs.iter().map(|(mailing, ..)| mailing.created_us).collect());
        let columns = vec![
            Column::Text(pairs.iter().map(|(mailing, n, _)| format!("{}-{n}", mailing.id)).collect()),
            text(&|mailing| mailing.organisation.clone()),
            text(&|mailing| mailing.channel.clone()),
            Column::Text(pairs.iter().map(|(_, _, target)| (*target).clone()).collect()),
            Column::MaybeText(pairs.iter().map(|(mailing, ..)| mailing.alert.clone()).collect()),
            text(&|mailing| mailing.kind.clone()),
            text(&|mailing| mailing.body.clone()),
            created(),
            created(),
            Column::Int(vec![0; pairs.len()]),
            text(&|_| DeliveryState::Pending.as_str().to_owned()),
        ];
        self.many_rows(ManyRows { head: super::outbox::INSERT, tail: "" }, columns).await?;
        Ok(())
    }
}

impl Store {
    /// Gives the next receivers of mailings their rows in the outbox, [`RECEIVERS_AT_ONCE`] of them. Answers whether there were any: then there may be more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn spread_mailings(&self) -> Result<bool> {
        let text = "SELECT COUNT(*) FROM (SELECT id FROM mailings LIMIT 1) AS first";
        let (waiting,): (i64,) = on_db!(self.reader(), pool => sqlx::query_as(text).fetch_one(pool).await)?;
        if waiting == 0 {
            return Ok(false);
        }
        in_tx!(self, tx => tx.spread().await?)
    }
}
