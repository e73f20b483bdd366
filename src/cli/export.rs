//! `harken export`: everything that an organisation owns, as JSON Lines and CSV, with a data dictionary.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::config::Settings;
use crate::reports::csv::harmless;
use crate::secrets::KeySafe;
use crate::store::export::dictionary;
use crate::store::export::tables::{Kind, LEFT_BEHIND, TABLES, Table};

use super::{Failure, open};

/// The form of the files; another number when an older import could not read them.
pub(in crate::cli) const VERSION: u32 = 1;
/// What stands first in the folder, and is written last: an export without it is not whole.
pub(in crate::cli) const MANIFEST: &str = "manifest.json";

/// Write everything that an organisation owns into files that anybody can read.
///
/// Each table as JSON Lines (which an import reads) and as CSV (for spreadsheets), with a dictionary of every column. Runs beside a server; shows one moment.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// Which organisation, by its id.
    #[arg(long)]
    organisation: String,
    /// The folder to write into; made here, so it must not exist.
    #[arg(long)]
    output: PathBuf,
    /// With the codes of key safes in clear text, as an import needs them. Whoever holds the files can then open the doors.
    #[arg(long)]
    key_safe_codes: bool,
}

/// What an export holds.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Manifest {
    pub(in crate::cli) harken_export: u32,
    pub(in crate::cli) organisation: String,
    pub(in crate::cli) made_at: chrono::DateTime<chrono::Utc>,
    pub(in crate::cli) key_safe_codes: bool,
    /// So many of the newest events are not in the daily sums.
    pub(in crate::cli) unsummed_events: i64,
    pub(in crate::cli) tables: Vec<Part>,
}

/// One table of an export.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Part {
    pub(in crate::cli) name: String,
    pub(in crate::cli) rows: u64,
    /// Of its JSON Lines.
    pub(in crate::cli) sha256: String,
}

impl Export {
    /// Does it.
    ///
    /// # Errors
    /// When the folder exists, there is no such organisation, or something cannot be read or written.
    #[allow(clippy::print_stdout, reason = "what was written is the output")]
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let store = open(settings).await?;
        let key = KeySafe::from_file(Path::new(&settings.security.key_file))?;
        let codes = self.key_safe_codes.then_some(&key);
        let mut dump = store.export(&self.organisation).await?;
        make_folder(&self.output)?;
        // Before anything leaves: whoever breaks it off has read what was written by then.
        let codes_too = if self.key_safe_codes { ", with the codes of key safes in clear text" } else { "" };
        let words = format!("Everything that the organisation owns was written into files{codes_too}.");
        store.note_export(&self.organisation, Clock::system().now(), &words).await?;
        let mut tables = Vec::new();
        for table in TABLES {
            let mut files = Files::new(&self.output, table)?;
            dump.rows(table, &mut |row| files.row(table, &row, codes)).await?;
            tables.push(files.finish(table)?);
        }
        std::fs::write(self.output.join("dictionary.md"), dictionary_page())?;
        let rows: u64 = tables.iter().map(|part| part.rows).sum();
        let manifest = Manifest {
            harken_export: VERSION,
            organisation: self.organisation,
            made_at: Clock::system().now(),
            key_safe_codes: self.key_safe_codes,
            unsummed_events: dump.unsummed,
            tables,
        };
        std::fs::write(self.output.join(MANIFEST), serde_json::to_string_pretty(&manifest)?)?;
        drop(dump);
        store.close().await;
        println!("{rows} rows in {}", self.output.display());
        Ok(())
    }
}

/// Personal data of many people: for the owner's eyes.
fn make_folder(folder: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| Failure(format!("cannot make the folder {}: {error}; name one that does not exist", folder.display())))
}

/// The two files of a table.
struct Files {
    lines: BufWriter<File>,
    csv: csv::Writer<File>,
    sum: Sha256,
    rows: u64,
}

impl Files {
    fn new(folder: &Path, table: &Table) -> Result<Self, Failure> {
        let lines = BufWriter::new(File::create(folder.join(format!("{}.jsonl", table.name)))?);
        let file = File::create(folder.join(format!("{}.csv", table.name)))?;
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
        csv.write_record(table.columns().map(|(name, _)| for_people(name)))?;
        Ok(Self { lines, csv, sum: Sha256::new(), rows: 0 })
    }

    fn row(&mut self, table: &Table, row: &str, codes: Option<&KeySafe>) -> Result<(), String> {
        let mut object: Map<String, Value> = serde_json::from_str(row).map_err(|error| error.to_string())?;
        if table.name == "homes" {
            reveal(&mut object, codes)?;
        }
        let mut line = serde_json::to_string(&object).map_err(|error| error.to_string())?;
        line.push('\n');
        self.sum.update(line.as_bytes());
        self.lines.write_all(line.as_bytes()).map_err(|error| error.to_string())?;
        let cells = table.columns().map(|(name, _)| cell(name, &object[name]));
        self.csv.write_record(cells).map_err(|error| error.to_string())?;
        self.rows += 1;
        Ok(())
    }

    fn finish(mut self, table: &Table) -> Result<Part, Failure> {
        self.lines.flush()?;
        self.csv.flush()?;
        let sha256 = self.sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Part { name: table.name.to_owned(), rows: self.rows, sha256 })
    }
}

/// The code of a key safe in clear text if it was asked for, or nothing: encrypted it would be of no use elsewhere.
fn reveal(home: &mut Map<String, Value>, codes: Option<&KeySafe>) -> Result<(), String> {
    let sealed = home.get("key_safe").and_then(Value::as_str).map(str::to_owned);
    let id = home.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let code = match (codes, sealed) {
        (Some(key), Some(sealed)) => {
            let bytes = unhex(&sealed).ok_or_else(|| format!("the key-safe code of home {id} is damaged"))?;
            Value::String(key.open(&id, &bytes).map_err(|error| format!("home {id}: {error}"))?)
        }
        _ => Value::Null,
    };
    home.insert("key_safe".to_owned(), code);
    Ok(())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect()
}

/// `raised_us` is `raised_at` where people read it.
fn for_people(name: &str) -> String {
    name.strip_suffix("_us").map_or_else(|| name.to_owned(), |stem| format!("{stem}_at"))
}

fn cell(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Number(number) if name.ends_with("_us") => number
            .as_i64()
            .and_then(chrono::DateTime::from_timestamp_micros)
            .map_or_else(|| number.to_string(), |time| time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
        Value::String(text) => harmless(text),
        other => other.to_string(),
    }
}

/// What every column of every table is, in words.
fn dictionary_page() -> String {
    let mut text = String::from(
        "# Data dictionary\n\nEach table stands twice in this folder: `….jsonl` (JSON Lines, one object for each row, which `harken import` reads) and `….csv` \
         (RFC 4180, UTF-8). Columns that end in `_us` are microseconds since 1970-01-01 UTC; in CSV they end in `_at` and are RFC 3339 in UTC. In CSV, text that a \
         spreadsheet would take for a formula has an apostrophe before it. 0 and 1 are no and yes. Columns of bytes are hexadecimal digits. `manifest.json` \
         counts the rows and holds the SHA-256 of each `….jsonl`.\n",
    );
    for table in TABLES {
        let _ = write!(text, "\n## {}\n\n{}\n\n| column | kind | what it is |\n|---|---|---|\n", table.name, table.says);
        for (name, kind) in table.columns() {
            let kind = match kind {
                Kind::Number if name.ends_with("_us") => "time",
                Kind::Number => "whole number",
                Kind::Bytes => "bytes",
                Kind::Text => "text",
            };
            let _ = writeln!(text, "| `{name}` | {kind} | {} |", dictionary::words(table.name, name).unwrap_or_default());
        }
        for (name, why) in table.left_out {
            let _ = write!(text, "\n`{name}` stays behind. {why}\n");
        }
    }
    text.push_str("\n## Not in an export\n\n");
    for (name, why) in LEFT_BEHIND {
        let _ = writeln!(text, "- `{name}`: {why}.");
    }
    text
}
