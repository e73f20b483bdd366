//! The hazard log names tests that exist, and its readable page says what its data says. So does the comparison with GoAlert.

use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;

use super::{none, root, text};

const DATA: &str = "docs/safety/hazards.toml";
const PAGE: &str = "docs/safety/hazards.md";

/// Documents that name tests as `file#test` in their text.
const NAMING: &[&str] = &["docs/goalert.md"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    hazard: Vec<Hazard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hazard {
    id: String,
    title: String,
    source: String,
    cause: String,
    effect: String,
    control: String,
    #[serde(default)]
    tests: Vec<String>,
    #[serde(default)]
    open: Vec<String>,
}

fn log() -> Log {
    toml::from_str(&text(Path::new(DATA))).unwrap_or_else(|error| panic!("{DATA}: {error}"))
}

#[test]
fn every_hazard_is_told_whole_and_has_a_control_or_says_that_it_is_open() {
    let mut faults = Vec::new();
    for (hazard, number) in log().hazard.iter().zip(1..) {
        let mut fault = |say: &str| faults.push(format!("{DATA}: {}: {say}", hazard.id));
        if hazard.id != format!("H{number:02}") {
            fault(&format!("hazards are numbered in their order; this would be H{number:02}"));
        }
        if [&hazard.title, &hazard.cause, &hazard.effect, &hazard.control].iter().any(|words| words.trim().is_empty()) {
            fault("title, cause, effect and control must say something");
        }
        if !["elsewhere", "trackers", "here"].contains(&hazard.source.as_str()) {
            fault("`source` is one of elsewhere, trackers, here");
        }
        if hazard.tests.is_empty() && hazard.open.is_empty() {
            fault("name the tests that fail without the control, or say in `open` that there is none");
        }
        for open in &hazard.open {
            let issue = open.strip_prefix("issue ").and_then(|rest| rest.split_once(": "));
            if !issue.is_some_and(|(number, words)| number.parse::<u32>().is_ok() && !words.is_empty()) {
                fault(&format!("`{open}` must read `issue N: what is missing`"));
            }
        }
    }
    none(&faults);
}

#[test]
fn every_test_that_the_documents_name_exists() {
    let mut faults = Vec::new();
    for hazard in log().hazard {
        let missing = hazard.tests.iter().filter(|test| !exists(test));
        faults.extend(missing.map(|test| format!("{DATA}: {}: there is no test `{test}`", hazard.id)));
    }
    for document in NAMING {
        let named = text(Path::new(document));
        let named: Vec<&str> = named.split('`').skip(1).step_by(2).filter(|code| code.contains(".rs#")).collect();
        assert!(!named.is_empty(), "{document} names tests");
        faults.extend(named.into_iter().filter(|test| !exists(test)).map(|test| format!("{document}: there is no test `{test}`")));
    }
    none(&faults);
}

#[test]
fn the_page_says_what_the_data_says() {
    let page = page(&log());
    if std::env::var_os("HARKEN_WRITE").is_some() {
        std::fs::write(root().join(PAGE), &page).expect("the page can be written");
    }
    let there = std::fs::read_to_string(root().join(PAGE)).unwrap_or_default();
    assert!(there == page, "{PAGE} is out of date: HARKEN_WRITE=1 cargo test --test it tidy::safety");
}

#[test]
fn a_test_that_is_not_there_is_found_missing() {
    assert!(exists("tests/it/tidy/safety.rs#a_test_that_is_not_there_is_found_missing"));
    assert!(exists("tests/it/store_registers/plans.rs#every_version_is_kept"), "one that runs on both databases");
    assert!(exists("tests/scenarios/night.toml#Back in bed in time"));
    for missing in [
        "tests/it/tidy/safety.rs#exists",
        "tests/it/tidy/safety.rs#a_test",
        "tests/it/tidy/no_such_file.rs#a_test",
        "tests/it/store_registers/plans.rs#change",
        "tests/scenarios/night.toml#Back in bed",
        "tests/it/tidy/safety.rs",
    ] {
        assert!(!exists(missing), "{missing}");
    }
}

/// Whether `file#test` is a test: a function marked as one, a case that runs on both databases, or a scenario by its title.
fn exists(named: &str) -> bool {
    let Some((file, name)) = named.split_once('#') else { return false };
    let Ok(source) = std::fs::read_to_string(root().join(file)) else { return false };
    if Path::new(file).extension().is_some_and(|kind| kind == "toml") {
        return source.lines().any(|line| line == format!("title = \"{name}\""));
    }
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let declared =
        |line: &&str| line.trim_start_matches("async ").strip_prefix("fn ").is_some_and(|rest| rest.starts_with(&format!("{name}(")));
    let marked = |at: usize| {
        let above = lines.iter().take(at).rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
        above.into_iter().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
    };
    let on_both = source.split_once("on_both!(").and_then(|(_, rest)| rest.split_once(");")).map_or("", |(cases, _)| cases);
    let is_case = on_both.split(',').any(|case| case.trim() == name);
    lines.iter().position(declared).is_some_and(|at| is_case || marked(at))
}

/// The page as it should be.
fn page(log: &Log) -> String {
    let mut page = String::from(
        "# The hazard log\n\nMade from [hazards.toml](hazards.toml); change that. What can go wrong for a person at home, what stands against it in Harken, and the \
        tests that fail without it. A control that is not built yet is listed as open, with the issue that will build it.\n\n",
    );
    let open = log.hazard.iter().filter(|hazard| !hazard.open.is_empty()).count();
    let tests: usize = log.hazard.iter().map(|hazard| hazard.tests.len()).sum();
    let _ = writeln!(page, "{} hazards, {tests} tests; something is open in {open} of them.\n", log.hazard.len());
    page.push_str("| | hazard | known from | tests | open |\n|---|---|---|---|---|\n");
    for hazard in &log.hazard {
        let count = |many: usize| if many == 0 { String::from("–") } else { many.to_string() };
        let (tests, open) = (count(hazard.tests.len()), count(hazard.open.len()));
        let _ = writeln!(page, "| {} | {} | {} | {tests} | {open} |", hazard.id, hazard.title, source(hazard));
    }
    for hazard in &log.hazard {
        let Hazard { id, title, cause, effect, control, .. } = hazard;
        let _ = writeln!(page, "\n## {id} {title}\n\n**Cause.** {cause}\n\n**For the person.** {effect}\n\n**Control.** {control}");
        if !hazard.tests.is_empty() {
            page.push_str("\nFails without it:\n\n");
        }
        for (file, name) in hazard.tests.iter().filter_map(|test| test.split_once('#')) {
            let _ = writeln!(page, "- [{}](../../{file})", name.replace('_', " "));
        }
        if !hazard.open.is_empty() {
            page.push_str("\nOpen:\n\n");
        }
        for open in &hazard.open {
            let _ = writeln!(page, "- {open}");
        }
    }
    page
}

fn source(hazard: &Hazard) -> &'static str {
    match hazard.source.as_str() {
        "elsewhere" => "other services",
        "trackers" => "other systems",
        _ => "our own work",
    }
}
