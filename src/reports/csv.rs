//! A table as CSV (RFC 4180): the ids of the figures above, then the rows, in chunks, so that a long table needs no more memory than a short one.

use chrono::SecondsFormat;

use super::listing::{Listing, PAGE};
use super::shape::{Cell, Report, Row, Table};
use super::{Progress, Question, Result};
use crate::store::{Store, StoreError};

/// Writes a table out chunk by chunk.
#[derive(Debug)]
pub struct Writer<'a> {
    report: &'a Report,
    table: &'a Table,
    begun: bool,
    listing: Option<Listing>,
    progress: Progress,
}

impl<'a> Writer<'a> {
    /// Of this table of the report.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn new(store: &Store, question: &Question, report: &'a Report, table: &'a Table) -> Result<Self> {
        let listing = match table.lists {
            Some(figure) => Some(Listing::of(store, question, figure).await?),
            None => None,
        };
        Ok(Self { report, table, begun: false, listing, progress: Progress::default() })
    }

    /// How many rows there are so far.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.progress.rows()
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn next(&mut self, store: &Store, question: &Question) -> Result<Option<Vec<u8>>> {
        let mut rows = Vec::new();
        let first = !std::mem::replace(&mut self.begun, true);
        if let Some(listing) = &mut self.listing {
            rows = listing.next(store, question, self.table, PAGE).await?;
        }
        if !first && rows.is_empty() {
            return Ok(None);
        }
        let mut csv = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
        if first {
            csv.write_record(self.table.columns.iter().map(|figure| figure.id)).map_err(broken)?;
            self.write(&mut csv, &self.table.rows)?;
        }
        self.write(&mut csv, &rows)?;
        csv.into_inner().map(Some).map_err(|error| broken(error.into_error()))
    }

    fn write(&self, csv: &mut ::csv::Writer<Vec<u8>>, rows: &[Row]) -> Result<()> {
        for row in rows {
            csv.write_record(row.cells.iter().map(|cell| self.text(cell))).map_err(broken)?;
        }
        self.progress.add(rows.len());
        Ok(())
    }

    fn text(&self, cell: &Cell) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => harmless(text),
            Cell::Count(count) => count.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Time(time) => time.with_timezone(&self.report.zone).to_rfc3339_opts(SecondsFormat::Millis, true),
            Cell::YesNo(yes) => yes.to_string(),
        }
    }
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::Conflict(format!("the CSV could not be written: {error}"))
}

/// Text that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it, which spreadsheets hide.
#[must_use]
pub fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}

/// The text as it was before [`harmless`].
#[must_use]
pub fn as_it_was(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_made_harmless_and_come_back_as_they_were() {
        for text in ["=1+1", "+44 1632", "-x", "@sum", "\tx", "plain", "", "'quoted"] {
            assert!(!harmless(text).starts_with(['=', '+', '-', '@', '\t']));
            assert_eq!(as_it_was(&harmless(text)), text);
        }
    }
}
