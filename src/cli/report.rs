//! `harken report`: a report at the command line.

use std::io::Write;
use std::path::PathBuf;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::access::Scope;
use crate::domain::outcome::Outcomes;
use crate::domain::report::Format;
use crate::reports::{self, Name, Progress, Question, Written, csv, listing, xlsx};
use crate::store::Store;

use super::{Failure, open};

/// Make a report.
///
/// What managers pull: answer times, activations, outcomes, attendance, equipment, false alarms, take-up, workload, social value. Runs beside a server.
#[derive(Debug, clap::Args)]
pub struct Report {
    /// Which.
    name: Name,
    /// From the begin of this day (2026-10-01) or month (2026-10) in the organisation's zone, or from this moment; the last whole month unless told.
    #[arg(long)]
    from: Option<String>,
    /// Until the begin of this day or month, or this moment.
    #[arg(long)]
    to: Option<String>,
    /// Only of this organisation.
    #[arg(long)]
    organisation: Option<String>,
    /// In which form.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Which table, for CSV; the first unless told.
    #[arg(long)]
    table: Option<String>,
    /// Write it into this file. A workbook needs one.
    #[arg(long)]
    output: Option<PathBuf>,
}

impl Report {
    /// Does it.
    ///
    /// # Errors
    /// When the question makes no sense, or the database is away.
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let outcomes = settings.response.outcomes_text()?;
        let outcomes = outcomes.map_or_else(|| Ok(Outcomes::default()), |text| Outcomes::parse(&text)).map_err(Failure)?;
        let (store, clock) = (open(settings).await?, Clock::system());
        let written =
            Written { scope: &Scope::All, organisation: self.organisation.as_deref(), from: self.from.as_deref(), to: self.to.as_deref() };
        let question = Question::read(&store, &written, settings, &outcomes, clock.now()).await.map_err(|why| Failure(why.to_string()))?;
        let report = reports::run(&store, self.name, &question).await?;
        self.write(&store, &question, report).await?;
        store.close().await;
        Ok(())
    }

    async fn write(&self, store: &Store, question: &Question, mut report: reports::shape::Report) -> Result<(), Failure> {
        if self.format == Format::Xlsx {
            let file = self.output.as_ref().ok_or_else(|| Failure("a workbook goes into a file: name it with --output".to_owned()))?;
            return Ok(xlsx::write(store, question, &report, file, &Progress::default()).await?);
        }
        let mut out: Box<dyn Write + Send> = match &self.output {
            Some(file) => {
                Box::new(std::fs::File::create(file).map_err(|error| Failure(format!("cannot write {}: {error}", file.display())))?)
            }
            None => Box::new(std::io::stdout()),
        };
        if self.format == Format::Json {
            listing::fill(store, question, &mut report, usize::MAX).await?;
            return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&report.json())?)?);
        }
        let Some(table) = report.table(self.table.as_deref()) else {
            let all: Vec<&str> = report.tables.iter().map(|table| table.id).collect();
            return Err(Failure(format!("--table must be one of {}", all.join(", "))));
        };
        let mut writer = csv::Writer::new(store, question, &report, table).await?;
        while let Some(chunk) = writer.next(store, question).await? {
            out.write_all(&chunk)?;
        }
        Ok(())
    }
}
