//! Logs: structured, to standard error, without personal data. Ids say what it is about; names, addresses and payloads stay out.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::Log;

/// Starts logging. A second call in one process changes nothing.
///
/// # Errors
/// When the level or the format is not known.
pub fn init(log: &Log) -> Result<(), String> {
    let filter = EnvFilter::try_new(&log.level).map_err(|error| format!("log.level: `{}` is not understood: {error}", log.level))?;
    // Colours are for people: in a file or a collector they are rubbish.
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let started = match log.format.as_str() {
        "text" => builder.try_init(),
        "json" => builder.json().flatten_event(true).try_init(),
        other => return Err(format!("log.format: `{other}` is neither text nor json")),
    };
    // An error only says that logging runs already.
    drop(started);
    Ok(())
}
