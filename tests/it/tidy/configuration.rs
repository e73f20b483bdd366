//! The default configuration documents every setting, and is what the binary believes.

use std::collections::BTreeSet;

use harken::config::{DEFAULTS, Settings};

use super::{none, text};

#[test]
fn the_file_holds_every_setting_and_no_other() {
    let shown: toml::Table = toml::to_string(&Settings::default()).unwrap().parse().unwrap();
    let written: toml::Table = text("config/harken.toml".as_ref()).parse().unwrap();
    assert_eq!(written, shown, "config/harken.toml and the settings' structs");
}

#[test]
fn every_setting_has_its_sentence() {
    let (mut faults, mut described, mut section, mut seen) = (Vec::new(), "", "", BTreeSet::new());
    for line in DEFAULTS.lines() {
        if line.starts_with("# ") {
            described = "*";
        } else if line.is_empty() || line.starts_with('[') {
            described = "";
            section = if line.is_empty() { section } else { line };
        } else if let Some((key, _)) = line.split_once(" = ") {
            // Neighbours of one family share a sentence: tls_certificate and tls_key.
            let family = key.split('_').next().unwrap_or(key);
            if described != "*" && described != family {
                faults.push(format!("{section} {key}: say what it is for, in a comment above it"));
            }
            described = family;
            if !seen.insert((section, key)) {
                faults.push(format!("{section} {key}: stands there twice"));
            }
        } else {
            faults.push(format!("not understood: {line}"));
        }
    }
    assert!(seen.len() > 10, "the settings were found");
    none(&faults);
}
