//! The documents are there, and their links lead somewhere.

use std::collections::BTreeSet;
use std::path::Path;

use harken::rules::{RuleFile, RuleSet};

use super::{files, none, root, text};

/// What a newcomer, an operator and a gateway maker are promised.
const PROMISED: &[&str] = &[
    "README.md",
    "LICENSE",
    "docs/architecture.md",
    "docs/developing.md",
    "docs/gateways.md",
    "docs/managers.md",
    "docs/operating.md",
    "docs/reports.md",
    "docs/rules.md",
    "docs/webhooks.md",
    "docs/adr",
    "docs/goalert.md",
    "docs/safety/hazards.md",
];

#[test]
fn the_promised_documents_are_there() {
    let missing = PROMISED.iter().filter(|path| !root().join(path).exists());
    none(&missing.map(|path| format!("{path} is missing")).collect::<Vec<_>>());
}

#[test]
fn links_lead_somewhere() {
    let mut faults = Vec::new();
    for path in files(".", &[".md"]) {
        let text = text(&path);
        for target in targets(&text) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let linked = if file.is_empty() { path.clone() } else { path.parent().unwrap_or(Path::new("")).join(file) };
            if !root().join(&linked).exists() {
                faults.push(format!("{}: {target} leads nowhere", path.display()));
            } else if !anchor.is_empty()
                && linked.extension().is_some_and(|kind| kind == "md")
                && !anchors(&super::text(&linked)).contains(&anchor.to_owned())
            {
                faults.push(format!("{}: {target}: there is no such heading", path.display()));
            }
        }
    }
    none(&faults);
}

#[test]
fn decisions_are_numbered_without_gaps() {
    for (path, number) in files("docs/adr", &[".md"]).iter().zip(1..) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        assert!(name.starts_with(&format!("{number:04}-")), "{name}: this would be {number:04}");
    }
}

#[test]
fn the_page_on_rules_knows_them_all_and_its_examples_are_rules() {
    let page = text(Path::new("docs/rules.md"));
    let defaults = harken::rules::default_rules().expect("the default rules are readable");
    let unnamed = defaults.iter().flat_map(|file| &file.rules).filter(|rule| !page.contains(&format!("`{}`", rule.id)));
    none(&unnamed.map(|rule| format!("docs/rules.md does not tell of the rule `{}`", rule.id)).collect::<Vec<_>>());

    let examples: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|block| block.split("```").next()).collect();
    let examples = RuleFile::from_toml("docs/rules.md", &examples.join("\n")).expect("the examples are readable");
    let faults = RuleSet::compile(1, &[examples]).err().unwrap_or_default();
    none(&faults.iter().map(ToString::to_string).collect::<Vec<_>>());
}

#[test]
fn every_metric_is_explained_and_every_explained_metric_is_there() {
    let names = |text: &str, quote: char| -> BTreeSet<String> {
        let quoted = text.split(quote).filter(|word| word.starts_with("harken_"));
        quoted.filter(|word| word.bytes().all(|c| c.is_ascii_lowercase() || c == b'_')).map(str::to_owned).collect()
    };
    let made = |line: &&str| ["counter!(", "gauge!(", "histogram!("].iter().any(|kind| line.contains(kind));
    let code: Vec<String> = files("src", &[".rs"]).iter().map(|path| text(path).lines().filter(made).collect()).collect();
    let counted: BTreeSet<String> = code.iter().flat_map(|code| names(code, '"')).collect();
    let explained = names(&text(Path::new("docs/operating.md")), '`');
    assert!(counted.len() > 20, "the metrics were found");
    assert_eq!(counted, explained, "the metrics in the code, and those in docs/operating.md");
}

/// The relative targets of `[text](target)` outside code blocks.
fn targets(text: &str) -> Vec<&str> {
    let (mut found, mut fenced) = (Vec::new(), false);
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let target = line[at + 2..].split(')').next().unwrap_or_default();
            if !target.contains("://") && !target.starts_with("mailto:") {
                found.push(target);
            }
        }
    }
    found
}

/// The anchors that a Markdown page's headings get: lower case, spaces to dashes, punctuation gone.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn the_reader_of_links_sees_them() {
    let text = "see [a](b.md#c-d) and [x](https://example.org)\n```\n[no](code.md)\n```\n[two](e.md), [three](f.md)";
    assert_eq!(targets(text), ["b.md#c-d", "e.md", "f.md"]);
    assert_eq!(anchors("# C, d!\ntext\n## Two words"), ["c-d", "two-words"]);
}
