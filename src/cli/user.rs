//! `harken user add`: a person who may sign in.

use std::io::IsTerminal;

use clap::Subcommand;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::access::{Grant, Role};
use crate::domain::secret;

use super::Failure;

/// People who may sign in.
#[derive(Debug, clap::Args)]
pub struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a person. The password is read from standard input, or made and printed where that is a terminal.
    Add(Add),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// What they sign in with.
    #[arg(long)]
    login: String,
    /// Their name.
    #[arg(long)]
    name: String,
    /// What they may do.
    #[arg(long, value_enum)]
    role: Role,
    /// In which organisation (its id); without it in all.
    #[arg(long)]
    organisation: Option<String>,
}

/// The shortest password that is taken, in characters.
const SHORTEST: usize = 12;

impl User {
    /// Does it.
    ///
    /// # Errors
    /// When the database is away, the login is taken, or the password is too short.
    #[allow(clippy::print_stdout, reason = "a password that was made is the output")]
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let Command::Add(Add { login, name, role, organisation }) = self.command;
        let given =
            if std::io::stdin().is_terminal() { String::new() } else { std::io::read_to_string(std::io::stdin())?.trim_end().to_owned() };
        let made = given.is_empty();
        let password = if made { secret::new_gateway_secret() } else { given };
        if password.chars().count() < SHORTEST {
            return Err(Failure(format!("a password has at least {SHORTEST} characters")));
        }
        let store = super::open(settings).await?;
        let grants = [Grant { role, organisation }];
        add(&store, &Clock::system(), (&login, &name), &password, &grants).await?;
        if made {
            println!("{password}");
        }
        Ok(())
    }
}

/// Adds a person with a password that is known.
pub(super) async fn add(
    store: &crate::store::Store,
    clock: &Clock,
    (login, name): (&str, &str),
    password: &str,
    grants: &[Grant],
) -> Result<String, Failure> {
    let (id, now) = (crate::clock::new_id(clock), clock.now());
    let hash = secret::hash_password(password).map_err(|error| Failure(format!("the password could not be hashed: {error}")))?;
    let mut tx = store.begin().await?;
    tx.insert_user(&id, login, name, &hash, now).await?;
    tx.set_grants(&id, grants).await?;
    let organisation = grants.first().and_then(|grant| grant.organisation.as_deref());
    tx.note_in_trail(now, organisation, "cli", "created", ("user", &id), name).await?;
    tx.commit().await?;
    Ok(id)
}
