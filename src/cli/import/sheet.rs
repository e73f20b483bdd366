//! A CSV file as people make it: the rows as objects of the HTTP API, with the line each stands in.

use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::Failure;
use crate::reports::csv::as_it_was;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Sort {
    Homes,
    Residents,
    Contacts,
    Devices,
}

impl Sort {
    /// The columns that a file may have. `home` and `resident` are ids or names.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Homes => &["name", "address", "locality", "zone", "call_back", "access_notes", "key_safe"],
            Self::Residents => {
                &["home", "name", "preferred_name", "language", "hearing", "born", "notes", "medical", "risks", "vulnerability"]
            }
            Self::Contacts => &["home", "name", "relation", "telephone", "calling_order", "key_holder", "notes"],
            Self::Devices => &["gateway", "address", "resident", "model", "room", "call_back"],
        }
    }
}

/// A row, and the line of the file in which it begins.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) cells: Result<Map<String, Value>, String>,
}

/// The rows of the file; a row that cannot be read is among them, with what is wrong.
///
/// # Errors
/// When the file cannot be read at all, or has a column that means nothing here.
pub(super) fn read(file: &Path, sort: Sort) -> Result<Vec<Row>, Failure> {
    let fault = |why: &dyn std::fmt::Display| Failure(format!("{}: {why}", file.display()));
    let text = std::fs::read(file).map_err(|error| fault(&error))?;
    // Spreadsheets put a mark before UTF-8.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let mut reader = csv::Reader::from_reader(text);
    let names: Vec<String> = reader.headers().map_err(|error| fault(&error))?.iter().map(|name| name.trim().to_lowercase()).collect();
    if let Some(unknown) = names.iter().find(|name| !sort.columns().contains(&name.as_str())) {
        return Err(fault(&format!("there is no column `{unknown}` here; these are: {}", sort.columns().join(", "))));
    }
    let (mut rows, mut lines) = (Vec::new(), Lines { text, at: 0, line: 1 });
    for record in reader.records() {
        let begin = match &record {
            Ok(record) => record.position(),
            Err(error) => error.position(),
        };
        let line = begin.map_or(0, |begin| lines.at(begin.byte()));
        rows.push(Row { line, cells: record.map_err(|error| error.to_string()).and_then(|record| cells(&names, &record)) });
    }
    Ok(rows)
}

/// Counts lines up to a place. The reader's own count is one behind where lines end in CR LF.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line in which the record that begins at or after this byte stands; asked for in rising order.
    fn at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(each) = self.text.get(self.at).filter(|each| self.at < byte || matches!(each, b'\r' | b'\n')) {
            self.line += u64::from(*each == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// An empty cell says nothing, so that the default holds.
fn cells(names: &[String], record: &csv::StringRecord) -> Result<Map<String, Value>, String> {
    let mut object = Map::new();
    for (name, text) in names.iter().zip(record) {
        let text = as_it_was(text.trim());
        if !text.is_empty() {
            object.insert(name.clone(), value(name, text)?);
        }
    }
    Ok(object)
}

fn value(name: &str, text: &str) -> Result<Value, String> {
    match name {
        "calling_order" => {
            text.parse::<i64>().map(Value::from).map_err(|_| format!("`calling_order` must be a whole number, not `{text}`"))
        }
        "key_holder" => match text.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" => Ok(Value::Bool(true)),
            "no" | "n" | "false" | "0" => Ok(Value::Bool(false)),
            _ => Err(format!("`key_holder` must be yes or no, not `{text}`")),
        },
        _ => Ok(Value::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, sort: Sort) -> Result<Vec<Row>, Failure> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path(), sort)
    }

    #[test]
    fn a_spreadsheets_file_is_read_with_its_mark_its_apostrophes_and_its_lines() {
        let rows =
            rows("\u{feff}Home, Name ,telephone,key_holder\r\nElm,\"Nora\nN.\",'+44 1632,YES\r\nElm,Ben,1,\r\n", Sort::Contacts).unwrap();
        let first = rows[0].cells.as_ref().unwrap();
        assert_eq!(
            (first["name"].as_str(), first["telephone"].as_str(), &first["key_holder"]),
            (Some("Nora\nN."), Some("+44 1632"), &Value::Bool(true))
        );
        assert_eq!((rows[0].line, rows[1].line), (2, 4));
        assert!(!rows[1].cells.as_ref().unwrap().contains_key("key_holder"));
    }

    #[test]
    fn what_cannot_be_read_is_told_where_it_stands() {
        assert!(rows("name,postcode\nElm,1\n", Sort::Homes).unwrap_err().0.contains("`postcode`"));
        let rows = rows("name,telephone,calling_order\nA,1,first\nB\nC,2,2\n", Sort::Contacts).unwrap();
        let lines: Vec<(u64, bool)> = rows.iter().map(|row| (row.line, row.cells.is_ok())).collect();
        assert_eq!(lines, [(2, false), (3, false), (4, true)]);
    }
}
