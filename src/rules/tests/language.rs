//! What is said about rules that cannot be used: file, line, rule, field, and the mend. And that a set is refused whole.

use crate::rules::{RuleFile, RuleSet, default_rules};

const GOOD: &str = r#"
[[rule]]
id = "too_cold"
title = "Too cold"
subject = "device"
on = { kinds = ["temperature"] }
queue = "care"
priority = 2

[rule.condition.below]
limit = { setting = "limit" }
hysteresis = 1
unit = "Cel"

[rule.settings.limit]
default = 16
unit = "Cel"
min = 5
max = 30
text = "A reading at or below this raises."
"#;

const BED: &str = r#"
[[rule]]
id = "bed"
title = "Not back"
subject = "device"
queue = "care"
priority = 2
[rule.condition.unfollowed]
first = ["bed_left"]
then = ["bed_entered"]
within = { setting = "minutes" }
window = { from = "22:00", to = { setting = "to" } }
[rule.settings.minutes]
default = 30
unit = "min"
min = 1
max = 480
text = "How long."
[rule.settings.to]
default = "07:00"
unit = "hh:mm"
text = "Until."
"#;

fn say(text: &str) -> Vec<String> {
    match RuleFile::from_toml("rules/mine.toml", text) {
        Err(fault) => vec![fault.to_string()],
        Ok(file) => RuleSet::compile(1, &[file]).err().unwrap_or_default().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_examples_and_the_defaults_are_good() {
    assert_eq!(say(GOOD), Vec::<String>::new());
    assert_eq!(say(BED), Vec::<String>::new());
    RuleSet::compile(1, &default_rules().unwrap()).unwrap();
}

#[test]
fn every_file_of_the_defaults_is_embedded() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/rules");
    let mut there: Vec<String> =
        std::fs::read_dir(dir).unwrap().map(|entry| format!("config/rules/{}", entry.unwrap().file_name().to_str().unwrap())).collect();
    let mut embedded: Vec<String> = default_rules().unwrap().into_iter().map(|file| file.name).collect();
    there.sort();
    embedded.sort();
    assert_eq!(embedded, there);
}

/// Replaces `old` by `new` in a good rule, and expects words about it.
#[track_caller]
fn expect(base: &str, old: &str, new: &str, words: &[&str]) {
    assert!(base.contains(old), "the example has no {old}");
    let said = say(&base.replacen(old, new, 1));
    assert!(said.len() == 1, "{new}: {said:#?}");
    for word in words {
        assert!(said[0].contains(word), "{new}: no `{word}` in: {}", said[0]);
    }
}

#[test]
fn a_fault_names_file_line_rule_field_and_mend() {
    expect(GOOD, "priority = 2", "priority = 7", &["rules/mine.toml:8: rule `too_cold`: `priority`: 7 must lie between 1 and 5"]);
    expect(GOOD, "hysteresis = 1", "hysteresis = -1", &["rules/mine.toml:12: rule `too_cold`: `condition.below.hysteresis`"]);
    expect(GOOD, "default = 16", "default = 31", &["mine.toml:16: ", "`settings.limit.default`", "from 5 to 30 (Cel)"]);
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    expect(GOOD, "queue = \"care\"", "queue = \"kare\"", &["mine.toml:7: rule `too_cold`", "kare", "technical"]);
    expect(GOOD, "hysteresis = 1", "hysterisis = 1", &["mine.toml:12: ", "hysterisis", "hysteresis"]);
    expect(GOOD, "hysteresis = 1", "hysteresis = \"one\"", &["mine.toml:12: ", "a number, or { setting = \"name\" }"]);
    expect(GOOD, "[rule.condition.below]", "[rule.condition.beneath]", &["beneath", "below"]);
    expect(GOOD, "subject = \"device\"", "subject = \"room\"", &["mine.toml:5: ", "room", "resident"]);
    expect(GOOD, "title = \"Too cold\"", "", &["title"]);
    expect(GOOD, "[[rule]]", "[[rules]]", &["rules"]);
    expect(BED, "from = \"22:00\"", "from = \"10 pm\"", &["mine.toml:12: ", "10 pm", "a local time such as \"22:00\""]);
    expect(GOOD, "priority = 2", "priority = ", &["mine.toml:8: "]);
}

#[test]
fn each_thing_that_would_not_do_what_it_says_is_refused() {
    expect(GOOD, "id = \"too_cold\"", "id = \"Too cold\"", &["lower-case letters"]);
    expect(GOOD, "title = \"Too cold\"", "title = \" \"", &["`title`"]);
    expect(GOOD, "queue = \"care\"", "queue = \"test\"", &["test lane by itself"]);
    expect(GOOD, "priority = 2", "priority = 1.5", &["whole number"]);
    expect(GOOD, "on = { kinds = [\"temperature\"] }", "", &["`on`", "kinds"]);
    expect(GOOD, "unit = \"Cel\"\n\n", "unit = \"Cel\"\nfield = \"data.x\"\n\n", &["values.NAME"]);
    expect(GOOD, "hysteresis = 1", "hysteresis = { setting = \"gap\" }", &["there is no setting `gap`", "[rule.settings.gap]"]);
    expect(GOOD, "limit = { setting = \"limit\" }", "limit = 16", &["`settings.limit`", "nothing in the rule uses it"]);
    let swapped = say(&GOOD.replace("min = 5\nmax = 30", "min = 30\nmax = 5"));
    assert!(swapped[0].contains("`settings.limit.min`: is greater than max; swap them"), "{swapped:?}");
    expect(GOOD, "text = \"A reading at or below this raises.\"", "text = \"\"", &["`settings.limit.text`", "sentence"]);
    expect(GOOD, "priority = 2", "priority = 2\nclear = { kinds = [\"motion\"] }", &["only `each` takes `clear`"]);
    expect(GOOD, "priority = 2", "priority = 2\ninstructions = [\"\"]", &["1 to 500"]);
    expect(GOOD, "priority = 2", "priority = 2\norganisation = \"\"", &["leave it out"]);
    expect(BED, "queue = \"care\"", "queue = \"care\"\non = { kinds = [\"bed_left\"] }", &["leave it out"]);
    expect(BED, "then = [\"bed_entered\"]", "then = []", &["`condition.unfollowed.then`", "at least one"]);
    expect(BED, "then = [\"bed_entered\"]", "then = [\"bed_left\"]", &["follow itself"]);
    expect(BED, "{ setting = \"minutes\" }", "{ setting = \"minutes\", minutes = 3 }", &["a setting stands alone"]);
    expect(BED, "max = 480", "max = 4800000", &["always from 1 s to 3 d"]);
    expect(BED, "max = 480", "", &["set min and max"]);
    expect(BED, "unit = \"min\"", "unit = \"Cel\"", &["s, min, h or d"]);
    let hours = say(&BED.replace("unit = \"hh:mm\"", "unit = \"h\""));
    assert!(hours[0].contains("setting `to` must have the unit \"hh:mm\", not \"h\""), "{hours:?}");
    expect(BED, "default = \"07:00\"", "default = \"7\"", &["22:00"]);
}

#[test]
fn filters_are_checked() {
    let with = |filter: &str| format!("queue = \"care\"\nwhere = {filter}");
    for (filter, words) in [
        ("{ field = { name = \"colour\", above = 1 } }", "there is no field `colour`"),
        ("{ field = { name = \"value\" } }", "compares with nothing"),
        ("{ field = { name = \"value\", above = { setting = \"x\" } } }", "there is no setting `x`"),
        ("{ all = [] }", "`where.all`: is empty"),
        ("{ any = [{ not = { field = { name = \"values.\", above = 1 } } }] }", "`where.any.0.not.field.name`"),
        ("{ field = { name = \"value\", above = 1, present = false } }", "leave out one"),
        ("{ window = { from = { setting = \"limit\" }, to = \"07:00\" } }", "must have the unit \"hh:mm\""),
    ] {
        expect(GOOD, "queue = \"care\"", &with(filter), &[words]);
    }
}

#[test]
fn silence_is_checked() {
    let rule = |subject: &str, more: &str, after: &str| {
        format!(
            "[[rule]]\nid = \"r\"\ntitle = \"R\"\nsubject = \"{subject}\"\nqueue = \"care\"\npriority = 2\n{more}\n[rule.condition.absence]\nafter = {after}\n"
        )
    };
    assert_eq!(say(&rule("gateway", "", "{ minutes = 45 }")), Vec::<String>::new());
    assert_eq!(say(&rule("home", "on = { classes = [\"activity\"] }", "{ hours = 12 }")), Vec::<String>::new());
    let one = |text: &str, words: &str| {
        let said = say(text);
        assert!(said.len() == 1 && said[0].contains(words), "{said:?}");
    };
    one(&rule("home", "", "{ minutes = 45 }"), "only for subject `gateway`");
    one(&rule("gateway", "", "{ minutes = 45, hours = 1 }"), "say it once");
    one(&rule("gateway", "", "{}"), "say it once");
    one(&rule("gateway", "", "{ seconds = 5 }"), "from 1 min to 366 d");
    one(&rule("gateway", "", "{ days = 1e300 }"), "from 1 min to 366 d");
    one(&rule("gateway", "on = { kinds = [\"motion\"] }", "{ hours = 1 }\nfirst_report = { hours = 2 }"), "first_report");
}

#[test]
fn ids_are_unique_per_organisation_and_one_fault_refuses_the_whole_set() {
    let said = say(&format!("{GOOD}{GOOD}"));
    assert!(said.len() == 1 && said[0].contains("another rule has this id"), "{said:?}");
    assert!(said[0].starts_with("rules/mine.toml:23: "), "{said:?}");
    let own = GOOD.replace("subject = ", "organisation = \"north\"\nsubject = ");
    assert_eq!(say(&format!("{GOOD}{own}")), Vec::<String>::new());
    assert_eq!(say(&format!("{GOOD}{}", BED.replace("priority = 2", "priority = 9"))).len(), 1);
}

#[test]
fn json_has_the_same_shape_and_comes_back_the_same() {
    let set = RuleSet::compile(1, &default_rules().unwrap()).unwrap();
    let json = set.to_json();
    let read = RuleFile::from_json("revision 1", &json).unwrap();
    assert!(read.rules.iter().eq(set.rules()));
    let again = RuleSet::compile(2, &[read]).unwrap();
    assert_eq!(again.to_json(), json);
    assert!(RuleFile::from_json("x", "{\"rule\": [{}]}").unwrap_err().text.contains("id"));
}
