//! An SQLite database belongs to one running server: a lock on a file beside it, which says who holds it.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use crate::clock::Clock;

use super::AppError;

/// Held for as long as the server runs; the operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct DatabaseGuard(#[allow(dead_code, reason = "holding it is its purpose")] File);

impl DatabaseGuard {
    /// Takes the lock of the SQLite file that `url` names; nothing to take for PostgreSQL or a database in memory.
    pub(super) fn take(url: &str, clock: &Clock) -> Result<Option<Self>, AppError> {
        let Some(path) = lock_path(url) else { return Ok(None) };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| AppError::Setup(format!("cannot make {}: {error}", folder.display())))?;
        }
        let setup = |error: std::io::Error| AppError::Setup(format!("cannot use {}: {error}", path.display()));
        let mut file = File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(setup)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(AppError::Setup(format!(
                    "this database is in use by another server ({}); stop that one, or give this one a database of its own (HARKEN_DATABASE_URL)",
                    holder.trim()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(setup(error)),
        }
        file.set_len(0).map_err(setup)?;
        file.seek(SeekFrom::Start(0)).map_err(setup)?;
        writeln!(file, "process {}, since {}", std::process::id(), clock.now().format("%Y-%m-%d %H:%M:%S UTC")).map_err(setup)?;
        Ok(Some(Self(file)))
    }
}

fn lock_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//").split('?').next()?;
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(format!("{path}.lock")))
}
