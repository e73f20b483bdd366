//! Who may use whom, read from the `crate::` paths in `src/`.

use std::collections::BTreeSet;
use std::path::Path;

use super::{files, none, text};

/// Each room, and the rooms it may use beside itself and the leaves. A room that is not here does not exist:
/// adding one is a decision about the house and belongs into docs/architecture.md too.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("rules", &["domain"]),
    ("response", &["domain"]),
    ("store", &["domain"]),
    ("raising", &["domain", "rules", "response"]),
    ("trial", &["domain", "rules", "response", "raising"]),
    ("backtest", &["domain", "rules", "trial", "store"]),
    ("ingest", &["domain", "store", "engine"]),
    ("engine", &["domain", "rules", "response", "raising", "store"]),
    ("notify", &["domain", "store"]),
    ("reports", &["domain", "store"]),
    ("http", &["domain", "rules", "response", "store", "engine", "reports", "trial", "backtest"]),
    ("sim", &["domain"]),
    ("app", &["domain", "rules", "response", "store", "engine", "ingest", "notify", "reports", "http", "sim"]),
    ("cli", &["domain", "rules", "response", "store", "engine", "ingest", "notify", "reports", "http", "sim", "app", "trial", "backtest"]),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// Rooms that anyone may use, and that use nobody but each other.
const LEAVES: &[&str] = &["clock", "config", "secrets", "telemetry"];

/// Knowledge that stays in one room: what to look for, where it may stand, and why nowhere else.
const SECRETS: &[(&str, &[&str], &str)] = &[
    ("sqlx::", &["store"], "only the store knows SQL"),
    ("axum::", &["http", "app"], "only http speaks HTTP; app binds it"),
    ("rumqttc::", &["ingest", "sim", "cli"], "only the sources speak MQTT, and the simulated gateways"),
    (
        "tokio::spawn(",
        &["app", "ingest", "http", "sim", "cli"],
        "only app starts tasks that live on; connections and requests may have one",
    ),
];

#[test]
fn rooms_use_only_the_rooms_below_them() {
    let mut faults = Vec::new();
    for path in files("src", &[".rs"]) {
        let room = room(&path);
        let below: &[&str] = match ROOMS.iter().find(|(name, _)| *name == room) {
            Some((_, below)) => below,
            None if LEAVES.contains(&room.as_str()) => &[],
            None => {
                faults.push(format!("{}: the room `{room}` is not in the table of rooms", path.display()));
                continue;
            }
        };
        for used in reached(&text(&path)) {
            let known = LEAVES.contains(&used.as_str()) || ROOMS.iter().any(|(name, _)| *name == used);
            if known && used != room && !LEAVES.contains(&used.as_str()) && !below.contains(&used.as_str()) {
                faults.push(format!("{}: `{room}` must not use `{used}`", path.display()));
            }
        }
    }
    none(&faults);
}

#[test]
fn knowledge_stays_in_its_room() {
    let mut faults = Vec::new();
    for path in files("src", &[".rs"]) {
        let (room, code) = (room(&path), code(&text(&path)));
        for (what, rooms, why) in SECRETS {
            if code.contains(what) && !rooms.contains(&room.as_str()) {
                faults.push(format!("{}: `{what}` in `{room}`: {why}", path.display()));
            }
        }
    }
    none(&faults);
}

#[test]
fn nobody_climbs_over_the_fence() {
    // `super::super::` could leave a room without saying `crate::`, unseen by the test above.
    let climbers = files("src", &[".rs"]).into_iter().filter(|path| code(&text(path)).contains("super::super::"));
    none(&climbers.map(|path| format!("{}: write `crate::…` for anything beyond the parent", path.display())).collect::<Vec<_>>());
}

/// The top-level module that a file belongs to.
fn room(path: &Path) -> String {
    let first = path.components().nth(1).expect("src/…").as_os_str().to_str().expect("UTF-8");
    first.trim_end_matches(".rs").to_owned()
}

/// The text without comments. A `//` inside a string cuts the rest of that line too, which hides nothing worth finding here.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

/// The top-level modules that a file's `crate::` paths (and the binary's `harken::` paths) lead to.
fn reached(text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut found = BTreeSet::new();
    for root in ["crate::", "harken::"] {
        for (at, _) in code.match_indices(root) {
            let inside_a_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if inside_a_word {
                continue;
            }
            let rest = code[at + root.len()..].trim_start();
            match rest.strip_prefix('{') {
                Some(group) => found.extend(heads(group)),
                None => found.extend(head(rest)),
            }
        }
    }
    found
}

/// The first names of the members of a `use` group, whose opening brace is already taken off.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut found, mut member) = (0_u32, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => found.extend(head(&std::mem::take(&mut member))),
            _ => {
                depth = match c {
                    '{' => depth + 1,
                    '}' => depth - 1,
                    _ => depth,
                };
                member.push(c);
            }
        }
    }
    found.extend(head(&member));
    found
}

fn head(path: &str) -> Option<String> {
    let name: String = path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

#[test]
fn the_reader_sees_every_way_to_name_a_room() {
    let text = "use crate::{store::{Db, Tx}, domain};\n// use crate::http;\nfn f() -> crate::rules::Rule { mycrate::app() }\n\
                use crate::{\n    engine::action,\n    clock::Clock,\n};\nuse harken::cli;";
    let expected = ["cli", "clock", "domain", "engine", "rules", "store"].map(str::to_owned);
    assert_eq!(reached(text), BTreeSet::from(expected));
}
