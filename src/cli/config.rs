//! `harken config`: the settings in force.

use crate::config::Settings;

use super::Failure;

/// Print the settings in force, with secrets hidden.
#[derive(Debug, clap::Args)]
pub struct Config {
    /// As JSON, for a machine.
    #[arg(long)]
    json: bool,
}

impl Config {
    /// Prints them.
    ///
    /// # Errors
    /// Never, but for a terminal that is gone.
    #[allow(clippy::print_stdout, reason = "the settings are the output")]
    pub fn run(self, settings: &Settings) -> Result<(), Failure> {
        let shown = settings.shown();
        if self.json {
            let table: toml::Table = shown.parse()?;
            println!("{}", serde_json::to_string_pretty(&table)?);
        } else {
            print!("{shown}");
        }
        Ok(())
    }
}
