//! An export, into an empty installation.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::secrets::KeySafe;
use crate::store::Store;
use crate::store::export::Load;
use crate::store::export::tables::{TABLES, Table};

use crate::cli::Failure;
use crate::cli::export::{MANIFEST, Manifest, Part, VERSION};

/// Rows handed to the database at once.
const AT_ONCE: usize = 500;

/// Reads the whole export in `folder`: all of it or nothing, and nothing at all in a dry run. Answers what to say.
///
/// # Errors
/// When the export is not whole or was altered, the installation is in use, or the database refuses.
pub(super) async fn read_all(store: &Store, key: &KeySafe, folder: &Path, dry_run: bool) -> Result<String, Failure> {
    let file = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| Failure(format!("{}: {error}; an export without it is not whole", file.display())))?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    if manifest.harken_export != VERSION {
        return Err(Failure(format!("{} is of version {}; this program reads {VERSION}", file.display(), manifest.harken_export)));
    }
    let mut load = store.import().await?;
    let mut rows = 0;
    for table in TABLES.iter().filter(|table| table.loaded) {
        let part = manifest.tables.iter().find(|part| part.name == table.name);
        let part = part.ok_or_else(|| Failure(format!("{} does not name the table {}", file.display(), table.name)))?;
        rows += read(&mut load, folder, table, part, key).await?;
    }
    if dry_run {
        return Ok(format!("{rows} rows could be read; nothing was changed"));
    }
    load.finish(manifest.unsummed_events).await?;
    Ok(format!("{rows} rows of {}", manifest.organisation))
}

/// One table, with its sum checked as it goes by.
async fn read(load: &mut Load, folder: &Path, table: &Table, part: &Part, key: &KeySafe) -> Result<u64, Failure> {
    let path = folder.join(format!("{}.jsonl", table.name));
    let wrong = |line: u64, why: &dyn std::fmt::Display| Failure(format!("{}, line {line}: {why}", path.display()));
    let mut file = BufReader::new(File::open(&path).map_err(|error| Failure(format!("{}: {error}", path.display())))?);
    let (mut sum, mut line, mut count, mut rows) = (Sha256::new(), String::new(), 0, Vec::new());
    loop {
        line.clear();
        let more = file.read_line(&mut line).map_err(|error| wrong(count + 1, &error))? > 0;
        if rows.len() == AT_ONCE || (!more && !rows.is_empty()) {
            load.rows(table, &rows).await.map_err(|error| wrong(count, &error))?;
            rows.clear();
        }
        if !more {
            break;
        }
        count += 1;
        sum.update(line.as_bytes());
        let mut object: Map<String, Value> = serde_json::from_str(&line).map_err(|error| wrong(count, &error))?;
        if table.name == "homes" {
            seal(&mut object, key);
        }
        rows.push(serde_json::to_string(&object)?);
    }
    let found: String = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if found != part.sha256 || count != part.rows {
        let say = format!("{}: {count} rows where the manifest says {}, or altered since: export again", path.display(), part.rows);
        return Err(Failure(say));
    }
    Ok(count)
}

/// The code of a key safe, encrypted under this installation's key.
fn seal(home: &mut Map<String, Value>, key: &KeySafe) {
    let id = home.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(Value::String(code)) = home.get("key_safe").cloned() {
        let sealed: String = key.seal(&id, &code).iter().map(|byte| format!("{byte:02x}")).collect();
        home.insert("key_safe".to_owned(), Value::String(sealed));
    }
}
