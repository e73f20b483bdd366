//! Every figure is defined once, and docs/reports.md says what the reports themselves say.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use harken::clock::Time;
use harken::config::Settings;
use harken::domain::access::Scope;
use harken::domain::outcome::Outcomes;
use harken::reports::{self, Marks, Name, Question};

use super::{none, root, text};

const PAGE: &str = "docs/reports.md";
const BEGIN: &str = "<!-- From here on made from the program: HARKEN_WRITE=1 cargo test --test it tidy::reports -->";

#[test]
fn every_figure_is_defined_once() {
    let mut words: BTreeMap<&str, &str> = BTreeMap::new();
    let mut faults = Vec::new();
    for table in Name::ALL.into_iter().flat_map(Name::tables) {
        for figure in &table.columns {
            if words.insert(figure.id, figure.words).is_some_and(|before| before != figure.words) {
                faults.push(format!("{} means two things", figure.id));
            }
            if !figure.words.ends_with('.') && !figure.words.ends_with("a day.") {
                faults.push(format!("{}: its definition is no sentence", figure.id));
            }
        }
        let mut ids: Vec<&str> = table.columns.iter().map(|figure| figure.id).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() != all {
            faults.push(format!("{}: a figure stands there twice", table.id));
        }
    }
    none(&faults);
}

#[test]
fn the_document_says_what_the_reports_say() {
    let page = text(Path::new(PAGE));
    let (prose, _) = page.split_once(BEGIN).unwrap_or((&page, ""));
    let whole = format!("{}\n\n{BEGIN}\n{}", prose.trim_end(), made());
    if std::env::var_os("HARKEN_WRITE").is_some() {
        std::fs::write(root().join(PAGE), &whole).expect("the page can be written");
    }
    assert!(text(Path::new(PAGE)) == whole, "{PAGE} is out of date: HARKEN_WRITE=1 cargo test --test it tidy::reports");
}

fn made() -> String {
    let (scope, outcomes, now) = (Scope::All, Outcomes::default(), Time::UNIX_EPOCH);
    let marks = Marks::of(&Settings::default());
    let question =
        Question { scope, organisation: None, from: now, to: now, zone: chrono_tz::Tz::UTC, now, marks: marks.clone(), outcomes };
    let mut page = String::new();
    for name in Name::ALL {
        let report = reports::empty(name, &question, name.tables());
        let _ = writeln!(page, "\n## {}: `{}`\n", report.title, report.name);
        for table in &report.tables {
            let columns: Vec<String> = table.columns.iter().map(|figure| format!("`{}`", figure.id)).collect();
            let listed = table.lists.map(|figure| format!(" (one row for each alert that `{}` counts)", figure.id)).unwrap_or_default();
            let _ = writeln!(page, "- **{}** (`{}`){listed}: {}", table.title, table.id, columns.join(", "));
        }
    }
    page.push_str("\n## What each figure counts\n\nNumbers of the configuration stand here with their defaults; a report shows those in force.\n\n| figure | called | counts |\n|---|---|---|\n");
    let mut figures: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for name in Name::ALL {
        for each in reports::empty(name, &question, name.tables()).definitions() {
            figures.insert(each.figure, (each.title, each.words));
        }
    }
    for (figure, (title, words)) in figures {
        let _ = writeln!(page, "| `{figure}` | {title} | {} |", words.replace('|', "\\|"));
    }
    page.push_str("\n## The numbers that they rest on\n\n| setting | default | |\n|---|---|---|\n");
    for each in marks.assumptions() {
        let _ = writeln!(page, "| `{}` | {} | {} |", each.setting, each.value, each.words);
    }
    page
}
