//! `harken import`: an export into an empty installation, or rows of the register from CSV.

mod export_folder;
mod register;
mod sheet;

use std::path::{Path, PathBuf};

use crate::clock::Clock;
use crate::config::Settings;
use crate::secrets::KeySafe;

use super::{Failure, open};
use sheet::Sort;

/// Read an export into an empty installation, or homes, residents, contacts and devices from CSV.
///
/// All of it or nothing. Of an export, passwords and webhooks stay behind: set them up anew. A CSV file is checked row by row first; what is entered already is
/// left as it is, so that a corrected file can be read again. Runs beside a server (CSV).
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The folder that `harken export` wrote; or, with --as, a CSV file with a line of column names.
    source: PathBuf,
    /// What the rows of the CSV file are.
    #[arg(long = "as", value_enum, requires = "organisation")]
    sort: Option<Sort>,
    /// The organisation, by its id, that the rows of the CSV file are for.
    #[arg(long, requires = "sort")]
    organisation: Option<String>,
    /// Read and check everything, tell every fault, and leave the installation as it is.
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    /// Does it.
    ///
    /// # Errors
    /// When something is wrong with the files, the installation is in use, or the database refuses; then nothing was entered.
    #[allow(clippy::print_stdout, reason = "what was read is the output")]
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let store = open(settings).await?;
        let key = KeySafe::from_file(Path::new(&settings.security.key_file))?;
        let say = match (self.sort, &self.organisation) {
            (Some(sort), Some(organisation)) => {
                let rows = sheet::read(&self.source, sort)?;
                let register = register::Register { store: &store, key: &key, now: Clock::system().now(), organisation };
                register.enter(sort, rows, self.dry_run).await?
            }
            _ => export_folder::read_all(&store, &key, &self.source, self.dry_run).await?,
        };
        store.close().await;
        println!("{say}");
        Ok(())
    }
}
