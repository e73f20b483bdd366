//! The files of scheduled reports, in parts that are short to write: nobody waits long behind one, and a large file is read part by part.

use super::{Result, Store, Tx, to_us};
use crate::clock::Time;
use crate::domain::schedule::Run;

/// Bytes of a part.
pub const PART: usize = 256 * 1024;
/// Parts deleted in one transaction.
const AT_ONCE: i64 = 64;

impl Store {
    /// Keeps a part of the file that this try of a run makes. Answers whether the run is still this try's.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn keep_report_part(&self, run: &Run, part: i64, bytes: &[u8]) -> Result<bool> {
        let text = "INSERT INTO report_files (schedule, n, attempt, part, bytes) SELECT $1, $2, $3, $4, $5 WHERE EXISTS \
            (SELECT 1 FROM report_runs WHERE schedule = $1 AND n = $2 AND attempts = $3 AND state = 'running')";
        in_tx!(self, tx => on_tx!(tx, conn => sqlx::query(text).bind(&run.schedule).bind(run.n).bind(run.attempts).bind(part).bind(bytes.to_vec())
            .execute(conn).await.map(|done| done.rows_affected() == 1))?)
    }

    /// A part of the file of a run that is done; `None` behind the last.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn report_part(&self, run: &Run, part: i64) -> Result<Option<Vec<u8>>> {
        let text = "SELECT bytes FROM report_files WHERE schedule = $1 AND n = $2 AND attempt = $3 AND part = $4";
        let row: Option<(Vec<u8>,)> = on_db!(self.reader(), pool => sqlx::query_as(text).bind(&run.schedule).bind(run.n).bind(run.attempts).bind(part)
            .fetch_optional(pool).await)?;
        Ok(row.map(|(bytes,)| bytes))
    }

    /// The whole file of a run that is done; `None` when it is no longer kept.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn report_file(&self, run: &Run) -> Result<Option<Vec<u8>>> {
        let (mut whole, mut part) = (Vec::new(), 0);
        while let Some(bytes) = self.report_part(run, part).await? {
            whole.extend(bytes);
            part += 1;
        }
        let size = run.file.as_ref().map_or(0, |file| file.size);
        Ok(i64::try_from(whole.len()).is_ok_and(|length| length == size).then_some(whole))
    }

    /// Deletes the next parts of files that were to be kept until `now` or before. Answers how many went; call it until none do.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_report_files(&self, now: Time) -> Result<u64> {
        let text = "DELETE FROM report_files WHERE (schedule, n, attempt, part) IN (SELECT f.schedule, f.n, f.attempt, f.part FROM report_runs r \
            JOIN report_files f ON f.schedule = r.schedule AND f.n = r.n WHERE r.kept_until_us <= $1 \
            AND r.organisation NOT IN (SELECT l.organisation FROM legal_holds l WHERE l.kind = 'organisation' AND l.lifted_us IS NULL) LIMIT $2)";
        in_tx!(self, tx => on_tx!(tx, conn => sqlx::query(text).bind(to_us(now)).bind(AT_ONCE).execute(conn).await.map(|done| done.rows_affected()))?)
    }
}

impl Tx {
    /// Deletes whatever is there of a run's file.
    pub(super) async fn drop_report_file(&mut self, schedule: &str, n: i64) -> Result<()> {
        let text = "DELETE FROM report_files WHERE schedule = $1 AND n = $2";
        on_tx!(self, conn => sqlx::query(text).bind(schedule).bind(n).execute(conn).await.map(|_| ()))?;
        Ok(())
    }
}
