//! The lines of a timeline: `02:14 bed_left bedroom`, `08:00 blood_pressure cuff systolic=185 diastolic=95 mm[Hg]`, `03:00 harken down`.

use std::collections::BTreeMap;

use super::moment::{self, Days, Moment};
use crate::domain::catalogue::{self, Class};
use crate::domain::event::Reading;
use crate::domain::notice::UNREADABLE_ALARM;
use crate::domain::register::ExcuseWhat;

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number in the file.
    pub number: usize,
    /// The days on which it happens.
    pub days: Days,
    /// Whether it stands for itself rather than in the order of those around it.
    pub apart: bool,
    /// The time on the wall.
    pub moment: Moment,
    /// What happens.
    pub what: What,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum What {
    /// A device says something.
    Said(Box<Said>),
    /// Harken goes down (`false`) or comes back.
    Harken(bool),
    /// Something excuses rules, or an installer tests, until a time.
    Excuse(Box<ExcuseLine>),
    /// A gateway loses its way to us, or has it again: what its devices say meanwhile arrives then.
    Gateway(Option<String>, bool),
}

/// What excuses rules, or an installer's test mode.
#[derive(Clone, Debug)]
pub struct ExcuseLine {
    /// Which.
    pub what: ExcuseWhat,
    /// Of this device alone: its address.
    pub device: Option<String>,
    /// The kinds under test.
    pub kinds: Vec<String>,
    /// Its end.
    pub until: Moment,
}

/// What a device says.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The kind.
    pub kind: String,
    /// The device; the gateway itself without.
    pub device: Option<String>,
    /// A reading.
    pub value: Option<Reading>,
    /// Named readings.
    pub values: BTreeMap<String, f64>,
    /// Their unit.
    pub unit: Option<String>,
    /// When it arrives, where that is not at once.
    pub arrives: Option<Moment>,
    /// Who it is about.
    pub resident: Option<String>,
    /// Through which gateway.
    pub gateway: Option<String>,
    /// A test.
    pub test: bool,
    /// With the retained flag.
    pub retained: bool,
    /// Its id, where that matters.
    pub id: Option<String>,
    /// Further data.
    pub data: serde_json::Map<String, serde_json::Value>,
}

/// Reads a timeline whose first line is line `first` of its file. What cannot be read is told by line.
///
/// # Errors
/// Number and fault of each line that cannot be read.
pub fn read(text: &str, first: usize) -> Result<Vec<Line>, Vec<(usize, String)>> {
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    let mut day = Days::Numbers(1, 1);
    for (at, text) in text.lines().enumerate() {
        let number = first + at;
        let text = text.split_once('#').map_or(text, |(text, _)| text).trim();
        if text.is_empty() {
            continue;
        }
        match line(text, number, &mut day) {
            Ok(line) => lines.extend(line),
            Err(fault) => faults.push((number, fault)),
        }
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

fn line(text: &str, number: usize, day: &mut Days) -> Result<Option<Line>, String> {
    let (text, notes) = match text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        Some((text, notes)) => (text, notes),
        None => (text, ""),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut words = words.as_slice();
    let given = moment::take_days(&mut words)?;
    // A range of days stands for itself; any other day holds for the lines below it too.
    let apart = matches!(given, Some(Days::Numbers(from, to)) if from != to);
    let days = given.unwrap_or(*day);
    if !apart {
        *day = days;
    }
    if words.is_empty() && given.is_some() {
        return Ok(None);
    }
    let moment = moment::take(&mut words)?;
    let what = match words {
        ["harken", "down"] => What::Harken(false),
        ["harken", "up"] => What::Harken(true),
        ["gateway", "down", id @ ..] if id.len() < 2 => What::Gateway(id.first().map(|id| (*id).to_owned()), false),
        ["gateway", "up", id @ ..] if id.len() < 2 => What::Gateway(id.first().map(|id| (*id).to_owned()), true),
        [word, rest @ ..] if excuse_named(word).is_some() => What::Excuse(Box::new(excuse(word, rest)?)),
        [] => return Err("what happens is missing; write the kind of event after the time, such as `22:40 bed_left bedroom`".to_owned()),
        [kind, rest @ ..] => What::Said(Box::new(said(kind, rest, notes)?)),
    };
    Ok(Some(Line { number, days, apart, moment, what }))
}

fn excuse_named(word: &str) -> Option<ExcuseWhat> {
    Some(match word {
        "away" => ExcuseWhat::Away,
        "hospital" => ExcuseWhat::Hospital,
        "carer" => ExcuseWhat::CarerPresent,
        "maintenance" => ExcuseWhat::Maintenance,
        "test-mode" => ExcuseWhat::TestMode,
        _ => return None,
    })
}

/// `away until 18:00`, `maintenance hall-sensor until 12:00`, `test-mode smoke,heat until 11:00`.
fn excuse(word: &str, words: &[&str]) -> Result<ExcuseLine, String> {
    let what = excuse_named(word).unwrap_or(ExcuseWhat::Away);
    let wrong = || format!("`{word}` needs its end, as in `{word} until 18:00` or `{word} until day 3 12:00`");
    let place = words.iter().position(|word| *word == "until").ok_or_else(wrong)?;
    let (before, end) = words.split_at(place);
    let until = moment::read(&end[1..].join(" "))?;
    let (mut device, mut kinds) = (None, Vec::new());
    match (what, before) {
        (_, []) => {}
        (ExcuseWhat::Maintenance, [address]) => device = Some((*address).to_owned()),
        (ExcuseWhat::TestMode, [named]) => kinds = named.split(',').map(str::to_owned).collect(),
        _ => return Err(format!("`{}` is too much between `{word}` and `until`", before.join(" "))),
    }
    if let Some(kind) = kinds.iter().find(|kind| catalogue::class_of(kind) == Class::Unknown) {
        return Err(format!("`{kind}` is no kind of the event catalogue"));
    }
    Ok(ExcuseLine { what, device, kinds, until })
}

fn said(kind: &str, words: &[&str], notes: &str) -> Result<Said, String> {
    let mut said = Said { kind: kind.to_owned(), ..Said::default() };
    let mut unknown = false;
    for note in notes.split(',').map(str::trim).filter(|note| !note.is_empty()) {
        let words: Vec<&str> = note.split_whitespace().collect();
        match words.as_slice() {
            ["arrives", at @ ..] => said.arrives = Some(moment::read(&at.join(" "))?),
            ["by", who] => said.resident = Some((*who).to_owned()),
            ["via", gateway] => said.gateway = Some((*gateway).to_owned()),
            ["id", id] => said.id = Some((*id).to_owned()),
            ["test"] => said.test = true,
            ["retained"] => said.retained = true,
            ["unknown"] => unknown = true,
            ["data", pair] if pair.contains('=') => {
                let (name, value) = pair.split_once('=').unwrap_or_default();
                let value = serde_json::from_str(value).unwrap_or_else(|_| serde_json::Value::String(value.to_owned()));
                said.data.insert(name.to_owned(), value);
            }
            _ => {
                return Err(format!(
                    "`({note})` is not understood; known are arrives TIME, by RESIDENT, via GATEWAY, test, retained, unknown, id ID, data NAME=VALUE"
                ));
            }
        }
    }
    if !unknown && kind != UNREADABLE_ALARM && catalogue::class_of(kind) == Class::Unknown {
        let near = catalogue::all().map(|(_, known)| known).min_by_key(|known| distance(kind, known)).unwrap_or_default();
        return Err(format!("`{kind}` is no kind of the event catalogue; did you mean `{near}`? Write (unknown) behind it if it is meant"));
    }
    let mut words = words.iter();
    said.device = words.next().filter(|device| **device != "-").map(|device| (*device).to_owned());
    for word in words {
        if let Some((name, value)) = word.split_once('=') {
            let number = value.parse().map_err(|_| format!("`{word}`: `{value}` is no number"))?;
            said.values.insert(name.to_owned(), number);
        } else if said.value.is_none() && said.values.is_empty() {
            said.value = Some(reading(word));
        } else if said.unit.is_none() {
            said.unit = Some((*word).to_owned());
        } else {
            return Err(format!("`{word}` is too much; a line has time, kind, device, reading and unit"));
        }
    }
    Ok(said)
}

fn reading(word: &str) -> Reading {
    match (word, word.parse()) {
        ("true", _) => Reading::Bool(true),
        ("false", _) => Reading::Bool(false),
        (_, Ok(number)) => Reading::Number(number),
        _ => Reading::Text(word.to_owned()),
    }
}

/// How many letters must change to make one word of the other.
fn distance(one: &str, two: &str) -> usize {
    let two: Vec<char> = two.chars().collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for column in 1..row.len() {
            let change = diagonal + usize::from(letter != two[column - 1]);
            diagonal = row[column];
            row[column] = change.min(row[column] + 1).min(row[column - 1] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_faults_named() {
        let text = "\n  22:40 bed_left bedroom   # up\nday 2\n 08:00 blood_pressure cuff systolic=185 diastolic=95 mm[Hg] (by anna, arrives day 3 09:00)\n09:00 temperature kitchen 15.5 Cel\n days 3-5 10:00 harken down";
        let lines = read(text, 10).unwrap();
        let brief: Vec<(usize, Days, bool)> = lines.iter().map(|line| (line.number, line.days, line.apart)).collect();
        let day = |from, to| Days::Numbers(from, to);
        assert_eq!(brief, [(11, day(1, 1), false), (13, day(2, 2), false), (14, day(2, 2), false), (15, day(3, 5), true)]);
        let What::Said(said) = &lines[1].what else { panic!("an event") };
        assert_eq!((said.values["systolic"], said.unit.as_deref(), said.resident.as_deref()), (185.0, Some("mm[Hg]"), Some("anna")));
        assert!(said.arrives.unwrap().day.is_some());
        for (wrong, say) in [
            ("22:40 bed_leaf bedroom", "did you mean `bed_left`?"),
            ("22:40", "what happens is missing"),
            ("bed_left bedroom", "no time"),
            ("22:40 motion hall (sometime)", "not understood"),
            ("22:40 weight scale a=b", "no number"),
            ("22:40 weight scale 80 kg extra", "too much"),
            ("22:40 away", "needs its end"),
            ("22:40 away soon until 23:00", "too much"),
            ("22:40 test-mode smok until 23:00", "no kind"),
        ] {
            let faults = read(wrong, 1).unwrap_err();
            assert!(faults[0].1.contains(say), "{wrong}: {faults:?}");
        }
    }
}
