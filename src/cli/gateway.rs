//! `harken gateway add`: register a gateway and print its secret once.

use clap::Subcommand;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::access::Scope;
use crate::domain::register::NewGateway;
use crate::store::audit::Actor;

use super::Failure;

/// Gateways.
#[derive(Debug, clap::Args)]
pub struct Gateway {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Register a gateway and print its secret, alone and only this once.
    Add(Add),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Its id: 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`, unique in the installation.
    #[arg(long)]
    id: String,
    /// The home (its id) that it stands in.
    #[arg(long)]
    home: String,
    /// Make and model.
    #[arg(long)]
    model: Option<String>,
    /// `tel:` or `sip:` address on which to speak to the person.
    #[arg(long)]
    call_back: Option<String>,
}

impl Gateway {
    /// Does it.
    ///
    /// # Errors
    /// When the database is away, the home does not exist, or the id is taken.
    #[allow(clippy::print_stdout, reason = "the secret is the output")]
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let Command::Add(Add { id, home, model, call_back }) = self.command;
        let store = super::open(settings).await?;
        let new = NewGateway { id, home, model: model.unwrap_or_default(), call_back, ..NewGateway::default() };
        let made = store.create_gateway(&Actor::cli(), Clock::system().now(), &Scope::All, &new).await?;
        println!("{}", made.secret);
        Ok(())
    }
}
