//! A report as an XLSX workbook: a sheet for each table, numbers as numbers, moments as dates on the wall of the report's zone, and a last sheet with
//! what each figure means. Rows go to the disk while they are written, so that a long table needs no more memory than a short one.

use std::path::Path;

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::listing::{Listing, PAGE};
use super::shape::{Cell, Kind, Report, Row};
use super::{Progress, Question, Result};
use crate::store::{Store, StoreError};

/// Rows of a sheet, at most: what the format allows.
const ROWS_MAX: u32 = 1_048_576;

/// Writes the report into a file, and tells `progress` of the rows.
///
/// # Errors
/// When the database is away, or the file cannot be written.
pub async fn write(store: &Store, question: &Question, report: &Report, file: &Path, progress: &Progress) -> Result<()> {
    let mut workbook = Workbook::new();
    let formats = Formats::new();
    for table in &report.tables {
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(broken)?;
        let mut writer = Sheet { sheet, formats: &formats, report, row: 0 };
        writer
            .head(table.id, &table.columns.iter().map(|figure| (report.title_of(figure), figure.kind)).collect::<Vec<_>>())
            .map_err(broken)?;
        writer.rows(&table.rows).map_err(broken)?;
        progress.add(table.rows.len());
        if let Some(figure) = table.lists {
            let mut listing = Listing::of(store, question, figure).await?;
            loop {
                let rows = listing.next(store, question, table, PAGE).await?;
                if rows.is_empty() || writer.row >= ROWS_MAX {
                    break;
                }
                writer.rows(&rows).map_err(broken)?;
                progress.add(rows.len());
            }
        }
    }
    definitions(&mut workbook, report, &formats).map_err(broken)?;
    let file = file.to_owned();
    // To pack and write it takes long: not where others are served.
    let saved = tokio::task::spawn_blocking(move || workbook.save(file)).await;
    saved.map_err(|error| StoreError::Conflict(error.to_string()))?.map_err(broken)
}

fn broken(error: XlsxError) -> StoreError {
    StoreError::Conflict(format!("the workbook could not be written: {error}"))
}

struct Formats {
    head: Format,
    time: Format,
    number: Format,
    wrapped: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            head: Format::new().set_bold(),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            number: Format::new().set_num_format("#,##0.00"),
            wrapped: Format::new().set_text_wrap(),
        }
    }
}

struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    formats: &'a Formats,
    report: &'a Report,
    row: u32,
}

impl Sheet<'_> {
    fn head(&mut self, name: &str, titles: &[(String, Kind)]) -> std::result::Result<(), XlsxError> {
        self.sheet.set_name(name)?;
        self.sheet.set_freeze_panes(1, 0)?;
        for (column, (title, kind)) in (0..).zip(titles) {
            let width = if *kind == Kind::Time { 20.0 } else { title.chars().count().clamp(10, 36) as f64 };
            self.sheet.set_column_width(column, width)?;
        }
        for (column, (title, _)) in (0..).zip(titles) {
            self.sheet.write_string_with_format(0, column, title, &self.formats.head)?;
        }
        self.row = 1;
        Ok(())
    }

    fn rows(&mut self, rows: &[Row]) -> std::result::Result<(), XlsxError> {
        for row in rows {
            if self.row >= ROWS_MAX {
                return Ok(());
            }
            for (column, cell) in (0..).zip(&row.cells) {
                self.cell(column, cell)?;
            }
            self.row += 1;
        }
        Ok(())
    }

    fn cell(&mut self, column: u16, cell: &Cell) -> std::result::Result<(), XlsxError> {
        let row = self.row;
        match cell {
            Cell::Empty => return Ok(()),
            // A string is never a formula here.
            Cell::Text(text) => self.sheet.write_string(row, column, text.chars().take(32_000).collect::<String>())?,
            Cell::Count(count) => self.sheet.write_number(row, column, *count as f64)?,
            Cell::Number(number) => self.sheet.write_number_with_format(row, column, *number, &self.formats.number)?,
            Cell::Time(time) => {
                let wall = time.with_timezone(&self.report.zone).naive_local();
                self.sheet.write_datetime_with_format(row, column, wall, &self.formats.time)?
            }
            Cell::YesNo(yes) => self.sheet.write_boolean(row, column, *yes)?,
        };
        Ok(())
    }
}

/// What each figure means, and of what the report tells.
fn definitions(workbook: &mut Workbook, report: &Report, formats: &Formats) -> std::result::Result<(), XlsxError> {
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("definitions")?;
    sheet.set_column_width(0, 34)?;
    sheet.set_column_width(1, 100)?;
    let wall = |time: crate::clock::Time| time.with_timezone(&report.zone).format("%Y-%m-%d %H:%M:%S %:z").to_string();
    let mut lines = vec![
        ("Report".to_owned(), report.title.to_owned()),
        ("From".to_owned(), wall(report.from)),
        ("Until".to_owned(), wall(report.to)),
        ("Organisation".to_owned(), report.organisation.clone().unwrap_or_else(|| "all that you may see".to_owned())),
        ("Time zone".to_owned(), report.zone.name().to_owned()),
        ("Made".to_owned(), wall(report.made_at)),
        (String::new(), String::new()),
    ];
    lines.extend(report.definitions().into_iter().map(|each| (each.title, each.words)));
    lines.push((String::new(), String::new()));
    lines.extend(report.assumptions.iter().map(|each| (each.setting.to_owned(), format!("{}: {}", each.value, each.words))));
    for (row, (name, words)) in (0..).zip(lines) {
        sheet.write_string_with_format(row, 0, name, &formats.head)?;
        sheet.write_string_with_format(row, 1, words, &formats.wrapped)?;
    }
    Ok(())
}
