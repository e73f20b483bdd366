//! The file of a run: the same bytes that `GET /reports/{name}` answers, written to the disk first and then kept in parts.

use std::io::{Read, Write};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::Fault;
use crate::clock::Time;
use crate::domain::calendar;
use crate::domain::report::Format;
use crate::domain::schedule::{Run, RunFile};
use crate::reports::{self, Progress, Question, csv, listing, xlsx};
use crate::store::Store;
use crate::store::report_files::PART;

/// A file that was made and is not kept yet.
pub(super) struct Made {
    file: NamedTempFile,
    name: String,
}

/// Makes it.
pub(super) async fn make(store: &Store, question: &Question, run: &Run, progress: &Progress, max_mib: i64) -> Result<Made, Fault> {
    let mut report = reports::run(store, run.report, question).await?;
    let mut file = NamedTempFile::new()?;
    let mut name = run.report.as_str().to_owned();
    match run.format {
        Format::Json => {
            listing::fill(store, question, &mut report, listing::LISTED).await?;
            file.write_all(report.json().to_string().as_bytes())?;
            progress.add(report.tables.iter().map(|table| table.rows.len()).sum());
        }
        Format::Csv => {
            let gone = || Fault::Hopeless("this report has no such table any more; change the schedule".to_owned());
            let table = report.table(run.table.as_deref()).ok_or_else(gone)?;
            name = format!("{name}-{}", table.id);
            let mut writer = csv::Writer::new(store, question, &report, table).await?;
            let (mut told, mut bytes) = (0, 0);
            while let Some(chunk) = writer.next(store, question).await? {
                bytes += chunk.len();
                fits(i64::try_from(bytes).unwrap_or(i64::MAX), max_mib)?;
                file.write_all(&chunk)?;
                progress.add(usize::try_from(writer.rows() - told).unwrap_or(0));
                told = writer.rows();
            }
        }
        Format::Xlsx => xlsx::write(store, question, &report, file.path(), progress).await?,
    }
    let day = |time: i64| calendar::date(time, question.zone);
    let (first, last) = (day(calendar::us(run.from)), day(calendar::us(run.to) - 1));
    let days = if first == last { first.to_string() } else { format!("{first}-to-{last}") };
    fits(i64::try_from(file.path().metadata()?.len()).unwrap_or(i64::MAX), max_mib)?;
    Ok(Made { file, name: format!("{name}-{days}.{}", run.format.as_str()) })
}

fn fits(bytes: i64, max_mib: i64) -> Result<(), Fault> {
    if bytes > max_mib.saturating_mul(1024 * 1024) {
        return Err(Fault::Hopeless(format!(
            "its file is larger than {max_mib} MiB (reports.file_max_mib); choose a shorter period or csv"
        )));
    }
    Ok(())
}

/// Keeps it until then, part by part.
pub(super) async fn keep(store: &Store, run: &Run, made: &Made, kept_until: Time) -> Result<RunFile, Fault> {
    // Opened anew by its name: a workbook was written beside our own handle.
    let mut from = std::fs::File::open(made.file.path())?;
    let (mut hash, mut size, mut part) = (Sha256::new(), 0_usize, 0);
    let mut bytes = vec![0; PART];
    loop {
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match from.read(rest)? {
                0 => break,
                read => filled += read,
            }
        }
        let Some(chunk) = bytes.get(..filled).filter(|chunk| !chunk.is_empty()) else { break };
        hash.update(chunk);
        if !store.keep_report_part(run, part, chunk).await? {
            return Err(Fault::Lost);
        }
        size += filled;
        part += 1;
        tokio::task::yield_now().await;
    }
    let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(RunFile { name: made.name.clone(), size: i64::try_from(size).unwrap_or(i64::MAX), sha256, kept_until })
}
