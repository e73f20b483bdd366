//! Files of rules: TOML as a service edits it, JSON as the API and the database carry it, both of the same shape (a list `rule`); and what
//! is said about a fault in one.

use std::fmt;

use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};

use super::rule::Rule;

/// The rules of one file.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Its name, for messages.
    pub name: String,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// The TOML that they were read from, to find the line of a fault.
    source: Option<String>,
}

/// Something in a rule that must be mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema, thiserror::Error)]
pub struct RuleFault {
    /// The file.
    pub file: String,
    /// The line, where it is known.
    pub line: Option<usize>,
    /// The rule's id, where it is known.
    pub rule: Option<String>,
    /// The field, for example `condition.unfollowed.within`; empty for the rule or the file as a whole.
    pub field: String,
    /// What is wrong and how to mend it.
    pub text: String,
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if let Some(rule) = &self.rule {
            write!(f, "rule `{rule}`: ")?;
        }
        if !self.field.is_empty() {
            write!(f, "`{}`: ", self.field)?;
        }
        f.write_str(&self.text)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    rule: Vec<Rule>,
}

impl RuleFile {
    /// Rules that were made rather than read.
    #[must_use]
    pub fn new(name: &str, rules: Vec<Rule>) -> Self {
        Self { name: name.to_owned(), rules, source: None }
    }

    /// Reads TOML.
    ///
    /// # Errors
    /// When it is not TOML, or not of the shape of rules.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, RuleFault> {
        match toml::from_str::<Document>(text) {
            Ok(document) => Ok(Self { name: name.to_owned(), rules: document.rule, source: Some(text.to_owned()) }),
            Err(error) => {
                let at = error.span().map(|span| span.start);
                let rule = at.and_then(|at| rule_at(text, at));
                Err(RuleFault {
                    file: name.to_owned(),
                    line: at.map(|at| line_of(text, at)),
                    rule,
                    field: String::new(),
                    text: error.message().to_owned(),
                })
            }
        }
    }

    /// Reads JSON of the same shape.
    ///
    /// # Errors
    /// When it is not JSON, or not of the shape of rules.
    pub fn from_json(name: &str, text: &str) -> Result<Self, RuleFault> {
        let document: Document = serde_json::from_str(text).map_err(|error| RuleFault {
            file: name.to_owned(),
            line: Some(error.line()),
            rule: None,
            field: String::new(),
            text: error.to_string(),
        })?;
        Ok(Self::new(name, document.rule))
    }

    /// A fault of the rule at `index`, with its line.
    pub(super) fn fault(&self, index: usize, field: &str, text: String) -> RuleFault {
        RuleFault {
            file: self.name.clone(),
            line: self.source.as_deref().and_then(|source| line_of_field(source, index, field)),
            rule: self.rules.get(index).map(|rule| rule.id.clone()),
            field: field.to_owned(),
            text,
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// The id of the rule in whose table the byte `at` lies, read from the lines before it.
fn rule_at(text: &str, at: usize) -> Option<String> {
    let line = line_of(text, at);
    let before: Vec<&str> = text.lines().take(line).collect();
    let begin = before.iter().rposition(|line| line.trim() == "[[rule]]")?;
    let id = text.lines().skip(begin + 1).take_while(|line| !line.trim_start().starts_with("[[")).find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "id").then(|| value.trim().trim_matches('"').to_owned())
    });
    id.filter(|id| !id.is_empty())
}

/// The line on which a field of the rule at `index` stands, or the nearest part around it that stands in the text.
fn line_of_field(source: &str, index: usize, field: &str) -> Option<usize> {
    let root = DeTable::parse(source).ok()?;
    let mut found = root.get_ref().get("rule")?.get_ref().get(index)?;
    for name in field.split('.').filter(|name| !name.is_empty()) {
        let next = match found.get_ref() {
            DeValue::Table(table) => table.get(name),
            DeValue::Array(list) => name.parse::<usize>().ok().and_then(|at| list.get(at)),
            _ => None,
        };
        match next {
            Some(next) => found = next,
            None => break,
        }
    }
    Some(line_of(source, found.span().start))
}
