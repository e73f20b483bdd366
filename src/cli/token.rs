//! `harken token add`: a token for another system, printed once.

use clap::Subcommand;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::access::{Grant, Role};
use crate::domain::secret;

use super::Failure;

/// Tokens for other systems.
#[derive(Debug, clap::Args)]
pub struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a token and print it, alone and only this once.
    Add(Add),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// What it is for.
    #[arg(long)]
    name: String,
    /// What it may do.
    #[arg(long, value_enum)]
    role: Role,
    /// In which organisation (its id); without it in all.
    #[arg(long)]
    organisation: Option<String>,
}

impl Token {
    /// Does it.
    ///
    /// # Errors
    /// When the database is away or the organisation does not exist.
    #[allow(clippy::print_stdout, reason = "the token is the output")]
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let Command::Add(Add { name, role, organisation }) = self.command;
        let store = super::open(settings).await?;
        let clock = Clock::system();
        if let Some(id) = &organisation {
            store.organisation(&crate::domain::access::Scope::All, id).await?;
        }
        let token = secret::new_token();
        let (id, now) = (crate::clock::new_id(&clock), clock.now());
        let mut tx = store.begin().await?;
        tx.insert_token(&id, &name, &secret::sha256_hex(token.as_bytes()), now).await?;
        tx.set_grants(&id, &[Grant { role, organisation: organisation.clone() }]).await?;
        tx.note_in_trail(now, organisation.as_deref(), "cli", "created", ("token", &id), &format!("{name}: {}", role.as_str())).await?;
        tx.commit().await?;
        println!("{token}");
        Ok(())
    }
}
