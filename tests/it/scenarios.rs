//! The scenarios hold, they cover every default rule and every condition both ways, and one that does not hold is told.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::harken::Harken;
use super::support::scratch;

/// The names that the language has for its conditions, from an error that lists them.
fn conditions() -> BTreeSet<String> {
    let wrong = "[[rule]]\nid = \"a\"\ntitle = \"a\"\nsubject = \"home\"\nqueue = \"care\"\npriority = 1\ncondition = \"nonsense\"";
    let said = harken::rules::RuleFile::from_toml("x", wrong).expect_err("there is no such condition").to_string();
    let names = said.split('`').skip(1).step_by(2).filter(|name| *name != "nonsense" && *name != "a");
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    assert!(names.contains("each") && names.len() >= 5, "{said}");
    names
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

fn named(verdicts: &[Value], part: &str, which: usize) -> BTreeSet<String> {
    let pairs = verdicts.iter().flat_map(|verdict| verdict[part].as_array().expect("pairs"));
    pairs.map(|pair| pair[which].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn all_scenarios_hold_and_cover_every_rule_and_condition_both_ways() {
    let harken = Harken::builder().stopped();
    let folder = folder().display().to_string();
    let output = harken.run(&["rules", "test", &folder, "--json"]).await;
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let verdicts = said["verdicts"].as_array().expect("verdicts");
    let broken: Vec<&Value> = verdicts.iter().filter(|verdict| verdict["holds"] != true).collect();
    assert!(broken.is_empty() && said["faults"] == serde_json::json!([]), "{broken:#?} {}", said["faults"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(verdicts.len() >= 60, "{} scenarios; at least 60 are promised", verdicts.len());

    let defaults = harken::rules::default_rules().expect("the default rules");
    let ids: BTreeSet<String> = defaults.iter().flat_map(|file| &file.rules).map(|rule| rule.id.clone()).collect();
    for part in ["expects", "silent"] {
        let missing: Vec<&String> = ids.iter().filter(|id| !named(verdicts, part, 0).contains(*id)).collect();
        assert!(missing.is_empty(), "no scenario {part} of {missing:?}");
        let missing: Vec<String> = conditions().difference(&named(verdicts, part, 1)).cloned().collect();
        assert!(missing.is_empty(), "no scenario {part} of a rule with {missing:?}");
    }
}

#[tokio::test]
async fn what_does_not_hold_is_told_and_the_command_fails() {
    let harken = Harken::builder().stopped();
    let dir = scratch::dir("scenarios-");
    let text = std::fs::read_to_string(folder().join("night.toml")).expect("a scenario");
    let run = async |text: &str| {
        std::fs::write(dir.join("night.toml"), text).expect("written");
        let output = harken.run(&["rules", "test", &dir.display().to_string()]).await;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), said)
    };
    let (code, said) = run(&text).await;
    assert_eq!(code, Some(0), "{said}");
    // An alert that does not come when it should.
    let (code, said) = run(&text.replace("at = \"day 2 02:44\"", "at = \"day 2 02:50\"")).await;
    assert_eq!(code, Some(1), "{said}");
    for part in
        ["✗", "expected bed_not_returned of device bedroom at day 2 (Sun 11 Jan) 02:50", "came: bed_not_returned of device bedroom", "✓"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    // One that comes although it should not.
    let (code, said) = run(&text.replace("02:30  bed_entered", "02:50  bed_entered")).await;
    assert!(code == Some(1) && said.contains("must not come: bed_not_returned"), "{said}");
    // What cannot be read names file, line and mend.
    let (code, said) = run(&text.replace("02:16  motion       hall", "02:16  mution       hall")).await;
    assert!(code == Some(1) && said.contains("night.toml:11: `mution` is no kind") && said.contains("`motion`"), "{said}");
    // A name that leads nowhere would make a test that can never fail.
    let (code, said) = run(&text.replace("silent = [\"bed_not_returned\"]", "silent = [\"bed_not_retruned\"]")).await;
    assert!(code == Some(1) && said.contains("there is no rule `bed_not_retruned`"), "{said}");
    assert_eq!(harken.run(&["rules", "test"]).await.status.code(), Some(2));
}

#[tokio::test]
async fn a_service_tests_rules_of_its_own() {
    let harken = Harken::builder().stopped();
    let (rules, scenarios) = (scratch::dir("rules-"), scratch::dir("scenarios-"));
    let rule = "[[rule]]\nid = \"door\"\ntitle = \"Door at night\"\nsubject = \"device\"\non = { kinds = [\"door_opened\"] }\nqueue = \"care\"\n\
                priority = 2\ncondition = \"each\"\ninstructions = [\"Speak to the person.\"]\nwhere = { window = { from = \"22:00\", to = \"06:00\" } }\n";
    std::fs::write(rules.join("own.toml"), rule).expect("written");
    let scenario = "[[scenario]]\ntitle = \"Out at night\"\nfrom = \"2026-01-10 20:00\"\nuntil = \"day 2 08:00\"\n\
                    timeline = \"\"\"\n21:59 door_opened front\n23:10 door_opened front\n\"\"\"\n\
                    expect = [{ rule = \"door\", at = \"23:10\" }]\nsilent = [\"everything\"]\n";
    std::fs::write(scenarios.join("door.toml"), scenario).expect("written");
    let (rules, scenarios) = (rules.display().to_string(), scenarios.display().to_string());
    let said = harken.cli(&["rules", "test", &scenarios, "--rules", &rules]).await;
    assert!(said.contains("1 scenarios hold"), "{said}");
    // The built-in rules know no such rule.
    let output = harken.run(&["rules", "test", &scenarios]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no rule `door`"));
}
