//! `harken migrate`: bring the schema up to date and stop.

use crate::config::Settings;

use super::Failure;

/// Bring the database's schema up to date and stop.
#[derive(Debug, clap::Args)]
pub struct Migrate {}

impl Migrate {
    /// Does it.
    ///
    /// # Errors
    /// When the database is away, or was used by a newer program.
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        super::open(settings).await?.close().await;
        Ok(())
    }
}
