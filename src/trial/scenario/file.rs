//! The shape of a file of scenarios, and what is said about its faults.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;
use toml::Spanned;

use super::Fault;
use super::moment::{self, Days, Moment};
use super::timeline::{self, Line};
use crate::clock::Time;
use crate::domain::alert::Queue;
use crate::domain::plan::Overrides;
use crate::rules::Rule;

/// A file, read.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Rules of its own, each with its line; they take the place of those of the same id.
    pub rules: Vec<(usize, Rule)>,
    /// Its scenarios.
    pub scenarios: Vec<Scenario>,
}

/// One scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Where it begins in the file.
    pub line: usize,
    /// What it is about.
    pub title: String,
    /// The home.
    pub place: Place,
    /// The day that is day 1.
    pub first: NaiveDate,
    /// It begins then.
    pub from: Time,
    /// It ends then: until then must have come what is expected.
    pub until: Time,
    /// What happens.
    pub lines: Vec<Line>,
    /// What must come of it.
    pub expect: Vec<Expected>,
    /// What must not.
    pub silent: Vec<Silence>,
}

/// The home of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Place {
    /// Its zone.
    pub zone: Tz,
    /// Who answers for it.
    pub organisation: String,
    /// Who lives there.
    pub residents: Vec<String>,
    /// Its gateways.
    pub gateways: Vec<String>,
    /// Minutes between two heartbeats of each gateway; 0: none, so only events show that it lives.
    pub heartbeat_minutes: u32,
    /// The gateways were registered so many hours before the beginning. With 0 they are new and were never heard.
    pub registered_hours_before: u32,
    /// Archived.
    pub archived: bool,
    /// Settings of the home.
    pub plan: Overrides,
    /// Settings of its organisation.
    pub organisation_plan: Overrides,
    /// What is known of its devices, by address.
    pub devices: BTreeMap<String, DevicePart>,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            zone: Tz::Europe__London,
            organisation: "care".to_owned(),
            residents: vec!["resident".to_owned()],
            gateways: vec!["gw".to_owned()],
            heartbeat_minutes: 15,
            registered_hours_before: 720,
            archived: false,
            plan: Overrides::new(),
            organisation_plan: Overrides::new(),
            devices: BTreeMap::new(),
        }
    }
}

/// A device of a home.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DevicePart {
    /// Whose it is.
    pub resident: Option<String>,
    /// Behind which gateway; the first without.
    pub gateway: Option<String>,
    /// Settings of its own.
    pub plan: Overrides,
}

/// An alert that must come.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Its line.
    pub line: usize,
    /// The rule.
    pub rule: String,
    /// When what it is about happened.
    pub at: Option<(Time, bool)>,
    /// Minutes by which it may be earlier or later.
    pub within_minutes: i64,
    /// The rest.
    pub part: ExpectPart,
}

/// An alert that must come, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectPart {
    rule: String,
    at: Option<String>,
    #[serde(default)]
    within_minutes: u32,
    /// The device's address.
    pub device: Option<String>,
    /// The person.
    pub resident: Option<String>,
    /// What its explanation must contain.
    pub text: Option<String>,
    /// Its priority.
    pub priority: Option<u8>,
    /// Its queue.
    pub queue: Option<Queue>,
    /// A label that it must bear at the end.
    pub mark: Option<String>,
    /// The rule runs in shadow: recorded, and nobody told.
    #[serde(default)]
    pub shadow: bool,
}

/// What must not be raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nothing but what is expected.
    Everything,
    /// Not by this rule, for this device where one is named.
    Rule(String, Option<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    home: Place,
    #[serde(default)]
    rule: Vec<Spanned<Rule>>,
    #[serde(default)]
    scenario: Vec<Spanned<Part>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    title: String,
    home: Option<Place>,
    #[serde(default)]
    plan: Overrides,
    from: Spanned<String>,
    until: Spanned<String>,
    timeline: Spanned<String>,
    #[serde(default)]
    expect: Vec<Spanned<ExpectPart>>,
    #[serde(default)]
    silent: Vec<Spanned<String>>,
}

/// Reads a file.
///
/// # Errors
/// Everything that must be mended.
pub fn read(name: &str, text: &str) -> Result<File, Vec<Fault>> {
    let reader = Reader { name, text };
    let document: Document =
        toml::from_str(text).map_err(|error| vec![reader.fault(error.span().map_or(0, |span| span.start), error.message().to_owned())])?;
    let mut faults = Vec::new();
    let mut scenarios = Vec::new();
    for part in document.scenario {
        match reader.scenario(&document.home, part) {
            Ok(scenario) => scenarios.push(scenario),
            Err(more) => faults.extend(more),
        }
    }
    if scenarios.is_empty() && faults.is_empty() {
        faults.push(reader.fault(0, "no scenario stands here; write at least one [[scenario]]".to_owned()));
    }
    let rules = document.rule.into_iter().map(|rule| (reader.line(rule.span().start), rule.into_inner())).collect();
    if faults.is_empty() { Ok(File { name: name.to_owned(), rules, scenarios }) } else { Err(faults) }
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
    }

    fn fault(&self, at: usize, text: String) -> Fault {
        Fault { file: self.name.to_owned(), line: self.line(at), text }
    }

    fn scenario(&self, home: &Place, part: Spanned<Part>) -> Result<Scenario, Vec<Fault>> {
        let line = self.line(part.span().start);
        let part = part.into_inner();
        let mut place = part.home.unwrap_or_else(|| home.clone());
        place.plan.extend(part.plan);
        if place.gateways.is_empty() {
            return Err(vec![Fault { file: self.name.to_owned(), line, text: "a home needs a gateway: `gateways = [\"gw\"]`".to_owned() }]);
        }
        let one = |fault| vec![fault];
        let begin = self.moment(&part.from).map_err(one)?;
        let Some(Days::Date(first)) = begin.day else {
            return Err(vec![self.fault(part.from.span().start, "begin with a date: `from = \"2026-01-10 20:00\"`".to_owned())]);
        };
        let from = self.time(&part.from, begin, first, place.zone).map_err(one)?;
        let until = self.moment(&part.until).and_then(|end| self.time(&part.until, end, first, place.zone)).map_err(one)?;
        if until <= from {
            return Err(vec![self.fault(part.until.span().start, "`until` must come after `from`".to_owned())]);
        }
        let lines = self.timeline(&part.timeline)?;
        let mut faults = Vec::new();
        let mut expect = Vec::new();
        for each in part.expect {
            match self.expected(each, first, place.zone) {
                Ok(each) => expect.push(each),
                Err(fault) => faults.push(fault),
            }
        }
        let silent: Vec<Silence> = part.silent.iter().map(|each| silence(each.get_ref())).collect();
        if expect.is_empty() && silent.is_empty() {
            let text = "say what must come of it: `expect = [ … ]`, `silent = [\"rule\"]` or `silent = [\"everything\"]`".to_owned();
            faults.push(Fault { file: self.name.to_owned(), line, text });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Scenario { line, title: part.title, place, first, from, until, lines, expect, silent })
    }

    fn timeline(&self, written: &Spanned<String>) -> Result<Vec<Line>, Vec<Fault>> {
        let begin = written.span().start;
        // The line break right behind the opening quotes is not part of the text.
        let opening = self.text.get(begin..).is_some_and(|text| text.starts_with("\"\"\"\n") || text.starts_with("'''\n"));
        let first = self.line(begin) + usize::from(opening);
        let told = |(line, text)| Fault { file: self.name.to_owned(), line, text };
        timeline::read(written.get_ref(), first).map_err(|faults| faults.into_iter().map(told).collect())
    }

    fn expected(&self, part: Spanned<ExpectPart>, first: NaiveDate, zone: Tz) -> Result<Expected, Fault> {
        let start = part.span().start;
        let part = part.into_inner();
        let fault = |text| self.fault(start, text);
        let at = match &part.at {
            None => None,
            Some(at) => {
                let moment = moment::read(at).map_err(fault)?;
                let date = moment.day.and_then(|day| day.dates(first).first().copied()).unwrap_or(first);
                Some((moment.on(date, zone).map_err(fault)?, moment.seconds))
            }
        };
        let within_minutes = i64::from(part.within_minutes);
        Ok(Expected { line: self.line(start), rule: part.rule.clone(), at, within_minutes, part })
    }

    fn moment(&self, written: &Spanned<String>) -> Result<Moment, Fault> {
        moment::read(written.get_ref()).map_err(|text| self.fault(written.span().start, text))
    }

    fn time(&self, written: &Spanned<String>, moment: Moment, first: NaiveDate, zone: Tz) -> Result<Time, Fault> {
        let date = moment.day.and_then(|day| day.dates(first).first().copied()).unwrap_or(first);
        moment.on(date, zone).map_err(|text| self.fault(written.span().start, text))
    }
}

fn silence(text: &str) -> Silence {
    match (text, text.split_once(" of ")) {
        ("everything" | "everything else", _) => Silence::Everything,
        (_, Some((rule, device))) => Silence::Rule(rule.trim().to_owned(), Some(device.trim().to_owned())),
        (rule, None) => Silence::Rule(rule.trim().to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str) -> String {
        read("x.toml", text).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn faults_name_file_line_and_mend() {
        let scenario = |more: &str| format!("[[scenario]]\ntitle = \"t\"\nfrom = \"2026-01-10 20:00\"\nuntil = \"day 2 08:00\"\n{more}");
        let good = scenario("timeline = \"\"\"\n22:40 bed_left bed\n\"\"\"\nsilent = [\"everything\"]\n");
        assert_eq!(read("x.toml", &good).unwrap().scenarios[0].lines[0].number, 6);
        for (wrong, expected) in [
            ("", "x.toml:1: no scenario"),
            (
                &scenario("timeline = \"\"\"\n22:40 bed_left bed\n22:41 bed_lift bed\n\"\"\"\nsilent = [\"x\"]"),
                "x.toml:7: `bed_lift` is no kind",
            ),
            (&scenario("timeline = \"\""), "x.toml:1: say what must come of it"),
            (&scenario("timeline = \"\"\nexpect = [ { rule = \"x\", at = \"soon\" } ]"), "x.toml:6: `soon` is no time"),
            (&scenario("timeline = \"\"\ntimelime = 1\nsilent = [\"x\"]"), "x.toml:6: unknown field `timelime`"),
            (&good.replace("2026-01-10 20:00", "20:00"), "x.toml:3: begin with a date"),
            (&good.replace("day 2 08:00", "08:00"), "x.toml:4: `until` must come after"),
        ] {
            let said = say(wrong);
            assert!(said.contains(expected), "{said}");
        }
    }
}
