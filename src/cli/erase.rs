//! `harken erase`: a resident, or a home with everybody who lived there, for good.

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::access::Scope;
use crate::store::Actor;

use super::{Failure, open};

/// Erase a resident, or a home with everybody who lived there.
///
/// Names, words and readings go for good; what reports count stays, and the trail says what was erased and why. They must be archived, and under no legal
/// hold. Runs beside a server.
#[derive(Debug, clap::Args)]
pub struct Erase {
    /// What.
    what: What,
    /// Its id.
    id: String,
    /// Why; kept in the trail for good, so name nobody.
    #[arg(long)]
    reason: String,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum What {
    Resident,
    Home,
}

impl Erase {
    /// Does it.
    ///
    /// # Errors
    /// When it may not be erased, or the database is away.
    #[allow(clippy::print_stdout, reason = "the command's answer")]
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let (store, now) = (open(settings).await?, Clock::system().now());
        let erased = match self.what {
            What::Resident => store.erase_resident(&Actor::cli(), now, &Scope::All, &self.id, &self.reason).await?,
            What::Home => store.erase_home(&Actor::cli(), now, &Scope::All, &self.id, &self.reason).await?,
        };
        store.close().await;
        println!(
            "{} people of the register, {} alerts, {} events and the details of {} entries of the trail erased",
            erased.residents, erased.alerts, erased.events, erased.entries
        );
        Ok(())
    }
}
