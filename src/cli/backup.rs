//! `harken backup`: a copy of the SQLite database as it is at this moment, while the service goes on.

use std::path::PathBuf;

use crate::config::Settings;
use crate::store::Store;

use super::Failure;

/// Copy the database while the service runs (SQLite).
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The file to write; it must not exist.
    file: PathBuf,
}

impl Backup {
    /// Does it.
    ///
    /// # Errors
    /// When the file exists or cannot be written, or the database is not SQLite.
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let store = Store::connect(&crate::app::store_settings(settings)).await?;
        store.backup(&self.file).await?;
        store.close().await;
        // The copy is only one once it is on the disk.
        Ok(std::fs::File::open(&self.file)?.sync_all()?)
    }
}
