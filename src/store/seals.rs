//! The trail, sealed: chaining what was committed, reading the chain for whoever verifies it, and erasing what may be erased.

use std::fmt::Write as _;

use chrono::TimeDelta;

use super::audit::Actor;
use super::dialect::{Column, ManyRows};
use super::{Result, Store, Tx, to_us};
use crate::clock::Time;
use crate::domain::seal::{self, BEGINNING, Detail, ERASED, Entry, Head, Report, Sealed, Verifier};

/// Entries sealed in one transaction, at most.
const AT_ONCE: i64 = 1_000;
/// Seals read in one go by the verifier.
const PAGE: i64 = 5_000;
/// An entry without a seal for so long was forgotten.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);

#[derive(sqlx::FromRow)]
struct EntryRow {
    seq: i64,
    at_us: i64,
    organisation: Option<String>,
    who: String,
    action: String,
    object_kind: String,
    object_id: String,
    detail: String,
    salt: Option<String>,
    words: Option<String>,
}

impl EntryRow {
    fn split(self) -> (Entry, Option<Detail>) {
        let detail = self.salt.zip(self.words).map(|(salt, detail)| Detail { salt, detail });
        let entry = Entry {
            seq: self.seq,
            at_us: self.at_us,
            organisation: self.organisation,
            who: self.who,
            action: self.action,
            object_kind: self.object_kind,
            object_id: self.object_id,
            detail: self.detail,
        };
        (entry, detail)
    }
}

#[derive(sqlx::FromRow)]
struct SealRow {
    position: i64,
    sealed_seq: i64,
    detail_sha256: Option<String>,
    hash: String,
    seq: Option<i64>,
    at_us: Option<i64>,
    organisation: Option<String>,
    who: Option<String>,
    action: Option<String>,
    object_kind: Option<String>,
    object_id: Option<String>,
    detail: Option<String>,
    salt: Option<String>,
    words: Option<String>,
}

impl SealRow {
    fn sealed(self) -> Sealed {
        let entry = || {
            Some(Entry {
                seq: self.seq?,
                at_us: self.at_us?,
                organisation: self.organisation,
                who: self.who?,
                action: self.action?,
                object_kind: self.object_kind?,
                object_id: self.object_id?,
                detail: self.detail?,
            })
        };
        Sealed {
            position: self.position,
            seq: self.sealed_seq,
            detail_sha256: self.detail_sha256,
            hash: self.hash,
            entry: entry(),
            detail: self.salt.zip(self.words).map(|(salt, detail)| Detail { salt, detail }),
        }
    }
}

/// What one pass of the sealer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Entries sealed.
    pub sealed: usize,
    /// The highest number among them.
    pub highest: i64,
}

impl Store {
    /// Seals the next entries numbered above `floor` that have no seal. On PostgreSQL numbers become visible out of order: an entry that appears late is
    /// chained late, and `floor` must lie below any that may still appear.
    ///
    /// # Errors
    /// When the database refuses; a unique violation when somebody else seals at this moment.
    pub async fn seal_trail(&self, floor: i64, now: Time) -> Result<Pass> {
        const UNSEALED: &str = "SELECT a.seq, a.at_us, a.organisation, a.who, a.action, a.object_kind, a.object_id, a.detail, d.salt, \
            d.detail AS words FROM audit a LEFT JOIN audit_details d ON d.seq = a.seq \
            WHERE a.seq > $1 AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.seq = a.seq) ORDER BY a.seq LIMIT $2";
        let rows: Vec<EntryRow> = on_db!(self.reader(), pool => sqlx::query_as(UNSEALED).bind(floor).bind(AT_ONCE).fetch_all(pool).await)?;
        let Some(highest) = rows.last().map(|row| row.seq) else { return Ok(Pass { sealed: 0, highest: floor }) };
        let entries: Vec<(Entry, Option<Detail>)> = rows.into_iter().map(EntryRow::split).collect();
        let mut tx = self.begin().await?;
        let mut head = tx.trail_head().await?;
        let mut columns: (Vec<i64>, Vec<i64>, Vec<Option<String>>, Vec<String>) = Default::default();
        for (entry, detail) in &entries {
            let digest = detail.as_ref().map(Detail::digest);
            let position = head.position + 1;
            head = Head { position, hash: seal::hash(&head.hash, position, entry, digest.as_deref()) };
            columns.0.push(position);
            columns.1.push(entry.seq);
            columns.2.push(digest);
            columns.3.push(head.hash.clone());
        }
        let times = vec![to_us(now); entries.len()];
        let (position, seq, digest, hash) = columns;
        let statement = ManyRows { head: "INSERT INTO audit_seals (position, seq, detail_sha256, hash, sealed_us)", tail: "" };
        let columns = vec![Column::Int(position), Column::Int(seq), Column::MaybeText(digest), Column::Text(hash), Column::Int(times)];
        tx.many_rows(statement, columns).await?;
        tx.commit().await?;
        Ok(Pass { sealed: entries.len(), highest })
    }

    /// How far the trail is sealed.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn trail_head(&self) -> Result<Head> {
        self.snapshot().await?.trail_head().await
    }

    /// Follows the whole chain, and looks for the heads that were noted outside.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn verify_trail(&self, heads: Vec<String>, now: Time) -> Result<Report> {
        const SEALS: &str = "SELECT s.position, s.seq AS sealed_seq, s.detail_sha256, s.hash, a.seq, a.at_us, a.organisation, a.who, a.action, \
            a.object_kind, a.object_id, a.detail, d.salt, d.detail AS words FROM audit_seals s LEFT JOIN audit a ON a.seq = s.seq \
            LEFT JOIN audit_details d ON d.seq = s.seq WHERE s.position > $1 ORDER BY s.position LIMIT $2";
        const WAITING: &str = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN at_us < $1 THEN 1 ELSE 0 END), 0) FROM audit a \
            WHERE NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.seq = a.seq)";
        const DECLARED: &str =
            "SELECT detail FROM audit a WHERE action = $1 AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.seq = a.seq)";
        // One moment of the database throughout: a seal that is made meanwhile is not seen without its entry.
        let mut tx = self.snapshot().await?;
        let mut verifier = Verifier::new(heads);
        let mut after = i64::MIN;
        loop {
            let rows: Vec<SealRow> = on_tx!(&mut tx, conn => sqlx::query_as(SEALS).bind(after).bind(PAGE).fetch_all(conn).await)?;
            let Some(last) = rows.last() else { break };
            after = last.position;
            for row in rows {
                verifier.take(row.sealed());
            }
        }
        let rows: Vec<(String,)> = on_tx!(&mut tx, conn => sqlx::query_as(DECLARED).bind(ERASED).fetch_all(conn).await)?;
        for (detail,) in rows {
            verifier.declare(&detail);
        }
        let since = to_us(now - FORGOTTEN);
        let (waiting, forgotten): (i64, i64) = on_tx!(&mut tx, conn => sqlx::query_as(WAITING).bind(since).fetch_one(conn).await)?;
        Ok(verifier.finish(waiting, forgotten))
    }

    /// Erases the details of every entry about the thing of this id, and says so in the trail. Answers with the numbers of the entries.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn erase_details(&self, by: &Actor, now: Time, object: &str, reason: &str) -> Result<Vec<i64>> {
        in_tx!(self, tx => {
            let entries = tx.entries_about(object).await?;
            if !entries.is_empty() {
                let what = Erased { organisation: None, object: ("trail", object), entries: entries.clone(), reason };
                tx.erase_entries(by, now, what).await?;
            }
            entries
        })
    }
}

/// Details of the trail to be erased, and what is said of it there.
#[derive(Clone, Debug)]
pub(super) struct Erased<'a> {
    /// Whose matter it is.
    pub organisation: Option<&'a str>,
    /// The kind and id of what was erased.
    pub object: (&'a str, &'a str),
    /// The entries whose details go.
    pub entries: Vec<i64>,
    /// Why.
    pub reason: &'a str,
}

impl Tx {
    /// The numbers of the entries about the thing of this id that have details.
    pub(super) async fn entries_about(&mut self, object: &str) -> Result<Vec<i64>> {
        const FIND: &str = "SELECT d.seq FROM audit_details d JOIN audit a ON a.seq = d.seq WHERE a.object_id = $1 ORDER BY d.seq";
        let rows: Vec<(i64,)> = on_tx!(self, conn => sqlx::query_as(FIND).bind(object).fetch_all(conn).await)?;
        Ok(rows.into_iter().map(|(seq,)| seq).collect())
    }

    /// Erases the details of these entries, and says so: the entry that does cannot be erased itself.
    pub(super) async fn erase_entries(&mut self, by: &Actor, now: Time, what: Erased<'_>) -> Result<()> {
        const ERASE: &str = "DELETE FROM audit_details WHERE seq = $1";
        const SAY: &str = "INSERT INTO audit (at_us, organisation, who, action, object_kind, object_id, detail) \
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let Erased { organisation, object: (kind, id), entries, reason } = what;
        for seq in &entries {
            on_tx!(self, conn => sqlx::query(ERASE).bind(*seq).execute(conn).await.map(|_| ()))?;
        }
        // Beside the entry, not apart from it: what was erased must stay known.
        let detail = serde_json::json!({ "entries": entries, "reason": reason }).to_string();
        on_tx!(self, conn => sqlx::query(SAY).bind(to_us(now)).bind(organisation).bind(&by.id).bind(ERASED).bind(kind).bind(id).bind(detail)
            .execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}

impl Tx {
    async fn trail_head(&mut self) -> Result<Head> {
        let text = "SELECT position, hash FROM audit_seals ORDER BY position DESC LIMIT 1";
        let row: Option<(i64, String)> = on_tx!(self, conn => sqlx::query_as(text).fetch_optional(conn).await)?;
        Ok(row.map_or_else(|| Head { position: 0, hash: BEGINNING.to_owned() }, |(position, hash)| Head { position, hash }))
    }

    /// Puts what may be erased of an entry beside it, with a fresh salt.
    pub(super) async fn add_audit_detail(&mut self, seq: i64, detail: &str) -> Result<()> {
        let mut salt = String::with_capacity(32);
        for byte in rand::random::<[u8; 16]>() {
            let _ = write!(salt, "{byte:02x}");
        }
        let text = "INSERT INTO audit_details (seq, salt, detail) VALUES ($1, $2, $3)";
        on_tx!(self, conn => sqlx::query(text).bind(seq).bind(salt).bind(detail).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}
