//! `harken audit`: verify the trail, and erase what may be erased of it.

use clap::Subcommand;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::seal::Report;
use crate::store::Actor;

use super::{Failure, open};

/// Verify the trail of who read and changed what.
#[derive(Debug, clap::Args)]
pub struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Follow the chain of seals, and fail when an entry was altered, removed or put elsewhere. Names what was erased.
    Verify(Verify),
    /// Erase the details (names, words, before and after) of all entries about one thing. The entries stay, and one says what was erased.
    Erase(Erase),
}

#[derive(Debug, clap::Args)]
struct Verify {
    /// A head that was noted outside (in the log, or by whoever hears the dead man's ping): the chain must contain it. May be given several times.
    #[arg(long, value_name = "HASH", value_parser = head)]
    head: Vec<String>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Erase {
    /// Id of the home, resident, contact, user or other thing.
    #[arg(long)]
    object: String,
    /// Why, in words; kept in the trail for good, so name nobody.
    #[arg(long)]
    reason: String,
}

fn head(text: &str) -> Result<String, String> {
    let text = text.trim().to_ascii_lowercase();
    let is_hash = text.len() == 64 && text.bytes().all(|each| each.is_ascii_hexdigit());
    if is_hash { Ok(text) } else { Err("a head is 64 hexadecimal digits".to_owned()) }
}

impl Audit {
    /// Does it.
    ///
    /// # Errors
    /// When something is wrong with the trail, or the database is away.
    pub async fn run(self, settings: &Settings) -> Result<(), Failure> {
        let (store, clock) = (open(settings).await?, Clock::system());
        let done = match self.command {
            Command::Verify(verify) => {
                let report = store.verify_trail(verify.head, clock.now()).await?;
                tell(&report, verify.json)
            }
            Command::Erase(erase) => {
                let erased = store.erase_details(&Actor::cli(), clock.now(), &erase.object, &erase.reason).await?;
                say(&format!("{} entries erased", erased.len()));
                Ok(())
            }
        };
        store.close().await;
        done
    }
}

fn tell(report: &Report, json: bool) -> Result<(), Failure> {
    if json {
        say(&serde_json::to_string_pretty(report)?);
    } else {
        say(&format!("{} entries sealed, {} waiting; head {}", report.head.position, report.waiting, report.head.hash));
        for erasure in &report.erasures {
            say(&format!(
                "erased: the details of entry {} about {} {}, made {}",
                erasure.seq, erasure.object_kind, erasure.object_id, erasure.at
            ));
        }
        for finding in &report.findings {
            let place = match (finding.position, finding.seq) {
                (Some(position), Some(seq)) => format!("position {position}, entry {seq}: "),
                (None, Some(seq)) => format!("entry {seq}: "),
                _ => String::new(),
            };
            say(&format!("WRONG: {place}{}", finding.what));
        }
    }
    match report.findings.len() {
        0 => Ok(()),
        count => Err(Failure(format!("the trail is not as it was: {count} findings"))),
    }
}

#[allow(clippy::print_stdout, reason = "the command's answer")]
fn say(text: &str) {
    println!("{text}");
}
