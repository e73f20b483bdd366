//! How files look: a header, a telling name, a length that can be read in one go, no place of anybody's machine; migrations in pairs.

use std::path::Path;

use super::{files, none, text};

const LINES_AT_MOST: usize = 400;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

#[test]
fn every_file_says_what_it_is_for() {
    let mut faults = Vec::new();
    for path in sources() {
        // A unit test's or a module's inner attributes come after the words.
        if !text(&path).starts_with("//! ") {
            faults.push(format!("{}: begin with a `//!` line that says its purpose", path.display()));
        }
    }
    none(&faults);
}

#[test]
fn files_are_named_for_what_they_hold() {
    let dustbins = ["util", "utils", "common", "helper", "helpers", "misc", "shared"];
    let faults = sources().into_iter().filter(|path| path.iter().any(|part| dustbins.contains(&stem(part.as_ref()))));
    none(&faults.map(|path| format!("{}: name it for what it holds", path.display())).collect::<Vec<_>>());
}

#[test]
fn files_stay_readable_in_one_go() {
    let mut faults = Vec::new();
    for path in sources() {
        let lines = text(&path).lines().count();
        let excused = LONGER.iter().any(|(known, _)| Path::new(known) == path);
        if lines > LINES_AT_MOST && !excused {
            faults.push(format!("{}: {lines} lines; split it by noun ({LINES_AT_MOST} at most)", path.display()));
        }
        if lines <= LINES_AT_MOST && excused {
            faults.push(format!("{}: is short again; take it off the list", path.display()));
        }
    }
    none(&faults);
}

#[test]
fn nothing_knows_the_machine_it_was_written_on() {
    let endings = [".rs", ".sql", ".toml", ".md", ".yml", ".yaml", ".ts", ".tsx", ".py", ".sh", ".service", "Makefile", "Dockerfile"];
    let mut faults = Vec::new();
    for path in files(".", &endings).into_iter().filter(|path| !path.ends_with(file!())) {
        for (number, line) in text(&path).lines().enumerate() {
            for place in ["/work/", "/root/", "/home/", "/Users/"] {
                // Only as the beginning of a path: `/api/v1/homes/home/…` is none of these.
                let begins =
                    line.match_indices(place).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}*".contains(c)));
                if begins {
                    faults.push(format!("{}:{}: names {place}", path.display(), number + 1));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn migrations_come_in_pairs() {
    let names = |dir: &str| -> Vec<String> {
        files(dir, &[".sql"]).iter().map(|path| path.file_name().and_then(|name| name.to_str()).expect("UTF-8").to_owned()).collect()
    };
    let (sqlite, postgres) = (names("migrations/sqlite"), names("migrations/postgres"));
    assert!(!sqlite.is_empty(), "there is a first migration");
    assert_eq!(sqlite, postgres, "the same numbers and names for both databases");
    for (name, number) in sqlite.iter().zip(1..) {
        assert!(name.starts_with(&format!("{number:04}_")), "{name}: migrations are numbered without gaps; this would be {number:04}");
    }
}

fn sources() -> Vec<std::path::PathBuf> {
    ["src", "tests", "benches"].iter().flat_map(|dir| files(dir, &[".rs"])).collect()
}

fn stem(part: &Path) -> &str {
    part.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}
