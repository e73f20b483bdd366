//! The command tree; one file per command.

mod account;
mod audit;
mod backup;
mod config;
mod demo;
mod erase;
mod export;
mod failure;
mod gateway;
mod gateway_link;
mod import;
mod installation;
mod migrate;
pub mod replay;
mod report;
mod rules;
mod serve;
pub mod simulate;
mod token;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Settings;
use crate::store::Store;

pub use failure::Failure;

/// Harken: the software of a telecare alarm receiving centre.
#[derive(Debug, Parser)]
#[command(
    name = "harken",
    version,
    about,
    after_help = "Settings: config/harken.toml documents them all; HARKEN_CONFIG names your own file."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service.
    Serve(serve::Serve),
    /// Run the service with sample homes that live their day. Everything it makes is labelled as a sample.
    Demo(demo::Demo),
    /// Play homes: seeded ones that publish over real MQTT and check what they are answered.
    Simulate(simulate::Simulate),
    /// Send a recording of real homes over real MQTT.
    Replay(replay::Replay),
    /// Check rules, test them, try them out, and put them in force.
    Rules(rules::Rules),
    /// Make a report: what managers pull.
    Report(report::Report),
    /// Write everything that an organisation owns into files that anybody can read.
    Export(export::Export),
    /// Read an export into an empty installation, or homes, residents, contacts and devices from CSV.
    Import(import::Import),
    /// People who may sign in.
    User(user::User),
    /// Tokens for other systems.
    Token(token::Token),
    /// Gateways.
    Gateway(gateway::Gateway),
    /// Verify the trail of who read and changed what.
    Audit(audit::Audit),
    /// Erase a resident, or a home with everybody who lived there, for good.
    Erase(erase::Erase),
    /// Copy the database while the service runs (SQLite).
    Backup(backup::Backup),
    /// Bring the database's schema up to date and stop.
    Migrate(migrate::Migrate),
    /// Print the settings in force, with secrets hidden.
    Config(config::Config),
    /// Print the description of the HTTP API (OpenAPI), for whoever generates a client from it.
    Openapi,
}

/// Runs the command that the process was started with.
#[must_use]
#[allow(clippy::print_stderr, reason = "the command line tells what failed")]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("harken: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(text)) => {
            eprintln!("harken: {text}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    let settings = Settings::load()?;
    match command {
        Command::Serve(serve) => serve.run(settings).await,
        Command::Demo(demo) => demo.run(settings).await,
        Command::Simulate(simulate) => {
            let (store, clock, stop) = (open(&settings).await?, Clock::system(), CancellationToken::new());
            let register = installation::of(&store, &settings, &clock)?.register;
            let interrupt = stop.clone().drop_guard();
            let work = simulate.run(&settings, &register, &clock, &stop);
            let watch = async move {
                let asked = serve::stop_signal().await;
                drop(interrupt);
                asked.is_ok()
            };
            tokio::pin!(work);
            tokio::select! {
                done = &mut work => done,
                _ = watch => work.await,
            }
        }
        Command::Replay(replay) => {
            let (store, clock) = (open(&settings).await?, Clock::system());
            replay.run(&settings, &installation::of(&store, &settings, &clock)?, &clock).await
        }
        Command::Rules(rules) => rules.run(&settings).await,
        Command::Report(report) => report.run(&settings).await,
        Command::Export(export) => export.run(&settings).await,
        Command::Import(import) => import.run(&settings).await,
        Command::User(user) => user.run(&settings).await,
        Command::Token(token) => token.run(&settings).await,
        Command::Gateway(gateway) => gateway.run(&settings).await,
        Command::Audit(audit) => audit.run(&settings).await,
        Command::Erase(erase) => erase.run(&settings).await,
        Command::Backup(backup) => backup.run(&settings).await,
        Command::Migrate(migrate) => migrate.run(&settings).await,
        Command::Config(config) => config.run(&settings),
        Command::Openapi => openapi(),
    }
}

fn openapi() -> Result<(), Failure> {
    use std::io::Write as _;
    let document = crate::http::document().to_pretty_json().map_err(|error| Failure(error.to_string()))?;
    writeln!(std::io::stdout(), "{document}").map_err(|error| Failure(error.to_string()))
}

/// The database of the settings, for a command beside a running server.
async fn open(settings: &Settings) -> Result<Store, Failure> {
    Ok(Store::open(&crate::app::store_settings(settings)).await?)
}
